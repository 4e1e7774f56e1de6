"""Sums over all purchase documents, for proofs: what came, what went back, what lines say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Sum

from yipan.erp.models import (
    GoodsReceiptLine,
    PurchaseOrderLine,
    SupplierReturnShipment,
)
from yipan.erp.models.goods_receipt import GoodsReceiptState
from yipan.erp.models.supplier_return import ReturnShipmentState

ROWS_PER_STATEMENT = 5_000

_TOTAL = (
    F("quantity_sound") + F("quantity_damaged") + F("quantity_blocked") + F("quantity_quarantine")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTotal:
    """What a line of an order says of what came, and what its receipts add up to."""

    order: str
    sku: str
    quantity_ordered: int
    quantity_line: int
    quantity_receipts: int


def walk_order_totals() -> Iterator[OrderTotal]:
    """Give each line of each order of which something came, or that says so, by order and SKU."""
    came = {
        (order, site, sku): total
        for order, site, sku, total in GoodsReceiptLine.objects.filter(
            receipt__state=GoodsReceiptState.POSTED
        )
        .exclude(receipt__purchase_order_number="")
        .values_list("receipt__purchase_order_number", "receipt__site", "sku")
        .annotate(total=Sum(_TOTAL))
    }
    lines = PurchaseOrderLine.objects.select_related("order").order_by("order_id", "line")
    for line in lines.iterator(chunk_size=ROWS_PER_STATEMENT):
        key = (line.order.number, line.order.site, line.sku)
        if line.quantity_received or key in came:
            yield OrderTotal(
                order=line.order.number,
                sku=line.sku,
                quantity_ordered=line.quantity_ordered,
                quantity_line=line.quantity_received,
                quantity_receipts=came.get(key, 0),
            )


def sum_received() -> dict[str, int]:
    """Return all that came from suppliers and was not undone, by SKU."""
    rows = (
        GoodsReceiptLine.objects.filter(receipt__state=GoodsReceiptState.POSTED)
        .exclude(receipt__order_type="customer_return")
        .values_list("sku")
        .annotate(total=Sum(_TOTAL))
    )
    return dict(rows)


def sum_returned() -> dict[str, int]:
    """Return all that went back to suppliers and was not undone, by SKU."""
    total: dict[str, int] = {}
    shipments = SupplierReturnShipment.objects.filter(
        state=ReturnShipmentState.POSTED, is_heard=True
    )
    for lines in shipments.values_list("lines", flat=True).iterator():
        for line in lines:
            total[line["sku"]] = total.get(line["sku"], 0) + line["quantity"]
    return total
