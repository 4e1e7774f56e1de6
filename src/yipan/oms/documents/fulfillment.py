"""What sites answer to fulfillment orders (履约回执), whatever order it comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.oms.documents import order_state, pickup_moving, sourcing
from yipan.oms.documents.order import THEN_CANCEL
from yipan.oms.models import FulfillmentLine, FulfillmentOrder, OrderLine
from yipan.oms.models.fulfillment import STATES_OPEN
from yipan.oms.models.fulfillment import FulfillmentState as State
from yipan.pool import promises
from yipan.pool.rules import PromisedLine, get_transfer_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """
    A shipment or a hand-over as a site told it; `shipped` maps a line to how much left.

    `left_at` is when it did by the site's clock: told late, an order was not late for that.
    """

    number: str
    shipment: str
    shipped: Mapping[int, int]
    is_last: bool
    is_pickup: bool = False
    tracking: str = ""
    left_at: datetime | None = None


@transaction.atomic
def short(
    *, number: str, missing: Mapping[int, int], by: Trace, at: datetime, message_id: UUID
) -> None:
    """
    Source anew what a site cannot find: `missing` maps a line to how much of it.

    The site keeps the rest, and is not asked again for this order.
    """
    fulfillment = order_state.find_fulfillment(number, at=at)
    if fulfillment is None or fulfillment.state not in STATES_OPEN:
        return
    lost = take_away(fulfillment, missing, step=f"short-{message_id}", by=by, at=at)
    if not lost:
        return
    order_state.FULFILLMENT_TRAIL.note(
        fulfillment,
        step="short",
        from_state=fulfillment.state,
        by=by,
        at=at,
        message_id=message_id,
    )
    _close_if_empty(fulfillment, state=State.CLOSED_SHORT, at=at)
    order = fulfillment.order
    sourcing.source(order=order, trigger="short", by=by, at=at, message_id=message_id)
    pickup_moving.move_by_itself(order, by=by, at=at, message_id=message_id)


@transaction.atomic
def reject(*, number: str, by: Trace, at: datetime, message_id: UUID) -> None:
    """Source anew all that a site will not send; `by.reason` says why it will not."""
    fulfillment = order_state.find_fulfillment(number, at=at)
    if fulfillment is None or fulfillment.state not in STATES_OPEN:
        return
    take_all_away(fulfillment, step="reject", by=by, at=at)
    before, fulfillment.state = fulfillment.state, State.REJECTED
    fulfillment.reason, fulfillment.closed_at = by.reason[:200], at
    fulfillment.save(update_fields=["state", "reason", "closed_at"])
    order_state.FULFILLMENT_TRAIL.note(
        fulfillment, step="reject", from_state=before, by=by, at=at, message_id=message_id
    )
    order = fulfillment.order
    sourcing.source(order=order, trigger="rejected", by=by, at=at, message_id=message_id)
    pickup_moving.move_by_itself(order, by=by, at=at, message_id=message_id)


@transaction.atomic
def ship(*, left: Left, by: Trace, at: datetime, message_id: UUID) -> None:
    """
    Write down what left: a fact, whatever the state.

    With the last shipment the rest of the order is sourced anew. The site book is the hub's
    to move; it hears the same message.
    """
    fulfillment = order_state.find_fulfillment(left.number, at=at)
    if fulfillment is None or left.shipment in fulfillment.shipments:
        return
    fulfillment.shipments[left.shipment] = {
        str(line): quantity for line, quantity in left.shipped.items()
    }
    rows = lock_lines(fulfillment)
    for row in rows:
        quantity = left.shipped.get(row.order_line.line, 0)
        row.quantity_shipped += quantity
        row.order_line.quantity_shipped += quantity
    _save(rows, "quantity_shipped", "quantity_shipped")
    before = fulfillment.state
    fulfillment.tracking = ", ".join(filter(None, [fulfillment.tracking, left.tracking]))[:200]
    rest = {
        row.order_line.line: row.quantity - row.quantity_shipped - row.quantity_short
        for row in rows
    }
    missing = {line: quantity for line, quantity in rest.items() if quantity > 0}
    is_over = left.is_last or not missing
    done = State.HANDED_OVER if left.is_pickup else State.SHIPPED
    fulfillment.state = done if is_over else State.PARTLY_SHIPPED
    fulfillment.closed_at = (left.left_at or at) if is_over else None
    fulfillment.save(update_fields=["state", "tracking", "closed_at", "shipments"])
    order_state.FULFILLMENT_TRAIL.note(
        fulfillment, step="ship", from_state=before, by=by, at=at, message_id=message_id
    )
    order = fulfillment.order
    if is_over and missing:
        take_away(fulfillment, missing, step="rest", by=by, at=at)
        if fulfillment.is_canceling and fulfillment.after_cancel == THEN_CANCEL:
            cancel_lines(fulfillment, missing)
        else:
            sourcing.source(order=order, trigger="short", by=by, at=at, message_id=message_id)
    order_state.recount(order, at=at)


@transaction.atomic
def unship(*, number: str, shipment: str, by: Trace, at: datetime) -> None:
    """Take back a shipment that did not leave after all: it is picked again."""
    fulfillment = order_state.find_fulfillment(number, at=at)
    if fulfillment is None:
        return
    # Taken back before it is heard of, it is never counted.
    left = fulfillment.shipments.get(shipment, {})
    shipped = {int(line): quantity for line, quantity in left.items()}
    fulfillment.shipments[shipment] = {}
    rows = lock_lines(fulfillment)
    for row in rows:
        quantity = min(shipped.get(row.order_line.line, 0), row.quantity_shipped)
        row.quantity_shipped -= quantity
        row.order_line.quantity_shipped -= quantity
    _save(rows, "quantity_shipped", "quantity_shipped")
    before, fulfillment.state = fulfillment.state, State.PICKED
    fulfillment.closed_at = None
    fulfillment.save(update_fields=["state", "closed_at", "shipments"])
    order_state.reopen(fulfillment.order)
    order_state.recount(fulfillment.order, at=at)
    order_state.FULFILLMENT_TRAIL.note(fulfillment, step="reverse", from_state=before, by=by, at=at)


@transaction.atomic
def stopped(*, number: str, by: Trace, at: datetime, message_id: UUID) -> None:
    """
    Write down that a site sends no more: because it was asked to, or by itself.

    What it was asked to stop for good is canceled; all else is sourced anew, elsewhere.
    """
    fulfillment = order_state.find_fulfillment(number, at=at)
    if fulfillment is None or fulfillment.state not in STATES_OPEN:
        return
    missing = take_all_away(fulfillment, step="cancel", by=by, at=at)
    has_left = any(row.quantity_shipped for row in lock_lines(fulfillment))
    before = fulfillment.state
    fulfillment.state = State.CLOSED_SHORT if has_left else State.CANCELED
    fulfillment.closed_at = at
    fulfillment.save(update_fields=["state", "closed_at"])
    order_state.FULFILLMENT_TRAIL.note(
        fulfillment, step="cancel", from_state=before, by=by, at=at, message_id=message_id
    )
    order = fulfillment.order
    if fulfillment.is_canceling and fulfillment.after_cancel == THEN_CANCEL:
        cancel_lines(fulfillment, missing)
        order_state.recount(order, at=at)
        return
    told = uuid5(message_id, "oms.sourced_again")
    sourcing.source(order=order, trigger="moved", by=by, at=at, message_id=told)
    pickup_moving.move_by_itself(order, by=by, at=at, message_id=message_id)


@transaction.atomic
def expire(*, number: str, by: Trace, at: datetime, message_id: UUID) -> None:
    """Cancel what nobody collected in time (自提过期): the goods are everybody's again."""
    fulfillment = order_state.find_fulfillment(number, at=at)
    if fulfillment is None or fulfillment.state not in STATES_OPEN:
        return
    fulfillment.is_canceling, fulfillment.after_cancel = True, THEN_CANCEL
    fulfillment.save(update_fields=["is_canceling", "after_cancel"])
    stopped(number=number, by=by, at=at, message_id=message_id)


def take_all_away(
    fulfillment: FulfillmentOrder, *, step: str, by: Trace, at: datetime
) -> dict[int, int]:
    missing = {
        row.order_line.line: row.quantity - row.quantity_shipped - row.quantity_short
        for row in lock_lines(fulfillment)
    }
    return take_away(fulfillment, missing, step=step, by=by, at=at)


def take_away(
    fulfillment: FulfillmentOrder,
    missing: Mapping[int, int],
    *,
    step: str,
    by: Trace,
    at: datetime,
    transfer: str = "",
) -> dict[int, int]:
    """
    Take lines away from a site, and their reservation. Return line to how much.

    What did not come of a `transfer` is taken from what was promised of it, not from what came.
    """
    taken: dict[int, int] = {}
    lines: list[PromisedLine] = []
    rows = lock_lines(fulfillment)
    for row in rows:
        open_quantity = row.quantity - row.quantity_shipped - row.quantity_short
        quantity = min(missing.get(row.order_line.line, 0), open_quantity)
        if quantity <= 0:
            continue
        row.quantity_short += quantity
        row.order_line.quantity_placed -= quantity
        taken[row.order_line.line] = quantity
        site = fulfillment.holding_site
        supply = get_transfer_key(number=transfer, sku=row.sku) if transfer else ""
        lines.append(PromisedLine(site=site, sku=row.sku, quantity=quantity, supply=supply))
    if lines:
        _save(rows, "quantity_short", "quantity_placed")
        promises.reduce(number=fulfillment.promise, lines=lines, step=step, at=at, trace=by)
    return taken


def cancel_lines(fulfillment: FulfillmentOrder, missing: Mapping[int, int]) -> None:
    lines = [row.order_line for row in lock_lines(fulfillment)]
    for line in lines:
        line.quantity_canceled += max(0, missing.get(line.line, 0))
    OrderLine.objects.bulk_update(lines, ["quantity_canceled"])


def _save(rows: Sequence[FulfillmentLine], column: str, of_order: str) -> None:
    """Save a column of lines of one fulfillment order, and one of the lines of its order."""
    FulfillmentLine.objects.bulk_update(rows, [column])
    OrderLine.objects.bulk_update([row.order_line for row in rows], [of_order])


def _close_if_empty(fulfillment: FulfillmentOrder, *, state: State, at: datetime) -> None:
    rows = lock_lines(fulfillment)
    if any(row.quantity > row.quantity_shipped + row.quantity_short for row in rows):
        return
    has_left = any(row.quantity_shipped for row in rows)
    fulfillment.state = State.SHIPPED if has_left else state
    fulfillment.closed_at = at
    fulfillment.save(update_fields=["state", "closed_at"])


def lock_lines(fulfillment: FulfillmentOrder) -> list[FulfillmentLine]:
    rows = fulfillment.lines.select_related("order_line").order_by("order_line__line")
    return list(rows)
