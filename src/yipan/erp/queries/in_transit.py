"""Reads of what is in transit between sites (在途), by transfer. Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min

from yipan.erp.models import TransferOrder, TransferOrderLine, TransferShipment
from yipan.erp.models.transfer_order import TransferLegState
from yipan.erp.queries.transfers import (
    ROWS_MAX,
    TransferFilter,
    filter_transfers,
    make_rows,
    sum_lines,
)
from yipan.masterdata.rows import SiteRow

_LEFT = (
    F("quantity_shipped") + F("quantity_excess") - F("quantity_received") - F("quantity_settled")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TransitRow:
    """What one transfer has in transit, and since when. Below zero: it came, but never left."""

    number: str
    state: str
    from_site: SiteRow | None
    to_site: SiteRow | None
    quantity: int
    sku_count: int
    since: datetime | None
    days: int
    difference: str


def list_in_transit(
    *, at: datetime, sites: frozenset[str] | None = None, site: str = ""
) -> list[TransitRow]:
    """Return what is in transit by transfer, the oldest first, at most 1,000."""
    query = filter_transfers(TransferFilter(sites=sites, site=site))
    moving = TransferOrderLine.objects.annotate(left=_LEFT).exclude(left=0).filter(order__in=query)
    orders = {
        order.id: order
        for order in TransferOrder.objects.filter(id__in=moving.values("order_id")).order_by("id")[
            :ROWS_MAX
        ]
    }
    quantities: dict[int, list[int]] = {}
    for order_id, left in moving.values_list("order_id", "left"):
        quantities.setdefault(order_id, []).append(left)
    since = dict(
        TransferShipment.objects.filter(order_id__in=orders, state=TransferLegState.POSTED)
        .values_list("order_id")
        .annotate(first=Min("occurred_at"))
    )
    rows = make_rows(list(sum_lines(TransferOrder.objects.filter(id__in=orders))))
    heads = {row.number: row for row in rows}
    found = [
        TransitRow(
            number=order.number,
            state=order.state,
            from_site=heads[order.number].from_site,
            to_site=heads[order.number].to_site,
            quantity=sum(quantities[order_id]),
            sku_count=len(quantities[order_id]),
            since=since.get(order_id),
            days=max(0, (at - since[order_id]) // timedelta(days=1)) if order_id in since else 0,
            difference=_find_open(order),
        )
        for order_id, order in orders.items()
    ]
    return sorted(found, key=lambda row: (row.since is not None, row.since or at, row.number))


def _find_open(order: TransferOrder) -> str:
    numbers = order.differences.filter(state="open").values_list("number", flat=True)
    return numbers.first() or ""
