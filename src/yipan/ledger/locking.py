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
        "select ledger_lock_levels(%s, %s::text[], %s::smallint[])",
        [book, texts(wanted), numbers([get_text_bucket(sku) for sku in wanted])],
    )
    return int(count)
