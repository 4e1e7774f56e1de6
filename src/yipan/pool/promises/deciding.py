"""
Promises are decided many at a time, in order of arrival, in one transaction.

That is what the fastlane asks for; a single step is a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction

from yipan.documents.told import NumberReused
from yipan.foundation.refusals import NotFound
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import FactPosting, Trace
from yipan.ledger.posting import StockShort
from yipan.pool import book, rules
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises.values import (
    ASKS_PER_BATCH_MAX,
    Answer,
    Ask,
    HoldExpired,
    InsufficientStock,
    PromiseRow,
    PromiseWrongState,
    make_row,
)
from yipan.pool.rules import PromisedLine

#: From which states may each step be taken?
STEPS: Final[Mapping[str, frozenset[str]]] = {
    "commit": frozenset({State.HELD}),
    "release": frozenset({State.HELD, State.RESERVED}),
    "expire": frozenset({State.HELD}),
}

#: Where the goods of a standing promise are.
STATUS: Final[Mapping[str, StockStatus]] = {
    State.HELD: StockStatus.HELD,
    State.RESERVED: StockStatus.RESERVED,
}

#: In which state each step leaves the promise, and where it brings the goods.
TO_STATE: Final[Mapping[str, State]] = {
    "hold": State.HELD,
    "reserve": State.RESERVED,
    "commit": State.RESERVED,
    "release": State.RELEASED,
    "expire": State.EXPIRED,
}

EXPIRED_AT_ONCE_MAX = 500


class _Known(NamedTuple):
    """A promise under our lock."""

    promise: Promise
    lines: tuple[PromisedLine, ...]


class _Planned(NamedTuple):
    """A step that may be taken, and for which only stock can be missing."""

    step: str
    number: str
    lines: tuple[PromisedLine, ...]
    from_status: StockStatus
    trace: Trace
    place: int = -1
    ask: Ask | None = None
    known: _Known | None = None


@transaction.atomic
def decide(*, asks: Sequence[Ask], at: datetime) -> list[Answer]:
    """
    Decide steps of many promises in order of arrival, and return an answer for each.

    An answer is the promise, or the refusal; one refused step takes nothing from the
    others. Holds whose time is over at `at` are given back first, so that an expired hold
    never stands in the way, whether or not the clock has come round to it.
    """
    assert len(asks) <= ASKS_PER_BATCH_MAX
    expire_all_due(at=at)
    answers: dict[int, Answer] = {}
    waiting = list(enumerate(asks))
    while waiting:
        # A number that comes twice is decided twice, the second time knowing the first.
        first: dict[str, int] = {}
        for place, ask in waiting:
            first.setdefault(ask.number, place)
        now = set(first.values())
        answers |= _decide_round({place: asks[place] for place in sorted(now)}, at=at)
        waiting = [(place, ask) for place, ask in waiting if place not in now]
    return [answers[place] for place in range(len(asks))]


@transaction.atomic
def expire_all_due(*, at: datetime) -> int:
    """Give back the goods of all holds whose time is over at `at`. Return how many."""
    count = 0
    while due := _lock_due(at=at):
        planned = [
            _Planned(
                step="expire",
                number=known.promise.number,
                lines=known.lines,
                from_status=StockStatus.HELD,
                trace=Trace(actor="system", reason=known.promise.external_id),
            )
            for known in due
        ]
        shortages = _post(planned, at=at)
        assert not any(shortages), "what is held can be given back"
        _note_steps(planned, at=at)
        count += len(due)
    return count


def _lock_due(*, at: datetime) -> list[_Known]:
    due = Promise.objects.filter(state=State.HELD, expires_at__lte=at).order_by("expires_at", "id")
    # Whoever holds the lock of a promise is taking a step with it just now.
    locked = list(due.select_for_update(skip_locked=True)[:EXPIRED_AT_ONCE_MAX])
    return list(_read_lines(locked).values())


def _lock(numbers: Iterable[str]) -> dict[str, _Known]:
    # In sorted order, so that two batches over the same promises wait instead of deadlocking.
    found = Promise.objects.filter(number__in=list(numbers)).order_by("number")
    return _read_lines(list(found.select_for_update()))


def _read_lines(promises: Sequence[Promise]) -> dict[str, _Known]:
    if not promises:
        return {}
    lines: dict[int, list[PromisedLine]] = {promise.pk: [] for promise in promises}
    rows = PromiseLine.objects.filter(promise_id__in=lines).order_by("promise_id", "site", "sku")
    for row in rows:
        line = PromisedLine(site=row.site, sku=row.sku, quantity=row.quantity)
        lines[row.promise_id].append(line)
    return {it.number: _Known(it, tuple(lines[it.pk])) for it in promises}


def _decide_round(asks: Mapping[int, Ask], *, at: datetime) -> dict[int, Answer]:
    known = _lock(ask.number for ask in asks.values())
    answers: dict[int, Answer] = {}
    planned: list[_Planned] = []
    for place, ask in asks.items():
        judged = _judge(ask, known.get(ask.number), place=place, at=at)
        if isinstance(judged, _Planned):
            planned.append(judged)
        else:
            answers[place] = judged
    shortages = _post(planned, at=at)
    made = [step for step in planned if step.known is None]
    _write_new(made, dict(zip(planned, shortages, strict=True)), at=at)
    _note_steps([step for step in planned if step.known is not None], at=at)
    for step, shortage in zip(planned, shortages, strict=True):
        assert step.known is None or shortage is None, "what is set aside can be moved on"
        answers[step.place] = _refuse(shortage) if shortage else _describe(step, at=at)
    return answers


def _judge(ask: Ask, known: _Known | None, *, place: int, at: datetime) -> _Planned | Answer:
    if ask.step in {"hold", "reserve"}:
        return _judge_new(ask, known, place=place)
    is_theirs = known is not None and (
        ask.sites is None or all(line.site in ask.sites for line in known.lines)
    )
    if known is None or not is_theirs or known.promise.state == State.REFUSED:
        return NotFound(kind="promise", id=ask.number)
    promise = known.promise
    is_over = promise.expires_at is not None and promise.expires_at <= at
    if promise.state in STEPS[ask.step] and not is_over:
        return _Planned(
            step=ask.step,
            number=ask.number,
            lines=known.lines,
            from_status=STATUS[promise.state],
            trace=Trace(actor=ask.actor, reason=promise.external_id),
            place=place,
            ask=ask,
            known=known,
        )
    return _judge_late(ask, known)


def _judge_new(ask: Ask, known: _Known | None, *, place: int) -> _Planned | Answer:
    if known is None:
        return _Planned(
            step=ask.step,
            number=ask.number,
            lines=rules.sum_lines(ask.lines),
            from_status=StockStatus.AVAILABLE,
            trace=Trace(actor=ask.actor, reason=ask.external_id),
            place=place,
            ask=ask,
        )
    if known.promise.digest != rules.get_digest(ask.lines, seconds=ask.seconds):
        return NumberReused(number=ask.number)
    if known.promise.state == State.REFUSED:
        return InsufficientStock(**known.promise.facts)
    return replace(make_row(known.promise, known.lines), is_repeat=True)


def _judge_late(ask: Ask, known: _Known) -> Answer:
    """Answer a step that cannot be taken any more: it was taken before, or it is too late."""
    promise = known.promise
    was_committed = promise.state == State.RESERVED and promise.committed_at is not None
    was_released = promise.state == State.RELEASED
    if (ask.step == "commit" and was_committed) or (ask.step == "release" and was_released):
        return replace(make_row(promise, known.lines), is_repeat=True)
    if promise.state in {State.EXPIRED, State.HELD}:
        return HoldExpired(number=promise.number, expires_at=promise.expires_at)
    return PromiseWrongState(number=promise.number, state=promise.state, step=ask.step)


def _post(planned: Sequence[_Planned], *, at: datetime) -> list[StockShort | None]:
    return book.post_promises(
        postings=[
            FactPosting(
                origin=f"promise/{step.number}/{step.step}",
                occurred_at=at,
                moves=rules.move_between(
                    step.lines,
                    from_status=step.from_status,
                    to_status=STATUS.get(TO_STATE[step.step], StockStatus.AVAILABLE),
                ),
                trace=step.trace,
            )
            for step in planned
        ]
    )


def _write_new(
    planned: Sequence[_Planned], shortages: Mapping[_Planned, StockShort | None], *, at: datetime
) -> None:
    promises = [_make_promise(step, shortages[step], at=at) for step in planned]
    if not promises:
        return
    Promise.objects.bulk_create(promises)
    PromiseLine.objects.bulk_create(
        [
            PromiseLine(promise=promise, site=line.site, sku=line.sku, quantity=line.quantity)
            for promise, step in zip(promises, planned, strict=True)
            for line in step.lines
        ]
    )


def _make_promise(step: _Planned, shortage: StockShort | None, *, at: datetime) -> Promise:
    ask = step.ask
    assert ask is not None
    return Promise(
        number=step.number,
        state=State.REFUSED if shortage else TO_STATE[step.step],
        expires_at=ask.expires_at,
        settled_at=at if shortage else None,
        external_id=ask.external_id,
        digest=rules.get_digest(ask.lines, seconds=ask.seconds),
        facts=_refuse(shortage).facts if shortage else {},
        created_by=ask.actor,
        created_at=at,
    )


def _note_steps(planned: Sequence[_Planned], *, at: datetime) -> None:
    """Write down the new state of promises that existed before."""
    by_step: dict[str, list[str]] = {}
    for step in planned:
        by_step.setdefault(step.step, []).append(step.number)
    for name, numbers in sorted(by_step.items()):
        promises = Promise.objects.filter(number__in=numbers)
        if name == "commit":
            promises.update(state=TO_STATE[name], committed_at=at, expires_at=None)
        else:
            promises.update(state=TO_STATE[name], settled_at=at)


def _describe(step: _Planned, *, at: datetime) -> PromiseRow:
    state = TO_STATE[step.step]
    if step.known is not None:
        row = make_row(step.known.promise, step.known.lines)
        if step.step == "commit":
            return replace(row, state=state, committed_at=at, expires_at=None)
        return replace(row, state=state)
    assert step.ask is not None
    return PromiseRow(
        number=step.number,
        state=state,
        lines=step.lines,
        created_at=at,
        created_by=step.ask.actor,
        external_id=step.ask.external_id,
        expires_at=step.ask.expires_at,
    )


def _refuse(shortage: StockShort) -> InsufficientStock:
    facts = shortage.facts
    site = str(facts["account"]).split("/")[1]
    return InsufficientStock(
        sku=facts["sku"],
        site=site,
        requested_quantity=facts["asked"],
        available_quantity=facts["available"],
    )
