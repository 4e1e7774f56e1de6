"""A receipt of a transfer that its site undid (调入冲销): its goods are in transit again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from yipan.documents import reversals, trail
from yipan.erp.documents.transfers import transfer_progress
from yipan.erp.documents.transfers.transfer_facts import RECEIPT_TYPE
from yipan.erp.documents.undone import Undone, make_step, post_opposite
from yipan.erp.models import TransferOrder, TransferReceipt
from yipan.erp.models.transfer_order import TransferLegState


@transaction.atomic
def reverse_receipt(*, undone: Undone, at: datetime) -> TransferReceipt:
    """
    Undo a receipt of a transfer, and count anew how far the transfer has come.

    A repeat changes nothing.

    :raises OriginalUnknown: if the receipt was not told; the message waits for it.
    """
    which = TransferReceipt.objects.filter(site=undone.site, site_number=undone.number)
    found = which.values_list("order_id", flat=True).first()
    if found is None:
        raise reversals.OriginalUnknown(site=undone.site, number=undone.number)
    # The order before its legs, as everybody locks them.
    order = TransferOrder.objects.select_for_update().get(pk=found)
    receipt = which.get()
    if receipt.state == TransferLegState.REVERSED:
        return receipt
    post_opposite(undone, document_type=RECEIPT_TYPE, number=receipt.number)
    receipt.state = TransferLegState.REVERSED
    receipt.save(update_fields=["state"])
    step = make_step(undone, document_type=RECEIPT_TYPE, number=receipt.number)
    trail.record(step)
    before = order.state
    transfer_progress.recount(order, by=undone.by, at=at)
    trail.record(
        replace(
            step,
            document_type=transfer_progress.DOCUMENT_TYPE,
            number=order.number,
            from_state=before,
            to_state=order.state,
        )
    )
    return receipt
