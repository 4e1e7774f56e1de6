"""What a run of messages moved, as one book tells it: the lines that digests are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yipan.foundation.ids import BUCKETS
from yipan.foundation.status import StockStatus
from yipan.ledger.calls import call, numbers, texts
from yipan.ledger.models import STATUSES

_ALL_BUCKETS: Final = numbers(range(BUCKETS))

#: Available, held and reserved stock is one pile to a system that knows no promises.
_SOUND: Final = frozenset({StockStatus.AVAILABLE, StockStatus.HELD, StockStatus.RESERVED})

#: Roots between two sites, whichever book names them.
_TRANSFER: Final = ("in_transit", "transfer:in", "transfer:out", "transfer_difference")

# Bins and sites are left out: what moves within one side of a line is no line. What a site sends
# to another, or gets from it, leaves or enters its book; the hub's keeps it in transit: one side.
_LINES = """
    with heard as (
      select h.event_id, h.recorded_at, h.sequence
        from ledger_posting h
        join ledger_book k on k.book_id = h.book_id and k.code = %(book)s
       where h.bucket = any (%(buckets)s::smallint[]) and h.source = %(source)s
         and h.source <> '' and h.sequence between %(first)s and %(last)s),
    line as (
      select h.sequence, s.code as sku, m.quantity, m.occurred_at,
             case when split_part(f.path, '/', 1) = any (%(transfer)s::text[])
                  then 'transfer'
                  else split_part(f.path, '/', 1) || coalesce('/' || fs.name, '') end as from_side,
             case when split_part(t.path, '/', 1) = any (%(transfer)s::text[])
                  then 'transfer'
                  else split_part(t.path, '/', 1) || coalesce('/' || ts.name, '') end as to_side
        from (select distinct recorded_at from heard) w
        join ledger_movement m on m.bucket = any (%(buckets)s::smallint[])
                              and m.recorded_at = w.recorded_at
        join heard h on h.event_id = m.event_id
        join ledger_sku s on s.sku_id = m.sku_id
        join ledger_place f on f.place_id = m.from_place
        join ledger_place t on t.place_id = m.to_place
        left join unnest(%(codes)s::smallint[], %(names)s::text[]) fs (code, name)
          on fs.code = m.from_status
        left join unnest(%(codes)s::smallint[], %(names)s::text[]) ts (code, name)
          on ts.code = m.to_status)
    select sequence, sku, from_side, to_side, sum(quantity)::bigint, min(occurred_at)
      from line where from_side <> to_side
     group by sequence, sku, from_side, to_side
     order by sequence, sku collate "C", from_side collate "C", to_side collate "C"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldLine:
    """
    What one message moved of one SKU, at the grain two books share.

    A side is the outside (`supplier`) or a root and a status (`on_hand/damaged`), where
    `on_hand/sound` stands for available, held and reserved, and `transfer` for all between sites.
    """

    sequence: int
    sku: str
    from_side: str
    to_side: str
    quantity: int
    occurred_at: datetime


def list_told_lines(*, book: str, source: str, first: int, last: int) -> list[ToldLine]:
    """
    Return what the messages `first` to `last` of a source moved in a book, in their order.

    Read from the postings of this very book, which name the message that told of them or
    brought them; a line sent rightly but posted wrongly shows.
    """
    names = ["sound" if status in _SOUND else str(status) for status in STATUSES.values()]
    rows = call(
        _LINES,
        {
            "book": book,
            "source": source,
            "first": first,
            "last": last,
            "buckets": _ALL_BUCKETS,
            "codes": numbers(STATUSES),
            "names": texts(names),
            "transfer": texts(_TRANSFER),
        },
    )
    return [
        ToldLine(
            sequence=sequence,
            sku=sku,
            from_side=from_side,
            to_side=to_side,
            quantity=quantity,
            occurred_at=occurred_at,
        )
        for sequence, sku, from_side, to_side, quantity, occurred_at in rows
    ]
