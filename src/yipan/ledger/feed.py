"""The feed: movements of a book in the order they were written down, each exactly once.

For those who follow the ledger with a position of their own, such as the valuation. A
transaction writes its start down as `recorded_at` and is seen only when it commits, so a reader
must stop below the oldest one that still runs, or it would pass by what is not there yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from yipan.foundation.ids import BUCKETS, get_bucket
from yipan.ledger.accounts import join_account
from yipan.ledger.calls import Row, call, ids, numbers, texts

MOVEMENTS_MAX = 20_000
#: For a transaction that has begun and does not show yet in the list of those that run.
LAG: Final = timedelta(seconds=2)

_ALL_BUCKETS = numbers(range(BUCKETS))


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Position:
    """Where a reader of the feed is: behind this movement."""

    recorded_at: datetime
    movement_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedRow:
    """
    A movement in the feed. `origin` is "" for a request of the fast lane, which has no header.

    `reverses` is the event that its posting undoes.
    """

    movement_id: int
    event_id: UUID
    sku: str
    from_account: str
    to_account: str
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    origin: str
    business_date: date | None
    reverses: UUID | None

    @property
    def position(self) -> Position:
        """Return the position behind this movement."""
        return Position(recorded_at=self.recorded_at, movement_id=self.movement_id)


def get_settled_until(*, lag: timedelta = LAG) -> datetime:
    """Return the instant before which everything is written down that ever will be."""
    settled: datetime = call("select ledger_get_settled_until(%s)", [lag])[0][0]
    return settled


def list_recorded(
    *, book: str, after: Position | None, until: datetime, limit: int = MOVEMENTS_MAX
) -> list[FeedRow]:
    """
    Return the movements behind `after` and written down before `until`, in order.

    `until` is what `get_settled_until` said. Fewer than `limit` may come although there are
    more; none come only when there are none.
    """
    assert 0 < limit <= MOVEMENTS_MAX
    each = max(64, limit * 4 // BUCKETS)
    rows = call(
        _RECORDED,
        {
            "buckets": _ALL_BUCKETS,
            "book": book,
            "recorded_at": after.recorded_at
            if after
            else datetime.min.replace(tzinfo=until.tzinfo),
            "id": after.movement_id if after else 0,
            "until": until,
            "each": each,
        },
    )
    rows = _cut(rows, each=each)[:limit]
    headers = _read_headers({row[3] for row in rows})
    return [_read(row, headers) for row in rows]


def _cut(rows: list[Row], *, each: int) -> list[Row]:
    """Leave what lies behind the end of a bucket that holds more than was read of it."""
    ends: dict[int, tuple[int, tuple[datetime, int]]] = {}
    for bucket, recorded_at, movement_id, *_rest in rows:
        count, _last = ends.get(bucket, (0, (recorded_at, movement_id)))
        ends[bucket] = (count + 1, (recorded_at, movement_id))
    full = [last for count, last in ends.values() if count >= each]
    if not full:
        return rows
    end = min(full)
    return [row for row in rows if (row[1], row[2]) <= end]


def _read_headers(event_ids: set[UUID]) -> Mapping[UUID, tuple[str, date | None, UUID | None]]:
    wanted = sorted(event_ids)
    rows = call(
        """
        select h.event_id, h.origin, h.business_date, h.reverses
          from unnest(%s::smallint[], %s::uuid[]) wanted (bucket, event_id)
          join ledger_posting h on h.bucket = wanted.bucket and h.event_id = wanted.event_id
        """,
        [numbers([get_bucket(it) for it in wanted]), ids(wanted)],
    )
    return {event_id: (origin, day, reverses) for event_id, origin, day, reverses in rows}


def _read(row: Row, headers: Mapping[UUID, tuple[str, date | None, UUID | None]]) -> FeedRow:
    _bucket, recorded_at, movement_id, event_id, sku, occurred_at, quantity, *accounts = row
    from_path, from_status, to_path, to_status = accounts
    origin, business_date, reverses = headers.get(event_id, ("", None, None))
    return FeedRow(
        movement_id=movement_id,
        event_id=event_id,
        sku=sku,
        from_account=join_account(path=from_path, status=from_status),
        to_account=join_account(path=to_path, status=to_status),
        quantity=quantity,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        origin=origin,
        business_date=business_date,
        reverses=reverses,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """
    What went in and out of one group of places, of one SKU, up to a position.

    `checksum` is the sum of a hash of each movement, counted once for each way it crossed:
    together with `count` it tells two lists of movements apart.
    """

    group: str
    sku: str
    count: int
    quantity: int
    checksum: int


def sum_crossings(*, book: str, groups: Mapping[str, str], up_to: Position) -> list[Crossing]:
    """
    Return what crossed the borders of groups of places, ordered by group and SKU.

    `groups` maps the path of a place (an account without its status) to its group; places that
    are not named lie outside. A movement within a group crosses nothing.
    """
    rows = call(
        _CROSSINGS,
        {
            "book": book,
            "buckets": _ALL_BUCKETS,
            "paths": texts(groups),
            "groups": texts(groups.values()),
            "recorded_at": up_to.recorded_at,
            "id": up_to.movement_id,
        },
    )
    return [
        Crossing(group=group, sku=sku, count=count, quantity=int(quantity), checksum=int(checksum))
        for group, sku, count, quantity, checksum in rows
    ]


def list_paths(*, book: str, roots: Sequence[str]) -> list[str]:
    """Return the paths of the inside places of a book below some roots: `on_hand`."""
    rows = call(
        """
        select p.path from ledger_place p join ledger_book k on k.book_id = p.book_id
         where k.code = %s and p.floor is not null
           and split_part(p.path, '/', 1) = any (%s::text[])
         order by p.path collate "C"
        """,
        [book, texts(roots)],
    )
    return [path for (path,) in rows]


# Each bucket is read in the order of its key, and only as far as needed.
_RECORDED = """
    select next.bucket, next.recorded_at, next.id, next.event_id, s.code, next.occurred_at,
           next.quantity, f.path, next.from_status, t.path, next.to_status
      from unnest(%(buckets)s::smallint[]) wanted (bucket)
     cross join lateral (
       select m.* from ledger_movement m
         join ledger_place p on p.place_id = m.from_place
         join ledger_book k on k.book_id = p.book_id and k.code = %(book)s
        where m.bucket = wanted.bucket and m.recorded_at >= %(recorded_at)s
          and (m.recorded_at, m.id) > (%(recorded_at)s, %(id)s) and m.recorded_at < %(until)s
        order by m.recorded_at, m.id limit %(each)s) next
      join ledger_sku s on s.sku_id = next.sku_id
      join ledger_place f on f.place_id = next.from_place
      join ledger_place t on t.place_id = next.to_place
     order by next.recorded_at, next.id
"""
_CROSSINGS = """
    with member as (
      select p.place_id, g.name
        from unnest(%(paths)s::text[], %(groups)s::text[]) g (path, name)
        join ledger_book k on k.code = %(book)s
        join ledger_place p on p.book_id = k.book_id and p.path = g.path),
    leg as (
      select f.name as group_from, t.name as group_to, m.sku_id, m.quantity, m.id
        from ledger_movement m
        left join member f on f.place_id = m.from_place
        left join member t on t.place_id = m.to_place
       where m.bucket = any (%(buckets)s::smallint[])
         and (m.recorded_at, m.id) <= (%(recorded_at)s, %(id)s)
         and f.name is distinct from t.name)
    select c.name, s.code, count(*), sum(c.quantity), sum(hashint8(c.id)::bigint)
      from (select group_from as name, sku_id, -quantity as quantity, id from leg
             where group_from is not null
             union all
            select group_to, sku_id, quantity, id from leg where group_to is not null) c
      join ledger_sku s on s.sku_id = c.sku_id
     group by c.name, s.code order by c.name collate "C", s.code collate "C"
"""
