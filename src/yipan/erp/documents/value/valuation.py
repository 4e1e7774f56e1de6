"""Valuation (存货计价): follow the site book in the order it was written, and put a value on it.

Movements are valued once and in recorded order, whatever day they happened; so a document that
comes late changes no value that was told before. One run at a time: whoever writes values holds
the mark of how far they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from yipan.erp.documents.value import true_up, value_states
from yipan.erp.documents.value.value_world import World, read_world
from yipan.erp.models import ValuationMark, ValuedPlace
from yipan.erp.rules import valuation as rules
from yipan.erp.rules.costing import EMPTY
from yipan.erp.rules.valuation import Crossing, Undone, Valued
from yipan.ledger import feed, values
from yipan.ledger.feed import LAG, FeedRow, Position
from yipan.ledger.value_rows import ValueEntry, ValueKind
from yipan.pool.book import SITE_BOOK

MOVEMENTS_PER_RUN: Final = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """What one run has read, and what it has written so far."""

    world: World
    states: rules.States
    at: datetime
    origins: dict[int, str] = field(default_factory=dict)
    entries: list[ValueEntry] = field(default_factory=list)
    paid: list[true_up.PaidBy] = field(default_factory=list)


def value_postings(*, at: Callable[[], datetime], lag: timedelta = LAG, seconds: float = 50) -> int:
    """
    Value everything that is settled, run after run, for so many seconds. Return how many movements.

    Repeatable, and safe beside another worker: runs are made one after the other.
    """
    started = at()
    until = feed.get_settled_until(lag=lag)
    count = 0
    while (at() - started).total_seconds() < seconds:
        done = value_next(until=until, at=at())
        count += done
        if done == 0:
            break
    return count


@transaction.atomic
def value_next(*, until: datetime, at: datetime, limit: int = MOVEMENTS_PER_RUN) -> int:
    """
    Value the next movements recorded before `until`. Return how many there were.

    All of a run is written, and the mark moved on, or nothing.
    """
    mark = lock_mark()
    rows = feed.list_recorded(book=SITE_BOOK, after=_get_position(mark), until=until, limit=limit)
    if not rows:
        return 0
    world = read_world(rows)
    crossings = [(row, _make_crossing(row, world)) for row in rows]
    keys = {
        (pool.code, crossing.sku)
        for _, crossing in crossings
        if crossing is not None
        for pool in (crossing.from_pool, crossing.to_pool)
        if pool is not None
    }
    before = value_states.load(keys)
    run = _Run(world=world, states=dict(before), at=at)
    for row, crossing in crossings:
        if crossing is not None:
            _value(run, row, _undo(run, row, crossing))
    _write(run, before=before)
    mark.recorded_at, mark.movement_id = rows[-1].recorded_at, rows[-1].movement_id
    mark.valued_at, mark.movements = at, mark.movements + len(rows)
    mark.save(update_fields=["recorded_at", "movement_id", "valued_at", "movements"])
    return len(rows)


def lock_mark() -> ValuationMark:
    """Lock the mark: whoever writes values, or closes a period, comes one after the other."""
    ValuationMark.objects.get_or_create(book=SITE_BOOK)
    return ValuationMark.objects.select_for_update().get(book=SITE_BOOK)


def _get_position(mark: ValuationMark) -> Position | None:
    if mark.recorded_at is None:
        return None
    return Position(recorded_at=mark.recorded_at, movement_id=mark.movement_id)


def _make_crossing(row: FeedRow, world: World) -> Crossing | None:
    """Return where goods went, None when their value and place stay as they are."""
    source, target = rules.find_place(row.from_account), rules.find_place(row.to_account)
    if source is None and target is None:
        return None
    from_pool, to_pool = world.find_pools(row.sku, source=source, target=target)
    from_place = source[1] if source else ""
    to_place = target[1] if target else ""
    is_same_pool = from_pool is not None and to_pool is not None and from_pool.code == to_pool.code
    if is_same_pool and from_place == to_place:
        return None
    return Crossing(
        movement_id=row.movement_id,
        sku=row.sku,
        quantity=row.quantity,
        from_pool=from_pool,
        from_place=from_place,
        to_pool=to_pool,
        to_place=to_place,
        cause=row.from_account if source is None else row.to_account if target is None else "",
        paid=world.find_amount_paid(row, to_pool) if source is None else None,
    )


def _undo(run: _Run, row: FeedRow, crossing: Crossing) -> Crossing:
    """Let a reversal carry what the movement that it undoes was valued at."""
    original = run.world.undone.get(row.movement_id)
    if original is None or (crossing.from_pool is not None and crossing.to_pool is not None):
        return crossing
    side = 0 if crossing.from_pool is None else 1
    entry = run.world.undone_entries.get((original, side)) or next(
        (it for it in run.entries if (it.movement_id, it.side) == (original, side)), None
    )
    if entry is None:
        return crossing
    undone = Undone(amount=abs(entry.amount), movement_id=original)
    return replace(crossing, undone=undone)


def _value(run: _Run, row: FeedRow, crossing: Crossing) -> None:
    business_date = run.world.get_business_date(row)
    run.origins[row.movement_id] = row.origin
    for valued in rules.value(run.states, crossing):
        day = run.world.get_accounting_date(valued.pool, business_date, at=run.at)
        entry = _make_entry(row, valued, business_date=business_date, accounting_date=day)
        run.entries.append(entry)
        if valued.difference:
            run.entries.append(_make_difference(entry, row, valued.difference))
        run.paid.extend(
            true_up.PaidBy(paid=paid, sku=row.sku, by=entry, origin=row.origin)
            for paid in valued.paid
            if paid.true_up
        )


def _make_entry(
    row: FeedRow, valued: Valued, *, business_date: date, accounting_date: date
) -> ValueEntry:
    return ValueEntry(
        sku=row.sku,
        pool=valued.pool,
        place=valued.place,
        kind=ValueKind(valued.kind),
        cause=valued.cause,
        quantity=valued.quantity,
        amount=valued.amount,
        provisional=valued.provisional,
        occurred_at=row.occurred_at,
        business_date=business_date,
        accounting_date=accounting_date,
        movement_id=row.movement_id,
        side=valued.side,
        event_id=row.event_id,
    )


def _make_difference(entry: ValueEntry, row: FeedRow, amount: int) -> ValueEntry:
    return ValueEntry(
        sku=entry.sku,
        pool=entry.pool,
        place=entry.place,
        kind=ValueKind.COST_DIFFERENCE,
        cause=entry.cause,
        quantity=0,
        amount=amount,
        occurred_at=entry.occurred_at,
        business_date=entry.business_date,
        accounting_date=entry.accounting_date,
        event_id=entry.event_id,
        document=row.origin,
    )


def _write(run: _Run, *, before: Mapping[tuple[str, str], object]) -> None:
    trued_up = true_up.post(run.paid, earlier=run.entries, origins=run.origins, at=run.at)
    values.append_entries([*run.entries, *trued_up])
    value_states.store(
        {key: state for key, state in run.states.items() if before.get(key, EMPTY) is not state}
    )
    new = [ValuedPlace(path=path, entity=pool) for path, pool in run.world.new_places.items()]
    ValuedPlace.objects.bulk_create(new, ignore_conflicts=True)
