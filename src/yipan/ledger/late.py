"""What was written down of late for an earlier moment: cheap to ask, however old the moment is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yipan.ledger.calls import call, moments, numbers, texts
from yipan.ledger.feed import LAG

WATCHES_MAX: Final = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """One SKU, the moment its book was looked at, and since when nobody has looked again."""

    sku: str
    as_of: datetime
    since: datetime


def get_settled() -> datetime:
    """Return the moment up to which all that was written down can be seen by everybody."""
    [(moment,)] = call("select least(ledger_get_settled_until(%s), now())", [LAG])
    found: datetime = moment
    return found


def find_late(*, book: str, outside: str, watches: Sequence[Watch]) -> set[int]:
    """
    Return the places of those watches whose book as of their moment may say something else now.

    That is where a movement was written down at or after `since` that happened at or before
    `as_of`; or that moved goods from or to the account `outside`, whenever it happened.
    """
    assert len(watches) <= WATCHES_MAX
    if not watches:
        return set()
    rows = call(
        _LATE,
        {
            "book": book,
            "outside": outside,
            "numbers": numbers(range(len(watches))),
            "skus": texts([watch.sku for watch in watches]),
            "as_of": moments([watch.as_of for watch in watches]),
            "since": moments([watch.since for watch in watches]),
        },
    )
    return {int(number) for (number,) in rows}


_LATE = """
    with place as materialized (
      select p.place_id
        from ledger_place p join ledger_book k on k.book_id = p.book_id
       where k.code = %(book)s and p.path = %(outside)s)
    select w.number
      from unnest(%(numbers)s::bigint[], %(skus)s::text[], %(as_of)s::timestamptz[],
                  %(since)s::timestamptz[]) w (number, sku, as_of, since)
      join ledger_sku s on s.code = w.sku
     where exists (
       select from ledger_movement m
         join ledger_place f on f.place_id = m.from_place
         join ledger_book k on k.book_id = f.book_id and k.code = %(book)s
        where m.bucket = s.bucket and m.sku_id = s.sku_id and m.recorded_at >= w.since
          and (m.occurred_at <= w.as_of
               or m.from_place in (select place_id from place)
               or m.to_place in (select place_id from place)))
"""
