"""What accounts hold of some SKUs, for all of them in one statement: the pool asks so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from yipan.foundation.ids import get_text_bucket
from yipan.ledger.accounts import join_account
from yipan.ledger.calls import call, numbers, texts


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLevel:
    """What one account holds of one SKU, in its smallest unit."""

    sku: str
    account: str
    quantity: int


def list_account_levels(
    *, book: str, skus: Collection[str], roots: Sequence[str] = ("on_hand/",)
) -> list[AccountLevel]:
    """
    Return what the accounts below some roots hold of some SKUs, what is zero left out.

    Read by key, so that it does not depend on the length of history.
    """
    rows = list_account_rows(book=book, skus=skus, roots=roots)
    return [
        AccountLevel(sku=sku, account=join_account(path=path, status=status), quantity=quantity)
        for sku, path, status, quantity in rows
    ]


def list_account_rows(
    *, book: str, skus: Collection[str], roots: Sequence[str] = ("on_hand/",)
) -> list[tuple[str, str, int, int]]:
    """Return the same as bare rows: SKU, place, code of the status, quantity."""
    if not skus:
        return []
    wanted = sorted(skus)
    return call(
        """
        select s.code, p.path, b.status, b.quantity
          from unnest(%s::text[], %s::smallint[]) w (code, bucket)
          join ledger_sku s on s.code = w.code
          join ledger_balance b on b.bucket = w.bucket and b.sku_id = s.sku_id
          join ledger_place p on p.place_id = b.place_id
          join ledger_book k on k.book_id = p.book_id and k.code = %s
         where b.quantity <> 0
           and exists (select from unnest(%s::text[]) r (root) where p.path ^@ r.root)
        """,
        [texts(wanted), numbers([get_text_bucket(sku) for sku in wanted]), book, texts(roots)],
    )
