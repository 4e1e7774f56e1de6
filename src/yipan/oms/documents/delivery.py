"""Goods of an order on their way to its store (发货到店): ordered, left, come, or called back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.oms.documents import fulfillment as answers
from yipan.oms.documents import order_state, sourcing, telling
from yipan.oms.models import FulfillmentOrder
from yipan.oms.models.fulfillment import STATES_OPEN
from yipan.oms.models.fulfillment import FulfillmentState as State


@transaction.atomic
def note_transfer(*, number: str, transfer: str, at: datetime) -> None:
    """Write down which transfer brings the goods."""
    found = order_state.find_fulfillment(number, at=at)
    if found is not None and not found.transfer:
        found.transfer = transfer
        found.save(update_fields=["transfer"])


@transaction.atomic
def leave(
    *,
    number: str,
    left: Mapping[str, int],
    is_last: bool,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    """
    Write down that goods are on their way to their store; what did not leave is sourced anew.

    `left` maps a SKU to how much left.
    """
    found = order_state.find_fulfillment(number, at=at)
    if found is None or found.state not in {State.RELEASED, State.IN_TRANSIT}:
        return
    if is_last:
        missing = {
            row.order_line.line: row.quantity - row.quantity_short - left.get(row.sku, 0)
            for row in answers.lock_lines(found)
        }
        lost = answers.take_away(found, missing, step=f"left-{message_id}", by=by, at=at)
    else:
        lost = {}
    before, found.state = found.state, State.IN_TRANSIT
    found.save(update_fields=["state"])
    order_state.FULFILLMENT_TRAIL.note(
        found, step="ship", from_state=before, by=by, at=at, message_id=message_id
    )
    if lost:
        order = found.order
        sourcing.source(order=order, trigger="short", by=by, at=at, message_id=message_id)


@transaction.atomic
def arrive(
    *,
    number: str,
    came: Mapping[str, int],
    is_last: bool,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    """
    Write down that goods came to their store, and ask the store to hold them ready.

    What was lost on the way is sourced anew. An order that was canceled meanwhile leaves its
    goods to the store.
    """
    found = order_state.find_fulfillment(number, at=at)
    if found is None or found.arrived_at is not None or found.state not in STATES_OPEN:
        return
    rows = answers.lock_lines(found)
    rest = {row.order_line.line: row.quantity - row.quantity_short for row in rows}
    here = {
        row.order_line.line: min(came.get(row.sku, 0), rest[row.order_line.line]) for row in rows
    }
    missing = {line: quantity - here[line] for line, quantity in rest.items()}
    if any(missing.values()) and not is_last:
        return
    found.arrived_at = at
    before, found.state = found.state, State.RELEASED
    found.save(update_fields=["arrived_at", "state"])
    told = uuid5(message_id, "oms.fulfillment_released")
    order_state.FULFILLMENT_TRAIL.note(
        found, step="arrive", from_state=before, by=by, at=at, message_id=told
    )
    if found.is_canceling:
        answers.stopped(number=number, by=by, at=at, message_id=message_id)
        return
    lost = answers.take_away(
        found, missing, step=f"lost-{message_id}", by=by, at=at, transfer=found.transfer
    )
    if any(here.values()):
        telling.release(found, here, at=at, message_id=told)
    else:
        _close(found, at=at)
    if lost:
        order = found.order
        sourcing.source(order=order, trigger="short", by=by, at=at, message_id=message_id)


def _close(found: FulfillmentOrder, *, at: datetime) -> None:
    found.state, found.closed_at = State.CLOSED_SHORT, at
    found.save(update_fields=["state", "closed_at"])
