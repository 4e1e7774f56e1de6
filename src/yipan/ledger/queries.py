"""Reads of the ledger, as plain rows. Quantities are in the SKU's smallest unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from yipan.foundation.ids import BUCKETS, get_bucket, get_text_bucket
from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.accounts import join_account, split_account
from yipan.ledger.calls import Row, call, ids, numbers, texts
from yipan.ledger.models import OUTSIDE, STATUS_CODES, STATUSES
from yipan.ledger.rows import BalanceRow, MovementRow, Posting, PostingRow, SiteSum

BALANCES_MAX = 100_000
ROWS_MAX = 1_000

_ALL_BUCKETS = numbers(range(BUCKETS))
_LAST_ID = UUID(int=2**128 - 1)

#: Available, held and reserved stock is one pile to a system that knows no promises.
_SOUND = frozenset({StockStatus.AVAILABLE, StockStatus.HELD, StockStatus.RESERVED})


class CursorUnreadable(Refusal):
    """The position to read on from was not one this system gave."""

    code = "ledger.cursor_unreadable"
    status = 422


def get_quantity(*, book: str, account: str, sku: str) -> int:
    """Return the balance of one account, 0 when it never moved."""
    path, status, _ = split_account(account)
    rows = call(
        """
        select b.quantity
          from ledger_book k
          join ledger_place p on p.book_id = k.book_id
          join ledger_sku s on s.code = %s
          join ledger_balance b on b.bucket = s.bucket and b.sku_id = s.sku_id
                               and b.place_id = p.place_id and b.status = %s
         where k.code = %s and p.path = %s
        """,
        [sku, status, book, path],
    )
    return int(rows[0][0]) if rows else 0


def list_balances(
    *, book: str, sku: str | None = None, prefix: str = "", limit: int = BALANCES_MAX
) -> list[BalanceRow]:
    """
    Return the balances of a book that are not zero, ordered by SKU and account.

    `prefix` is the beginning of an account: `on_hand/W1/`. Empty: all, the outside included.
    """
    if sku is None:
        return _list_balances(
            where="k.code = %s and p.path || '/' ^@ %s", parameters=[book, prefix], limit=limit
        )
    return _list_balances(
        where="k.code = %s and p.path || '/' ^@ %s and s.code = %s and b.bucket = %s",
        parameters=[book, prefix, sku, get_text_bucket(sku)],
        limit=limit,
    )


def list_shortfalls(*, book: str | None = None, limit: int = ROWS_MAX) -> list[BalanceRow]:
    """Return the accounts that facts drove below their floor and that have not recovered."""
    return _list_balances(
        where="b.overdraft > 0 and (%s::text is null or k.code = %s)",
        parameters=[book, book],
        limit=limit,
    )


def _list_balances(
    *, where: LiteralString, parameters: Sequence[object], limit: int
) -> list[BalanceRow]:
    assert 0 < limit <= BALANCES_MAX
    rows = call(
        """
        select s.code, p.path, b.status, b.quantity, b.overdraft
          from ledger_balance b
          join ledger_sku s on s.sku_id = b.sku_id
          join ledger_place p on p.place_id = b.place_id
          join ledger_book k on k.book_id = p.book_id
         where b.quantity <> 0 and """
        + where
        + ' order by s.code collate "C", p.path collate "C", b.status limit %s',
        [*parameters, limit],
    )
    return [
        BalanceRow(
            sku=sku,
            account=join_account(path=path, status=status),
            quantity=quantity,
            overdraft=overdraft,
        )
        for sku, path, status, quantity, overdraft in rows
    ]


def get_posting(*, book: str, origin: str) -> Posting:
    """
    Return a posting with its movements.

    :raises NotFound: if nothing was posted under `origin`.
    """
    found = find_posting(book=book, origin=origin)
    if found is None:
        raise NotFound(book=book, origin=origin)
    return found


def find_posting(*, book: str, origin: str) -> Posting | None:
    """Return a posting with its movements, or None when nothing was posted under `origin`."""
    rows = call(
        _HEADERS + " where h.bucket = %s and h.origin = %s and k.code = %s",
        [get_text_bucket(f"{book}|{origin}"), origin, book],
    )
    if not rows:
        return None
    header = _read_header(rows[0])
    # Movements share the instant of their header: same transaction. So no index by event is needed.
    movements = call(
        _MOVEMENTS
        + """
         where m.bucket = any (%s::smallint[]) and m.recorded_at = %s and m.event_id = %s
         order by m.id
        """,
        [_ALL_BUCKETS, header.recorded_at, header.event_id],
    )
    return Posting(
        header=header,
        movements=[_read_movement(row, headers={header.event_id: header}) for row in movements],
    )


def list_movements(
    *, book: str, sku: str, limit: int, before: str | None = None
) -> list[MovementRow]:
    """
    Return the movements of one SKU in one book, last recorded first.

    `before` is the `cursor` of the last row read so far.
    """
    assert 0 < limit <= ROWS_MAX
    recorded_at, number = _read_cursor(before)
    rows = call(
        _MOVEMENTS
        + """
          join ledger_book k on k.book_id = f.book_id
         where s.code = %s and m.bucket = %s and k.code = %s
           and (%s::timestamptz is null or (m.recorded_at, m.id) < (%s::timestamptz, %s::bigint))
         order by m.recorded_at desc, m.id desc limit %s
        """,
        [sku, get_text_bucket(sku), book, recorded_at, recorded_at, number, limit],
    )
    headers = _read_headers([row[8] for row in rows])
    return [_read_movement(row, headers=headers) for row in rows]


def list_movements_of(
    *, book: str, skus: Collection[str], limit: int
) -> dict[str, list[MovementRow]]:
    """Return for each SKU what `list_movements` does, `limit` rows each: two statements for all."""
    assert 0 < limit <= ROWS_MAX
    wanted = sorted(set(skus))
    rows = call(
        """
        select newest.*
          from unnest(%s::text[], %s::smallint[]) wanted (sku, bucket)
         cross join lateral ("""
        + _MOVEMENTS
        + """
              join ledger_book k on k.book_id = f.book_id
             where s.code = wanted.sku and m.bucket = wanted.bucket and k.code = %s
             order by m.recorded_at desc, m.id desc limit %s) newest
         order by newest.recorded_at desc, newest.id desc
        """,
        [texts(wanted), numbers([get_text_bucket(sku) for sku in wanted]), book, limit],
    )
    headers = _read_headers([row[8] for row in rows])
    found: dict[str, list[MovementRow]] = {sku: [] for sku in wanted}
    for row in rows:
        found[row[0]].append(_read_movement(row, headers=headers))
    return found


def list_postings(
    *, book: str, limit: int, before: str | None = None, prefix: str = ""
) -> list[PostingRow]:
    """
    Return headers of a book, last recorded first.

    `prefix` is the beginning of an origin: `goods_receipt/GR-0001/`. `before` is the `cursor` of
    the last row read so far.
    """
    assert 0 < limit <= ROWS_MAX
    event_id = _LAST_ID if before is None else _read_event_id(before)
    # Ids begin with their time: each bucket is read backwards in the order of its key, or, with a
    # prefix, by the origins that begin so.
    rows = call(
        """
        select newest.*
          from unnest(%s::smallint[]) wanted (bucket)
         cross join lateral ("""
        + _HEADERS
        + """
             where h.bucket = wanted.bucket and h.event_id < %s::uuid
               and h.book_id = (select book_id from ledger_book where code = %s)
        """
        + ("and h.origin ^@ %s" if prefix else "and %s = ''")
        + """
             order by h.event_id desc limit %s) newest
         order by newest.event_id desc limit %s
        """,
        [_ALL_BUCKETS, event_id, book, prefix, limit, limit],
    )
    return [_read_header(row) for row in rows]


def list_site_sums_at(
    *, book: str, prefixes: Sequence[str], watermarks: Mapping[str, int]
) -> list[SiteSum]:
    """
    Return what a book says of its places at some watermarks, ordered by SKU and group.

    `prefixes` begin the accounts that count (`on_hand/W1/` in the hub's book, `on_hand/` in the
    site's own), `watermarks` maps a source to the highest sequence that counts. A posting that
    names a source beyond its watermark is left out; all others count. So the sums of two books at
    the same watermark differ only by what one of them does not know.
    """
    rows = call(
        _SITE_SUMS,
        {
            "book": book,
            "prefixes": texts(prefixes),
            "buckets": _ALL_BUCKETS,
            "sources": texts(watermarks),
            "sequences": numbers(watermarks.values()),
            "sound": numbers(sorted(STATUS_CODES[status] for status in _SOUND)),
        },
    )
    sums = [
        SiteSum(
            sku=sku,
            group="sound"
            if status == STATUS_CODES[StockStatus.AVAILABLE]
            else str(STATUSES[status]),
            quantity=quantity,
        )
        for sku, status, quantity in rows
        if status != OUTSIDE
    ]
    return sorted(sums, key=lambda it: (it.sku, it.group))


def _read_headers(event_ids: Sequence[UUID]) -> dict[UUID, PostingRow]:
    wanted = sorted(set(event_ids))
    if not wanted:
        return {}
    rows = call(
        _HEADERS
        + """
          join unnest(%s::smallint[], %s::uuid[]) wanted (bucket, event_id)
            on h.bucket = wanted.bucket and h.event_id = wanted.event_id
        """,
        [numbers([get_bucket(it) for it in wanted]), ids(wanted)],
    )
    return {header.event_id: header for header in map(_read_header, rows)}


def _read_header(row: Row) -> PostingRow:
    (book, origin, event_id, occurred_at, recorded_at, business_date, *rest) = row
    actor, device, reason, source, sequence, reverses = rest
    return PostingRow(
        book=book,
        origin=origin,
        event_id=event_id,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        business_date=business_date,
        actor=actor,
        device=device,
        reason=reason,
        source=source,
        sequence=sequence,
        reverses=reverses,
        cursor=str(event_id),
    )


def _read_movement(row: Row, *, headers: Mapping[UUID, PostingRow]) -> MovementRow:
    sku, from_path, from_status, to_path, to_status, quantity, *rest = row
    occurred_at, recorded_at, event_id, number = rest
    return MovementRow(
        sku=sku,
        from_account=join_account(path=from_path, status=from_status),
        to_account=join_account(path=to_path, status=to_status),
        quantity=quantity,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        event_id=event_id,
        header=headers.get(event_id),
        cursor=f"{recorded_at.isoformat()}~{number}",
    )


def _read_cursor(cursor: str | None) -> tuple[datetime | None, int | None]:
    if cursor is None:
        return None, None
    instant, _, number = cursor.rpartition("~")
    try:
        return datetime.fromisoformat(instant), int(number)
    except ValueError as error:
        raise CursorUnreadable(cursor=cursor) from error


def _read_event_id(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise CursorUnreadable(cursor=cursor) from error


_HEADERS = """
    select k.code, h.origin, h.event_id, h.occurred_at, h.recorded_at, h.business_date,
           h.actor, h.device, h.reason, h.source, h.sequence, h.reverses
      from ledger_posting h join ledger_book k on k.book_id = h.book_id
"""
_MOVEMENTS = """
    select s.code, f.path, m.from_status, t.path, m.to_status, m.quantity,
           m.occurred_at, m.recorded_at, m.event_id, m.id
      from ledger_movement m
      join ledger_sku s on s.sku_id = m.sku_id
      join ledger_place f on f.place_id = m.from_place
      join ledger_place t on t.place_id = m.to_place
"""
# One statement, so one snapshot: the balances, less what lies behind the watermarks.
_SITE_SUMS = """
    with place as (
      select p.place_id from ledger_place p join ledger_book k on k.book_id = p.book_id
       where k.code = %(book)s
         and exists (select from unnest(%(prefixes)s::text[]) f (prefix)
                      where p.path || '/' ^@ f.prefix)),
    behind as (
      select h.event_id, h.recorded_at
        from unnest(%(sources)s::text[], %(sequences)s::bigint[]) w (source, sequence)
        join ledger_posting h on h.bucket = any (%(buckets)s::smallint[])
                             and h.source = w.source and h.sequence > w.sequence
                             and h.source <> ''
        join ledger_book k on k.book_id = h.book_id and k.code = %(book)s),
    late as (
      select m.* from (select distinct recorded_at from behind) w
        join ledger_movement m on m.bucket = any (%(buckets)s::smallint[])
                              and m.recorded_at = w.recorded_at
       where m.event_id in (select event_id from behind)),
    change as (
      select b.sku_id, b.status, b.quantity
        from place join ledger_balance b on b.place_id = place.place_id
      union all
      select m.sku_id, m.from_status, m.quantity
        from late m join place on place.place_id = m.from_place
      union all
      select m.sku_id, m.to_status, -m.quantity
        from late m join place on place.place_id = m.to_place)
    select s.code, g.status, sum(c.quantity)::bigint
      from change c
      join ledger_sku s on s.sku_id = c.sku_id
     cross join lateral (
       select case when c.status = any (%(sound)s::smallint[]) then 1::smallint else c.status end
     ) g (status)
     group by s.code, g.status
    having sum(c.quantity) <> 0
"""
