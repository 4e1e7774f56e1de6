"""A small retailer for the tests of the first goods: one warehouse, two stores, five SKUs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID, uuid5

from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.models import PurchaseOrder
from yipan.exchange import delivery, inbox, parking
from yipan.exchange.envelopes import Envelope
from yipan.exchange.models import OutboxMessage, Stream
from yipan.exchange.replies import Reply
from yipan.ledger import posting
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import records
from yipan.masterdata.rows import BarcodeRow, BinRow, SiteRow, SkuRow, SupplierRow
from yipan.messages.till import TicketLine
from yipan.pos.documents import register
from yipan.pos.documents import stock_opening as store_opening
from yipan.pos.documents.register import Sale
from yipan.pos.documents.stock_opening import ShopStock
from yipan.pos.models import RegisterTicket, StoreOpening
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.models import Receipt
from yipan.wms.rules import Counted

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Hangzhou
#: What one of every SKU costs, in minor units.
COST_MINOR = 3_000
NAMESPACE = UUID("0198c7b2-6a11-7c3e-9d0a-5b8f2f0a1c77")

BUYER = Trace(actor="lin.purchaser", device="office-1")
CHECKER = Trace(actor="zhao.controller", device="office-2")
RECEIVER = Trace(actor="wang.worker", device="handheld-7")
CLERK = Trace(actor="chen.clerk", device="S12-1")


def make_id(name: str) -> UUID:
    """Return an id that is the same in every run of the test."""
    return uuid5(NAMESPACE, name)


def open_retailer() -> None:
    """Write the master data."""
    records.save_sites(
        [
            SiteRow(code="W1", site_type="warehouse", name="Hangzhou DC", name_zh="杭州中心仓"),
            SiteRow(code="S1", site_type="store", name="Xihu", name_zh="西湖店"),
            SiteRow(code="S12", site_type="store", name="Binjiang", name_zh="滨江店"),
        ]
    )
    records.save_bins(
        [
            BinRow(site="W1", code="RECV-01", zone="RECV", zone_type="receiving"),
            BinRow(site="W1", code="A-01-01", zone="A", zone_type="picking"),
            BinRow(site="W1", code="A-01-02", zone="A", zone_type="picking"),
        ]
    )
    records.save_suppliers(
        [
            SupplierRow(code="SUP-01", name="Longjing Tea", name_zh="龙井茶业"),
            SupplierRow(code="SUP-02", name="Daily Goods", tolerance_over_percent=5),
        ]
    )
    add_skus("TEA-250", "SOAP-1", "RICE-5", "MUG-1", "BAG-1")


def add_skus(*codes: str) -> None:
    """Make SKUs known, each with a barcode of one and one of a case of 24."""
    records.save_skus(
        [
            SkuRow(
                code=code,
                name=f"{code} goods",
                name_zh=f"{code} 商品",
                case_size=24,
                cost_minor=COST_MINOR,
                price_minor=6_800,
                barcodes=(
                    BarcodeRow(code=f"69{code}"),
                    BarcodeRow(code=f"169{code}", pack_size=24, unit="case"),
                ),
            )
            for code in codes
        ],
        at=NOON,
    )


def deliver() -> int:
    """Deliver all messages, as the worker would."""
    return delivery.deliver_pending()


def order(*lines: tuple[str, int], supplier: str = "SUP-01") -> PurchaseOrder:
    """Write an order to W1, have it approved by a second person and sent."""
    ordered = Ordered(
        site="W1",
        supplier=supplier,
        lines=tuple(OrderedLine(sku=sku, quantity=quantity) for sku, quantity in lines),
    )
    number = purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number
    purchase_order.approve(number=number, by=CHECKER, at=NOON)
    return purchase_order.send(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} sent")
    )


def receive(
    inbound_order_number: str, *counted: tuple[str, int, int], is_last: bool = False
) -> Receipt:
    """Take goods in at W1: of each SKU so many sound and so many damaged."""
    opening = Opening(site="W1", inbound_order_number=inbound_order_number)
    done = Receipt.objects.count()
    return receipt.receive(
        opening=opening,
        counted=[
            Counted(sku=sku, quantity_sound=sound, quantity_damaged=damaged)
            for sku, sound, damaged in counted
        ],
        is_last=is_last,
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"receipt {done}"),
    )


def sell(*lines: tuple[str, int], till: str = "S12-1") -> RegisterTicket:
    """Sell at a register; a negative quantity is a return."""
    site = till.rpartition("-")[0]
    sale = Sale(
        message_id=make_id(f"{till} {RegisterTicket.objects.count()}"),
        lines=tuple(
            TicketLine(line=number, sku=sku, quantity=quantity, amount_minor=6_800 * quantity)
            for number, (sku, quantity) in enumerate(lines, start=1)
        ),
    )
    return register.close_ticket(site=site, till_code=till, sale=sale, by=CLERK, at=NOON)


def stock(book: str, account: str, sku: str = "TEA-250") -> int:
    """Return what a book says of one SKU in one account."""
    return ledger.get_quantity(book=book, account=account, sku=sku)


def open_store(site: str, *lines: tuple[str, int]) -> StoreOpening:
    """Begin a store's book with what stands on its shop floor."""
    return store_opening.post(
        site=site,
        stock=[ShopStock(sku=sku, quantity=quantity) for sku, quantity in lines],
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{site} opened {StoreOpening.objects.count()}"),
    )


def cancel(number: str) -> PurchaseOrder:
    """Cancel an order."""
    return purchase_order.cancel(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} canceled")
    )


def list_envelopes(source: str) -> list[Envelope]:
    """Return what a source has told so far, in order, as it would travel."""
    stream = Stream.objects.get(source=source)
    told = OutboxMessage.objects.filter(stream_id=stream.id).order_by("epoch", "sequence")
    return [
        Envelope(
            source=source,
            epoch=row.epoch,
            sequence=row.sequence,
            message_id=row.message_id,
            kind=row.kind,
            subject=row.subject,
            partition_key=row.partition_key,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            business_date=row.business_date,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            content_hash=bytes(row.content_hash),
            data=json.dumps(row.data).encode(),
        )
        for row in told
    ]


def hear(receiver: str, *envelopes: Envelope) -> list[Reply]:
    """Let a receiver hear envelopes in the order given."""
    return inbox.receive(receiver, envelopes)


def retry_parked() -> int:
    """Try parked messages again, as somebody does who has mended master data."""
    return parking.retry()


def post_by_hand(book: str, origin: str, account: str, quantity: int, sku: str = "TEA-250") -> None:
    """Post into a book without telling anybody: what a difference comes from."""
    move = Move(sku=sku, from_account="opening", to_account=account, quantity=quantity)
    posting.post_fact(
        book=book, posting=FactPosting(origin=origin, occurred_at=NOON, moves=[move], trace=CLERK)
    )


def draft(*lines: tuple[str, int], supplier: str = "SUP-01") -> PurchaseOrder:
    """Write an order to W1 that nobody has approved yet."""
    ordered = Ordered(
        site="W1",
        supplier=supplier,
        lines=tuple(OrderedLine(sku=sku, quantity=quantity) for sku, quantity in lines),
    )
    return purchase_order.create(ordered=ordered, by=BUYER, at=NOON)
