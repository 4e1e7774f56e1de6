"""Reads of arrival notices (预到货通知)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Greatest

from yipan.erp.models import ArrivalNotice, ArrivalNoticeLine
from yipan.erp.models.arrival_notice import STATES_COMING
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeLineRow:
    """So much of one SKU on its way for an order, and how much has come."""

    line: int
    sku: SkuRow
    purchase_order_number: str
    quantity: int
    quantity_received: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageRow:
    """A package with its code and what is in it: SKU, quantity, lot, last day."""

    sscc: str
    lines: tuple[tuple[SkuRow, int, str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRow:
    """A notice as a list and its page show it. `orders` are the numbers of its purchase orders."""

    number: str
    state: str
    site: SiteRow
    supplier: SupplierRow
    version: int
    expected_at: datetime | None
    carrier: str
    tracking: str
    note: str
    external_id: str
    created_by: str
    created_at: datetime
    lines: tuple[NoticeLineRow, ...]
    packages: tuple[PackageRow, ...]

    @property
    def is_coming(self) -> bool:
        """Tell whether something of it is still on its way."""
        return self.state in STATES_COMING

    @property
    def orders(self) -> tuple[str, ...]:
        """Return the purchase orders it is for."""
        return tuple(dict.fromkeys(line.purchase_order_number for line in self.lines))

    @property
    def quantity(self) -> int:
        """Return how much is announced."""
        return sum(line.quantity for line in self.lines)

    @property
    def quantity_received(self) -> int:
        """Return how much of it has come."""
        return sum(line.quantity_received for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeFilter:
    """Which notices to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    site: str = ""
    order: str = ""
    is_coming: bool = False
    late_at: datetime | None = None
    sites: frozenset[str] | None = None


def list_notices(which: NoticeFilter, *, after: str = "", limit: int = 50) -> list[NoticeRow]:
    """Return notices, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = ArrivalNotice.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.is_coming or which.late_at:
        query = query.filter(state__in=STATES_COMING)
    if which.late_at:
        query = query.filter(expected_at__lt=which.late_at)
    if which.order:
        query = query.filter(lines__purchase_order_number=which.order).distinct()
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(supplier__iexact=word)
            | Q(tracking__icontains=word)
            | Q(external_id__iexact=word)
            | Q(packages__contains=[{"sscc": word}])
        )
    known = ArrivalNotice.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(query.prefetch_related("lines").order_by("-id")[:limit])


def list_announced(order: str) -> dict[str, int]:
    """Return how much of an order is announced and has not come yet, by SKU."""
    rows = (
        ArrivalNoticeLine.objects.filter(
            purchase_order_number=order, notice__state__in=STATES_COMING
        )
        .values_list("sku")
        .annotate(open=Sum(Greatest(F("quantity") - F("quantity_received"), Value(0))))
    )
    return dict(rows)


def get_notice(number: str) -> NoticeRow:
    """
    Return one notice.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(ArrivalNotice.objects.filter(number=number).prefetch_related("lines"))
    if not rows:
        raise NotFound(kind="arrival_notice", id=number)
    return rows[0]


def _make_rows(notices: Iterable[ArrivalNotice]) -> list[NoticeRow]:
    rows = list(notices)
    sites = masterdata.find_sites({row.site for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows})
    wanted = {line.sku for row in rows for line in row.lines.all()}
    wanted |= {line["sku"] for row in rows for package in row.packages for line in package["lines"]}
    skus = masterdata.find_skus(wanted)
    return [
        NoticeRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            supplier=suppliers[row.supplier],
            version=row.version,
            expected_at=row.expected_at,
            carrier=row.carrier,
            tracking=row.tracking,
            note=row.note,
            external_id=row.external_id,
            created_by=row.created_by,
            created_at=row.created_at,
            lines=tuple(
                NoticeLineRow(
                    line=line.line,
                    sku=skus[line.sku],
                    purchase_order_number=line.purchase_order_number,
                    quantity=line.quantity,
                    quantity_received=line.quantity_received,
                )
                for line in sorted(row.lines.all(), key=lambda each: each.line)
            ),
            packages=tuple(_make_package(package, skus) for package in row.packages),
        )
        for row in rows
    ]


def _make_package(package: dict[str, Any], skus: dict[str, SkuRow]) -> PackageRow:
    return PackageRow(
        sscc=package["sscc"],
        lines=tuple(
            (skus[line["sku"]], line["quantity"], line["lot"], line["expires_on"])
            for line in package["lines"]
        ),
    )
