"""Receipts that get their order later: goods that came blind, and goods customers sent back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from yipan.documents import told, trail
from yipan.erp import rules
from yipan.erp.documents.purchasing import arrival_notice, purchase_progress, purchase_telling
from yipan.erp.models import GoodsReceipt, PurchaseOrder
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.messages.wms import CustomerReturnReceived, GoodsReceived, ReceiptMatched, ReceivedLine

DOCUMENT_TYPE = "goods_receipt"

#: What becomes of goods that came back, to the part of a receipt's line that says so.
PARTS = {
    "sellable": "quantity_sound",
    "inspect": "quantity_quarantine",
    "scrap": "quantity_damaged",
    "blocked": "quantity_blocked",
}


class DispositionUnknown(Refusal):
    """A site says of returned goods what nobody here understands."""

    code = "return.disposition_unknown"
    status = 422


def read_customer_return(message: CustomerReturnReceived) -> GoodsReceived:
    """
    Return what came back as a receipt, so that it is booked as one.

    :raises DispositionUnknown: if a line says of its goods what nobody understands.
    """
    lines = []
    for line in message.lines:
        if line.disposition not in PARTS:
            raise DispositionUnknown(site=message.site, disposition=line.disposition)
        nothing = ReceivedLine(
            line=line.line,
            sku=line.sku,
            quantity_sound=0,
            quantity_damaged=0,
            lot=line.lot,
            expires_on=line.expires_on,
            capture_mode=line.capture_mode,
            note=line.note,
            serials=line.serials,
        )
        part: dict[str, Any] = {PARTS[line.disposition]: line.quantity}
        lines.append(replace(nothing, **part))
    return GoodsReceived(
        message_id=message.message_id,
        occurred_at=message.occurred_at,
        receipt_number=message.return_number,
        inbound_order_number=message.inbound_order_number,
        purchase_order_number="",
        site=message.site,
        lines=tuple(lines),
        received_by=message.received_by,
        device=message.device,
        order_type="customer_return",
    )


@transaction.atomic
def match(*, message: ReceiptMatched, heard: Heard) -> GoodsReceipt:
    """
    Let a receipt that came blind count for its order. The book does not change.

    :raises SiteMismatch: if the source does not speak for the site.
    :raises NotFound: if the receipt is not heard of yet; the message waits for it.
    """
    told.require_speaker(source=heard.source, site=message.site)
    receipt = (
        GoodsReceipt.objects.select_for_update()
        .filter(site=message.site, site_number=message.receipt_number)
        .first()
    )
    if receipt is None:
        raise NotFound(kind=DOCUMENT_TYPE, id=message.receipt_number)
    if receipt.purchase_order_number:
        return receipt
    order = (
        PurchaseOrder.objects.select_for_update()
        .filter(number=message.purchase_order_number, site=message.site)
        .first()
    )
    receipt.purchase_order_number = message.purchase_order_number
    receipt.inbound_order_number = message.inbound_order_number
    step = trail.Step(
        system="erp",
        sites=(receipt.site,),
        document_type=DOCUMENT_TYPE,
        number=receipt.number,
        step="match",
        from_state=receipt.state,
        to_state=receipt.state,
        at=message.occurred_at,
        actor=message.matched_by or heard.source,
        message_id=message.message_id,
    )
    if order is not None:
        receipt.supplier = receipt.supplier or order.supplier
        lines = [
            ReceivedLine(
                line=line.line,
                sku=line.sku,
                quantity_sound=line.quantity_sound,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                quantity_quarantine=line.quantity_quarantine,
            )
            for line in receipt.lines.order_by("id")
        ]
        progress = rules.receive_lines(progress=purchase_progress.list_progress(order), lines=lines)
        purchase_progress.move_on(order, progress=progress, is_last=message.is_last, step=step)
        arrival_notice.receive(order=order.number, lines=lines, step=step)
        by = Trace(actor=step.actor, reason=receipt.number)
        purchase_telling.tell_supply(order, by=by, at=step.at, cause=message.message_id)
    receipt.save(update_fields=["purchase_order_number", "inbound_order_number", "supplier"])
    trail.record(step)
    return receipt
