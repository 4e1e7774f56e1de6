"""
Promises are decided many at a time, in order of arrival, in one transaction.

That is what the fastlane asks for; a single step is a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.documents.told import NumberReused
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.calls import call, texts
from yipan.ledger.moves import FactPosting, Trace
from yipan.ledger.posting import StockShort
from yipan.pool import book, rules
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises import placing, writing
from yipan.pool.promises.ends import set_ends
from yipan.pool.promises.guarding import guard
from yipan.pool.promises.placing import Placed, needs_placing
from yipan.pool.promises.planned import STEPS, TO_STATE, Known, Planned, note_steps
from yipan.pool.promises.values import (
    ASKS_PER_BATCH_MAX,
    Answer,
    Ask,
    HoldExpired,
    InsufficientStock,
    LinesDiffer,
    PromiseRow,
    PromiseWrongState,
    make_row,
)
from yipan.pool.promises.writing import NewPromise, get_ask_digest
from yipan.pool.queries.channels import find_parts
from yipan.pool.queries.promises import make_line
from yipan.pool.rules import PromisedLine

NEW: Final = frozenset({"hold", "reserve"})

EXPIRED_AT_ONCE_MAX = 500
_IS_ANY_DUE: Final = "select 1 from pool_promise where state = 'held' and expires_at <= %s limit 1"
_IS_ANY_KNOWN: Final = "select 1 from pool_promise where number = any(%s::text[]) limit 1"
#: How often somebody is placed who is overtaken by another process each time.
PLACINGS_MAX: Final = 3


@transaction.atomic
def decide(*, asks: Sequence[Ask], at: datetime) -> list[Answer]:
    """
    Decide steps of many promises in order of arrival, and return an answer for each.

    An answer is the promise, or the refusal; one refused step takes nothing from the
    others. Holds whose time is over at `at` are given back first, so that an expired hold
    never stands in the way, whether or not the clock has come round to it.
    """
    assert len(asks) <= ASKS_PER_BATCH_MAX
    if call(_IS_ANY_DUE, [at]):
        # Given back in one posting and given away in the next: both are locked ahead.
        late = guard(
            numbers={ask.number for ask in asks},
            skus={line.sku for ask in asks for line in ask.lines},
            at=at,
        )
        _expire(Promise.objects.filter(pk__in=late), at=at)
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


@transaction.atomic(savepoint=False)
def expire_some_due(*, at: datetime) -> int:
    """Give back the goods of holds whose time is over at `at`, some hundred. Return how many."""
    due = Promise.objects.filter(state=State.HELD, expires_at__lte=at).order_by("expires_at", "id")
    # Whoever holds the lock of a promise is taking a step with it just now.
    return _expire(due.select_for_update(skip_locked=True)[:EXPIRED_AT_ONCE_MAX], at=at)


def _expire(due: Iterable[Promise], *, at: datetime) -> int:
    planned = [
        Planned(
            step="expire",
            number=known.promise.number,
            lines=known.lines,
            trace=Trace(actor="system", reason=known.promise.external_id),
            known=known,
        )
        for known in _read_lines(list(due)).values()
    ]
    if planned:
        shortages = _post(planned, at=at)
        assert not any(shortages), "what is held can be given back"
        note_steps(planned, at=at)
    return len(planned)


def _lock(numbers: Iterable[str]) -> dict[str, Known]:
    wanted = list(numbers)
    # A batch of new promises is the rule: a look without a lock says that none is known.
    if not call(_IS_ANY_KNOWN, [texts(wanted)]):
        return {}
    # In sorted order, so that two batches over the same promises wait instead of deadlocking.
    found = Promise.objects.filter(number__in=wanted).order_by("number")
    return _read_lines(list(found.select_for_update()))


def _read_lines(promises: Sequence[Promise]) -> dict[str, Known]:
    if not promises:
        return {}
    lines: dict[int, list[PromisedLine]] = {promise.pk: [] for promise in promises}
    sites: dict[int, set[str]] = {promise.pk: set() for promise in promises}
    rows = PromiseLine.objects.filter(promise_id__in=lines).order_by("promise_id", "site", "sku")
    for row in rows:
        sites[row.promise_id].add(row.site)
        if row.quantity_open:
            lines[row.promise_id].append(make_line(row))
    return {it.number: Known(it, tuple(lines[it.pk]), frozenset(sites[it.pk])) for it in promises}


def _decide_round(asks: Mapping[int, Ask], *, at: datetime) -> dict[int, Answer]:
    known = _lock(ask.number for ask in asks.values())
    asks = set_ends(asks, known, at=at)
    answers: dict[int, Answer] = {}
    planned: list[Planned] = []
    for place, ask in asks.items():
        judged = _judge(ask, known.get(ask.number), place=place, at=at)
        if isinstance(judged, Planned):
            planned.append(judged)
        else:
            answers[place] = judged
    planned, refused = _find_lines(planned, at=at)
    decided = _post_or_place_again(planned, at=at)
    refused += [(it, refusal) for it, refusal in decided if refusal]
    taken = [it for it, refusal in decided if not refusal]
    _write_new(taken, refused, at=at)
    note_steps([it for it in taken if it.known is not None], at=at)
    answers |= {it.place: refusal for it, refusal in refused}
    answers |= {it.place: _describe(it, at=at) for it in taken}
    return answers


def _judge(ask: Ask, known: Known | None, *, place: int, at: datetime) -> Planned | Answer:
    if ask.step in NEW:
        return _judge_new(ask, known, place=place)
    is_theirs = known is not None and (ask.sites is None or known.sites <= ask.sites)
    if known is None or not is_theirs or known.promise.state == State.REFUSED:
        return NotFound(kind="promise", id=ask.number)
    promise = known.promise
    is_over = promise.expires_at is not None and promise.expires_at <= at
    if promise.state not in STEPS[ask.step] or is_over:
        return _judge_late(ask, known)
    lines = known.lines
    if ask.step == "move":
        lines = rules.sum_lines(ask.lines)
        if _sum_skus(lines) != _sum_skus(known.lines):
            return LinesDiffer(number=ask.number)
    return Planned(
        step=ask.step,
        number=ask.number,
        lines=lines,
        trace=Trace(actor=ask.actor, device=ask.device, reason=ask.reason or promise.external_id),
        place=place,
        ask=ask,
        known=known,
    )


def _judge_new(ask: Ask, known: Known | None, *, place: int) -> Planned | Answer:
    if known is None:
        return Planned(
            step=ask.step,
            number=ask.number,
            lines=rules.sum_lines(ask.lines),
            trace=Trace(actor=ask.actor, reason=ask.external_id),
            place=place,
            ask=ask,
        )
    if known.promise.digest != get_ask_digest(ask):
        return NumberReused(number=ask.number)
    if known.promise.state == State.REFUSED:
        return InsufficientStock(**known.promise.facts)
    return replace(make_row(known.promise, known.lines), is_repeat=True)


def _judge_late(ask: Ask, known: Known) -> Answer:
    """Answer a step that cannot be taken any more: it was taken before, or it is too late."""
    promise = known.promise
    was_committed = promise.state == State.RESERVED and promise.committed_at is not None
    was_released = promise.state == State.RELEASED
    if (ask.step == "commit" and was_committed) or (ask.step == "release" and was_released):
        return replace(make_row(promise, known.lines), is_repeat=True)
    if promise.state in {State.EXPIRED, State.HELD}:
        return HoldExpired(number=promise.number, expires_at=promise.expires_at)
    return PromiseWrongState(number=promise.number, state=promise.state, step=ask.step)


def _find_lines(
    planned: Sequence[Planned], *, at: datetime
) -> tuple[list[Planned], list[tuple[Planned, Refusal]]]:
    """Find out from where new promises are given; return those that can be, and the refused."""
    to_place = {
        it.place: it.ask
        for it in planned
        if it.ask is not None and it.step in {*NEW, "move"} and needs_placing(it.ask)
    }
    new = [it for it in planned if it.known is None and it.place not in to_place]
    parts = find_parts({line.sku for it in new for line in it.lines}) if new else {}
    for it in new if parts else ():
        it.lines = _expand(it.lines, parts)
    if not to_place:
        return list(planned), []
    return _place(planned, to_place, at=at)


def _place(
    planned: Sequence[Planned], to_place: Mapping[int, Ask], *, at: datetime
) -> tuple[list[Planned], list[tuple[Planned, Refusal]]]:
    placed = placing.place_all(to_place, at=at)
    kept: list[Planned] = []
    refused: list[tuple[Planned, Refusal]] = []
    for it in planned:
        found = placed.get(it.place)
        if isinstance(found, Placed):
            it.lines, it.short, it.is_placed = found.lines, found.short, True
        elif found is not None:
            refused.append((it, found))
            continue
        kept.append(it)
    return kept, refused


def _expand(
    lines: Sequence[PromisedLine], parts: Mapping[str, tuple[tuple[str, int], ...]]
) -> tuple[PromisedLine, ...]:
    """Replace bundles by their parts."""
    return rules.sum_lines(
        replace(line, sku=sku, quantity=line.quantity * needed)
        for line in lines
        for sku, needed in parts.get(line.sku, ((line.sku, 1),))
    )


def _post_or_place_again(
    planned: Sequence[Planned], *, at: datetime
) -> list[tuple[Planned, Refusal | None]]:
    """Post; whoever was placed where somebody else took the goods meanwhile is placed anew."""
    decided: list[tuple[Planned, Refusal | None]] = []
    waiting = list(planned)
    for attempt in range(PLACINGS_MAX):
        shortages = _post(waiting, at=at)
        is_last = attempt == PLACINGS_MAX - 1
        again = []
        for it, shortage in zip(waiting, shortages, strict=True):
            if shortage and it.is_placed and not is_last:
                again.append(it)
            else:
                decided.append((it, _refuse(shortage) if shortage else None))
        if not again:
            break
        asks = {it.place: it.ask for it in again if it.ask is not None}
        waiting, refused = _place(again, asks, at=at)
        decided += refused
    return decided


def _post(planned: Sequence[Planned], *, at: datetime) -> list[StockShort | None]:
    moving = [(it, it.list_moves()) for it in planned if it.step != "extend"]
    posted = book.post_promises(
        postings=[
            FactPosting(origin=it.origin, occurred_at=at, moves=moves, trace=it.trace)
            for it, moves in moving
        ]
    )
    shortages = {id(it): short for (it, _), short in zip(moving, posted, strict=True)}
    return [shortages.get(id(it)) for it in planned]


def _write_new(
    taken: Sequence[Planned], refused: Sequence[tuple[Planned, Refusal]], *, at: datetime
) -> None:
    made = [
        NewPromise(
            ask=it.ask,
            state=TO_STATE[it.step],
            lines=it.lines,
            facts={"short": dict(it.short)} if it.short else {},
        )
        for it in taken
        if it.known is None and it.ask is not None
    ]
    made += [
        NewPromise(ask=it.ask, state=State.REFUSED, lines=it.lines, facts=refusal.facts)
        for it, refusal in refused
        if it.known is None and it.ask is not None and isinstance(refusal, InsufficientStock)
    ]
    writing.insert(made, at=at)


def _describe(step: Planned, *, at: datetime) -> PromiseRow:
    if step.known is None:
        assert step.ask is not None
        return PromiseRow(
            number=step.number,
            state=TO_STATE[step.step],
            lines=step.lines,
            created_at=at,
            created_by=step.ask.actor,
            external_id=step.ask.external_id,
            expires_at=step.ask.expires_at,
            channel=step.ask.channel,
            method=step.ask.method,
            short=step.short,
        )
    row = make_row(step.known.promise, step.lines)
    if step.step == "commit":
        return replace(row, state=TO_STATE[step.step], committed_at=at, expires_at=None)
    if step.step == "extend":
        assert step.ask is not None
        return replace(row, expires_at=step.ask.expires_at)
    return replace(row, state=TO_STATE.get(step.step, State(row.state)))


def _sum_skus(lines: Iterable[PromisedLine]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.sku] = sums.get(line.sku, 0) + line.quantity
    return sums


def _refuse(shortage: StockShort) -> InsufficientStock:
    facts = shortage.facts
    site = str(facts["account"]).split("/")[1]
    return InsufficientStock(
        sku=facts["sku"],
        site=site,
        requested_quantity=facts["asked"],
        available_quantity=facts["available"],
    )
