"""Goods that are told apart by lot, date and serial, and hands that receive them."""

from __future__ import annotations

from datetime import date

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id
from yipan.masterdata import records
from yipan.masterdata.rows import BarcodeRow, BinRow, SkuRow
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.stock import stock_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models import Receipt
from yipan.wms.rules import Counted

#: The GTIN of the milk, as GS1 codes write it and as master data has it.
MILK_GTIN = "06901234567892"


def open_dairy() -> None:
    """Make known: milk (lot and date), a phone (serials), and zones for what is not for sale."""
    retailer.open_retailer()
    records.save_skus(
        [
            SkuRow(
                code="MILK-1",
                name="Milk 1 l",
                name_zh="鲜牛奶 1L",
                is_lot_tracked=True,
                is_expiry_tracked=True,
                price_minor=1_200,
                barcodes=(BarcodeRow(code=MILK_GTIN[1:]),),
            ),
            SkuRow(
                code="PHONE-1",
                name="Phone",
                name_zh="手机",
                is_serial_tracked=True,
                price_minor=299_900,
                barcodes=(BarcodeRow(code="69PHONE-1"),),
            ),
        ],
        at=NOON,
    )
    records.save_bins(
        [
            BinRow(site="W1", code="Q-01", zone="Q", zone_type="quarantine"),
            BinRow(site="W1", code="D-01", zone="D", zone_type="damaged"),
            BinRow(site="W1", code="RET-01", zone="RET", zone_type="returns"),
            BinRow(site="W1", code="B-01-01", zone="B", zone_type="storage", mixing="one_lot"),
        ]
    )
    retailer.deliver()


def stock_lots(*lines: tuple[str, str, int, str, str]) -> None:
    """Begin the book of W1 with bin, SKU, quantity, lot and the last day."""
    stock_opening.post(
        site="W1",
        stock=[
            BinStock(
                bin_code=code,
                sku=sku,
                quantity=quantity,
                lot=lot,
                expires_on=date.fromisoformat(ends) if ends else None,
            )
            for code, sku, quantity, lot, ends in lines
        ],
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"lots {lines}"),
    )
    retailer.deliver()


def receive(*counted: Counted, order: str = "", supplier: str = "SUP-01", **more: str) -> Receipt:
    """Take goods in at W1, and let the hub hear of it."""
    posted = receipt.receive(
        opening=Opening(site="W1", inbound_order_number=order, supplier=supplier, **more),
        counted=counted,
        is_last=False,
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"receipt {Receipt.objects.count()}"),
    )
    retailer.deliver()
    return posted
