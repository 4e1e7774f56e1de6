"""Locks ahead: for who posts several times in one transaction."""

from __future__ import annotations

from collections.abc import Collection

from yipan.foundation.ids import get_text_bucket
from yipan.ledger.calls import call, numbers, texts


def lock_levels(*, book: str, skus: Collection[str]) -> int:
    """
    Lock all balances of some SKUs in a book until the transaction ends; return how many.

    A single posting locks its accounts in key order by itself. Several of them in one
    transaction would lock in the order they are made, and meet another transaction half way;
    locked ahead, in key order, they do not.
    """
    if not skus:
        return 0
    wanted = sorted(skus)
    [(count,)] = call(
        """
        select count(*)
          from (select b.bucket
                  from unnest(%s::text[], %s::smallint[]) w (code, bucket)
                  join ledger_sku s on s.code = w.code
                  join ledger_balance b on b.bucket = w.bucket and b.sku_id = s.sku_id
                  join ledger_place p on p.place_id = b.place_id
                  join ledger_book k on k.book_id = p.book_id and k.code = %s
                 where p.path ^@ 'on_hand/' or p.path ^@ 'pool/'
                 order by b.bucket, b.sku_id, b.place_id, b.status
                   for no key update of b) locked
        """,
        [texts(wanted), numbers([get_text_bucket(sku) for sku in wanted]), book],
    )
    return int(count)
