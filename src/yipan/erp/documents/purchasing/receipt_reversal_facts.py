"""A goods receipt its site undid (收货冲销): out of the book, and open again on its order."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from yipan.documents import reversals, trail
from yipan.erp import rules
from yipan.erp.documents.purchasing import (
    arrival_notice,
    goods_receipt,
    purchase_progress,
    purchase_telling,
    receipt_surplus,
)
from yipan.erp.documents.undone import Undone, lock_told, make_step, post_opposite
from yipan.erp.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.goods_receipt import GoodsReceiptState
from yipan.erp.models.purchase_order import PurchaseOrderState
from yipan.exchange import outbox
from yipan.ledger.moves import Trace
from yipan.messages.erp import GoodsReceiptReversed
from yipan.messages.wms import ReceivedLine


@transaction.atomic
def reverse(*, undone: Undone, message_id: UUID) -> GoodsReceipt:
    """
    Undo a goods receipt: out of the site book, and open again on its purchase order.

    `message_id` is that of what the hub tells. A repeat changes nothing.

    :raises OriginalUnknown: if the receipt was not told; the message waits for it.
    """
    receipt = lock_told(GoodsReceipt, undone)
    if receipt.state == GoodsReceiptState.REVERSED:
        return receipt
    post_opposite(undone, document_type=goods_receipt.DOCUMENT_TYPE, number=receipt.number)
    receipt.state = GoodsReceiptState.REVERSED
    receipt.save(update_fields=["state"])
    step = make_step(undone, document_type=goods_receipt.DOCUMENT_TYPE, number=receipt.number)
    trail.record(step)
    _take_back(receipt, step=step)
    receipt_surplus.withdraw(receipt.number, step=step)
    [sequence] = outbox.reserve_numbers(goods_receipt.SOURCE)
    outbox.publish(
        GoodsReceiptReversed(
            message_id=message_id,
            occurred_at=undone.occurred_at,
            receipt_number=receipt.number,
            purchase_order_number=receipt.purchase_order_number,
            site=receipt.site,
            correction_reason=reversals.split_reason(undone.by.reason)[0],
        ),
        source=goods_receipt.SOURCE,
        sequence=sequence,
        correlation_id=receipt.purchase_order_number or receipt.number,
        causation_id=str(undone.message_id),
    )
    return receipt


def _take_back(receipt: GoodsReceipt, *, step: trail.Step) -> None:
    """Expect again, on its purchase order, what a receipt that was undone had brought."""
    order = (
        PurchaseOrder.objects.select_for_update()
        .filter(number=receipt.purchase_order_number, site=receipt.site)
        .first()
    )
    if order is None:
        return
    progress = rules.take_back_lines(
        progress=purchase_progress.list_progress(order), lines=_list_lines(receipt)
    )
    by_sku = {line.sku: line for line in order.lines.all()}
    for after in progress:
        line = by_sku[after.sku]
        line.quantity_received = after.quantity_received
        line.quantity_damaged = after.quantity_damaged
        line.quantity_blocked = after.quantity_blocked
        line.is_closed = after.is_closed
    PurchaseOrderLine.objects.bulk_update(
        by_sku.values(),
        ["quantity_received", "quantity_damaged", "quantity_blocked", "is_closed"],
    )
    before = order.state
    if _is_to_reopen(order, receipt):
        order.state = PurchaseOrderState(rules.get_reopened_state(progress=progress))
        order.closed_at = None
        order.save(update_fields=["state", "closed_at"])
    trail.record(
        replace(
            step,
            document_type=purchase_progress.DOCUMENT_TYPE,
            number=order.number,
            from_state=before,
            to_state=order.state,
        )
    )
    arrival_notice.take_back(order=order.number, lines=_list_lines(receipt), step=step)
    by = Trace(actor=step.actor, device=step.device, reason=step.reason)
    assert step.message_id is not None
    purchase_telling.tell_supply(order, by=by, at=step.at, cause=step.message_id)


def _is_to_reopen(order: PurchaseOrder, receipt: GoodsReceipt) -> bool:
    """Tell whether goods are expected again: not where a person gave the order up."""
    if order.state in (PurchaseOrderState.PARTLY_RECEIVED, PurchaseOrderState.RECEIVED):
        return True
    return (
        order.state == PurchaseOrderState.CLOSED_SHORT
        and receipt.is_last
        and not trail.count_steps(
            document_type=purchase_progress.DOCUMENT_TYPE,
            number=order.number,
            step="close_short",
        )
    )


def _list_lines(receipt: GoodsReceipt) -> list[ReceivedLine]:
    return [
        ReceivedLine(
            line=line.line,
            sku=line.sku,
            quantity_sound=line.quantity_sound,
            quantity_damaged=line.quantity_damaged,
            quantity_blocked=line.quantity_blocked,
            quantity_quarantine=line.quantity_quarantine,
        )
        for line in receipt.lines.all()
    ]
