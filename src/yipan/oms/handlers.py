"""What order management does when it hears something."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils import timezone

from yipan.exchange.subscriptions import Heard
from yipan.ledger.moves import Trace
from yipan.messages import erp_stores, pos_orders, wms
from yipan.oms.documents import (
    delivery,
    fulfillment,
    fulfillment_many,
    order_return,
    store_order,
)
from yipan.oms.documents.fulfillment import Left
from yipan.oms.documents.fulfillment_many import Gone, Told
from yipan.oms.documents.order_return import BroughtBack, CameBack
from yipan.oms.models.fulfillment import FulfillmentState as State

#: What a warehouse calls how far it is, and what that means for an order.
_WMS_STATES = {
    "picking": State.ACCEPTED,
    "picked": State.PICKED,
    "packed": State.PICKED,
}
_STOPPED = frozenset({"canceled", "closed_short"})


def follow_warehouse(run: Sequence[tuple[wms.OutboundProgressed, Heard]]) -> None:
    """Follow how far a warehouse is; when it stopped, the rest is sourced anew or canceled."""
    at = timezone.now()
    for has_stopped, same in groupby(run, key=lambda it: it[0].state in _STOPPED):
        if not has_stopped:
            fulfillment_many.progress_all([_read_progress(*it) for it in same], at=at)
            continue
        for message, heard in same:
            fulfillment.stopped(
                number=message.outbound_order_number,
                by=Trace(actor=heard.source, reason=message.note),
                at=at,
                message_id=message.message_id,
            )


def _read_progress(message: wms.OutboundProgressed, heard: Heard) -> Told:
    return Told(
        number=message.outbound_order_number,
        state=_WMS_STATES.get(message.state, State.RELEASED),
        by=Trace(actor=heard.source, reason=message.note),
        message_id=message.message_id,
        note=message.code,
    )


def source_short_pick(message: wms.PickShorted, heard: Heard) -> None:
    """Source anew what a warehouse did not find."""
    if not message.quantity_missing:
        return
    fulfillment.short(
        number=message.outbound_order_number,
        missing={message.line: message.quantity_missing},
        by=Trace(actor=message.picked_by or heard.source, reason=message.reason),
        at=timezone.now(),
        message_id=message.message_id,
    )


def note_shipments(run: Sequence[tuple[wms.GoodsShipped | pos_orders.GoodsShipped, Heard]]) -> None:
    """Write down what left a warehouse or a store for customers."""
    gone = [
        Gone(
            left=Left(
                number=message.outbound_order_number,
                shipment=message.shipment_number,
                shipped=_sum_lines(message.lines),
                is_last=message.is_last,
                tracking=", ".join(it.tracking or it.sscc for it in message.parcels),
                left_at=message.occurred_at,
            ),
            by=Trace(actor=message.shipped_by or heard.source),
            message_id=message.message_id,
        )
        for message, heard in run
        if message.order_type == "fulfillment"
    ]
    fulfillment_many.ship_all(gone, at=timezone.now())


def take_shipment_back(message: wms.ShipmentReversed, heard: Heard) -> None:
    """Take back a shipment that did not leave after all."""
    if message.order_type != "fulfillment":
        return
    fulfillment.unship(
        number=message.outbound_order_number,
        shipment=message.shipment_number,
        by=Trace(actor=message.reversed_by or heard.source, reason=message.reason),
        at=timezone.now(),
    )


def follow_delivery(message: erp_stores.StoreDeliveryAnswered, heard: Heard) -> None:
    """Follow goods that go to a store for their customer."""
    number, by, at = message.fulfillment_number, Trace(actor=heard.source), timezone.now()
    lines = {line.sku: line.quantity for line in message.lines}
    if message.state == "ordered":
        delivery.note_transfer(number=number, transfer=message.transfer_number, at=at)
    elif message.state == "shipped":
        delivery.leave(
            number=number,
            left=lines,
            is_last=message.is_last,
            by=by,
            at=at,
            message_id=message.message_id,
        )
    elif message.state == "arrived":
        delivery.arrive(
            number=number,
            came=lines,
            is_last=message.is_last,
            by=by,
            at=at,
            message_id=message.message_id,
        )
    elif message.state == "canceled":
        fulfillment.stopped(number=number, by=by, at=at, message_id=message.message_id)


def note_returned_goods(message: wms.CustomerReturnReceived, heard: Heard) -> None:
    """Write down that goods of an order came back to a warehouse."""
    order_return.take_back(
        came=CameBack(
            order=message.order_number,
            document=message.return_number,
            site=message.site,
            lines=tuple(
                BroughtBack(sku=line.sku, quantity=line.quantity, disposition=line.disposition)
                for line in message.lines
            ),
        ),
        by=Trace(actor=message.received_by or heard.source),
        at=timezone.now(),
    )


def note_returned_at_store(message: erp_stores.OrderGoodsReturned, heard: Heard) -> None:
    """Write down that goods of an order came back to a store."""
    order_return.take_back(
        came=CameBack(
            order=message.order_number,
            document=message.document_number,
            site=message.site,
            lines=tuple(
                BroughtBack(sku=line.sku, quantity=line.quantity, disposition=line.disposition)
                for line in message.lines
            ),
        ),
        by=Trace(actor=heard.source),
        at=timezone.now(),
    )


def note_refund_at_store(message: pos_orders.CustomerReturnPosted, heard: Heard) -> None:
    """Write down that a store took goods of an order back, and paid for them by its ticket."""
    number, site = message.ticket_number, message.site
    store_order.settle_return(
        came=CameBack(
            order=message.original_number,
            # As the hub names the ticket: the same goods are told by it too, and counted once.
            document=number if site in number.split("-") else f"{site}-{number}",
            site=site,
            lines=tuple(
                BroughtBack(sku=line.sku, quantity=line.quantity, disposition=line.disposition)
                for line in message.lines
            ),
        ),
        refund_minor=message.refund_minor,
        by=Trace(actor=message.posted_by or heard.source),
        at=timezone.now(),
    )


def accept(message: pos_orders.FulfillmentAccepted, heard: Heard) -> None:
    """Write down that a store will fulfill an order."""
    _progress(message, heard, state=State.ACCEPTED, actor=message.accepted_by)


def reject(message: pos_orders.FulfillmentRejected, heard: Heard) -> None:
    """Source an order elsewhere that a store will not fulfill."""
    reason = f"{message.reason}: {message.note}" if message.note else message.reason
    fulfillment.reject(
        number=message.fulfillment_number,
        by=Trace(actor=message.rejected_by or heard.source, reason=reason),
        at=timezone.now(),
        message_id=message.message_id,
    )


def follow_store(message: pos_orders.FulfillmentProgressed, heard: Heard) -> None:
    """Follow how far a store is."""
    if message.state in {"canceled", "put_back"}:
        fulfillment.stopped(
            number=message.fulfillment_number,
            by=Trace(actor=heard.source, reason=message.note),
            at=timezone.now(),
            message_id=message.message_id,
        )
    elif message.state in {"picked", "packed"}:
        _progress(message, heard, state=State.PICKED)


def source_store_short(message: pos_orders.PickShorted, heard: Heard) -> None:
    """Source anew what a store did not find."""
    if not message.quantity_missing:
        return
    fulfillment.short(
        number=message.fulfillment_number,
        missing={message.line: message.quantity_missing},
        by=Trace(actor=message.picked_by or heard.source, reason=message.reason),
        at=timezone.now(),
        message_id=message.message_id,
    )


def note_staged(message: pos_orders.StorePickupStaged, heard: Heard) -> None:
    """Write down that goods wait for their customer."""
    _progress(message, heard, state=State.READY, actor=message.staged_by)


def note_handed_over(message: pos_orders.StorePickupHandedOver, heard: Heard) -> None:
    """Write down that a customer got the goods."""
    fulfillment.ship(
        left=Left(
            number=message.fulfillment_number,
            shipment=message.shipment_number,
            shipped=_sum_lines(message.lines),
            is_last=message.is_last,
            is_pickup=True,
            left_at=message.occurred_at,
        ),
        by=Trace(actor=message.handed_over_by or heard.source),
        at=timezone.now(),
        message_id=message.message_id,
    )


def expire(message: pos_orders.StorePickupExpired, heard: Heard) -> None:
    """Cancel what nobody collected in time."""
    fulfillment.expire(
        number=message.fulfillment_number,
        by=Trace(actor=heard.source, reason="Not collected."),
        at=timezone.now(),
        message_id=message.message_id,
    )


def _progress(
    message: pos_orders.FulfillmentAccepted
    | pos_orders.FulfillmentProgressed
    | pos_orders.StorePickupStaged,
    heard: Heard,
    *,
    state: State,
    actor: str = "",
) -> None:
    told = Told(
        number=message.fulfillment_number,
        state=state,
        by=Trace(actor=actor or heard.source),
        message_id=message.message_id,
    )
    fulfillment_many.progress_all([told], at=timezone.now())


def _sum_lines(lines: Sequence[wms.ShippedLine]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for line in lines:
        sums[line.line] = sums.get(line.line, 0) + line.quantity
    return sums
