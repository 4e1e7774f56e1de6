"""Reads across books: one SKU in all books, sums of many, postings of one message.

Plain rows, one statement each. Quantities are in the SKU's smallest unit, and of inside
accounts only: what is on hand, in transit or in the pool.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from yipan.foundation.ids import BUCKETS, get_text_bucket
from yipan.ledger.accounts import join_account
from yipan.ledger.calls import call, numbers, texts
from yipan.ledger.models import STATUSES

ACCOUNTS_MAX = 10_000
SKUS_MAX = 500
_ALL_BUCKETS = numbers(range(BUCKETS))


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRow:
    """What one account of one book holds of a SKU; `overdraft` is how far below its floor."""

    book: str
    account: str
    quantity: int
    overdraft: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuTotal:
    """What a book holds of a SKU on hand, in all its places together."""

    book: str
    sku: str
    quantity: int
    overdraft: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceTotal:
    """
    What one book holds on hand at one first place (a site, a bin or an area) in one status.

    `below` counts the accounts that facts drove below their floor; `sku` is one of those.
    """

    book: str
    place: str
    status: str
    quantity: int
    below: int
    sku: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedRow:
    """A posting that belongs to a message: in which book, under which origin."""

    book: str
    origin: str


def list_accounts(*, sku: str, limit: int = ACCOUNTS_MAX) -> list[AccountRow]:
    """Return the inside accounts of all books that hold a SKU, ordered by book and account."""
    rows = call(
        """
        select k.code, p.path, b.status, b.quantity, b.overdraft
          from ledger_sku s
          join ledger_balance b on b.bucket = s.bucket and b.sku_id = s.sku_id
          join ledger_place p on p.place_id = b.place_id and p.floor is not null
          join ledger_book k on k.book_id = p.book_id
         where s.code = %s and s.bucket = %s and b.quantity <> 0
         order by k.code collate "C", p.path collate "C", b.status limit %s
        """,
        [sku, get_text_bucket(sku), limit],
    )
    return [
        AccountRow(
            book=book,
            account=join_account(path=path, status=status),
            quantity=quantity,
            overdraft=overdraft,
        )
        for book, path, status, quantity, overdraft in rows
    ]


def list_sku_totals(
    *, skus: Collection[str], within: Collection[tuple[str, str]] | None = None
) -> list[SkuTotal]:
    """
    Return what each book holds of some SKUs on hand, ordered by SKU and book.

    `within` names what counts, as pairs of a book and the beginning of its accounts, such
    as `("erp", "on_hand/S12/")`; None counts everything on hand.
    """
    assert len(skus) <= SKUS_MAX
    books, prefixes = zip(*within, strict=True) if within else ((), ())
    rows = call(
        """
        select k.code, s.code, sum(b.quantity)::bigint, sum(b.overdraft)::bigint
          from ledger_sku s
          join ledger_balance b on b.bucket = s.bucket and b.sku_id = s.sku_id
          join ledger_place p on p.place_id = b.place_id and p.path ^@ 'on_hand/'
          join ledger_book k on k.book_id = p.book_id
         where s.code = any (%s::text[])
           and (%s or exists (
                 select from unnest(%s::text[], %s::text[]) f (book, prefix)
                  where f.book = k.code and p.path || '/' ^@ f.prefix))
         group by k.code, s.code
        having bool_or(b.quantity <> 0)
         order by s.code collate "C", k.code collate "C"
        """,
        [texts(sorted(skus)), within is None, texts(books), texts(prefixes)],
    )
    return [
        SkuTotal(book=book, sku=sku, quantity=quantity, overdraft=overdraft)
        for book, sku, quantity, overdraft in rows
    ]


def list_place_totals(*, book: str) -> list[PlaceTotal]:
    """
    Return what a book holds on hand per first place and status, ordered by place.

    In the hub's book the first place is the site. Goods of different SKUs are added up as
    pieces: good enough to see where stock lies, and nothing to calculate with.
    """
    rows = call(
        """
        with here as (
            select p.place_id, split_part(p.path, '/', 2) as place
              from ledger_place p join ledger_book k on k.book_id = p.book_id
             where k.code = %s and p.path ^@ 'on_hand/'),
        -- Added up by number before anything is looked up: one pass over narrow rows.
        held as (
            select b.place_id, b.status, sum(b.quantity)::bigint as quantity
              from ledger_balance b
             where b.quantity <> 0
             group by 1, 2),
        short as (
            select b.place_id, b.status, count(*) as below, min(b.sku_id) as sku_id
              from ledger_balance b
             where b.overdraft > 0
             group by 1, 2)
        select t.place, t.status, t.quantity, t.below, coalesce(s.code, '')
          from (
            select h.place, held.status, sum(held.quantity)::bigint as quantity,
                   coalesce(sum(short.below), 0)::bigint as below, min(short.sku_id) as sku_id
              from here h
              join held on held.place_id = h.place_id
              left join short on short.place_id = held.place_id and short.status = held.status
             group by 1, 2) t
          left join ledger_sku s on s.sku_id = t.sku_id
         order by 1, 2
        """,
        [book],
    )
    return [
        PlaceTotal(
            book=book,
            place=place,
            status=str(STATUSES[status]),
            quantity=quantity,
            below=below,
            sku=sku,
        )
        for place, status, quantity, below, sku in rows
    ]


def sum_books(books: Collection[str]) -> dict[str, int]:
    """Return how many pieces each of some books has on hand, all SKUs added up."""
    rows = call(
        """
        select k.code, sum(b.quantity)::bigint
          from ledger_book k
          join ledger_place p on p.book_id = k.book_id and p.path ^@ 'on_hand/'
          join ledger_balance b on b.place_id = p.place_id
         where k.code = any (%s::text[])
         group by 1
        """,
        [texts(sorted(books))],
    )
    return {code: int(quantity) for code, quantity in rows}


def list_postings_of_message(*, source: str, sequence: int) -> list[PostedRow]:
    """Return the postings, in all books here, that a message tells of or brought."""
    rows = call(
        """
        select k.code, h.origin
          from ledger_posting h join ledger_book k on k.book_id = h.book_id
         where h.bucket = any (%s::smallint[]) and h.source = %s and h.source <> ''
           and h.sequence = %s
         order by h.recorded_at, k.code collate "C", h.origin collate "C" limit %s
        """,
        [_ALL_BUCKETS, source, sequence, SKUS_MAX],
    )
    return [PostedRow(book=book, origin=origin) for book, origin in rows]
