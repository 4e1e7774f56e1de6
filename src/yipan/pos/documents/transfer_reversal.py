"""The reversal of a store's transfer (调入冲销, 调出冲销): its goods go back whence they came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import reversals
from yipan.documents.states import lock_for
from yipan.ledger.moves import Trace
from yipan.messages.reversals import TransferReceiptReversed, TransferShipmentReversed
from yipan.pos.documents import store_order
from yipan.pos.documents.facts import Taken, note
from yipan.pos.documents.transfer import DOCUMENT_TYPE
from yipan.pos.models import StoreOrder, StoreTransfer
from yipan.pos.models.transfer import TransferState as State
from yipan.pos.models.transfer import TransferType
from yipan.pos.rules import Moved

#: From which states may each step be taken?
STEPS = {"reverse": frozenset({State.POSTED})}


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreTransfer:
    """
    Undo a posted transfer: the order is open again for its goods, and the hub is told.

    A place may fall below zero by it: what was sold meanwhile has been sold.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it is not posted, or was reversed before.
    """
    transfer = lock_for("reverse", model=StoreTransfer, number=number, steps=STEPS)
    order = StoreOrder.objects.select_for_update().get(pk=transfer.order_id)
    message = _make_message(transfer, order, by=by, at=at, message_id=message_id)
    reversals.undo_and_tell(
        message, book=f"pos:{transfer.site}", document_type=DOCUMENT_TYPE, number=number, by=by
    )
    transfer.state = State.REVERSED
    transfer.save(update_fields=["state"])
    taken = Taken(step="reverse", from_state=State.POSTED, message_id=message_id)
    note(transfer, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    moved = [
        Moved(sku=line["sku"], quantity=line["quantity"], quantity_damaged=line["quantity_damaged"])
        for line in transfer.lines
    ]
    store_order.take_back(order, moved=moved, was_last=transfer.is_last, by=by, at=at)
    return transfer


def _make_message(
    transfer: StoreTransfer, order: StoreOrder, *, by: Trace, at: datetime, message_id: UUID
) -> TransferReceiptReversed | TransferShipmentReversed:
    cause, words = reversals.split_reason(by.reason)
    if transfer.transfer_type == TransferType.RECEIPT:
        return TransferReceiptReversed(
            message_id=message_id,
            occurred_at=at,
            receipt_number=transfer.number,
            inbound_order_number=order.number,
            transfer_number=order.document_number,
            site=transfer.site,
            correction_reason=cause,
            reason=words,
            reversed_by=by.actor,
            device=by.device,
        )
    return TransferShipmentReversed(
        message_id=message_id,
        occurred_at=at,
        shipment_number=transfer.number,
        outbound_order_number=order.number,
        order_type=order.document_type,
        document_number=order.document_number,
        site=transfer.site,
        correction_reason=cause,
        reason=words,
        reversed_by=by.actor,
        device=by.device,
    )
