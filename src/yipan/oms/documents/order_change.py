"""
Changing an order after it was taken in (改单): less of some lines, as far as it has not left, and
how long what waits may wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents.states import WrongState
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.oms.documents import backorder, order_state
from yipan.oms.documents.order import stop
from yipan.oms.documents.order_state import THEN_AGAIN
from yipan.oms.models import ChannelOrder, OrderLine
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.order import STATES_OPEN


class BundleLine(Refusal):
    """The line is a part of a bundle, and a bundle is taken whole. Cancel the order instead."""

    code = "channel_order.bundle_line"
    status = 422


class NotLess(Refusal):
    """Of an order that was taken in, less can be taken and not more. More of it is a new order."""

    code = "channel_order.not_less"
    status = 422


class CancelDayPast(Refusal):
    """The day to cancel what waits has to come yet. To cancel it now, cancel the order."""

    code = "channel_order.cancel_day_past"
    status = 422


@transaction.atomic
def reschedule(*, number: str, cancel_on: date | None, by: Trace, at: datetime) -> ChannelOrder:
    """
    Set the day on which what still waits is canceled, or None when it may wait for good.

    The trail tells both days. Safe to repeat: the same day changes nothing.

    :raises NotFound: if there is no such order.
    :raises WrongState: if nothing of the order is open any more.
    :raises CancelDayPast: if the day is not after today at the head office.
    """
    order = order_state.lock_order(number, at=at)
    if order.state not in STATES_OPEN:
        raise WrongState(number=number, step="reschedule", state=order.state)
    if order.cancel_on == cancel_on:
        return order
    today = masterdata.get_office_date(at)
    if cancel_on is not None and cancel_on <= today:
        raise CancelDayPast(cancel_on=cancel_on.isoformat(), today=today.isoformat())
    was, order.cancel_on = order.cancel_on, cancel_on
    order.save(update_fields=["cancel_on"])
    days = " -> ".join(day.isoformat() if day else "–" for day in (was, cancel_on))
    order_state.ORDER_TRAIL.note(
        order,
        step="reschedule",
        from_state=order.state,
        by=replace(by, reason=f"{days} {by.reason}".strip()[:200]),
        at=at,
    )
    return order


@transaction.atomic
def reduce(
    *, number: str, wanted: Mapping[int, int], by: Trace, at: datetime, message_id: UUID
) -> ChannelOrder:
    """
    Take less of some lines of an order: `wanted` maps a line to its new quantity.

    What waits is canceled at once. Sites that work on the rest are asked to stop; when they
    have, what is still wanted is sourced anew, from them too. What left meanwhile has left.
    Safe to repeat: asked for as much or more, nothing changes.

    :raises NotFound: if there is no such order or line.
    :raises WrongState: if nothing of the order is open any more.
    :raises BundleLine: if a line is a part of a bundle.
    """
    order = order_state.lock_order(number, at=at)
    if order.state not in STATES_OPEN:
        raise WrongState(number=number, step="edit", state=order.state)
    before = order.state
    lines = {line.line: line for line in order.lines.select_for_update().order_by("line")}
    cut = [_cut(lines.get(place), place, quantity) for place, quantity in sorted(wanted.items())]
    OrderLine.objects.bulk_update(lines.values(), ["quantity_canceled", "quantity_cut"])
    if not any(cut):
        return order
    if order.backorder:
        # What waits is less now: as much is set aside of what is to come.
        backorder.give_back(order, by=by, at=at)
        backorder.set_aside(order, by=by, at=at)
    touched = order.fulfillments.filter(
        state__in=FULFILLMENT_OPEN, lines__order_line__quantity_cut__gt=0
    )
    for fulfillment in touched.distinct().order_by("site", "id"):
        stop(fulfillment, then=THEN_AGAIN, by=by, at=at, message_id=message_id)
    order_state.recount(order, at=at)
    order_state.ORDER_TRAIL.note(
        order, step="edit", from_state=before, by=by, at=at, message_id=message_id
    )
    return order


def _cut(line: OrderLine | None, place: int, quantity: int) -> int:
    """Lower what is wanted of a line, never below what has left; return by how much."""
    if line is None:
        raise NotFound(kind="order_line", id=str(place))
    wanted = line.quantity - line.quantity_canceled - line.quantity_cut
    less = wanted - max(quantity, line.quantity_shipped)
    if less <= 0:
        return 0
    if line.bundle:
        raise BundleLine(line=place, bundle=line.bundle)
    waiting = line.quantity - line.quantity_canceled - line.quantity_placed
    at_once = min(less, waiting)
    line.quantity_canceled += at_once
    line.quantity_cut += less - at_once
    return less
