"""Accounts that facts drove below zero and that have not recovered, and what took them there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yipan.foundation.status import StockStatus
from yipan.ledger.calls import call, texts
from yipan.ledger.models import STATUS_CODES

ROWS_MAX: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Overdrawn:
    """A SKU whose balance at a place is below zero; `quantity` is in its smallest unit."""

    book: str
    path: str
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LastOut:
    """What was the last to leave a place: under which origin, whose, and when it was recorded."""

    origin: str
    source: str
    recorded_at: datetime


def list_overdrawn(
    *,
    books: str,
    path: str,
    status: StockStatus,
    after: Overdrawn | None = None,
    limit: int = ROWS_MAX,
) -> list[Overdrawn]:
    """
    Return what is below zero at `path` in every book whose code begins with `books`.

    A path that ends with a slash is all places below it. Ordered by book, path and SKU, at most
    `limit`, those behind `after`. The work grows with what is below zero, not with the books.
    """
    assert 0 < limit <= ROWS_MAX
    rows = call(
        """
        select k.code, p.path, s.code, b.quantity
          from ledger_balance b
          join ledger_place p on p.place_id = b.place_id
          join ledger_book k on k.book_id = p.book_id
          join ledger_sku s on s.sku_id = b.sku_id
         where b.overdraft > 0 and b.quantity < 0 and b.status = %s
           and (p.path = %s or (%s and p.path ^@ %s)) and k.code ^@ %s
           and (k.code collate "C", p.path, s.code collate "C") > (%s::text, %s::text, %s::text)
         order by k.code collate "C", p.path, s.code collate "C"
         limit %s
        """,
        [
            STATUS_CODES[status],
            path,
            path.endswith("/"),
            path,
            books,
            *((after.book, after.path, after.sku) if after else ("", "", "")),
            limit,
        ],
    )
    return [Overdrawn(book=row[0], path=row[1], sku=row[2], quantity=row[3]) for row in rows]


def find_last_out(*, book: str, path: str, skus: Collection[str]) -> dict[str, LastOut]:
    """Return by SKU the last posting that took goods from `path`; without those never taken."""
    found = find_last_outs(path=path, wanted=[(book, sku) for sku in skus])
    return {sku: last for (_, sku), last in found.items()}


def find_last_outs(
    *, path: str, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], LastOut]:
    """Return by book and SKU the last posting that took goods from `path` of the book."""
    rows = call(
        """
        select k.code, s.code, h.origin, h.source, h.recorded_at
          from unnest(%(books)s::text[], %(skus)s::text[]) wanted (book, sku)
          join ledger_sku s on s.code = wanted.sku
          join ledger_book k on k.code = wanted.book
          join ledger_place p on p.book_id = k.book_id and p.path = %(path)s
         cross join lateral (
               select m.event_id from ledger_movement m
                where m.bucket = s.bucket and m.sku_id = s.sku_id and m.from_place = p.place_id
                order by m.recorded_at desc, m.id desc limit 1) last
          join ledger_posting h
            on h.bucket = (get_byte(uuid_send(last.event_id), 15) & 63)
           and h.event_id = last.event_id
        """,
        {
            "books": texts(book for book, _ in wanted),
            "skus": texts(sku for _, sku in wanted),
            "path": path,
        },
    )
    return {
        (row[0], row[1]): LastOut(origin=row[2], source=row[3], recorded_at=row[4]) for row in rows
    }
