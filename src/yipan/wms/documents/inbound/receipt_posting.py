"""Posting a receipt (收货过账): what is decided of the counted goods, booked, and told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from yipan.documents import trail
from yipan.exchange import outbox
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import CustomerReturnReceived, GoodsReceived, ReceivedLine, ReturnedLine
from yipan.wms import rules
from yipan.wms.documents.inbound import inbound_order, inspection, receipt_lines
from yipan.wms.documents.stock import lot, package
from yipan.wms.documents.stock.lot import Named
from yipan.wms.models import InboundOrder, Receipt
from yipan.wms.models.receipt import ReceiptState as State
from yipan.wms.rules import Counted

DOCUMENT_TYPE = "receipt"
CUSTOMER_RETURN = "customer_return"


def decide(
    receipt: Receipt, *, order: InboundOrder | None, counted: Sequence[Counted], today: date
) -> list[ReceivedLine]:
    """
    Decide in which status counted goods are taken in: of the order, of their lot, of the rules.

    Goods of an unknown lot, and samples, wait in quarantine; what expires too soon is blocked.
    """
    if order is None:
        lines = rules.take_blind(counted=counted)
    else:
        lines = rules.decide_receipt(
            expected=inbound_order.list_expected(order),
            counted=counted,
            tolerance_percent=order.tolerance_percent,
        )
    if receipt.order_type == CUSTOMER_RETURN:
        return [
            rules.withhold(line, note=inspection.judge_lot(receipt.site, line, today=today))
            for line in lines
        ]
    return inspection.sample(receipt, lines=lines, today=today)


def book(
    receipt: Receipt,
    *,
    order: InboundOrder | None,
    lines: Sequence[ReceivedLine],
    at: datetime,
    message_id: UUID,
) -> None:
    """Book the lines of a receipt locked by the caller, and tell the hub."""
    source = f"wms:{receipt.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    receipt.state = State.POSTED
    receipt.posted_at = at
    receipt.message_id = message_id
    receipt.source = source
    receipt.sequence = sequence
    receipt.save()
    receipt_lines.write(receipt, order=order, lines=lines, at=at)
    _register(receipt, lines=lines, at=at)
    step = trail.Step(
        system="wms",
        sites=(receipt.site,),
        document_type=DOCUMENT_TYPE,
        number=receipt.number,
        step="post",
        from_state=State.DRAFT,
        to_state=State.POSTED,
        actor=receipt.posted_by,
        device=receipt.device,
        at=at,
        message_id=message_id,
    )
    trail.record(step)
    if order is not None:
        inbound_order.move_on(order, lines=lines, is_last=receipt.is_last, step=step)
    _post_moves(receipt, lines=lines, at=at)
    inspection.open_for(receipt, lines=lines, at=at)
    package.bring(receipt, lines=lines, at=at)
    _tell(receipt, order=order, lines=lines)


def _register(receipt: Receipt, *, lines: Sequence[ReceivedLine], at: datetime) -> None:
    lot.register(
        site=receipt.site,
        named=[
            Named(
                sku=line.sku,
                code=line.lot,
                expires_on=date.fromisoformat(line.expires_on) if line.expires_on else None,
            )
            for line in lines
        ],
        document=receipt.number,
        supplier=receipt.supplier,
        at=at,
    )
    lot.bring_serials(
        site=receipt.site,
        serials=[(line.sku, line.lot, serial) for line in lines for serial in line.serials],
        document=receipt.number,
        at=at,
    )


def _post_moves(receipt: Receipt, *, lines: Sequence[ReceivedLine], at: datetime) -> None:
    moves = rules.post_receipt(
        bin_code=receipt.bin_code, lines=lines, order_type=receipt.order_type
    )
    if not moves:
        return
    ledger.post_fact(
        book=f"wms:{receipt.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{receipt.number}/post",
            occurred_at=at,
            moves=moves,
            trace=Trace(
                actor=receipt.posted_by,
                device=receipt.device,
                source=receipt.source,
                sequence=receipt.sequence,
            ),
            business_date=masterdata.get_business_date(receipt.site, at),
        ),
    )


def _tell(receipt: Receipt, *, order: InboundOrder | None, lines: Sequence[ReceivedLine]) -> None:
    assert receipt.posted_at is not None
    assert receipt.sequence is not None
    purchase_order_number = order.purchase_order_number if order else ""
    transfer_number = order.transfer_number if order else ""
    message: GoodsReceived | CustomerReturnReceived
    if receipt.order_type == CUSTOMER_RETURN:
        message = _make_return(receipt, order=order, lines=lines)
    else:
        message = _make_received(receipt, order=order, lines=lines)
    outbox.publish(
        message,
        source=receipt.source,
        sequence=receipt.sequence,
        business_date=masterdata.get_business_date(receipt.site, receipt.posted_at),
        correlation_id=purchase_order_number
        or transfer_number
        or receipt.partner_document
        or receipt.number,
    )


def _make_received(
    receipt: Receipt, *, order: InboundOrder | None, lines: Sequence[ReceivedLine]
) -> GoodsReceived:
    assert receipt.posted_at is not None
    assert receipt.message_id is not None
    return GoodsReceived(
        message_id=receipt.message_id,
        occurred_at=receipt.posted_at,
        receipt_number=receipt.number,
        inbound_order_number=order.number if order else "",
        purchase_order_number=order.purchase_order_number if order else "",
        site=receipt.site,
        lines=tuple(lines),
        received_by=receipt.posted_by,
        device=receipt.device,
        is_last=receipt.is_last,
        supplier=receipt.supplier,
        order_type=receipt.order_type,
        transfer_number=order.transfer_number if order else "",
    )


def _make_return(
    receipt: Receipt, *, order: InboundOrder | None, lines: Sequence[ReceivedLine]
) -> CustomerReturnReceived:
    assert receipt.posted_at is not None
    assert receipt.message_id is not None
    dispositions = (
        ("sellable", "quantity_sound"),
        ("inspect", "quantity_quarantine"),
        ("scrap", "quantity_damaged"),
        ("blocked", "quantity_blocked"),
    )
    return CustomerReturnReceived(
        message_id=receipt.message_id,
        occurred_at=receipt.posted_at,
        return_number=receipt.number,
        order_number=receipt.partner_document,
        inbound_order_number=order.number if order else "",
        site=receipt.site,
        lines=tuple(
            ReturnedLine(
                line=line.line,
                sku=line.sku,
                quantity=getattr(line, name),
                disposition=disposition,
                lot=line.lot,
                expires_on=line.expires_on,
                capture_mode=line.capture_mode,
                note=line.note,
                serials=line.serials,
            )
            for line in lines
            for disposition, name in dispositions
            if getattr(line, name)
        ),
        received_by=receipt.posted_by,
        device=receipt.device,
    )
