"""What went on at the places of one book: how often goods moved, and when they last sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.ids import BUCKETS
from yipan.ledger.calls import call, numbers

ROWS_MAX = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityRow:
    """
    One SKU at a site, or at one place of it; quantities in its smallest unit.

    `movements` counts document lines since the instant asked for, `quantity_sold` is what went
    to customers since, `last_sold_at` when it last did.
    """

    place: str
    sku: str
    quantity: int
    movements: int
    quantity_sold: int
    last_sold_at: datetime | None
    first_moved_at: datetime | None


def list_activity(
    *, book: str, since: datetime, by_place: bool = False, limit: int = ROWS_MAX
) -> list[ActivityRow]:
    """
    Return what lies on hand in a site's own book and what moved since, ordered by place and SKU.

    `by_place` tells the places below `on_hand/` apart (bins, areas); else they are added up.
    Goods that neither lie there nor moved are left out.
    """
    assert 0 < limit <= ROWS_MAX
    rows = call(
        _ACTIVITY,
        {
            "book": book,
            "since": since,
            "by_place": by_place,
            "buckets": numbers(range(BUCKETS)),
            "limit": limit,
        },
    )
    return [
        ActivityRow(
            place=place,
            sku=sku,
            quantity=quantity,
            movements=movements,
            quantity_sold=sold,
            last_sold_at=last_sold_at,
            first_moved_at=first_moved_at,
        )
        for place, sku, quantity, movements, sold, last_sold_at, first_moved_at in rows
    ]


_ACTIVITY = """
    with place as (
      select p.place_id, case when %(by_place)s then split_part(p.path, '/', 2) else '' end as name
        from ledger_place p join ledger_book k on k.book_id = p.book_id
       where k.code = %(book)s and p.path ^@ 'on_hand/'),
    customer as (
      select p.place_id from ledger_place p join ledger_book k on k.book_id = p.book_id
       where k.code = %(book)s and (p.path = 'customer' or p.path ^@ 'customer/')),
    held as (
      select p.name, b.sku_id, sum(b.quantity)::bigint as quantity
        from place p join ledger_balance b on b.place_id = p.place_id
       where b.quantity <> 0 group by 1, 2),
    leg as (
      select p.name, m.sku_id, m.occurred_at,
             case when m.to_place in (select place_id from customer) then m.quantity else 0 end
               as sold
        from ledger_movement m join place p on p.place_id = m.from_place
       where m.bucket = any (%(buckets)s::smallint[]) and m.recorded_at >= %(since)s
      union all
      select p.name, m.sku_id, m.occurred_at, 0
        from ledger_movement m join place p on p.place_id = m.to_place
       where m.bucket = any (%(buckets)s::smallint[]) and m.recorded_at >= %(since)s),
    moved as (
      select name, sku_id, count(*)::bigint as movements, sum(sold)::bigint as sold,
             max(occurred_at) filter (where sold > 0) as last_sold_at,
             min(occurred_at) as first_moved_at
        from leg group by 1, 2)
    select coalesce(h.name, m.name), s.code, coalesce(h.quantity, 0), coalesce(m.movements, 0),
           coalesce(m.sold, 0), m.last_sold_at, m.first_moved_at
      from held h full join moved m on m.name = h.name and m.sku_id = h.sku_id
      join ledger_sku s on s.sku_id = coalesce(h.sku_id, m.sku_id)
     order by coalesce(h.name, m.name) collate "C", s.code collate "C"
     limit %(limit)s
"""
