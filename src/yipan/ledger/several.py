"""Several balances or postings in one statement, for those who decide about many at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from yipan.foundation.ids import get_text_bucket
from yipan.ledger.accounts import join_account
from yipan.ledger.calls import call, numbers, texts
from yipan.ledger.rows import BalanceRow

#: So many SKUs are asked for in one statement.
SKUS_MAX: Final = 20_000


def list_balances_of(*, book: str, skus: Collection[str], prefix: str = "") -> list[BalanceRow]:
    """
    Return the balances of some SKUs that are not zero, ordered by SKU and account.

    `prefix` is the beginning of an account: `on_hand/`. Empty: all, the outside included.
    """
    assert len(skus) <= SKUS_MAX
    wanted = sorted(skus)
    if not wanted:
        return []
    rows = call(
        """
        select s.code, p.path, b.status, b.quantity, b.overdraft
          from unnest(%s::text[], %s::smallint[]) asked (code, bucket)
          join ledger_sku s on s.code = asked.code
          join ledger_balance b on b.bucket = asked.bucket and b.sku_id = s.sku_id
          join ledger_place p on p.place_id = b.place_id
          join ledger_book k on k.book_id = p.book_id
         where k.code = %s and p.path || '/' ^@ %s and b.quantity <> 0
         order by s.code collate "C", p.path collate "C", b.status
        """,
        [texts(wanted), numbers([get_text_bucket(it) for it in wanted]), book, prefix],
    )
    return [
        BalanceRow(
            sku=sku,
            account=join_account(path=path, status=status),
            quantity=quantity,
            overdraft=overdraft,
        )
        for sku, path, status, quantity, overdraft in rows
    ]


def find_posted(*, book: str, origins: Collection[str]) -> frozenset[str]:
    """Return those of some origins under which something was posted in a book."""
    wanted = sorted(set(origins))
    if not wanted:
        return frozenset()
    rows = call(
        """
        select h.origin
          from unnest(%s::text[], %s::smallint[]) asked (origin, bucket)
          join ledger_posting h on h.bucket = asked.bucket and h.origin = asked.origin
          join ledger_book k on k.book_id = h.book_id
         where k.code = %s
        """,
        [texts(wanted), numbers([get_text_bucket(f"{book}|{it}") for it in wanted]), book],
    )
    return frozenset(origin for (origin,) in rows)
