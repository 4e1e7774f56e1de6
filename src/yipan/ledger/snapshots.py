"""Snapshots (快照): balances at the end of a day, and what any past moment held, out of them.

"As of" a moment is the newest snapshot before it, what was written down in the hours after
that, and the strays: movements written down on another day than they happened. So it costs one
day and not history. Both times count: `as_of` bounds when things happened, `known_at` when this
system wrote them down; both inclusive, None meaning no bound. Only inside accounts are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString

from django.db import transaction

from yipan.foundation.ids import BUCKETS, get_text_bucket
from yipan.ledger.accounts import join_account
from yipan.ledger.calls import Row, call, numbers, texts
from yipan.ledger.feed import LAG, get_settled_until
from yipan.ledger.models import STATUSES
from yipan.ledger.rows import BalanceRow

ROWS_MAX = 500_000
DAYS_MAX = 400

_ALL_BUCKETS = numbers(range(BUCKETS))


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What happened up to `ends_at`, as far as it was written down up to `recorded_until`."""

    book: str
    ends_at: datetime
    recorded_until: datetime
    taken_at: datetime
    accounts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What some accounts held together in one status at the end of a day."""

    at: datetime
    status: str
    quantity: int


def take_snapshot(*, book: str, ends_at: datetime, lag: timedelta = LAG) -> bool:
    """
    Keep what the accounts of a book held at the end of a day.

    Return False when there is one already, or a later one, or the day is not settled yet: some
    transaction may still write something down that happened in it.
    """
    assert ends_at.utcoffset() is not None
    with transaction.atomic():
        settled = get_settled_until(lag=lag)
        if settled <= ends_at:
            return False
        rows = call(
            "select ledger_take_snapshot(%s, %s, %s - interval '1 microsecond')",
            [book, ends_at, settled],
        )
    return rows[0][0] is not None


def list_snapshots(*, book: str, limit: int = DAYS_MAX) -> list[Snapshot]:
    """Return the snapshots of a book, the newest first."""
    assert 0 < limit <= DAYS_MAX
    rows = call(
        """
        select k.code, s.ends_at, s.recorded_until, s.taken_at,
               (select count(*) from ledger_snapshot_balance b
                 where b.snapshot_id = s.snapshot_id)
          from ledger_snapshot s join ledger_book k on k.book_id = s.book_id
         where k.code = %s order by s.ends_at desc limit %s
        """,
        [book, limit],
    )
    return [
        Snapshot(book=code, ends_at=ends, recorded_until=until, taken_at=taken, accounts=accounts)
        for code, ends, until, taken, accounts in rows
    ]


def list_places_as_of(
    *,
    book: str,
    prefixes: Sequence[str],
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> list[BalanceRow]:
    """
    Return the balances of some places as they were, ordered by SKU and account.

    `prefixes` begin the accounts that count: `on_hand/W1/`.
    """
    places = _list_places(book=book, prefixes=prefixes)
    if not places:
        return []
    return _list_as_of(
        _Scope(
            balances=" and b.place_id = any (%(places)s::int[])",
            movements=" and (m.from_place = any (%(places)s::int[])"
            " or m.to_place = any (%(places)s::int[]))",
            legs=" and l.place_id = any (%(places)s::int[])",
            parameters={"places": numbers(places), "buckets": _ALL_BUCKETS},
        ),
        book=book,
        as_of=as_of,
        known_at=known_at,
    )


def _list_places(*, book: str, prefixes: Sequence[str]) -> list[int]:
    rows = call(
        "select p.place_id from ledger_place p join ledger_book k on k.book_id = p.book_id"
        " where k.code = %s and p.floor is not null and exists"
        " (select from unnest(%s::text[]) f (prefix) where p.path || '/' ^@ f.prefix)",
        [book, texts(prefixes)],
    )
    return [place for (place,) in rows]


def list_sku_as_of(
    *, book: str, sku: str, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[BalanceRow]:
    """Return the balances of a SKU in all inside accounts as they were, ordered by account."""
    rows = call("select sku_id from ledger_sku where code = %s", [sku])
    if not rows:
        return []
    return _list_as_of(
        _Scope(
            balances=" and b.bucket = any (%(buckets)s::smallint[]) and b.sku_id = %(sku)s",
            movements=" and m.sku_id = %(sku)s",
            legs=" and l.sku_id = %(sku)s and l.bucket = any (%(buckets)s::smallint[])",
            parameters={"sku": rows[0][0], "buckets": numbers([get_text_bucket(sku)])},
        ),
        book=book,
        as_of=as_of,
        known_at=known_at,
    )


def list_trend(
    *,
    book: str,
    days: int,
    prefixes: Sequence[str] = ("on_hand/",),
    skus: Collection[str] | None = None,
) -> list[Level]:
    """
    Return what some accounts held together at the end of each of the last days, oldest first.

    Only days with a snapshot are told; strays count from the day they were heard of. `skus`
    None counts all.
    """
    assert 0 < days <= DAYS_MAX
    rows = call(
        "with " + (_TREND_OF_PLACES if skus is None else _TREND_OF_SKUS) + _TREND,
        {
            "book": book,
            "days": days,
            "places": numbers(_list_places(book=book, prefixes=prefixes)),
            "skus": texts(skus or ()),
        },
    )
    return [Level(at=at, status=str(STATUSES[status]), quantity=int(quantity))
            for at, status, quantity in rows]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scope:
    """Which accounts count, as conditions on snapshots, on movements and on their legs."""

    balances: LiteralString
    movements: LiteralString
    legs: LiteralString
    parameters: dict[str, object]


def _list_as_of(
    scope: _Scope, *, book: str, as_of: datetime | None, known_at: datetime | None
) -> list[BalanceRow]:
    bounds = call(_BOUNDS, {"book": book, "as_of": as_of, "known_at": known_at})[0]
    names = ("snapshot", "ends_at", "counted_until", "first_until", "strays_until",
             "second_after", "known_at")  # fmt: skip
    rows = call(
        _AS_OF_HEAD
        + scope.balances
        + _AS_OF_MOVED
        + scope.movements
        + _AS_OF_STRAYED
        + scope.legs
        + _AS_OF_LEGS
        + scope.legs
        + _AS_OF_TAIL,
        {**scope.parameters, **dict(zip(names, bounds, strict=True)),
         "as_of": as_of, "book": book, "limit": ROWS_MAX},
    )  # fmt: skip
    return [_read(row) for row in rows]


def _read(row: Row) -> BalanceRow:
    sku, path, status, quantity = row
    return BalanceRow(
        sku=sku,
        account=join_account(path=path, status=status),
        quantity=quantity,
        overdraft=max(0, -quantity),
    )


# The newest snapshot that lies before the moment on both axes; until when to read movements that
# follow it; from and until when strays tell the rest; from when nothing is sorted out yet.
_BOUNDS = """
    with mine as (
      select s.* from ledger_snapshot s join ledger_book k on k.book_id = s.book_id
       where k.code = %(book)s),
    base as (
      select * from mine
       where ends_at <= coalesce(%(as_of)s, 'infinity'::timestamptz)
         and recorded_until <= coalesce(%(known_at)s, 'infinity'::timestamptz)
       order by ends_at desc limit 1),
    following as (
      select * from mine where ends_at > coalesce((select ends_at from base), '-infinity')
       order by ends_at limit 1),
    known as (select coalesce(%(known_at)s, 'infinity'::timestamptz) as at),
    last as (select max(recorded_until) as at from mine)
    select coalesce((select snapshot_id from base), 0),
           coalesce((select ends_at from base), '-infinity')::text,
           coalesce((select recorded_until from base), '-infinity')::text,
           least(known.at, (select recorded_until from following))::text,
           least(known.at, coalesce((select last.at from last), '-infinity'))::text,
           case when exists (select from following) then (select last.at from last)
                else 'infinity' end::text,
           known.at::text
      from known
"""
_AS_OF_HEAD = """
    with before as (
      select distinct on (b.place_id, b.sku_id, b.status)
             b.place_id, b.sku_id, b.status, b.quantity
        from ledger_snapshot_balance b
       where b.snapshot_id <= %(snapshot)s"""
_AS_OF_MOVED = """
       order by b.place_id, b.sku_id, b.status, b.snapshot_id desc),
    moved as (
      select m.* from ledger_movement m
       where m.bucket = any (%(buckets)s::smallint[])
         and m.occurred_at <= coalesce(%(as_of)s, 'infinity'::timestamptz)
         and ((m.recorded_at > %(ends_at)s::timestamptz
               and m.recorded_at <= %(first_until)s::timestamptz)
              or (m.recorded_at > %(second_after)s::timestamptz
                  and m.recorded_at <= %(known_at)s::timestamptz))
         and (m.occurred_at > %(ends_at)s
              or m.recorded_at > %(counted_until)s::timestamptz)"""
_AS_OF_STRAYED = """),
    change as (
      select place_id, sku_id, status, quantity from before
      union all
      select l.place_id, l.sku_id, l.status, l.change
        from ledger_snapshot_stray l
       where l.occurred_at <= coalesce(%(as_of)s, 'infinity'::timestamptz)
         and ((l.recorded_at <= %(ends_at)s::timestamptz
               and l.occurred_at > %(ends_at)s::timestamptz)
              or (l.recorded_at > %(first_until)s::timestamptz
                  and l.recorded_at <= %(strays_until)s::timestamptz))"""
_AS_OF_LEGS = """
      union all
      select l.place_id, l.sku_id, l.status, l.change
        from (select m.bucket, m.sku_id, leg.*
                from moved m
               cross join lateral (values (m.from_place, m.from_status, -m.quantity),
                                          (m.to_place, m.to_status, m.quantity))
                     leg (place_id, status, change)) l
       where true"""
_AS_OF_TAIL = """)
    select s.code, p.path, c.status, sum(c.quantity)::bigint
      from change c
      join ledger_place p on p.place_id = c.place_id and p.floor is not null
      join ledger_book k on k.book_id = p.book_id and k.code = %(book)s
      join ledger_sku s on s.sku_id = c.sku_id
     group by s.code, p.path, c.status
    having sum(c.quantity) <> 0
     order by s.code collate "C", p.path collate "C", c.status limit %(limit)s
"""
_TREND_OF_PLACES: Final = """
    changed as (
      select t.snapshot_id, t.status, sum(t.change) as change
        from ledger_snapshot_total t
       where t.place_id = any (%(places)s::int[]) group by t.snapshot_id, t.status)
"""
_TREND_OF_SKUS: Final = """
    changed as (
      select b.snapshot_id, b.status, sum(b.change) as change
        from ledger_sku s
        join ledger_snapshot_balance b on b.bucket = s.bucket and b.sku_id = s.sku_id
       where s.code = any (%(skus)s::text[]) and b.place_id = any (%(places)s::int[])
       group by b.snapshot_id, b.status)
"""
_TREND: Final = """
    select m.ends_at, t.status, coalesce(sum(c.change), 0)
      from (select s.snapshot_id, s.ends_at
              from ledger_snapshot s join ledger_book k on k.book_id = s.book_id
             where k.code = %(book)s order by s.ends_at desc limit %(days)s) m
     cross join (select distinct status from changed) t
      left join changed c on c.status = t.status and c.snapshot_id <= m.snapshot_id
     group by m.ends_at, t.status order by m.ends_at, t.status
"""
