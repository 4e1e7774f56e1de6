"""Reads of expected arrivals: what a supplier said is on its way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.wms.models import ExpectedArrival, ExpectedPackage

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageRow:
    """A pallet or carton, and what is in it: `[{"sku", "quantity", "lot", "expires_on"}]`."""

    sscc: str
    lines: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalRow:
    """One announced delivery, with its packages in the order of their codes."""

    number: str
    state: str
    site: str
    expected_at: datetime | None
    carrier: str
    tracking: str
    quantity: int
    packages: tuple[PackageRow, ...]


def list_arrivals_of_order(inbound_order_number: str, *, site: str) -> list[ArrivalRow]:
    """Return what was announced for an inbound order and not canceled, the first to come first."""
    named = [{"inbound_order_number": inbound_order_number}]
    query = ExpectedArrival.objects.filter(site=site, state="announced", lines__contains=named)
    arrivals = query.prefetch_related("packages").order_by("expected_at", "id")[:ROWS_MAX]
    return [
        ArrivalRow(
            number=row.number,
            state=row.state,
            site=row.site,
            expected_at=row.expected_at,
            carrier=row.carrier,
            tracking=row.tracking,
            quantity=sum(
                line["quantity"]
                for line in row.lines
                if line["inbound_order_number"] == inbound_order_number
            ),
            packages=tuple(
                PackageRow(sscc=package.sscc, lines=tuple(package.lines))
                for package in sorted(row.packages.all(), key=lambda each: each.sscc)
            ),
        )
        for row in arrivals
    ]


def find_package(sscc: str, *, site: str) -> PackageRow | None:
    """Return a package that is on its way to a site, by its code; the one told of last."""
    row = (
        ExpectedPackage.objects.filter(sscc=sscc, arrival__site=site, arrival__state="announced")
        .order_by("-arrival_id")
        .first()
    )
    return None if row is None else PackageRow(sscc=row.sscc, lines=tuple(row.lines))


def find_package_order(sscc: str, *, site: str) -> str:
    """Return the inbound order a package on its way is for, empty when nobody said."""
    row = (
        ExpectedPackage.objects.filter(sscc=sscc, arrival__site=site, arrival__state="announced")
        .select_related("arrival")
        .order_by("-arrival_id")
        .first()
    )
    numbers = [line.get("inbound_order_number", "") for line in row.arrival.lines] if row else []
    return next((str(number) for number in numbers if number), "")


def find_next_arrivals(numbers: Collection[str]) -> dict[str, datetime | None]:
    """Return by inbound order when its next announced delivery comes."""
    wanted = set(numbers)
    found: dict[str, datetime | None] = {}
    rows = ExpectedArrival.objects.filter(state="announced", expected_at__isnull=False)
    for at, lines in rows.order_by("expected_at").values_list("expected_at", "lines")[:ROWS_MAX]:
        for line in lines:
            if line["inbound_order_number"] in wanted:
                found.setdefault(line["inbound_order_number"], at)
    return found
