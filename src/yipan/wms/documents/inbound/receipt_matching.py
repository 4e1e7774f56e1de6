"""Goods that came without a document, matched to an order later (盲收匹配); and arrivals (到货)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import trail
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import InboundArrived, ReceiptMatched, ReceivedLine
from yipan.wms.documents.inbound import inbound_order
from yipan.wms.models import InboundOrder, Receipt
from yipan.wms.models.inbound_order import STATES_OPEN
from yipan.wms.models.receipt import ReceiptState as State

DOCUMENT_TYPE = "receipt"

#: From which states may each step be taken?
STEPS = {"match": frozenset({State.POSTED}), "arrive": frozenset(STATES_OPEN)}


class AlreadyMatched(Refusal):
    """This receipt belongs to an order already."""

    code = "receipt.already_matched"


class ArrivedBefore(Refusal):
    """This delivery is at the gate already."""

    code = "inbound_order.arrived_before"


@transaction.atomic
def match(
    *, number: str, inbound_order_number: str, by: Trace, at: datetime, message_id: UUID
) -> Receipt:
    """
    Say to which order goods belong that came blind, and tell the hub. No stock moves.

    :raises WrongState: if the receipt is not posted.
    :raises AlreadyMatched: if it belongs to an order.
    :raises NotFound: if the site has no such inbound order.
    """
    receipt = lock_for("match", model=Receipt, number=number, steps=STEPS)
    if receipt.order_id is not None:
        raise AlreadyMatched(number=number)
    order = (
        InboundOrder.objects.select_for_update()
        .filter(number=inbound_order_number, site=receipt.site)
        .first()
    )
    if order is None:
        raise NotFound(kind="inbound_order", id=inbound_order_number)
    receipt.order = order
    receipt.supplier = receipt.supplier or order.supplier
    receipt.matched_at, receipt.matched_by = at, by.actor
    receipt.save(update_fields=["order", "supplier", "matched_at", "matched_by"])
    step = trail.Step(
        document_type=DOCUMENT_TYPE,
        system="wms",
        sites=(receipt.site,),
        number=number,
        step="match",
        from_state=State.POSTED,
        to_state=State.POSTED,
        actor=by.actor,
        device=by.device,
        at=at,
        reason=order.number,
        message_id=message_id,
    )
    trail.record(step)
    inbound_order.move_on(order, lines=_read_lines(receipt), is_last=False, step=step)
    source = f"wms:{receipt.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        ReceiptMatched(
            message_id=message_id,
            occurred_at=at,
            receipt_number=number,
            inbound_order_number=order.number,
            purchase_order_number=order.purchase_order_number,
            site=receipt.site,
            matched_by=by.actor,
        ),
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(receipt.site, at),
        correlation_id=order.purchase_order_number or number,
    )
    return receipt


@transaction.atomic
def arrive(*, number: str, dock: str, by: Trace, at: datetime, message_id: UUID) -> InboundOrder:
    """
    Write down that a delivery is at the gate (到货登记), and at which dock. Nothing is counted yet.

    :raises WrongState: if nothing is expected of the order any more.
    :raises ArrivedBefore: if it is there already.
    """
    order = lock_for("arrive", model=InboundOrder, number=number, steps=STEPS)
    if order.arrived_at is not None:
        raise ArrivedBefore(number=number)
    order.arrived_at, order.arrived_by, order.dock = at, by.actor, dock.strip()[:32]
    order.save(update_fields=["arrived_at", "arrived_by", "dock"])
    trail.record(
        trail.Step(
            document_type=inbound_order.DOCUMENT_TYPE,
            system="wms",
            sites=(order.site,),
            number=number,
            step="arrive",
            from_state=order.state,
            to_state=order.state,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=order.dock,
            message_id=message_id,
        )
    )
    source = f"wms:{order.site}/orders"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        InboundArrived(
            message_id=message_id,
            occurred_at=at,
            inbound_order_number=number,
            purchase_order_number=order.purchase_order_number,
            site=order.site,
            dock=order.dock,
            arrived_by=by.actor,
        ),
        source=source,
        sequence=sequence,
        correlation_id=order.purchase_order_number or order.transfer_number or number,
    )
    return order


def _read_lines(receipt: Receipt) -> list[ReceivedLine]:
    return [
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
