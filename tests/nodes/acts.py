"""What people do at a node, each act a process of its own: `python -m tests.nodes.acts ACT`."""

from __future__ import annotations

import json
import sys

from tests import retailer
from tests.nodes.orders import ORDERS, SKUS
from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.exchange import proof
from yipan.exchange.queries import list_inbox, list_sources
from yipan.ledger import queries as ledger
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow, SiteRow, SkuRow, SupplierRow
from yipan.wms.models import InboundOrder


def open_hub() -> str:
    """Write the master data, tell the sites, and make the key of W1. Return its secret."""
    by = Author(name="zhao.controller", at=retailer.NOON)
    master_record.save_sites(
        [SiteRow(code="W1", site_type="warehouse", name="Hangzhou DC", name_zh="杭州中心仓")], by=by
    )
    master_record.save_suppliers([SupplierRow(code="SUP-01", name="Longjing Tea")], by=by)
    master_record.save_skus([SkuRow(code=code, name=f"{code} goods") for code in SKUS], by=by)
    grant = keys.KeyGrant(name="node-w1", sites=frozenset({"W1"}))
    return keys.create(grant, by=SYSTEM, at=retailer.NOON).secret


def order() -> int:
    """Send orders to W1."""
    for number in range(ORDERS):
        retailer.order(*[(sku, 100 + number) for sku in SKUS])
    return ORDERS


def open_warehouse() -> int:
    """Set up the bins of W1, which its hub does not know of."""
    bins = [BinRow(site="W1", code="RECV-01", zone="RECV", zone_type="receiving")]
    return len(records.save_bins(bins))


def receive() -> int:
    """Take in what every order asks for, in three receipts, 2 of each SKU damaged."""
    numbers = list(InboundOrder.objects.order_by("number").values_list("number", flat=True))
    for number in numbers:
        for part in range(3):
            counted = [(sku, 30 + part, 2 if part == 2 else 0) for sku in SKUS]
            retailer.receive(number, *counted)
    return 3 * len(numbers)


def tell_books() -> dict[str, object]:
    """Return what the books say, and what the message log and the ledger prove."""
    places = {"wms:W1": "on_hand/RECV-01", "erp": "on_hand/W1"}
    return {
        "stock": {
            f"{sku} {status}": ledger.get_quantity(book=book, account=f"{place}/{status}", sku=sku)
            for book, place in places.items()
            for sku in SKUS
            for status in ("available", "damaged")
            if ledger.list_balances(book=book, sku=sku)
        },
        "broken": [each.detail for each in proof.list_findings() if not each.ok],
        "open": len(list_inbox()),
        "watermarks": {f"{row.source} > {row.receiver}": row.watermark for row in list_sources()},
        "applied": sum(row.applied for row in list_sources()),
    }


ACTS = {
    "open_hub": open_hub,
    "order": order,
    "open_warehouse": open_warehouse,
    "receive": receive,
    "tell_books": tell_books,
}


def main() -> None:
    """Do what the command line names, and print what came of it."""
    json.dump(ACTS[sys.argv[1]](), sys.stdout)
