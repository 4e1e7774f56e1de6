"""Rules of the stock opening (期初库存).

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.messages.pos import OpenedLine as StoreOpenedLine
from yipan.messages.wms import OpenedLine as WarehouseOpenedLine
from yipan.pool.rules import get_account


def post_stock_opening(
    *, site: str, lines: Iterable[StoreOpenedLine | WarehouseOpenedLine]
) -> list[Move]:
    """Begin the book of a site with what was there (期初库存)."""
    account = get_account(site=site, status=StockStatus.AVAILABLE)
    return [
        Move(sku=line.sku, from_account="opening", to_account=account, quantity=line.quantity)
        for line in lines
        if line.quantity > 0
    ]
