"""Asking for the reversal of a goods receipt (收货冲销): the site undoes it, and tells."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import reversals, trail
from yipan.documents.states import lock_for
from yipan.erp.documents.purchasing.goods_receipt import DOCUMENT_TYPE
from yipan.erp.models import GoodsReceipt
from yipan.erp.models.goods_receipt import GoodsReceiptState as State
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.messages.erp_purchasing import ReceiptReversalOrdered

#: From which states may each step be taken?
STEPS = {"ask_reversal": frozenset({State.POSTED})}


class AskedAlready(Refusal):
    """The site was told already to undo this receipt; it has not answered yet."""

    code = "goods_receipt.reversal_asked"


@transaction.atomic
def ask(*, number: str, by: Trace, at: datetime, message_id: UUID) -> GoodsReceipt:
    """
    Tell the site to undo a receipt. Both books change when it does, and not before.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it was reversed before.
    :raises AskedAlready: if the site was told before.
    """
    reversals.require_reason(by.reason)
    receipt = lock_for("ask_reversal", model=GoodsReceipt, number=number, steps=STEPS)
    if receipt.reversal_asked_at is not None:
        raise AskedAlready(number=number, asked_by=receipt.reversal_asked_by)
    receipt.reversal_asked_at, receipt.reversal_asked_by = at, by.actor
    receipt.save(update_fields=["reversal_asked_at", "reversal_asked_by"])
    cause, words = reversals.split_reason(by.reason)
    source = f"erp:hub/orders:{receipt.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        ReceiptReversalOrdered(
            message_id=message_id,
            occurred_at=at,
            receipt_number=receipt.site_number,
            site=receipt.site,
            correction_reason=cause,
            reason=words,
            ordered_by=by.actor,
        ),
        source=source,
        sequence=sequence,
        correlation_id=receipt.purchase_order_number or receipt.number,
    )
    trail.record(
        trail.Step(
            system="erp",
            sites=(receipt.site,),
            document_type=DOCUMENT_TYPE,
            number=number,
            step="ask_reversal",
            from_state=State.POSTED,
            to_state=State.POSTED,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
            message_id=message_id,
        )
    )
    return receipt
