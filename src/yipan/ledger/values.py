"""Values (存货价值): entries appended behind the movements, and what they add up to.

The amounts of a pool and SKU add up to the value of its stock at any moment, on both time
axes: `as_of` is the last accounting date that counts, `known_at` when the entry was written.
A place's part of a pool's value follows from its part of the quantity, to the last minor unit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString

from yipan.foundation.ids import BUCKETS, get_text_bucket
from yipan.ledger.calls import Row, call, days, moments, numbers, texts
from yipan.ledger.value_rows import (
    LateValue,
    StockValue,
    ValueEntry,
    ValueEntryRow,
    ValueFlow,
    ValueKind,
)

ROWS_MAX = 100_000
ENTRIES_MAX = 1_000
_ALL_BUCKETS = numbers(range(BUCKETS))


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueScope:
    """Which entries count. None counts all pools, places and SKUs; no moment counts to now."""

    as_of: date
    pools: Collection[str] | None = None
    places: Collection[str] | None = None
    skus: Collection[str] | None = None
    known_at: datetime | None = None


def append_entries(entries: Sequence[ValueEntry]) -> None:
    """
    Write entries in their order, all or none. An entry of a movement and side is written once.

    Their SKUs are those of movements, so the ledger knows them.
    """
    if not entries:
        return
    call(
        "select ledger_append_values(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
        " %s)",
        [
            numbers([get_text_bucket(it.sku) for it in entries]),
            texts([it.sku for it in entries]),
            texts([it.pool for it in entries]),
            texts([it.place for it in entries]),
            texts([it.kind for it in entries]),
            texts([it.cause for it in entries]),
            numbers([it.quantity for it in entries]),
            numbers([it.amount for it in entries]),
            numbers([it.provisional for it in entries]),
            moments([it.occurred_at for it in entries]),
            days([it.business_date for it in entries]),
            days([it.accounting_date for it in entries]),
            numbers([it.movement_id for it in entries]),
            numbers([it.side for it in entries]),
            "{" + ",".join(["NULL" if it.event_id is None else it.event_id.hex
                            for it in entries]) + "}",
            texts([it.document for it in entries]),
        ],
    )  # fmt: skip


def list_entries(
    *, sku: str, pools: Collection[str] | None = None, limit: int, before: str | None = None
) -> list[ValueEntryRow]:
    """Return the entries of a SKU, the last written first; `before` is a `cursor`."""
    assert 0 < limit <= ENTRIES_MAX
    rows = call(
        _ENTRIES
        + """
         where s.code = %(sku)s and e.bucket = %(bucket)s
           and (%(pools)s::text[] is null or e.pool = any (%(pools)s::text[]))
           and (%(before)s::bigint is null or e.id < %(before)s::bigint)
         order by e.id desc limit %(limit)s
        """,
        {
            "sku": sku,
            "bucket": get_text_bucket(sku),
            "pools": None if pools is None else texts(pools),
            "before": int(before) if before and before.isdecimal() else None,
            "limit": limit,
        },
    )
    return [_read_entry(row) for row in rows]


def list_entries_of_movements(keys: Collection[tuple[str, int]]) -> list[ValueEntryRow]:
    """Return the entries of movements, named by SKU and movement, in the order written."""
    if not keys:
        return []
    wanted = sorted(keys)
    rows = call(
        _ENTRIES
        + """
          join unnest(%(buckets)s::smallint[], %(movements)s::bigint[]) w (bucket, movement_id)
            on e.bucket = w.bucket and e.movement_id = w.movement_id
         order by e.id
        """,
        {
            "buckets": numbers([get_text_bucket(sku) for sku, _ in wanted]),
            "movements": numbers([movement for _, movement in wanted]),
        },
    )
    return [_read_entry(row) for row in rows]


def sum_values(
    scope: ValueScope, *, by: str, groups: Mapping[str, str] | None = None
) -> list[StockValue]:
    """
    Return what stock was worth, by pool and by `place`, `sku` or `group`, ordered by name.

    `groups` maps a SKU to its group; SKUs that are not named have the group "".
    """
    assert (by == "group") == (groups is not None)
    rows = call(
        _POSITIONS + _NAMED[by],
        {
            **_get_parameters(scope),
            "members": texts(groups or ()),
            "names": texts((groups or {}).values()),
            "limit": ROWS_MAX,
        },
    )
    return [
        StockValue(pool=pool, name=name, quantity=int(quantity), amount=int(amount))
        for pool, name, quantity, amount in rows
    ]


def sum_flows(
    scope: ValueScope, *, since: date, by: str, groups: Mapping[str, str] | None = None
) -> list[ValueFlow]:
    """
    Return what came in and went out from `since` on, by pool, kind and cause.

    And by `place`, `sku`, `group` or `month` (as `2026-03`). Relocations are left out.
    """
    assert (by == "group") == (groups is not None)
    rows = call(
        _FLOWS_HEAD + _FLOW_NAMES[by] + _FLOWS_TAIL,
        {
            **_get_parameters(scope),
            "since": since,
            "members": texts(groups or ()),
            "names": texts((groups or {}).values()),
            "limit": ROWS_MAX,
        },
    )
    return [
        ValueFlow(
            pool=pool,
            name=name or "",
            kind=kind,
            cause=cause,
            quantity=int(quantity),
            amount=int(amount),
        )
        for pool, name, kind, cause, quantity, amount in rows
    ]


def list_late(*, pool: str, first: date, last: date, limit: int = ENTRIES_MAX) -> list[LateValue]:
    """
    Return what happened between two days and counts later, the first written first.

    One row per posting, or document of value.
    """
    assert 0 < limit <= ENTRIES_MAX
    rows = call(_LATE, {"pool": pool, "first": first, "last": last, "limit": limit})
    return [
        LateValue(
            pool=pool,
            origin=origin or "",
            event_id=event_id,
            business_date=business_date,
            accounting_date=accounting_date,
            recorded_at=recorded_at,
            quantity=int(quantity),
            amount=int(amount),
        )
        for origin, event_id, business_date, accounting_date, recorded_at, quantity, amount in rows
    ]


def close_values(*, pool: str, ends_on: date) -> None:
    """Keep what each place of a pool held at the end of a day; later sums begin there."""
    call("select ledger_close_values(%s, %s)", [pool, ends_on])


def reopen_values(*, pool: str, ends_on: date) -> bool:
    """Let sums pass by the last closing of a pool. Return whether there was one of this day."""
    reopened: bool = call("select ledger_reopen_values(%s, %s)", [pool, ends_on])[0][0]
    return reopened


def _get_parameters(scope: ValueScope) -> dict[str, object]:
    return {
        "as_of": scope.as_of,
        "known_at": scope.known_at,
        "pools": None if scope.pools is None else texts(scope.pools),
        "places": None if scope.places is None else texts(scope.places),
        "skus": None if scope.skus is None else texts(scope.skus),
    }


def _read_entry(row: Row) -> ValueEntryRow:
    entry_id, sku, recorded_at, origin, *rest = row
    (pool, place, kind, cause, quantity, amount, provisional, occurred_at, business_date,
     accounting_date, movement_id, side, event_id, document) = rest  # fmt: skip
    return ValueEntryRow(
        entry_id=entry_id,
        recorded_at=recorded_at,
        origin=origin or document,
        cursor=str(entry_id),
        entry=ValueEntry(
            sku=sku,
            pool=pool,
            place=place,
            kind=ValueKind(kind),
            cause=cause,
            quantity=quantity,
            amount=amount,
            provisional=provisional,
            occurred_at=occurred_at,
            business_date=business_date,
            accounting_date=accounting_date,
            movement_id=movement_id,
            side=side,
            event_id=event_id,
            document=document,
        ),
    )


_ENTRIES: Final = """
    select e.id, s.code, e.recorded_at, h.origin,
           e.pool, e.place, e.kind, e.cause, e.quantity, e.amount, e.provisional, e.occurred_at,
           e.business_date, e.accounting_date, e.movement_id, e.side, e.event_id, e.document
      from ledger_value_entry e
      join ledger_sku s on s.sku_id = e.sku_id
      left join ledger_posting h
        on h.bucket = (get_byte(uuid_send(e.event_id), 15) & 63)::smallint
       and h.event_id = e.event_id
"""
_MINE: Final = """
       and (%(pools)s::text[] is null or e.pool = any (%(pools)s::text[]))
       and (%(skus)s::text[] is null or e.sku_id in (
             select sku_id from ledger_sku where code = any (%(skus)s::text[])))
"""
# What each place holds of each SKU: from the last closing that was known, and the entries since.
# Its part of the value is the difference of two roundings of one line, so the parts add up.
_POSITIONS: Final = (
    """
    with base as (
      select distinct on (pool) closing_id, pool, ends_on from ledger_value_closing
       where ends_on <= %(as_of)s and reopened_at is null
         and (%(known_at)s::timestamptz is null or closed_at <= %(known_at)s::timestamptz)
       order by pool, ends_on desc),
    held as (
      select pool, sku_id, place, sum(quantity) as quantity, sum(amount) as amount
        from (select e.pool, e.sku_id, e.place, e.quantity, e.amount
                from ledger_value_entry e left join base using (pool)
               where e.accounting_date <= %(as_of)s
                 and (base.ends_on is null or e.accounting_date > base.ends_on)
                 and (%(known_at)s::timestamptz is null
                      or e.recorded_at <= %(known_at)s::timestamptz)
"""
    + _MINE
    + """
               union all
              select e.pool, e.sku_id, e.place, e.quantity, e.amount
                from (select b.*, base.pool from base
                        join ledger_value_balance b using (closing_id)) e
               where true
"""
    + _MINE
    + """
             ) e
       group by pool, sku_id, place),
    line as (
      select pool, sku_id, place, quantity, amount,
             sum(quantity) over whole as quantity_total, sum(amount) over whole as amount_total,
             sum(quantity) over (partition by pool, sku_id order by place collate "C") as up_to
        from held window whole as (partition by pool, sku_id)),
    position as (
      select pool, sku_id, place, quantity,
             case when quantity_total = 0 then amount
                  else div(amount_total * up_to, quantity_total)
                       - div(amount_total * (up_to - quantity), quantity_total) end as amount
        from line)
"""
)
_WHERE_PLACE: Final = """
     where (%(places)s::text[] is null or p.place = any (%(places)s::text[]))
"""
_NAMED: Final[Mapping[str, LiteralString]] = {
    "place": """
    select p.pool, p.place, sum(p.quantity), sum(p.amount) from position p
"""
    + _WHERE_PLACE
    + """
     group by p.pool, p.place having sum(p.quantity) <> 0 or sum(p.amount) <> 0
     order by p.pool collate "C", p.place collate "C" limit %(limit)s
""",
    "sku": """
    select p.pool, s.code, p.quantity, p.amount
      from (select p.pool, p.sku_id, sum(p.quantity) as quantity, sum(p.amount) as amount
              from position p
"""
    + _WHERE_PLACE
    + """
             group by p.pool, p.sku_id having sum(p.quantity) <> 0 or sum(p.amount) <> 0) p
      join ledger_sku s using (sku_id)
     order by p.pool collate "C", s.code collate "C" limit %(limit)s
""",
    "group": """
    , member as (
      select s.sku_id, g.name from unnest(%(members)s::text[], %(names)s::text[]) g (code, name)
        join ledger_sku s on s.code = g.code)
    select p.pool, coalesce(g.name, '') collate "C" as name, sum(p.quantity), sum(p.amount)
      from position p left join member g using (sku_id)
"""
    + _WHERE_PLACE
    + """
     group by 1, 2 having sum(p.quantity) <> 0 or sum(p.amount) <> 0
     order by p.pool collate "C", 2 limit %(limit)s
""",
}
_FLOW_NAMES: Final[Mapping[str, LiteralString]] = {
    "place": "e.place",
    "sku": "s.code",
    "group": "coalesce(g.name, '')",
    "month": "to_char(e.accounting_date, 'YYYY-MM')",
}
_FLOWS_HEAD: Final = """
    with member as materialized (
      select s.sku_id, g.name from unnest(%(members)s::text[], %(names)s::text[]) g (code, name)
        join ledger_sku s on s.code = g.code)
    select e.pool, """
_FLOWS_TAIL: Final = (
    """ as name, e.kind, e.cause, sum(e.quantity), sum(e.amount)
      from ledger_value_entry e
      join ledger_sku s on s.sku_id = e.sku_id
      left join member g on g.sku_id = e.sku_id
     where e.accounting_date between %(since)s and %(as_of)s and e.kind <> 'relocation'
       and (%(known_at)s::timestamptz is null or e.recorded_at <= %(known_at)s::timestamptz)
       and (%(places)s::text[] is null or e.place = any (%(places)s::text[]))
"""
    + _MINE
    + """
     group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit %(limit)s
"""
)
_LATE: Final = """
    select coalesce(h.origin, l.document), l.event_id, l.business_date, l.accounting_date,
           l.recorded_at, l.quantity, l.amount
      from (select e.event_id, e.document, min(e.business_date) as business_date,
                   min(e.accounting_date) as accounting_date, min(e.recorded_at) as recorded_at,
                   sum(e.quantity) as quantity, sum(e.amount) as amount, min(e.id) as first
              from ledger_value_entry e
             where e.pool = %(pool)s and e.business_date <> e.accounting_date
               and e.business_date between %(first)s and %(last)s
             group by e.event_id, e.document) l
      left join ledger_posting h
        on h.bucket = (get_byte(uuid_send(l.event_id), 15) & 63)::smallint
       and h.event_id = l.event_id
     order by l.first limit %(limit)s
"""
