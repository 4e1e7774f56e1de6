"""What a site answers to many fulfillment orders in one run of messages: a few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import trail
from yipan.ledger.moves import Trace
from yipan.oms.documents import fulfillment as one
from yipan.oms.documents import order_state
from yipan.oms.documents.fulfillment import Left
from yipan.oms.models import (
    ChannelOrder,
    FulfillmentLine,
    FulfillmentOrder,
    OrderLine,
)
from yipan.oms.models.fulfillment import FulfillmentState as State
from yipan.oms.models.order import STATES_OPEN

#: How far a site is, in the order it gets there: an answer that comes late never leads back.
STEPS_TOLD = {State.ACCEPTED: "accept", State.PICKED: "pick", State.READY: "stage"}

RANK = {State.RELEASED: 0, State.ACCEPTED: 1, State.PICKED: 2, State.READY: 3}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How far a site said it is with a fulfillment order: accepted, picked, ready for pick-up."""

    number: str
    state: State
    by: Trace
    message_id: UUID
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """A shipment a site told, by whom, and in which message."""

    left: Left
    by: Trace
    message_id: UUID


@transaction.atomic
def progress_all(told: Sequence[Told], *, at: datetime) -> None:
    """Write down how far a site is with some fulfillment orders, in the order it was told."""
    numbers = {it.number for it in told}
    states = dict(
        FulfillmentOrder.objects.filter(number__in=numbers).values_list("number", "state")
    )
    # Most of what sites tell is known: nothing is locked for it.
    news = [it for it in told if it.number in states and _is_news(it, state=states[it.number])]
    if not news:
        return
    rows = order_state.lock_many({it.number for it in news})
    steps = []
    for it in news:
        row = rows[it.number]
        if not _is_news(it, state=row.state):
            continue
        before = State(row.state)
        row.state = it.state if RANK[it.state] > RANK[before] else before
        row.reason = it.note[:200] or row.reason
        steps.append(
            order_state.FULFILLMENT_TRAIL.make_step(
                row,
                step=STEPS_TOLD.get(it.state, "accept"),
                from_state=before,
                by=it.by,
                at=at,
                message_id=it.message_id,
            )
        )
    FulfillmentOrder.objects.bulk_update(rows.values(), ["state", "reason"])
    trail.record_many(steps)


def _is_news(told: Told, *, state: str) -> bool:
    if state not in RANK:
        return False
    return bool(told.note) or RANK[told.state] > RANK[State(state)]


@transaction.atomic
def ship_all(gone: Sequence[Gone], *, at: datetime) -> None:
    """
    Write down what left with some shipments, each as `fulfillment.ship` does.

    Those that end a fulfillment order with something missing are sourced anew one by one.
    """
    rows = order_state.lock_many({it.left.number for it in gone})
    lines = _read_lines(rows.values())
    whole: dict[str, Gone] = {}
    others: list[Gone] = []
    for it in gone:
        row = rows.get(it.left.number)
        if row is None or it.left.shipment in row.shipments:
            continue
        is_simple = it.left.number not in whole and not _ends_short(it.left, lines[row.pk])
        if is_simple:
            whole[it.left.number] = it
        else:
            others.append(it)
    _write([(rows[number], it) for number, it in whole.items()], lines, at=at)
    if others:
        touched = {rows[it.left.number].order_id: rows[it.left.number].order for it in others}
        order_state.guard_many(list(touched.values()), at=at)
    for it in others:
        one.ship(left=it.left, by=it.by, at=at, message_id=it.message_id)


def _read_lines(rows: Collection[FulfillmentOrder]) -> dict[int, list[FulfillmentLine]]:
    """Return fulfillment id to its lines; those of one order's line share its row."""
    shared: dict[int, OrderLine] = {}
    lines: dict[int, list[FulfillmentLine]] = {row.pk: [] for row in rows}
    found = FulfillmentLine.objects.filter(fulfillment__in=[row.pk for row in rows])
    for line in found.select_related("order_line").order_by("fulfillment_id", "order_line__line"):
        line.order_line = shared.setdefault(line.order_line_id, line.order_line)
        lines[line.fulfillment_id].append(line)
    return lines


def _ends_short(left: Left, lines: Sequence[FulfillmentLine]) -> bool:
    """Tell whether a site will send no more though something is missing."""
    return left.is_last and any(_count_rest(it, left) > 0 for it in lines)


def _count_rest(line: FulfillmentLine, left: Left) -> int:
    gone = left.shipped.get(line.order_line.line, 0)
    return line.quantity - line.quantity_shipped - line.quantity_short - gone


def _write(
    pairs: Sequence[tuple[FulfillmentOrder, Gone]],
    lines: dict[int, list[FulfillmentLine]],
    *,
    at: datetime,
) -> None:
    """Write down what left of fulfillment orders that miss nothing when they end."""
    steps, changed = [], []
    for row, it in pairs:
        left, before = it.left, row.state
        is_over = left.is_last or all(_count_rest(each, left) <= 0 for each in lines[row.pk])
        row.shipments[left.shipment] = {str(key): n for key, n in left.shipped.items()}
        for line in lines[row.pk]:
            quantity = left.shipped.get(line.order_line.line, 0)
            if quantity:
                line.quantity_shipped += quantity
                line.order_line.quantity_shipped += quantity
                changed.append(line)
        row.tracking = ", ".join(filter(None, [row.tracking, left.tracking]))[:200]
        gone = State.HANDED_OVER if left.is_pickup else State.SHIPPED
        row.state = gone if is_over else State.PARTLY_SHIPPED
        row.closed_at = (left.left_at or at) if is_over else None
        steps.append(
            order_state.FULFILLMENT_TRAIL.make_step(
                row, step="ship", from_state=before, by=it.by, at=at, message_id=it.message_id
            )
        )
    FulfillmentLine.objects.bulk_update(changed, ["quantity_shipped"], batch_size=1_000)
    theirs = {line.order_line_id: line.order_line for line in changed}
    OrderLine.objects.bulk_update(list(theirs.values()), ["quantity_shipped"], batch_size=1_000)
    FulfillmentOrder.objects.bulk_update(
        [row for row, _ in pairs], ["state", "tracking", "closed_at", "shipments"]
    )
    trail.record_many(steps)
    _recount({row.order_id: row.order for row, _ in pairs}, at=at)


def _recount(orders: dict[int, ChannelOrder], *, at: datetime) -> None:
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=list(orders)):
        lines.setdefault(line.order_id, []).append(line)
    still_open = [order for order in orders.values() if order.state in STATES_OPEN]
    for order in still_open:
        order_state.count(order, lines.get(order.pk, []), at=at)
    ChannelOrder.objects.bulk_update(still_open, ["state", "closed_at"])
