"""What order management tells sites and the hub: what to send, and what not any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from yipan.exchange import outbox
from yipan.foundation.handover import get_code_hash
from yipan.messages.base import Message
from yipan.messages.oms import (
    FulfillmentCanceled,
    FulfillmentReleased,
    StoreDeliveryCanceled,
    StoreDeliveryOrdered,
)
from yipan.messages.oms import FulfillmentLine as ToldLine
from yipan.oms.models import FulfillmentOrder

#: Deliveries to stores are transfers, which the hub makes.
DELIVERIES = "oms:hub/deliveries"


def release(
    fulfillment: FulfillmentOrder,
    quantities: Mapping[int, int],
    *,
    at: datetime,
    message_id: UUID,
) -> None:
    """Tell a site what to send or hold ready; `quantities` maps a line to how much."""
    order, code = fulfillment.order, fulfillment.pickup_code
    _publish(
        FulfillmentReleased(
            message_id=message_id,
            occurred_at=at,
            fulfillment_number=fulfillment.number,
            order_number=order.number,
            site=fulfillment.site,
            method=fulfillment.method,
            lines=_make_lines(fulfillment, quantities),
            reservation=fulfillment.promise,
            ship_to_name=order.customer_name,
            address=order.address,
            carrier=fulfillment.carrier,
            cut_off_at=_write_cut_off(fulfillment),
            due_at=fulfillment.ready_at.isoformat() if fulfillment.ready_at else "",
            priority=order.priority,
            note=order.note,
            customer_name=order.customer_name[:48],
            pickup_code_hash=get_code_hash(number=fulfillment.number, code=code) if code else "",
        ),
        source=f"oms:hub/orders:{fulfillment.site}",
        order=order.number,
    )


def order_delivery(
    fulfillment: FulfillmentOrder,
    quantities: Mapping[int, int],
    *,
    at: datetime,
    message_id: UUID,
) -> None:
    """Ask the hub to bring goods to the store where their customer fetches them."""
    _publish(
        StoreDeliveryOrdered(
            message_id=message_id,
            occurred_at=at,
            fulfillment_number=fulfillment.number,
            order_number=fulfillment.order.number,
            from_site=fulfillment.from_site,
            site=fulfillment.site,
            lines=_make_lines(fulfillment, quantities),
            due_on=fulfillment.due_on.isoformat() if fulfillment.due_on else "",
        ),
        source=DELIVERIES,
        order=fulfillment.order.number,
    )


def cancel(fulfillment: FulfillmentOrder, *, reason: str, at: datetime, message_id: UUID) -> None:
    """Ask whoever works on it to stop: the site, or the hub while goods are on their way to it."""
    is_coming = bool(fulfillment.from_site) and fulfillment.arrived_at is None
    message = (StoreDeliveryCanceled if is_coming else FulfillmentCanceled)(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=fulfillment.number,
        order_number=fulfillment.order.number,
        site=fulfillment.site,
        reason=reason,
    )
    source = DELIVERIES if is_coming else f"oms:hub/orders:{fulfillment.site}"
    _publish(message, source=source, order=fulfillment.order.number)


def _write_cut_off(fulfillment: FulfillmentOrder) -> str:
    """Return until when it has to leave, where that is known; else the day it was promised for."""
    if fulfillment.leave_by is not None:
        return fulfillment.leave_by.isoformat()
    return fulfillment.due_on.isoformat() if fulfillment.due_on else ""


def _make_lines(
    fulfillment: FulfillmentOrder, quantities: Mapping[int, int]
) -> tuple[ToldLine, ...]:
    rows = fulfillment.lines.select_related("order_line").order_by("order_line__line")
    return tuple(
        ToldLine(line=row.order_line.line, sku=row.sku, quantity=quantities[row.order_line.line])
        for row in rows
        if quantities.get(row.order_line.line, 0) > 0
    )


def _publish(message: Message, *, source: str, order: str) -> None:
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=order)
