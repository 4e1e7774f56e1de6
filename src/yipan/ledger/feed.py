"""The feed: movements of a book in the order they were written down, each exactly once.

For those who follow the ledger with a position of their own, such as the valuation. A
transaction writes its start down as `recorded_at` and is seen only when it commits, so a reader
must stop below the oldest one that still runs, or it would pass by what is not there yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from yipan.foundation.ids import BUCKETS, get_bucket
from yipan.ledger.accounts import join_account
from yipan.ledger.calls import Row, call, ids, numbers, texts

MOVEMENTS_MAX = 20_000
#: For a transaction that has begun and does not show yet in the list of those that run.
LAG: Final = timedelta(seconds=2)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

_ALL_BUCKETS = numbers(range(BUCKETS))
_NO_HEADER: Final = (None, "", None, None)


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
    origin: str = ""
    business_date: date | None = None
    reverses: UUID | None = None

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
    position: Position | None = after or Position(recorded_at=BEGINNING, movement_id=0)
    found: list[FeedRow] = []
    while position is not None and not found:
        found, position = _read_on(position, book=book, until=until, limit=limit)
    return found


def _read_on(
    after: Position, *, book: str, until: datetime, limit: int
) -> tuple[list[FeedRow], Position | None]:
    """Return what comes next of the book, and how far all books were read; None at the end."""
    rows = call(
        _RECORDED,
        {
            "buckets": _ALL_BUCKETS,
            "recorded_at": after.recorded_at,
            "id": after.movement_id,
            "until": until,
            "each": max(64, limit * 4 // BUCKETS),
            "limit": limit,
        },
    )
    if not rows:
        return [], None
    position = Position(recorded_at=rows[-1][0], movement_id=rows[-1][1])
    return _read_all(rows, book=book), position


def list_of_postings(*, book: str, event_ids: Collection[UUID]) -> list[FeedRow]:
    """Return the movements of postings, in the order they were recorded."""
    wanted = sorted(event_ids)
    if not wanted:
        return []
    rows = call(
        _OF_POSTINGS,
        {
            "all": _ALL_BUCKETS,
            "buckets": numbers([get_bucket(it) for it in wanted]),
            "events": ids(wanted),
        },
    )
    return _read_all(rows, book=book)


def _read_places(book: str, place_ids: set[int]) -> Mapping[int, str]:
    rows = call(
        """
        select p.place_id, p.path from ledger_book k
          join ledger_place p on p.book_id = k.book_id and p.place_id = any (%s::int[])
         where k.code = %s
        """,
        [numbers(sorted(place_ids)), book],
    )
    return dict(rows)


def _read_headers(event_ids: set[UUID]) -> Mapping[UUID, Row]:
    wanted = sorted(event_ids)
    rows = call(
        """
        select h.event_id, h.origin, h.business_date, h.reverses
          from unnest(%s::smallint[], %s::uuid[]) wanted (bucket, event_id)
          join ledger_posting h on h.bucket = wanted.bucket and h.event_id = wanted.event_id
        """,
        [numbers([get_bucket(it) for it in wanted]), ids(wanted)],
    )
    return {row[0]: row for row in rows}


def _read_all(rows: Sequence[Row], *, book: str) -> list[FeedRow]:
    """Return the rows of the book, each with what its header says; those of others are left."""
    places = _read_places(book, {place for row in rows for place in (row[5], row[7])})
    mine = [row for row in rows if row[5] in places]
    headers = _read_headers({row[2] for row in mine})
    return [_read(row, places, headers.get(row[2], _NO_HEADER)) for row in mine]


def _read(row: Row, places: Mapping[int, str], header: Row) -> FeedRow:
    recorded_at, movement_id, event_id, sku, occurred_at, *rest = row
    from_place, from_status, to_place, to_status, quantity = rest
    _event_id, origin, business_date, reverses = header
    return FeedRow(
        movement_id=movement_id,
        event_id=event_id,
        sku=sku,
        from_account=join_account(path=places[from_place], status=from_status),
        to_account=join_account(path=places[to_place], status=to_status),
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


# Each bucket is read in the order of its key, and only as far as needed. One that holds more than
# was read of it ends the page: what others have behind that end would come too early.
_RECORDED = """
    with next as materialized (
      select m.*
        from unnest(%(buckets)s::smallint[]) wanted (bucket)
       cross join lateral (
         select m.*, row_number() over (order by m.recorded_at, m.id) as place_in_bucket
           from ledger_movement m
          where m.bucket = wanted.bucket and m.recorded_at >= %(recorded_at)s
            and (m.recorded_at, m.id) > (%(recorded_at)s, %(id)s) and m.recorded_at < %(until)s
          order by m.recorded_at, m.id limit %(each)s) m),
    beyond as (
      select recorded_at, id from next where place_in_bucket = %(each)s
       order by recorded_at, id limit 1)
    select n.recorded_at, n.id, n.event_id, s.code, n.occurred_at,
           n.from_place, n.from_status, n.to_place, n.to_status, n.quantity
      from next n join ledger_sku s on s.sku_id = n.sku_id
     where not exists (select from beyond e where (n.recorded_at, n.id) > (e.recorded_at, e.id))
     order by n.recorded_at, n.id limit %(limit)s
"""
# Movements share the instant of their header, so no index by event is needed.
_OF_POSTINGS = """
    select m.recorded_at, m.id, m.event_id, s.code, m.occurred_at,
           m.from_place, m.from_status, m.to_place, m.to_status, m.quantity
      from unnest(%(buckets)s::smallint[], %(events)s::uuid[]) wanted (bucket, event_id)
      join ledger_posting h on h.bucket = wanted.bucket and h.event_id = wanted.event_id
      join ledger_movement m on m.bucket = any (%(all)s::smallint[])
                            and m.recorded_at = h.recorded_at and m.event_id = h.event_id
      join ledger_sku s on s.sku_id = m.sku_id
     order by m.recorded_at, m.id
"""
_CROSSINGS = """
    with member as materialized (
      select p.place_id, g.name
        from unnest(%(paths)s::text[], %(groups)s::text[]) g (path, name)
        join ledger_place p on p.path = g.path
         and p.book_id = (select book_id from ledger_book where code = %(book)s)),
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
