"""Goods as the register sees them: found by scan or name, with price and the store's stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.foundation.refusals import Refusal
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.pos import rules
from yipan.pos.queries.registers import get_setup
from yipan.pos.rules.weighed import read_weighed

GOODS_MAX = 200
TEXT_LENGTH_MAX = 96


class ProductUnknown(Refusal):
    """No product has this barcode or code."""

    code = "pos.product_unknown"
    status = 422


class ProductAmbiguous(Refusal):
    """The scan is the barcode of one product and the code of another; scan the other code."""

    code = "pos.product_ambiguous"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsRow:
    """
    A product for the register. `pack_size` is what one scan of it adds.

    `quantity_available` is what the store's book says now.
    """

    sku: SkuRow
    pack_size: int
    quantity_available: int


def find_product(site: str, text: str) -> GoodsRow:
    """
    Return the product a scan means: its barcode, or its code. Exact matches only.

    :raises ProductUnknown: if there is none.
    :raises ProductAmbiguous: if there are two.
    """
    text = text.strip()[:TEXT_LENGTH_MAX]
    scan = masterdata.find_by_barcode(text) if text else None
    by_code = masterdata.find_skus([text.upper()]).get(text.upper())
    if scan is not None and by_code is not None and scan.sku.code != by_code.code:
        raise ProductAmbiguous(text=text, products=[scan.sku.code, by_code.code])
    if scan is not None:
        return _add_stock(site, [scan.sku], pack_size=scan.pack_size)[0]
    if by_code is None:
        return _find_weighed(site, text)
    return _add_stock(site, [by_code])[0]


def _find_weighed(site: str, text: str) -> GoodsRow:
    """Return what a barcode of a scale means: the weight in it, or what its price buys."""
    weighed = read_weighed(text, get_setup(site).weighed_patterns)
    scan = masterdata.find_by_barcode(weighed.barcode) if weighed else None
    if weighed is None or scan is None:
        raise ProductUnknown(text=text)
    if weighed.weight_grams is not None:
        quantity = weighed.weight_grams
    elif weighed.pieces is not None:
        quantity = weighed.pieces
    else:
        assert weighed.price_minor is not None
        quantity = round(weighed.price_minor / max(scan.sku.price_minor, 1))
    return _add_stock(site, [scan.sku], pack_size=max(quantity, 1))[0]


def search_goods(site: str, text: str, *, limit: int = 24) -> list[GoodsRow]:
    """Return products by words of their name or code, with what the store has of them."""
    assert 0 < limit <= GOODS_MAX
    return _add_stock(site, masterdata.search_skus(text, limit))


def list_quick_goods(site: str, *, limit: int = 24) -> list[GoodsRow]:
    """Return what the store has most of, for its quick keys, by name of the code."""
    assert 0 < limit <= GOODS_MAX
    balances = ledger.list_balances(book=f"pos:{site}", prefix=f"on_hand/{rules.SHOP_FLOOR}/")
    most = sorted(balances, key=lambda row: (-row.quantity, row.sku))[:limit]
    skus = masterdata.find_skus({row.sku for row in most})
    rows = [skus[code] for code in sorted(skus)]
    return _add_stock(site, [row for row in rows if row.is_active])


def list_floor_quantities(site: str) -> dict[str, int]:
    """Return SKU to what stands sound on the shop floor, as the store's book says."""
    account = f"on_hand/{rules.SHOP_FLOOR}/available"
    balances = ledger.list_balances(book=f"pos:{site}", prefix=f"on_hand/{rules.SHOP_FLOOR}/")
    return {row.sku: row.quantity for row in balances if row.account == account}


def _add_stock(site: str, skus: Sequence[SkuRow], *, pack_size: int = 1) -> list[GoodsRow]:
    account = f"on_hand/{rules.SHOP_FLOOR}/available"
    return [
        GoodsRow(
            sku=sku,
            pack_size=pack_size,
            quantity_available=ledger.get_quantity(
                book=f"pos:{site}", account=account, sku=sku.code
            ),
        )
        for sku in skus
    ]
