"""The warehouse that the WMS's bench works in: 100,000 bins, 50,000 SKUs, two bins for each.

Master data is written by bulk statements, stock through the ledger's door: as the owner of a
throw-away database, and the same in each run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5

from django.db import connection, transaction

from yipan.exchange import delivery, outbox
from yipan.foundation.ids import make_id
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move
from yipan.masterdata import records
from yipan.masterdata.models import Aisle, Barcode, Bin, Site, Sku, Zone
from yipan.masterdata.rows import BinRow, SupplierRow
from yipan.messages import erp

SITE = "W1"
BOOK = f"wms:{SITE}"
SKUS = [f"SKU-{number:05d}" for number in range(50_000)]
BINS = 100_000
BINS_PER_AISLE = 500
BIN_HOLDS = 40
MOVES_PER_POSTING = 1_000


def fill() -> None:
    """Write the warehouse and its goods; of the last SKUs nothing lies there yet."""
    Site.objects.create(code=SITE, site_type="warehouse", name="Big DC", name_zh="大仓")
    records.save_suppliers([SupplierRow(code="SUP-01", name="Supplier")])
    records.save_bins(
        [
            BinRow(site=SITE, code="RECV-01", zone="RECV", zone_type="receiving"),
            BinRow(site=SITE, code="PACK-01", zone="PACK", zone_type="packing"),
            BinRow(site=SITE, code=name_bin(0), zone="A", zone_type="picking", aisle=name_aisle(0)),
        ]
    )
    zone = Zone.objects.get(site_id=SITE, code="A")
    aisles = {0: Aisle.objects.get(zone=zone)}
    for number in range(1, BINS // BINS_PER_AISLE):
        aisles[number] = Aisle.objects.create(zone=zone, code=name_aisle(number))
    Bin.objects.bulk_create(
        [
            Bin(
                site_id=SITE,
                code=name_bin(number),
                zone=zone,
                aisle=aisles[number // BINS_PER_AISLE],
                sequence=number,
            )
            for number in range(1, BINS)
        ],
        batch_size=5_000,
    )
    Sku.objects.bulk_create(
        [
            Sku(code=code, name=f"Goods {code}", name_zh=f"商品 {code}", case_size=12)
            for code in SKUS
        ],
        batch_size=5_000,
    )
    Barcode.objects.bulk_create(
        [Barcode(code=name_barcode(code), sku_id=code) for code in SKUS], batch_size=5_000
    )


def stock(skus: Sequence[str], *, now: datetime) -> None:
    """Put each SKU into its two bins."""
    moves = [
        Move(
            sku=sku,
            from_account="opening",
            to_account=f"on_hand/{name_bin(2 * int(sku[4:]) + side)}/available",
            quantity=BIN_HOLDS,
        )
        for sku in skus
        for side in (0, 1)
    ]
    for start in range(0, len(moves), MOVES_PER_POSTING):
        part = moves[start : start + MOVES_PER_POSTING]
        origin = f"fill/{part[0].sku}/{start}"
        posting.post_facts(
            book=BOOK, postings=[FactPosting(origin=origin, occurred_at=now, moves=part)]
        )


def analyze() -> None:
    """Let the planner know what is there."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")


@transaction.atomic
def want(number: str, skus: Sequence[str], *, quantity: int, now: datetime) -> None:
    """Let the hub want goods sent: one line for each SKU."""
    source = f"erp:hub/orders:{SITE}"
    [sequence] = outbox.reserve_numbers(source)
    message = erp.OutboundReleased(
        message_id=uuid5(make_id(), number),
        occurred_at=now,
        outbound_order_number=number,
        order_type="supplier_return",
        document_number=f"D-{number}",
        ship_to="SUP-01",
        site=SITE,
        lines=tuple(
            erp.OutboundLine(line=line, sku=sku, quantity=quantity)
            for line, sku in enumerate(skus, start=1)
        ),
    )
    outbox.publish(message, source=source, sequence=sequence)


@transaction.atomic
def expect(number: str, skus: Sequence[str], *, now: datetime) -> None:
    """Let the hub expect a delivery."""
    source = f"erp:hub/orders:{SITE}"
    [sequence] = outbox.reserve_numbers(source)
    message = erp.InboundReleased(
        message_id=uuid5(make_id(), number),
        occurred_at=now,
        inbound_order_number=number,
        purchase_order_number=f"PO-{number}",
        site=SITE,
        supplier="SUP-01",
        supplier_name="Supplier",
        expected_on="",
        lines=tuple(
            erp.InboundLine(line=line, sku=sku, quantity_expected=12)
            for line, sku in enumerate(skus, start=1)
        ),
    )
    outbox.publish(message, source=source, sequence=sequence)


def deliver() -> None:
    """Let the warehouse hear it."""
    delivery.deliver_pending()


def name_bin(number: int) -> str:
    """Return the code of a bin."""
    return f"A{number // BINS_PER_AISLE:03d}-{number % BINS_PER_AISLE:03d}"


def name_aisle(number: int) -> str:
    """Return the code of an aisle."""
    return f"A{number:03d}"


def name_barcode(sku: str) -> str:
    """Return what stands on a piece."""
    return f"69{sku}"
