"""Single steps of a promise: hold or reserve -> commit -> fulfill, or release, or expire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import FactPosting, Trace
from yipan.pool import book, rules
from yipan.pool.models import Promise
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises.deciding import decide, expire_some_due
from yipan.pool.promises.values import Ask, PromiseRow
from yipan.pool.queries.promises import make_line

#: From which states may each step be taken?
STEPS: Final[Mapping[str, frozenset[str]]] = {"fulfill": frozenset({State.RESERVED})}


def hold(*, ask: Ask, at: datetime) -> PromiseRow:
    """
    Set stock aside for a cart until `ask.expires_at`: all lines or none.

    Without an end it is kept as long as its channel keeps carts.

    :raises InsufficientStock: if one of the lines cannot be promised.
    :raises NumberReused: if the number was used before, for something else.
    """
    assert ask.expires_at is None or ask.expires_at > at
    return _take(replace(ask, step="hold"), at=at)


def reserve(*, ask: Ask, at: datetime) -> PromiseRow:
    """
    Set stock aside for an order, without end: all lines or none.

    :raises InsufficientStock: if one of the lines cannot be promised.
    :raises NumberReused: if the number was used before, for something else.
    """
    assert ask.expires_at is None
    return _take(replace(ask, step="reserve"), at=at)


def commit(*, ask: Ask, at: datetime) -> PromiseRow:
    """
    Turn a hold into the reservation of an order (确认预占). Safe to repeat.

    :raises NotFound: if there is no such promise within the asker's sites.
    :raises HoldExpired: if the time of the hold is over.
    :raises PromiseWrongState: if it was released or fulfilled.
    """
    return _take(replace(ask, step="commit"), at=at)


def release(*, ask: Ask, at: datetime) -> PromiseRow:
    """
    Give the goods back to everybody. Safe to repeat.

    :raises NotFound: if there is no such promise within the asker's sites.
    :raises HoldExpired: if it has expired, and so gave them back before.
    :raises PromiseWrongState: if it was fulfilled.
    """
    return _take(replace(ask, step="release"), at=at)


def extend(*, ask: Ask, at: datetime) -> PromiseRow:
    """
    Give a hold more time: until `ask.expires_at`, or as long as its channel keeps carts.

    :raises HoldExpired: if its time is over.
    :raises PromiseWrongState: if it is no hold any more.
    """
    assert ask.expires_at is None or ask.expires_at > at
    return _take(replace(ask, step="extend"), at=at)


def move(*, ask: Ask, at: datetime) -> PromiseRow:
    """
    Set the goods of a promise aside elsewhere, in one posting: never in both places, never in none.

    `ask.lines` are the new places of all that still stands, the same quantity of each SKU.

    :raises InsufficientStock: if it is not free there; then all stays where it is.
    :raises LinesDiffer: if the lines are not the same goods.
    """
    return _take(replace(ask, step="move"), at=at)


def expire_due(*, at: datetime) -> int:
    """Give back the goods of all holds whose time is over at `at`. Return how many."""
    count = 0
    # Each time in a transaction of its own: two of them would lock balances out of order.
    while some := expire_some_due(at=at):
        count += some
    return count


@transaction.atomic
def fulfill(*, number: str, at: datetime, actor: str = "") -> None:
    """
    Book that the goods of a reservation left (履约完成), as a fact.

    :raises NotFound: if there is no such promise.
    :raises WrongState: if it is not reserved.
    """
    promise = lock_for("fulfill", model=Promise, number=number, steps=STEPS)
    lines = [make_line(row) for row in promise.lines.order_by("site", "sku") if row.quantity_open]
    posting = FactPosting(
        origin=f"promise/{number}/fulfill",
        occurred_at=at,
        moves=rules.move_to_customer(lines),
        trace=Trace(actor=actor, reason=promise.external_id),
    )
    is_new = book.post_fact(posting=posting)
    assert is_new, "a promise is fulfilled once"
    promise.state = State.FULFILLED
    promise.settled_at = at
    promise.quantity_fulfilled += sum(line.quantity for line in lines)
    promise.save(update_fields=["state", "settled_at", "quantity_fulfilled"])


def _take(ask: Ask, *, at: datetime) -> PromiseRow:
    answer = decide(asks=[ask], at=at)[0]
    if isinstance(answer, Refusal):
        raise answer
    return answer
