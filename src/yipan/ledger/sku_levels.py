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


#: SKU, place, and quantities in the order of `StockStatus`.
SiteLevel = tuple[str, str, int, int, int, int, int, int]


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


def list_site_levels(*, book: str, skus: Collection[str]) -> list[SiteLevel]:
    """
    Return SKU, place and what is there by status, ordered by both, for all SKUs at once.

    The quantities come in the order of `StockStatus`. Places that hold nothing are left out.
    """
    if not skus:
        return []
    wanted = sorted(skus)
    return call(
        """
        select s.code, split_part(p.path, '/', 2),
               coalesce(sum(b.quantity) filter (where b.status = 1), 0)::bigint,
               coalesce(sum(b.quantity) filter (where b.status = 2), 0)::bigint,
               coalesce(sum(b.quantity) filter (where b.status = 3), 0)::bigint,
               coalesce(sum(b.quantity) filter (where b.status = 4), 0)::bigint,
               coalesce(sum(b.quantity) filter (where b.status = 5), 0)::bigint,
               coalesce(sum(b.quantity) filter (where b.status = 6), 0)::bigint
          from unnest(%s::text[], %s::smallint[]) w (code, bucket)
          join ledger_sku s on s.code = w.code
          join ledger_balance b on b.bucket = w.bucket and b.sku_id = s.sku_id
          join ledger_place p on p.place_id = b.place_id and p.path ^@ 'on_hand/'
         where b.quantity <> 0 and p.book_id = (select book_id from ledger_book where code = %s)
         group by s.code, p.path
         order by s.code collate "C", p.path collate "C"
        """,
        [texts(wanted), numbers([get_text_bucket(sku) for sku in wanted]), book],
    )
