"""What a document moved: for who names one as the reason of something."""

from __future__ import annotations

from datetime import datetime

from yipan.foundation.ids import get_text_bucket
from yipan.ledger.calls import call


def find_net(*, book: str, root: str, sku: str, document: str, since: datetime) -> int | None:
    """
    Return by how much all postings of a document changed a SKU at a place and those within it.

    In smallest units; 0 where it moved the goods about there, or was reversed; None where it
    moved none of them. A posting is of a document whose number is a part of its origin:
    `adjustment/AD-W1-2026-000001/post`. `root` is a place, without a status. Read is what was
    recorded from `since` on.
    """
    if not document or "/" in document:
        return None
    [(net, count)] = call(
        """
        with place as (
          select p.place_id
            from ledger_place p join ledger_book k on k.book_id = p.book_id
           where k.code = %(book)s and (p.path = %(root)s or p.path ^@ (%(root)s || '/')))
        select sum(m.quantity * ((m.to_place in (select place_id from place))::int
                                 - (m.from_place in (select place_id from place))::int)),
               count(*)
          from ledger_sku s
          join ledger_movement m on m.bucket = %(bucket)s and m.sku_id = s.sku_id
           and m.recorded_at >= %(since)s
           and (m.from_place in (select place_id from place)
                or m.to_place in (select place_id from place))
          join ledger_posting h on h.event_id = m.event_id
           and h.bucket = (get_byte(uuid_send(m.event_id), 15) & 63)::smallint
         where s.code = %(sku)s and %(document)s = any (string_to_array(h.origin, '/'))
        """,
        {
            "book": book,
            "root": root,
            "bucket": get_text_bucket(sku),
            "sku": sku,
            "document": document,
            "since": since,
        },
    )
    return int(net) if count else None
