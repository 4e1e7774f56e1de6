"""Reads of goods that are still to come, document by document, for those who plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from yipan.pool.models import Supply


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplyRow:
    """What is still to come of one SKU to a site, in its smallest unit, under one document."""

    document_type: str
    number: str
    site: str
    sku: str
    quantity: int
    expected_on: date | None
    usable_on: date | None


def list_supplies(*, skus: Collection[str]) -> list[SupplyRow]:
    """Return what is open of some SKUs, ordered by SKU, site and day."""
    query = Supply.objects.filter(sku__in=set(skus), quantity__gt=0)
    return [
        SupplyRow(
            document_type=row.document_type,
            number=row.number,
            site=row.site,
            sku=row.sku,
            quantity=row.quantity,
            expected_on=row.expected_on,
            usable_on=row.usable_on,
        )
        for row in query.order_by("sku", "site", "usable_on", "key")
    ]


def list_told_documents(numbers: Collection[str]) -> set[tuple[str, str]]:
    """Return (number, SKU) of the documents among some of which anything was ever to come."""
    rows = Supply.objects.filter(number__in=set(numbers)).values_list("number", "sku")
    return set(rows)


def list_open_documents(numbers: Collection[str]) -> set[str]:
    """Return those of some documents of which anything is still to come."""
    rows = Supply.objects.filter(number__in=set(numbers), quantity__gt=0)
    return set(rows.values_list("number", flat=True))
