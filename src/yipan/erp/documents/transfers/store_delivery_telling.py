"""Goods of an order on their way to its store: the promise goes with them, and OMS is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from yipan.erp.models import TransferOrder
from yipan.erp.models.transfer_order import TransferOrderState as State
from yipan.exchange import outbox
from yipan.messages.erp_stores import DeliveredLine, StoreDeliveryAnswered
from yipan.pool import supply
from yipan.pool.queries.promises import find_delivery

STREAM = "erp:hub/deliveries"
#: In these states nothing more leaves the sender.
STATES_LEFT = frozenset({State.SHIPPED, State.PARTLY_RECEIVED, State.RECEIVED, State.CLOSED})


def take_along(
    order: TransferOrder, left: Mapping[str, int], *, message_id: UUID, at: datetime
) -> None:
    """Let the promise of an order follow the goods that left for its store."""
    number = find_delivery(external_id=order.external_id)
    if not number:
        return
    supply.follow(
        number=number,
        left=left,
        from_site=order.from_site,
        to_site=order.to_site,
        document=("transfer_order", order.number),
        at=at,
    )
    # All that left so far: whoever hears it late need not add up.
    so_far = {line.sku: line.quantity_shipped for line in order.lines.all()}
    is_last = order.state in STATES_LEFT
    tell(order, "shipped", lines=so_far, is_last=is_last, message_id=message_id, at=at)


def arrive(order: TransferOrder, *, is_last: bool, message_id: UUID, at: datetime) -> None:
    """
    Tell that goods of an order came to its store; the pool has set them aside for it.

    `is_last` says that no more comes of this shipment: what is missing of it is lost.
    """
    if not find_delivery(external_id=order.external_id):
        return
    so_far = {
        line.sku: line.quantity_received - line.quantity_damaged - line.quantity_blocked
        for line in order.lines.all()
    }
    has_all_left = order.state in STATES_LEFT
    are_all_in = order.receipts.count() >= order.shipments.count()
    tell(
        order,
        "arrived",
        lines=so_far,
        is_last=is_last and has_all_left and are_all_in,
        message_id=message_id,
        at=at,
    )


def tell(
    order: TransferOrder,
    state: str,
    *,
    lines: Mapping[str, int] | None = None,
    is_last: bool = False,
    message_id: UUID,
    at: datetime,
) -> None:
    """Tell how far the goods are."""
    [sequence] = outbox.reserve_numbers(STREAM)
    outbox.publish(
        StoreDeliveryAnswered(
            message_id=uuid5(message_id, f"erp.store_delivery_answered {state}"),
            occurred_at=at,
            fulfillment_number=order.external_id,
            transfer_number=order.number,
            site=order.to_site,
            state=state,
            lines=tuple(
                DeliveredLine(sku=sku, quantity=quantity)
                for sku, quantity in sorted((lines or {}).items())
                if quantity
            ),
            is_last=is_last,
        ),
        source=STREAM,
        sequence=sequence,
        correlation_id=order.external_id,
        causation_id=str(message_id),
    )
