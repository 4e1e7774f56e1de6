"""Sums over values for those who check them: the proof, and the checklist of a close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yipan.foundation.ids import BUCKETS
from yipan.ledger.calls import call, numbers
from yipan.ledger.feed import Crossing

_ALL_BUCKETS = numbers(range(BUCKETS))


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolSum:
    """What all entries of a SKU in a pool add up to."""

    pool: str
    sku: str
    quantity: int
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosingBreak:
    """Where a closing says other than the entries that it counts."""

    pool: str
    ends_on: date
    sku: str
    place: str
    kept: int
    summed: int


def sum_valued() -> list[Crossing]:
    """
    Return the entries of movements added up by pool and place, and SKU, as `pool|place`.

    To be held against `feed.sum_crossings`, which counts the movements themselves.
    """
    rows = call(
        """
        select e.name, s.code, e.count, e.quantity, e.checksum
          from (select pool || '|' || place as name, sku_id, count(*) as count,
                       sum(quantity) as quantity, sum(hashint8(movement_id)::bigint) as checksum
                  from ledger_value_entry where movement_id is not null
                 group by pool, place, sku_id) e
          join ledger_sku s on s.sku_id = e.sku_id
         order by e.name collate "C", s.code collate "C"
        """
    )
    return [
        Crossing(group=name, sku=sku, count=count, quantity=int(quantity), checksum=int(checksum))
        for name, sku, count, quantity, checksum in rows
    ]


def sum_pools() -> list[PoolSum]:
    """Return what all entries add up to, by pool and SKU."""
    rows = call(
        """
        select e.pool, s.code, sum(e.quantity), sum(e.amount)
          from ledger_value_entry e join ledger_sku s on s.sku_id = e.sku_id
         group by e.pool, s.code order by e.pool collate "C", s.code collate "C"
        """
    )
    return [
        PoolSum(pool=pool, sku=sku, quantity=int(quantity), amount=int(amount))
        for pool, sku, quantity, amount in rows
    ]


def list_closing_breaks() -> list[ClosingBreak]:
    """Return where the newest closing of a pool differs from a sum over all its entries."""
    rows = call(
        """
        with newest as (
          select distinct on (pool) * from ledger_value_closing where reopened_at is null
           order by pool, ends_on desc),
        kept as (
          select n.pool, n.ends_on, b.sku_id, b.place, b.amount, b.quantity
            from newest n join ledger_value_balance b using (closing_id)),
        summed as (
          select n.pool, n.ends_on, e.sku_id, e.place, sum(e.amount) as amount,
                 sum(e.quantity) as quantity
            from newest n
            join ledger_value_entry e on e.pool = n.pool and e.accounting_date <= n.ends_on
           group by n.pool, n.ends_on, e.sku_id, e.place)
        select pool, ends_on, s.code, place, coalesce(kept.amount, 0), coalesce(summed.amount, 0)
          from kept full join summed using (pool, ends_on, sku_id, place)
          join ledger_sku s using (sku_id)
         where coalesce(kept.amount, 0) <> coalesce(summed.amount, 0)
            or coalesce(kept.quantity, 0) <> coalesce(summed.quantity, 0)
         order by 1, 2, 3, 4 limit 1000
        """
    )
    return [
        ClosingBreak(
            pool=pool, ends_on=ends_on, sku=sku, place=place, kept=int(kept), summed=int(summed)
        )
        for pool, ends_on, sku, place, kept, summed in rows
    ]


def count_guessed_receipts(*, pool: str, first: date, last: date) -> int:
    """Return how many receipts from suppliers count between two days at a guessed cost."""
    rows = call(
        """
        select count(*) from ledger_value_entry
         where accounting_date between %s and %s and pool = %s
           and kind = 'receipt' and provisional > 0
        """,
        [first, last, pool],
    )
    count: int = rows[0][0]
    return count


def find_first_day(*, pool: str) -> date | None:
    """Return the first day anything of a pool counts, None when nothing was valued."""
    rows = call("select min(accounting_date) from ledger_value_entry where pool = %s", [pool])
    first: date | None = rows[0][0]
    return first
