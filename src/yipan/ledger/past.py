"""What the accounts of a SKU held at some moment, on both axes of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from yipan.ledger.accounts import join_account
from yipan.ledger.calls import call, numbers, texts
from yipan.ledger.calls import moments as instants
from yipan.ledger.rows import BalanceRow

MOMENTS_MAX: Final = 5_000


def list_balances_as_of(
    *, book: str, sku: str, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[BalanceRow]:
    """
    Return the balances of a SKU as they were.

    `as_of` bounds when things happened, `known_at` when this system wrote them down; both
    inclusive, None = no bound. `overdraft` is how far below zero an inside account was.
    As known now it is what is there less what happened since, and costs no history.
    """
    if as_of is not None and known_at is None:
        return list_balances_at(book=book, moments=[(sku, as_of)])[0]
    rows = call(_OUT_OF_MOVEMENTS, {"sku": sku, "book": book, "as_of": as_of, "known_at": known_at})
    return [_make_row(sku, *row) for row in rows]


def list_balances_at(
    *, book: str, moments: Sequence[tuple[str, datetime]]
) -> list[list[BalanceRow]]:
    """
    Return for each SKU and moment what `list_balances_as_of` does, in their order.

    One statement for all of them, which costs what happened since each moment.
    """
    assert len(moments) <= MOMENTS_MAX
    found: list[list[BalanceRow]] = [[] for _ in moments]
    if not moments:
        return found
    rows = call(
        _SINCE,
        {
            "book": book,
            "numbers": numbers(range(len(moments))),
            "skus": texts([sku for sku, _ in moments]),
            "as_of": instants([as_of for _, as_of in moments]),
        },
    )
    for number, *row in rows:
        found[number].append(_make_row(moments[number][0], *row))
    return found


def _make_row(sku: str, path: str, status: int, quantity: int, floor: int | None) -> BalanceRow:
    return BalanceRow(
        sku=sku,
        account=join_account(path=path, status=status),
        quantity=quantity,
        overdraft=0 if floor is None else max(0, floor - quantity),
    )


_OUT_OF_MOVEMENTS = """
    with moved as (
      select m.* from ledger_sku s
        join ledger_movement m on m.bucket = s.bucket and m.sku_id = s.sku_id
       where s.code = %(sku)s
         and (%(as_of)s::timestamptz is null or m.occurred_at <= %(as_of)s::timestamptz)
         and (%(known_at)s::timestamptz is null or m.recorded_at <= %(known_at)s::timestamptz)),
    change as (
      select from_place as place_id, from_status as status, -quantity as quantity from moved
      union all
      select to_place, to_status, quantity from moved)
    select p.path, c.status, sum(c.quantity)::bigint, p.floor
      from change c
      join ledger_place p on p.place_id = c.place_id
      join ledger_book k on k.book_id = p.book_id and k.code = %(book)s
     group by p.path, c.status, p.floor
    having sum(c.quantity) <> 0
     order by p.path collate "C", c.status
"""

# What was written down after each moment, and what a clock that was ahead wrote down before it.
_SINCE = """
    with sku as materialized (
      select a.number, a.as_of, s.bucket, s.sku_id
        from unnest(%(numbers)s::bigint[], %(skus)s::text[], %(as_of)s::timestamptz[])
             a (number, sku, as_of)
        join ledger_sku s on s.code = a.sku),
    moved as (
      select s.number, m.from_place, m.from_status, m.to_place, m.to_status, m.quantity
        from sku s
        join ledger_movement m on m.bucket = s.bucket and m.sku_id = s.sku_id
       where m.recorded_at > s.as_of and m.occurred_at > s.as_of
      union all
      select s.number, m.from_place, m.from_status, m.to_place, m.to_status, m.quantity
        from sku s
        join ledger_movement m on m.bucket = s.bucket and m.sku_id = s.sku_id
       where m.occurred_at > m.recorded_at
         and m.occurred_at > s.as_of and m.recorded_at <= s.as_of),
    held as (
      select s.number, b.place_id, b.status, b.quantity
        from sku s join ledger_balance b on b.bucket = s.bucket and b.sku_id = s.sku_id
      union all
      select number, from_place, from_status, quantity from moved
      union all
      select number, to_place, to_status, -quantity from moved)
    select h.number, p.path, h.status, sum(h.quantity)::bigint, p.floor
      from held h
      join ledger_place p on p.place_id = h.place_id
      join ledger_book k on k.book_id = p.book_id and k.code = %(book)s
     group by h.number, p.path, h.status, p.floor
    having sum(h.quantity) <> 0
     order by h.number, p.path collate "C", h.status
"""
