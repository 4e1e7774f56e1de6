"""The reversal of a receipt (收货冲销): what was taken in goes back to whence it came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import reversals, trail
from yipan.documents.states import lock_for
from yipan.ledger.moves import Trace
from yipan.messages.reversals import ReceiptReversed
from yipan.wms.documents.inbound import inbound_order, receipt_leftovers
from yipan.wms.documents.inbound.receipt import DOCUMENT_TYPE
from yipan.wms.models import InboundOrder, Receipt
from yipan.wms.models.receipt import ReceiptState as State

#: From which states may each step be taken?
STEPS = {"reverse": frozenset({State.POSTED})}


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> Receipt:
    """
    Undo a posted receipt, expect its goods again, and tell the hub.

    The goods leave the bin they were put down in, and that bin may fall below zero by it:
    what was put away meanwhile has to be moved back, or counted. Inspections it opened, its
    packages, serials and tasks go with it.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it is not posted, or was reversed before.
    """
    receipt = lock_for("reverse", model=Receipt, number=number, steps=STEPS)
    order = None
    if receipt.order_id is not None:
        order = InboundOrder.objects.select_for_update().get(pk=receipt.order_id)
    lines = list(receipt.lines.all())
    receipt.state = State.REVERSED
    receipt.save(update_fields=["state"])
    step = trail.Step(
        system="wms",
        sites=(receipt.site,),
        document_type=DOCUMENT_TYPE,
        number=number,
        step="reverse",
        from_state=State.POSTED,
        to_state=State.REVERSED,
        actor=by.actor,
        device=by.device,
        at=at,
        reason=by.reason,
        message_id=message_id,
    )
    trail.record(step)
    if order is not None:
        inbound_order.take_back(order, lines=lines, was_last=receipt.is_last, step=step)
    receipt_leftovers.clear(receipt, by=by, at=at, message_id=message_id)
    reversals.undo_and_tell(
        _make_message(receipt, order=order, step=step),
        book=f"wms:{receipt.site}",
        document_type=DOCUMENT_TYPE,
        number=number,
        by=by,
    )
    receipt_leftovers.set_aside_again(receipt, by=by, at=at)
    return receipt


@transaction.atomic
def reverse_as_ordered(
    *, number: str, cause: str, by: Trace, at: datetime, message_id: UUID
) -> Receipt:
    """
    Undo a receipt the hub wants undone. One that was undone here meanwhile stays as it is.

    :raises NotFound: if there is no such receipt.
    """
    receipt = Receipt.objects.select_for_update().filter(number=number).first()
    if receipt is not None and receipt.state == State.REVERSED:
        return receipt
    words = by.reason or by.actor
    reason = reversals.write_reason(cause=cause, words=words)
    return reverse(
        number=number,
        by=Trace(actor=by.actor, device=by.device, reason=reason),
        at=at,
        message_id=message_id,
    )


def _make_message(
    receipt: Receipt, *, order: InboundOrder | None, step: trail.Step
) -> ReceiptReversed:
    assert step.message_id is not None
    cause, words = reversals.split_reason(step.reason)
    return ReceiptReversed(
        message_id=step.message_id,
        occurred_at=step.at,
        receipt_number=receipt.number,
        inbound_order_number=order.number if order else "",
        order_type=order.order_type if order else "purchase",
        document_number=(order.purchase_order_number or order.transfer_number) if order else "",
        site=receipt.site,
        correction_reason=cause,
        reason=words,
        reversed_by=step.actor,
        device=step.device,
    )
