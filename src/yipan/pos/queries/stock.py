"""Reads of a store's stock, as its own book says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.foundation.refusals import NotFound
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.pos.models import StoreOpening

BALANCES_MAX = 20_000
FOUND_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopStockRow:
    """What a store has of one SKU at one place, in one status."""

    sku: SkuRow
    place: str
    status: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreOpeningDetail:
    """An opening as its page shows it."""

    number: str
    site: str
    state: str
    created_by: str
    created_at: datetime
    message_id: UUID
    lines: tuple[ShopStockRow, ...]


def list_stock(*, site: str, text: str = "", only_negative: bool = False) -> list[ShopStockRow]:
    """Return what a store has, by SKU and place; nothing where it is zero."""
    balances = ledger.list_balances(book=f"pos:{site}", prefix="on_hand/", limit=BALANCES_MAX)
    if only_negative:
        balances = [row for row in balances if row.quantity < 0]
    if text.strip():
        found = masterdata.search_skus(text, FOUND_MAX, only_active=False)
        named = {sku.code for sku in found}
        balances = [row for row in balances if row.sku in named]
    skus = masterdata.find_skus({row.sku for row in balances})
    return [
        ShopStockRow(
            sku=skus[row.sku],
            place=row.account.split("/")[1],
            status=row.account.rpartition("/")[2],
            quantity=row.quantity,
        )
        for row in balances
    ]


def get_opening(number: str) -> StoreOpeningDetail:
    """
    Return one opening of a store.

    :raises NotFound: if there is none of this number.
    """
    opening = StoreOpening.objects.filter(number=number).first()
    if opening is None:
        raise NotFound(kind="stock_opening", id=number)
    skus = masterdata.find_skus({line["sku"] for line in opening.lines})
    return StoreOpeningDetail(
        number=opening.number,
        site=opening.site,
        state=opening.state,
        created_by=opening.created_by,
        created_at=opening.created_at,
        message_id=opening.message_id,
        lines=tuple(
            ShopStockRow(
                sku=skus[line["sku"]],
                place="shop_floor",
                status="available",
                quantity=line["quantity"],
            )
            for line in opening.lines
        ),
    )
