"""What a receipt left behind besides its posting, and what becomes of it when it is reversed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from yipan.ledger.moves import Trace
from yipan.wms.documents.inbound import inspection
from yipan.wms.documents.outbound import move_task, outbound_order, outbound_posting
from yipan.wms.documents.stock import lot, package
from yipan.wms.models import MoveTask, OutboundOrder, Receipt
from yipan.wms.models.move_task import MoveTaskKind, MoveTaskState
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Share


def clear(receipt: Receipt, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """
    Clear what a receipt that is reversed left behind, in the transaction of its reversal.

    Tasks to carry its goods straight to a truck are dropped, and the orders get other goods;
    open inspections are canceled, verdicts taken back and told; packages are forgotten, and its
    serials were never here. Lots stay known: what was read off a carton is true all the same.
    """
    _drop_tasks(receipt, by=by, at=at)
    inspection.take_back(receipt.number, by=by, at=at, message_id=message_id)
    package.forget(receipt)
    lot.forget_serials(site=receipt.site, document=receipt.number)


def _drop_tasks(receipt: Receipt, *, by: Trace, at: datetime) -> None:
    assert receipt.posted_at is not None, "only what is posted is reversed"
    tasks = MoveTask.objects.filter(
        site=receipt.site,
        kind=MoveTaskKind.CROSS_DOCK,
        state=MoveTaskState.OPEN,
        from_bin=receipt.bin_code,
        created_at=receipt.posted_at,
        pick__state=PickState.OPEN,
        pick__order__state__in=STATES_OPEN,
    )
    for number in sorted(set(tasks.values_list("order_number", flat=True))):
        order = OutboundOrder.objects.select_for_update().get(number=number)
        before, moves = order.state, []
        for task in tasks.filter(order_number=number).select_related("pick").order_by("id"):
            move_task.cancel(number=task.number, by=by, at=at)
            stale = task.pick
            assert stale is not None
            share = Share(bin_code=stale.bin_code, quantity=stale.quantity, lot=stale.lot)
            moves += rules.give_back(sku=stale.sku, shares=[share])
            stale.state = PickState.CANCELED
            stale.save(update_fields=["state"])
        outbound_posting.post(order, step="undo_receipt", moves=moves, by=by, at=at)
        outbound_posting.move_on(order)
        outbound_posting.TRAIL.note(order, step="reserve", from_state=before, by=by, at=at)


def set_aside_again(receipt: Receipt, *, by: Trace, at: datetime) -> None:
    """Give orders other goods that stood on a reversed receipt, as far as there are any."""
    assert receipt.posted_at is not None, "only what is posted is reversed"
    orders = OutboundOrder.objects.filter(
        picks__move_tasks__created_at=receipt.posted_at,
        picks__move_tasks__kind=MoveTaskKind.CROSS_DOCK,
        picks__move_tasks__from_bin=receipt.bin_code,
        site=receipt.site,
        state__in=STATES_OPEN,
    )
    for number in sorted(set(orders.values_list("number", flat=True))):
        order = OutboundOrder.objects.select_for_update().get(number=number)
        before = order.state
        outbound_order.set_aside(order, by=by, at=at)
        outbound_posting.move_on(order)
        if order.state != before:
            outbound_posting.TRAIL.note(order, step="reserve", from_state=before, by=by, at=at)
