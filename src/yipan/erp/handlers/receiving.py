"""What the ERP does when it hears that goods came in, or did not come after all."""

from __future__ import annotations

from uuid import uuid5

from django.utils import timezone

from yipan.erp.documents.purchasing import (
    goods_receipt,
    receipt_matching,
    receipt_reversal_facts,
)
from yipan.erp.documents.purchasing.receipt_matching import read_customer_return
from yipan.erp.documents.stock import stock_opening
from yipan.erp.documents.transfers import transfer_facts, transfer_reversal
from yipan.erp.documents.transfers.transfer_legs import (
    TRANSFER,
    LegTold,
    find_transfer,
)
from yipan.erp.documents.undone import Undone
from yipan.erp.rules.transfer_order import CameLine
from yipan.exchange.subscriptions import Heard
from yipan.messages import pos, reversals, wms


def book_goods_received(message: wms.GoodsReceived, heard: Heard) -> None:
    """Record and post the receipt a warehouse tells of: from a supplier, or of a transfer."""
    if message.order_type == TRANSFER:
        _book_transfer_received(message, heard)
        return
    goods_receipt.record_and_post(
        message=message,
        heard=heard,
        at=timezone.now(),
        message_id=uuid5(message.message_id, "erp.goods_receipt_posted"),
    )


def book_receipt_reversed(message: reversals.ReceiptReversed, heard: Heard) -> None:
    """Undo a receipt a warehouse undid: from a supplier, or of a transfer."""
    undone = Undone.of(message, number=message.receipt_number, heard=heard)
    if message.order_type == TRANSFER:
        transfer_reversal.reverse_receipt(undone=undone, at=timezone.now())
        return
    receipt_reversal_facts.reverse(
        undone=undone, message_id=uuid5(message.message_id, "erp.goods_receipt_reversed")
    )


def book_store_receipt_reversed(message: reversals.TransferReceiptReversed, heard: Heard) -> None:
    """Undo a receipt of a transfer that a store undid."""
    undone = Undone.of(message, number=message.receipt_number, heard=heard)
    transfer_reversal.reverse_receipt(undone=undone, at=timezone.now())


def book_opening_reversed(
    message: reversals.StoreOpeningReversed | reversals.WarehouseOpeningReversed, heard: Heard
) -> None:
    """Undo what a site's book began with."""
    undone = Undone.of(message, number=message.document_number, heard=heard)
    stock_opening.reverse(undone=undone)


def book_customer_return(message: wms.CustomerReturnReceived, heard: Heard) -> None:
    """Record and post what a customer sent back to a warehouse."""
    goods_receipt.record_and_post(
        message=read_customer_return(message),
        heard=heard,
        at=timezone.now(),
        message_id=uuid5(message.message_id, "erp.goods_receipt_posted"),
    )


def match_receipt(message: wms.ReceiptMatched, heard: Heard) -> None:
    """Move the order on to which goods that came blind belong."""
    receipt_matching.match(message=message, heard=heard)


def book_stock_opened(message: pos.StockOpened | wms.StockOpened, heard: Heard) -> None:
    """Begin the site book of a site with what it says was there."""
    stock_opening.record_and_post(message=message, heard=heard, at=timezone.now())


def book_store_receipt(message: pos.TransferReceived, heard: Heard) -> None:
    """Book goods of a transfer that came at a store."""
    transfer_facts.receive(
        leg=_make_leg(message),
        lines=[
            CameLine(
                line=line.line,
                sku=line.sku,
                quantity_sound=line.quantity,
                quantity_damaged=line.quantity_damaged,
            )
            for line in message.lines
        ],
        heard=heard,
        at=timezone.now(),
    )


def _book_transfer_received(message: wms.GoodsReceived, heard: Heard) -> None:
    transfer_facts.receive(
        leg=_make_leg(message),
        lines=[
            CameLine(
                line=line.line,
                sku=line.sku,
                quantity_sound=line.quantity_sound,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                quantity_quarantine=line.quantity_quarantine,
            )
            for line in message.lines
        ],
        heard=heard,
        at=timezone.now(),
    )


def _make_leg(message: pos.TransferReceived | wms.GoodsReceived) -> LegTold:
    return LegTold(
        number=message.receipt_number,
        transfer=message.transfer_number or find_transfer(message.inbound_order_number),
        site=message.site,
        occurred_at=message.occurred_at,
        message_id=message.message_id,
        actor=message.received_by,
        device=message.device,
        is_last=message.is_last,
        inbound_order_number=message.inbound_order_number,
    )
