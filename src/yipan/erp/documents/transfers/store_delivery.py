"""Steps of goods that go to a store for a customer (发货到店): a transfer made by an order."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from django.db import transaction

from yipan.documents import told
from yipan.erp.documents.transfers import store_delivery_telling, transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import TransferOrder
from yipan.ledger.moves import Trace
from yipan.messages.oms import StoreDeliveryCanceled, StoreDeliveryOrdered

#: The order was approved where it was taken in; the hub lets its goods go.
ORDERS, HUB = Trace(actor="oms:hub"), Trace(actor="erp:hub")


@transaction.atomic
def order(*, message: StoreDeliveryOrdered, at: datetime) -> TransferOrder:
    """
    Make, approve and release the transfer that brings goods of an order to its store.

    The same delivery ordered again changes nothing.

    :raises DateUnreadable: if its day is not written as one.
    """
    known = TransferOrder.objects.filter(external_id=message.fulfillment_number).first()
    if known is not None:
        return known
    told.require_plausible(((line.sku, line.quantity) for line in message.lines), minimum=1)
    wanted = Transferred(
        from_site=message.from_site,
        to_site=message.site,
        lines=tuple(
            TransferredLine(sku=line.sku, quantity=line.quantity) for line in message.lines
        ),
        due_on=told.read_date(message.due_on) if message.due_on else None,
        note=message.order_number,
        external_id=message.fulfillment_number,
    )
    number = transfer_order.create(wanted=wanted, by=ORDERS, at=at).number
    transfer_order.approve(number=number, by=HUB, at=at)
    made = transfer_order.release(
        number=number,
        by=HUB,
        at=at,
        message_id=uuid5(message.message_id, "erp.outbound_released"),
    )
    store_delivery_telling.tell(made, "ordered", message_id=message.message_id, at=at)
    return made


@transaction.atomic
def cancel(*, message: StoreDeliveryCanceled, at: datetime) -> TransferOrder | None:
    """Give the transfer up, if nothing has left yet; say so either way."""
    found = TransferOrder.objects.select_for_update().filter(external_id=message.fulfillment_number)
    known = found.first()
    if known is None:
        return None
    state = "too_late"
    if known.state in transfer_order.STEPS["cancel"]:
        known = transfer_order.cancel(
            number=known.number,
            by=Trace(actor=ORDERS.actor, reason=message.reason),
            at=at,
            message_id=uuid5(message.message_id, "erp.outbound_canceled"),
        )
        state = "canceled"
    store_delivery_telling.tell(known, state, message_id=message.message_id, at=at)
    return known
