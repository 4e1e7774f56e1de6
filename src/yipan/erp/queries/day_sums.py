"""What the hub's documents add up to by day and site, and what is on its way between sites."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, F, Q, Sum

from yipan.erp.models import PurchaseOrderLine, SalesIssue, TransferOrderLine
from yipan.erp.queries import value_sources
from yipan.ledger import values
from yipan.ledger.values import ValueScope

WAYS_MAX = 2_000
_LEFT = (
    F("quantity_shipped") + F("quantity_excess") - F("quantity_received") - F("quantity_settled")
)


class SalesSum(NamedTuple):
    """What one site sold on a business day: tickets, pieces, and minor units of money."""

    day: date
    site: str
    tickets: int
    quantity: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What is on its way from one site to another: transfers, and pieces of all SKUs."""

    from_site: str
    to_site: str
    transfers: int
    quantity: int


def list_sales_sums(*, since: date, sites: Collection[str] | None = None) -> list[SalesSum]:
    """Return what was sold from a business day on, by day and site; returns are taken off."""
    query = SalesIssue.objects.filter(business_date__gte=since, is_reversed=False)
    if sites is not None:
        query = query.filter(site__in=sites)
    rows = query.values_list("business_date", "site").annotate(
        tickets=Count("id"), pieces=Sum("quantity"), amount=Sum("total_minor")
    )
    return [SalesSum(*row) for row in rows]


def list_ways() -> list[Way]:
    """Return what is in transit between sites, most pieces first."""
    rows = (
        TransferOrderLine.objects.annotate(left=_LEFT)
        .filter(left__gt=0)
        .values_list("order__from_site", "order__to_site")
        .annotate(transfers=Count("order_id", distinct=True), pieces=Sum("left"))
        .order_by("-pieces")[:WAYS_MAX]
    )
    return [
        Way(from_site=start, to_site=end, transfers=transfers, quantity=pieces)
        for start, end, transfers, pieces in rows
    ]


def sum_expected() -> dict[str, int]:
    """Return how many pieces each site still expects from suppliers, by open purchase orders."""
    rows = (
        PurchaseOrderLine.objects.filter(order__state__in=("sent", "partly_received"))
        .annotate(left=F("quantity_ordered") - F("quantity_received"))
        .filter(Q(left__gt=0))
        .values_list("order__site")
        .annotate(pieces=Sum("left"))
    )
    return {site: int(pieces) for site, pieces in rows}


def sum_site_values(*, on: date) -> dict[str, int]:
    """Return what each site's stock was worth at the end of a day, of all legal entities."""
    found: dict[str, int] = {}
    for entity in value_sources.list_entities():
        scope = ValueScope(as_of=on, pools=[entity.code])
        for row in values.sum_values(scope, by="place"):
            found[row.name] = found.get(row.name, 0) + row.amount
    return found
