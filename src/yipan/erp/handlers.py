"""What the ERP does when it hears something."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid5

from django.utils import timezone

from yipan.documents import digests
from yipan.erp.documents import (
    adjustment_facts,
    cash_move,
    day_close,
    goods_receipt,
    order_issue,
    receipt_matching,
    replenishment_request,
    reversal_facts,
    sales_issue,
    stock_opening,
    transfer_facts,
    transfer_picking,
    transfer_reversal,
)
from yipan.erp.documents.adjustment_facts import Told
from yipan.erp.documents.receipt_matching import read_customer_return
from yipan.erp.documents.reversal_facts import Undone
from yipan.erp.documents.transfer_legs import (
    TRANSFER,
    LegTold,
    find_transfer,
    read_status,
    require_transfer,
)
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.erp.rules.transfer_order import CameLine, SentLine
from yipan.exchange.subscriptions import Heard
from yipan.foundation.status import StockStatus
from yipan.messages import pos, pos_orders, reversals, wms
from yipan.messages.digests import StreamDigest
from yipan.pool.book import SITE_BOOK


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
    reversal_facts.reverse_receipt(
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
    reversal_facts.reverse_opening(undone=undone)


def book_customer_return(message: wms.CustomerReturnReceived, heard: Heard) -> None:
    """Record and post what a customer sent back to a warehouse."""
    goods_receipt.record_and_post(
        message=read_customer_return(message),
        heard=heard,
        at=timezone.now(),
        message_id=uuid5(message.message_id, "erp.goods_receipt_posted"),
    )


def book_status_changed(message: wms.StatusChanged, heard: Heard) -> None:
    """Follow a warehouse that took goods out of sale, or put them back."""
    adjustment_facts.post(
        done=Told(
            number=message.document_number,
            version=1,
            site=message.site,
            adjustment_type="status_change",
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.changed_by,
            device=message.device,
            reason=message.reason,
        ),
        lines=_read_changed(message.lines),
        heard=heard,
        at=timezone.now(),
    )


def book_goods_inspected(message: wms.GoodsInspected, heard: Heard) -> None:
    """Follow a verdict on goods in quarantine."""
    adjustment_facts.post(
        done=Told(
            number=f"{message.inspection_number}-V",
            version=1,
            site=message.site,
            adjustment_type="status_change",
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.inspected_by,
            device=message.device,
            reason=message.note or f"inspection: {message.verdict}",
            evidence=message.receipt_number,
        ),
        lines=_read_changed(message.lines),
        heard=heard,
        at=timezone.now(),
    )


def match_receipt(message: wms.ReceiptMatched, heard: Heard) -> None:
    """Move the order on to which goods that came blind belong."""
    receipt_matching.match(message=message, heard=heard)


def book_tickets(run: Sequence[tuple[pos.TicketPosted, Heard]]) -> None:
    """Post the tickets a store tells of in the site book."""
    sales_issue.post_run(tickets=run, at=timezone.now())


def book_stock_opened(message: pos.StockOpened | wms.StockOpened, heard: Heard) -> None:
    """Begin the site book of a site with what it says was there."""
    stock_opening.record_and_post(message=message, heard=heard, at=timezone.now())


def compare_digest(message: StreamDigest, heard: Heard) -> None:
    """Compare what a site says of its own book with the site book."""
    digests.compare(message, heard, book=SITE_BOOK)


def book_warehouse_shipment(message: wms.GoodsShipped, heard: Heard) -> None:
    """Book goods that left a warehouse: to a customer, or into transit to another site."""
    if message.order_type == order_issue.FULFILLMENT:
        book_order_shipment(message, heard)
        return
    require_transfer(message.order_type)
    transfer_facts.ship(
        leg=LegTold(
            number=message.shipment_number,
            transfer=message.document_number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.shipped_by,
            device=message.device,
            is_last=message.is_last,
            other_site=message.ship_to,
        ),
        lines=[
            SentLine(
                line=line.line,
                sku=line.sku,
                quantity=line.quantity,
                status=read_status(line.status),
            )
            for line in message.lines
        ],
        heard=heard,
        at=timezone.now(),
    )


def book_order_shipment(message: wms.GoodsShipped | pos_orders.GoodsShipped, heard: Heard) -> None:
    """Book goods that left a warehouse or a store to whoever ordered them."""
    if message.order_type != order_issue.FULFILLMENT:
        require_transfer(message.order_type)
    order_issue.post(
        issued=order_issue.Issued(
            shipment=message.shipment_number,
            fulfillment=message.outbound_order_number,
            order=message.document_number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.shipped_by,
            device=message.device,
        ),
        lines=message.lines,
        heard=heard,
        at=timezone.now(),
    )


def book_hand_over(message: pos_orders.StorePickupHandedOver, heard: Heard) -> None:
    """Book goods a customer picked up in a store."""
    order_issue.post(
        issued=order_issue.Issued(
            shipment=message.shipment_number,
            fulfillment=message.fulfillment_number,
            order=message.order_number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.handed_over_by,
            device=message.device,
        ),
        lines=message.lines,
        heard=heard,
        at=timezone.now(),
    )


def book_store_shipment(message: pos.TransferShipped, heard: Heard) -> None:
    """Book goods that left a store, its sound ones and its damaged ones."""
    require_transfer(message.order_type)
    transfer_facts.ship(
        leg=LegTold(
            number=message.shipment_number,
            transfer=message.document_number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.shipped_by,
            device=message.device,
            is_last=message.is_last,
            other_site=message.ship_to,
        ),
        lines=[
            SentLine(line=line.line, sku=line.sku, quantity=quantity, status=status)
            for line in message.lines
            for status, quantity in (
                (StockStatus.AVAILABLE, line.quantity),
                (StockStatus.DAMAGED, line.quantity_damaged),
            )
            if quantity
        ],
        heard=heard,
        at=timezone.now(),
    )


def book_shipment_reversed(
    message: wms.ShipmentReversed | reversals.TransferShipmentReversed, heard: Heard
) -> None:
    """Take back a shipment that did not leave after all."""
    if message.order_type == order_issue.FULFILLMENT:
        order_issue.reverse(
            site=message.site,
            shipment=message.shipment_number,
            occurred_at=message.occurred_at,
            actor=message.reversed_by,
            heard=heard,
        )
        return
    require_transfer(message.order_type)
    transfer_facts.reverse_shipment(
        leg=LegTold(
            number=message.shipment_number,
            transfer=message.document_number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.reversed_by,
        ),
        heard=heard,
        at=timezone.now(),
    )


def book_store_receipt(message: pos.TransferReceived, heard: Heard) -> None:
    """Book goods of a transfer that came at a store."""
    transfer_facts.receive(
        leg=LegTold(
            number=message.receipt_number,
            transfer=message.transfer_number or find_transfer(message.inbound_order_number),
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.received_by,
            device=message.device,
            is_last=message.is_last,
            inbound_order_number=message.inbound_order_number,
        ),
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
        leg=LegTold(
            number=message.receipt_number,
            transfer=message.transfer_number or find_transfer(message.inbound_order_number),
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.received_by,
            device=message.device,
            is_last=message.is_last,
            inbound_order_number=message.inbound_order_number,
        ),
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


def take_adjustment(
    message: wms.AdjustmentSubmitted | pos.AdjustmentSubmitted, heard: Heard
) -> None:
    """Write down an adjustment a site may not post alone."""
    adjustment_facts.submit(
        asked=Told(
            number=message.adjustment_number,
            version=message.version,
            site=message.site,
            adjustment_type=message.adjustment_type,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.submitted_by,
            device=message.device,
            reason=message.reason,
            cost_center=message.cost_center,
            evidence=message.evidence,
        ),
        lines=_read_adjusted(message.lines),
        heard=heard,
        at=timezone.now(),
    )


def book_adjustment(message: wms.AdjustmentPosted | pos.AdjustmentPosted, heard: Heard) -> None:
    """Follow an adjustment a site posted."""
    adjustment_facts.post(
        done=Told(
            number=message.adjustment_number,
            version=message.version,
            site=message.site,
            adjustment_type=message.adjustment_type,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.posted_by,
            device=message.device,
            reason=message.reason,
            cost_center=message.cost_center,
            reverses=message.reverses,
        ),
        lines=_read_adjusted(message.lines),
        heard=heard,
        at=timezone.now(),
    )


def _read_changed(lines: Sequence[wms.StatusChangedLine]) -> list[AdjustedLine]:
    return [
        AdjustedLine(
            line=line.line,
            sku=line.sku,
            quantity=line.quantity,
            from_status=read_status(line.from_status),
            to_status=read_status(line.to_status),
            place=line.place,
        )
        for line in lines
    ]


def _read_adjusted(
    lines: Sequence[wms.AdjustedLine] | Sequence[pos.AdjustedLine],
) -> list[AdjustedLine]:
    return [
        AdjustedLine(
            line=line.line,
            sku=line.sku,
            quantity=line.quantity,
            from_status=read_status(line.from_status),
            to_status=read_status(line.to_status) if line.to_status else None,
            place=line.place,
            quantity_counted=line.quantity_counted,
            quantity_book=line.quantity_book,
            cause=line.cause,
        )
        for line in lines
    ]


def answer_day(message: pos.DaySealed, heard: Heard) -> None:
    """Compare a day a store sealed with the site book, and answer."""
    day_close.answer(message=message, heard=heard, at=timezone.now())


def take_replenishment_request(message: pos.ReplenishmentRequested, heard: Heard) -> None:
    """Write down what a store asks for."""
    replenishment_request.record(message=message, heard=heard, at=timezone.now())


def book_cash(message: pos.CashMoved, heard: Heard) -> None:
    """Write down cash a store moved that is no sale."""
    cash_move.record(message=message, heard=heard, at=timezone.now())


def follow_outbound(message: wms.OutboundProgressed, heard: Heard) -> None:
    """Write down how far a warehouse is with a transfer."""
    transfer_picking.follow(message=message, heard=heard)


def note_shortage(message: wms.PickShorted, heard: Heard) -> None:
    """Write down that less of a transfer was found than the book says."""
    transfer_picking.fall_short(message=message, heard=heard)
