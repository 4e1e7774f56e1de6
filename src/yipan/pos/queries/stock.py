"""Reads of a store's stock, as its own book says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.foundation.refusals import NotFound
from yipan.foundation.status import StockStatus
from yipan.ledger import levels
from yipan.ledger import queries as ledger
from yipan.ledger.levels import Scope
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.pos.models import StoreOpening
from yipan.pos.rules.places import ADJUSTED

BALANCES_MAX = 20_000
FOUND_MAX = 1_000
PLACES_MAX = 100

#: Goods in these wait for somebody to say what becomes of them.
STATUSES_APART = frozenset({StockStatus.QUARANTINE, StockStatus.DAMAGED, StockStatus.BLOCKED})


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopStockRow:
    """What a store has of one SKU at one place, in one status."""

    sku: SkuRow
    place: str
    status: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where some of one SKU lies in a store, and in which status."""

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


def list_stock(
    *, site: str, text: str = "", only_negative: bool = False, only_apart: bool = False
) -> list[ShopStockRow]:
    """
    Return what a store has, by SKU and place; nothing where it is zero.

    `only_apart`: what is neither for sale nor promised: to be looked at, damaged, blocked.
    """
    balances = ledger.list_balances(book=f"pos:{site}", prefix="on_hand/", limit=BALANCES_MAX)
    if only_negative:
        balances = [row for row in balances if row.quantity < 0]
    if only_apart:
        balances = [row for row in balances if row.account.rpartition("/")[2] in STATUSES_APART]
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


def list_positions(*, site: str, sku: str) -> list[Position]:
    """Return where a SKU lies, shop floor and backroom first; nothing where it is zero."""
    scope = Scope(book=f"pos:{site}", skus=[sku])
    order = {place: rank for rank, place in enumerate(ADJUSTED)}
    rows = sorted(
        levels.list_levels(scope, limit=PLACES_MAX),
        key=lambda row: (order.get(row.place, len(order)), row.place),
    )
    return [
        Position(place=row.place, status=str(status), quantity=getattr(row, status))
        for row in rows
        for status in StockStatus
        if getattr(row, status)
    ]


def find_lying(
    *, site: str, wanted: Collection[tuple[str, str]], places: Collection[str]
) -> dict[tuple[str, str], dict[str, int]]:
    """
    Return pairs of SKU and status to what of it the book says lies at each of `places`.

    Places with nothing of the SKU are left out.
    """
    keys = {(sku, place) for sku, _status in wanted for place in places}
    found = levels.find_levels(book=f"pos:{site}", keys=keys)
    lying: dict[tuple[str, str], dict[str, int]] = {pair: {} for pair in wanted}
    for sku, status in wanted:
        for place in places:
            level = found.get((sku, place))
            if level is not None:
                lying[sku, status][place] = getattr(level, status)
    return lying


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
