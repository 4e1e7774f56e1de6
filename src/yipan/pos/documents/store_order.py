"""Steps of an order the hub sends a store: release -> move, or cancel (入库通知, 出库通知)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yipan.documents import told, trail
from yipan.documents.states import lock_for
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.messages.erp import (
    InboundCanceled,
    InboundReleased,
    OutboundCanceled,
    OutboundReleased,
)
from yipan.pos.documents.facts import Taken, note
from yipan.pos.models import StoreOrder
from yipan.pos.models.store_order import STATES_OPEN, StoreOrderType
from yipan.pos.models.store_order import StoreOrderState as State
from yipan.pos.rules import Asked, Moved

DOCUMENT_TYPE = "store_order"

#: From which states may each step be taken? A hub that cancels what has moved is not refused:
#: the order keeps its state, and what moved is in the books.
STEPS = {"cancel": frozenset(State.values)}

Released = InboundReleased | OutboundReleased
Line = tuple[int, str, int, str]

#: What a store may be asked to send. Goods in another status wait for somebody.
STATUSES_SENT = (StockStatus.AVAILABLE, StockStatus.DAMAGED, StockStatus.BLOCKED)


class StatusNotSent(Refusal):
    """A store sends goods that are available, damaged or blocked; others wait for somebody."""

    code = "store_order.status_not_sent"
    status = 422


@transaction.atomic
def release_inbound(*, message: InboundReleased, heard: Heard, at: datetime) -> StoreOrder:
    """
    Write down what the hub expects to arrive at a store.

    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    :raises NumberReused: if the number stands for another order already.
    """
    order = StoreOrder(
        number=message.inbound_order_number,
        site=message.site,
        order_type=StoreOrderType.INBOUND,
        document_type=message.order_type,
        document_number=message.transfer_number or message.purchase_order_number,
        shipment_number=message.shipment_number,
        other_site=message.from_site or message.supplier,
        other_name=message.supplier_name,
        due_on=told.read_date(message.expected_on) if message.expected_on else None,
    )
    lines = [
        (line.line, line.sku, line.quantity_expected, str(StockStatus.AVAILABLE))
        for line in message.lines
    ]
    return _write(order, message=message, lines=lines, heard=heard, at=at)


@transaction.atomic
def release_outbound(*, message: OutboundReleased, heard: Heard, at: datetime) -> StoreOrder:
    """
    Write down what the hub wants a store to send.

    :raises StatusNotSent: if goods are asked for out of a status nothing is sent from.
    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    :raises NumberReused: if the number stands for another order already.
    """
    order = StoreOrder(
        number=message.outbound_order_number,
        site=message.site,
        order_type=StoreOrderType.OUTBOUND,
        document_type=message.order_type,
        document_number=message.document_number,
        other_site=message.ship_to,
        other_name=message.ship_to_name,
        due_on=told.read_date(message.due_on) if message.due_on else None,
        note=message.note[:200],
    )
    lines = [(line.line, line.sku, line.quantity, line.status) for line in message.lines]
    strange = next((status for *_, status in lines if status not in STATUSES_SENT), None)
    if strange is not None:
        raise StatusNotSent(number=order.number, status=strange[:32])
    return _write(order, message=message, lines=lines, heard=heard, at=at)


@transaction.atomic
def cancel(*, message: InboundCanceled | OutboundCanceled, heard: Heard) -> StoreOrder:
    """
    Stop waiting for what is still open: nothing moved is canceled, something is closed short.

    :raises NotFound: if the order is not known here.
    """
    number = message.get_subject()
    order = lock_for("cancel", model=StoreOrder, number=number, steps=STEPS)
    before = order.state
    if order.state in STATES_OPEN:
        order.state = State.CANCELED if order.state == State.RELEASED else State.CLOSED_SHORT
        order.closed_at = message.occurred_at
        order.save(update_fields=["state", "closed_at"])
    by = Trace(actor=heard.source, reason=message.reason)
    note(
        order,
        Taken(step="cancel", from_state=before, message_id=message.message_id),
        document_type=DOCUMENT_TYPE,
        by=by,
        at=message.occurred_at,
    )
    return order


def list_asked(order: StoreOrder) -> list[Asked]:
    """
    Return the lines of an order, by line number.

    Of an order that was canceled or closed nothing is asked for any more.
    """
    is_given_up = order.state in (State.CANCELED, State.CLOSED_SHORT)
    return [
        Asked(
            line=line["line"],
            sku=line["sku"],
            quantity=line["quantity_moved"] if is_given_up else line["quantity"],
            quantity_moved=line["quantity_moved"],
            status=StockStatus(line.get("status", StockStatus.AVAILABLE)),
        )
        for line in order.lines
    ]


def move_on(
    order: StoreOrder, *, moved: Sequence[Moved], is_last: bool, by: Trace, at: datetime
) -> None:
    """Add what moved to an order locked by the caller, and note how far it has come."""
    there = {line.sku: line.quantity + line.quantity_damaged for line in moved}
    for line in order.lines:
        line["quantity_moved"] += there.get(line["sku"], 0)
    before = order.state
    if order.state in STATES_OPEN:
        is_full = all(line["quantity_moved"] >= line["quantity"] for line in order.lines)
        order.state = _decide(is_full=is_full, is_last=is_last)
        order.closed_at = None if order.state == State.PARTLY_MOVED else at
    order.save(update_fields=["lines", "state", "closed_at"])
    step = "receive" if order.order_type == StoreOrderType.INBOUND else "ship"
    note(order, Taken(step=step, from_state=before), document_type=DOCUMENT_TYPE, by=by, at=at)


def take_back(
    order: StoreOrder, *, moved: Sequence[Moved], was_last: bool, by: Trace, at: datetime
) -> None:
    """
    Take back from an order locked by the caller what a reversed transfer had moved.

    An order the hub canceled stays so; one that only this transfer had closed is open again.
    """
    there = {line.sku: line.quantity + line.quantity_damaged for line in moved}
    for line in order.lines:
        line["quantity_moved"] -= there.get(line["sku"], 0)
    before = order.state
    if before in (State.PARTLY_MOVED, State.MOVED) or (
        before == State.CLOSED_SHORT and was_last and not _was_canceled(order)
    ):
        is_begun = any(line["quantity_moved"] > 0 for line in order.lines)
        order.state = State.PARTLY_MOVED if is_begun else State.RELEASED
        order.closed_at = None
    order.save(update_fields=["lines", "state", "closed_at"])
    taken = Taken(step="reverse", from_state=before)
    note(order, taken, document_type=DOCUMENT_TYPE, by=by, at=at)


def _was_canceled(order: StoreOrder) -> bool:
    return trail.count_steps(document_type=DOCUMENT_TYPE, number=order.number, step="cancel") > 0


def _decide(*, is_full: bool, is_last: bool) -> State:
    if is_full:
        return State.MOVED
    return State.CLOSED_SHORT if is_last else State.PARTLY_MOVED


def _write(
    order: StoreOrder, *, message: Released, lines: Sequence[Line], heard: Heard, at: datetime
) -> StoreOrder:
    told.require_few(lines)
    told.require_plausible((sku, quantity) for _, sku, quantity, _ in lines)
    told.require_known(sites=[order.site], skus={sku for _, sku, *_ in lines})
    if StoreOrder.objects.filter(number=order.number).exists():
        raise told.NumberReused(number=order.number, site=order.site)
    order.lines = [
        {"line": line, "sku": sku, "quantity": quantity, "quantity_moved": 0, "status": status}
        for line, sku, quantity, status in lines
    ]
    order.message_id = message.message_id
    order.created_by = heard.source
    order.created_at = at
    order.save()
    note(
        order,
        Taken(step="release", message_id=message.message_id),
        document_type=DOCUMENT_TYPE,
        by=Trace(actor=heard.source),
        at=message.occurred_at,
    )
    return order
