"""What the pool is told of goods to come, at each step of purchase orders and transfers."""

from __future__ import annotations

from datetime import datetime

from yipan.erp.models import PurchaseOrder, TransferOrder
from yipan.erp.models.purchase_order import STATES_ON_ORDER
from yipan.erp.models.transfer_order import TransferOrderState
from yipan.ledger.moves import Trace
from yipan.pool import supply
from yipan.pool.queries.promises import find_delivery
from yipan.pool.supply import Coming

#: In these states goods of a transfer are still to come.
STATES_COMING = frozenset(
    {
        TransferOrderState.RELEASED,
        TransferOrderState.PARTLY_SHIPPED,
        TransferOrderState.SHIPPED,
        TransferOrderState.PARTLY_RECEIVED,
    }
)


def tell_purchase(order: PurchaseOrder, *, by: Trace, at: datetime) -> None:
    """Tell what is still to come of a purchase order: nothing, unless it is sent and open."""
    is_coming = order.state in STATES_ON_ORDER
    coming = [
        Coming(
            document_type="purchase_order",
            number=order.number,
            site=order.site,
            sku=line.sku,
            quantity=max(0, line.quantity_ordered - line.quantity_received)
            if is_coming and not line.is_closed
            else 0,
            expected_on=line.expected_on or order.expected_on,
        )
        for line in order.lines.order_by("line")
    ]
    _tell(coming, by=by, at=at)


def tell_transfer(order: TransferOrder, *, by: Trace, at: datetime) -> None:
    """Tell what is still to come of a transfer at its receiver."""
    if not order.to_site:
        return
    is_coming = order.state in STATES_COMING
    # What goes to a store for a customer is nobody else's: it counts from when it left.
    is_promised = find_delivery(external_id=order.external_id) != ""
    coming = [
        Coming(
            document_type="transfer_order",
            number=order.number,
            site=order.to_site,
            sku=line.sku,
            quantity=max(
                0,
                max(0 if is_promised else line.quantity_ordered, line.quantity_shipped)
                - line.quantity_received
                - line.quantity_settled,
            )
            if is_coming
            else 0,
            expected_on=order.due_on,
        )
        for line in order.lines.order_by("line")
    ]
    _tell(coming, by=by, at=at)


def _tell(coming: list[Coming], *, by: Trace, at: datetime) -> None:
    # What came lies on hand now: whoever was promised it takes it before anybody else.
    for site in sorted({it.site for it in coming}):
        supply.settle_arrivals(site=site, skus={it.sku for it in coming}, at=at)
    supply.tell(coming=coming, by=by, at=at)
