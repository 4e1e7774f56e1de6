"""What the ERP does when it hears that goods left, or that they could not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from django.utils import timezone

from yipan.erp.documents.purchasing import supplier_return, supplier_return_facts
from yipan.erp.documents.sales import order_issue
from yipan.erp.documents.told_status import read_status
from yipan.erp.documents.transfers import store_delivery, transfer_facts, transfer_picking
from yipan.erp.documents.transfers.transfer_legs import (
    LegTold,
    require_transfer,
)
from yipan.erp.rules.transfer_order import SentLine
from yipan.exchange.subscriptions import Heard
from yipan.foundation.status import StockStatus
from yipan.messages import oms, pos, pos_orders, reversals, wms


def book_warehouse_shipments(run: Sequence[tuple[wms.GoodsShipped, Heard]]) -> None:
    """Book goods that left a warehouse: to customers, into transit, or back to their supplier."""
    for is_ordered, same in groupby(
        run, key=lambda it: it[0].order_type == order_issue.FULFILLMENT
    ):
        if is_ordered:
            book_order_shipments(list(same))
            continue
        for message, heard in same:
            lines = [
                SentLine(
                    line=line.line,
                    sku=line.sku,
                    quantity=line.quantity,
                    status=read_status(line.status),
                )
                for line in message.lines
            ]
            _ship(message.order_type)(
                leg=_read_shipment(message), lines=lines, heard=heard, at=timezone.now()
            )


def book_order_shipments(
    run: Sequence[tuple[wms.GoodsShipped | pos_orders.GoodsShipped, Heard]],
) -> None:
    """Book goods that left a warehouse or a store to whoever ordered them."""
    for message, _ in run:
        if message.order_type != order_issue.FULFILLMENT:
            require_transfer(message.order_type)
    order_issue.post_all(
        [
            order_issue.Told(
                issued=order_issue.Issued(
                    shipment=message.shipment_number,
                    fulfillment=message.outbound_order_number,
                    order=message.document_number,
                    site=message.site,
                    occurred_at=message.occurred_at,
                    message_id=message.message_id,
                    actor=message.shipped_by,
                    device=message.device,
                ),
                lines=message.lines,
                heard=heard,
            )
            for message, heard in run
        ],
        at=timezone.now(),
    )


def book_hand_over(message: pos_orders.StorePickupHandedOver, heard: Heard) -> None:
    """Book goods a customer picked up in a store."""
    order_issue.post(
        issued=order_issue.Issued(
            shipment=message.shipment_number,
            fulfillment=message.fulfillment_number,
            order=message.order_number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.handed_over_by,
            device=message.device,
        ),
        lines=message.lines,
        heard=heard,
        at=timezone.now(),
    )


def book_store_shipment(message: pos.TransferShipped, heard: Heard) -> None:
    """Book goods that left a store, out of the status their order asks for, or damaged."""
    lines = [
        SentLine(line=line.line, sku=line.sku, quantity=quantity, status=status)
        for line in message.lines
        for status, quantity in (
            (read_status(line.status), line.quantity),
            (StockStatus.DAMAGED, line.quantity_damaged),
        )
        if quantity
    ]
    _ship(message.order_type)(
        leg=_read_shipment(message), lines=lines, heard=heard, at=timezone.now()
    )


def book_shipment_reversed(
    message: wms.ShipmentReversed | reversals.TransferShipmentReversed, heard: Heard
) -> None:
    """Take back a shipment that did not leave after all."""
    if message.order_type == order_issue.FULFILLMENT:
        order_issue.reverse(
            site=message.site,
            shipment=message.shipment_number,
            occurred_at=message.occurred_at,
            actor=message.reversed_by,
            heard=heard,
        )
        return
    leg = LegTold(
        number=message.shipment_number,
        transfer=message.document_number,
        site=message.site,
        occurred_at=message.occurred_at,
        message_id=message.message_id,
        actor=message.reversed_by,
    )
    if message.order_type == supplier_return.DOCUMENT_TYPE:
        supplier_return_facts.reverse_shipment(leg=leg, heard=heard, at=timezone.now())
        return
    require_transfer(message.order_type)
    transfer_facts.reverse_shipment(leg=leg, heard=heard, at=timezone.now())


def follow_outbound(run: Sequence[tuple[wms.OutboundProgressed, Heard]]) -> None:
    """Write down how far a warehouse is with transfers."""
    transfer_picking.follow_all(run)


def order_store_delivery(message: oms.StoreDeliveryOrdered, heard: Heard) -> None:  # noqa: ARG001
    """Send goods of an order to the store where its customer fetches them."""
    store_delivery.order(message=message, at=timezone.now())


def cancel_store_delivery(
    message: oms.StoreDeliveryCanceled,
    heard: Heard,  # noqa: ARG001 - orders speak for themselves
) -> None:
    """Keep goods of an order where they are, unless they have left."""
    store_delivery.cancel(message=message, at=timezone.now())


def note_shortage(message: wms.PickShorted, heard: Heard) -> None:
    """Write down that less of a transfer was found than the book says."""
    transfer_picking.fall_short(message=message, heard=heard)


def _ship(order_type: str) -> Callable[..., object]:
    """Return the verb that books goods that left under a type of order."""
    if order_type == supplier_return.DOCUMENT_TYPE:
        return supplier_return_facts.ship
    require_transfer(order_type)
    return transfer_facts.ship


def _read_shipment(message: wms.GoodsShipped | pos.TransferShipped) -> LegTold:
    return LegTold(
        number=message.shipment_number,
        transfer=message.document_number,
        site=message.site,
        occurred_at=message.occurred_at,
        message_id=message.message_id,
        actor=message.shipped_by,
        device=message.device,
        is_last=message.is_last,
        other_site=message.ship_to,
        carrier=_find_carrier(message),
    )


def _find_carrier(message: wms.GoodsShipped | pos.TransferShipped) -> str:
    """Return who carries a shipment; empty where nobody says, or several do."""
    parcels = message.parcels if isinstance(message, wms.GoodsShipped) else ()
    named = {parcel.carrier for parcel in parcels}
    return named.pop()[:48] if len(named) == 1 else ""
