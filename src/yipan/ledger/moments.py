"""What a book says of many accounts, each at its own moment. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from yipan.ledger.accounts import join_account
from yipan.ledger.calls import Row, call, moments, numbers, texts

ASKS_MAX = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """
    One SKU under one root (`on_hand/A-01-01/`), looked at from `since` to `until`.

    Both by the time things happened: what was written down later for an earlier moment counts.
    """

    sku: str
    root: str
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What an account held at the beginning of the ask numbered `ask`."""

    ask: int
    account: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What an account won or lost within the ask numbered `ask`."""

    ask: int
    account: str
    occurred_at: datetime
    quantity: int


def list_states(*, book: str, asks: Sequence[Ask]) -> list[State]:
    """
    Return what the accounts of each ask held at its `since`, inclusive; zeros are left out.

    That is what they hold now, less what happened since: it costs the days since, not history.
    """
    rows = _call(
        book,
        asks,
        _CHANGES
        + """,
        held as (
          select a.ask, p.path, b.status, b.quantity
            from ask a
            join ledger_balance b on b.bucket = a.bucket and b.sku_id = a.sku_id
                                 and b.quantity <> 0
            join place p on p.place_id = b.place_id and p.path || '/' ^@ a.root
          union all
          select c.ask, p.path, c.status, -c.quantity
            from change c join place p on p.place_id = c.place_id and p.path || '/' ^@ c.root)
        select h.ask, h.path, h.status, sum(h.quantity)::bigint
          from held h
         group by h.ask, h.path, h.status
        having sum(h.quantity) <> 0
         order by h.ask, h.path collate "C", h.status
        """,
    )
    return [
        State(ask=int(ask), account=join_account(path=path, status=status), quantity=quantity)
        for ask, path, status, quantity in rows
    ]


def list_changes(*, book: str, asks: Sequence[Ask]) -> list[Change]:
    """Return what happened within each ask, after its `since` and up to its `until`, in order."""
    rows = _call(
        book,
        asks,
        _CHANGES
        + """
        select c.ask, p.path, c.status, c.occurred_at, c.quantity
          from change c join place p on p.place_id = c.place_id and p.path || '/' ^@ c.root
         where c.occurred_at <= c.until
         order by c.ask, c.occurred_at, c.id
        """,
    )
    return [
        Change(
            ask=int(ask),
            account=join_account(path=path, status=status),
            occurred_at=occurred_at,
            quantity=quantity,
        )
        for ask, path, status, occurred_at, quantity in rows
    ]


def sum_leaving(*, book: str, root: str, since: datetime) -> dict[str, int]:
    """Return SKU to how much left the accounts under a root for outside them, after `since`."""
    rows = call(
        """
        with inside as (
          select p.place_id from ledger_place p join ledger_book k on k.book_id = p.book_id
           where k.code = %s and p.path || '/' ^@ %s)
        select s.code, sum(m.quantity)::bigint
          from ledger_movement m
          join inside f on f.place_id = m.from_place
          join ledger_sku s on s.sku_id = m.sku_id
         where m.recorded_at > %s and m.occurred_at > %s
           and m.to_place not in (select place_id from inside)
         group by s.code
        """,
        [book, root, since, since],
    )
    return {sku: int(quantity) for sku, quantity in rows}


def _call(book: str, asks: Sequence[Ask], statement: LiteralString) -> list[Row]:
    assert len(asks) <= ASKS_MAX
    if not asks:
        return []
    return call(
        statement,
        {
            "book": book,
            "numbers": numbers(range(len(asks))),
            "skus": texts([ask.sku for ask in asks]),
            "roots": texts([ask.root for ask in asks]),
            "since": moments([ask.since for ask in asks]),
            "until": moments([ask.until for ask in asks]),
        },
    )


# What happened after the beginning of each ask. Most of it was written down after it, too; what a
# clock that is ahead wrote down before is found by an index of such movements alone.
_CHANGES = """
    with place as materialized (
      select p.place_id, p.path
        from ledger_place p join ledger_book k on k.book_id = p.book_id and k.code = %(book)s),
    ask as (
      select a.number as ask, s.bucket, s.sku_id, a.root, a.since, a.until
        from unnest(%(numbers)s::bigint[], %(skus)s::text[], %(roots)s::text[],
                    %(since)s::timestamptz[], %(until)s::timestamptz[])
             a (number, sku, root, since, until)
        join ledger_sku s on s.code = a.sku),
    moved as (
      select a.ask, a.root, a.until, m.id, m.occurred_at,
             m.from_place, m.from_status, m.to_place, m.to_status, m.quantity
        from ask a
        join ledger_movement m on m.bucket = a.bucket and m.sku_id = a.sku_id
                              and m.recorded_at > a.since and m.occurred_at > a.since
      union all
      select a.ask, a.root, a.until, m.id, m.occurred_at,
             m.from_place, m.from_status, m.to_place, m.to_status, m.quantity
        from ask a
        join ledger_movement m on m.bucket = a.bucket and m.sku_id = a.sku_id
                              and m.occurred_at > m.recorded_at
                              and m.occurred_at > a.since and m.recorded_at <= a.since),
    change as (
      select ask, root, until, id, occurred_at,
             from_place as place_id, from_status as status, -quantity as quantity from moved
      union all
      select ask, root, until, id, occurred_at, to_place, to_status, quantity from moved)
"""
