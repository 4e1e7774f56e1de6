"""Steps of a shipment (发货单): posted when goods left; reversed when they did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents.repeats import find_repeat
from yipan.documents.states import WrongState, lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import ShipmentReversed
from yipan.wms.documents.outbound import outbound_posting, shipment_leaving, shipment_lines
from yipan.wms.documents.outbound.shipment_leaving import DOCUMENT_TYPE, Leaving, Shipping
from yipan.wms.models import OutboundLine, OutboundOrder, Pick, Shipment
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.models.outbound_order import OutboundOrderState as OrderState
from yipan.wms.models.shipment import ShipmentState as State

__all__ = ["DOCUMENT_TYPE", "Shipping", "reverse", "ship"]

#: From which states may each step be taken?
STEPS = {
    "ship": frozenset(STATES_OPEN),
    "reverse": frozenset({State.POSTED}),
}


class NothingToShip(Refusal):
    """Nothing of this order is picked."""

    code = "shipment.nothing_to_ship"


class MustBeWhole(Refusal):
    """This order may not be sent in parts, and not all of it is picked."""

    code = "shipment.must_be_whole"


@transaction.atomic
def ship(*, shipping: Shipping, by: Trace, at: datetime, message_id: UUID) -> Shipment:
    """
    Let picked goods of an order leave, and tell the hub (发货过账).

    It is the last shipment when nothing is left to pick, or when somebody says so; what was
    still set aside is given back then.

    :raises WrongState: if the order is closed.
    :raises NothingToShip: if nothing is picked, unless it closes the order.
    :raises MustBeWhole: if the order may not be sent in parts.
    """
    if shipping.external_id:
        orders = OutboundOrder.objects.filter(number=shipping.order)
        site = orders.values_list("site", flat=True).first() or ""
        known = find_repeat(Shipment, external_id=shipping.external_id, within={"site": site})
        if known is not None:
            return known
    order = lock_for("ship", model=OutboundOrder, number=shipping.order, steps=STEPS)
    picks = order.picks.filter(state=PickState.PICKED, quantity_picked__gt=0)
    if shipping.parcels is not None:
        picks = picks.filter(parcel__in=shipping.parcels)
    picked = list(picks.select_related("line").order_by("line__line", "id"))
    leaving = Leaving(
        order=order,
        shipping=shipping,
        picked=picked,
        is_last=find_out_if_last(order, picked, order.lines.all(), shipping=shipping),
        message_id=message_id,
    )
    return shipment_leaving.leave([leaving], by=by, at=at)[0]


def find_out_if_last(
    order: OutboundOrder,
    picked: Sequence[Pick],
    lines: Iterable[OutboundLine],
    *,
    shipping: Shipping,
) -> bool:
    """
    Tell whether nothing of an order is left when what is picked goes.

    :raises NothingToShip: if nothing is picked, unless it closes the order.
    :raises MustBeWhole: if the order may not be sent in parts.
    """
    going: dict[int, int] = {}
    for pick in picked:
        going[pick.line_id] = going.get(pick.line_id, 0) + pick.quantity_picked
    rest = sum(
        line.quantity_ordered
        - line.quantity_missing
        - line.quantity_shipped
        - going.get(line.pk, 0)
        for line in lines
    )
    is_last = shipping.is_last or rest <= 0
    if not picked and not is_last:
        raise NothingToShip(order=order.number)
    if rest > 0 and not order.may_be_partial and not shipping.is_last:
        raise MustBeWhole(order=order.number, quantity_open=rest)
    return is_last


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> Shipment:
    """
    Undo a shipment that did not leave after all (冲销): the goods stand picked again.

    :raises WrongState: if it was reversed before, or its order was canceled since.
    """
    shipment = lock_for("reverse", model=Shipment, number=number, steps=STEPS)
    order = OutboundOrder.objects.select_for_update().get(pk=shipment.order_id)
    if order.state == OrderState.CANCELED:
        raise WrongState(number=order.number, step="reverse", state=order.state)
    source = shipment.source
    [sequence] = outbox.reserve_numbers(source)
    if shipment.lines.exists():
        ledger.reverse(
            book=f"wms:{shipment.site}",
            origin=f"{DOCUMENT_TYPE}/{number}/post",
            reversal=f"{DOCUMENT_TYPE}/{number}/reverse",
            at=at,
            trace=Trace(
                actor=by.actor,
                device=by.device,
                reason=by.reason,
                source=source,
                sequence=sequence,
            ),
        )
    shipment_lines.take_back(order, shipment)
    shipment.state = State.REVERSED
    shipment.reversed_message_id = message_id
    shipment.save(update_fields=["state", "reversed_message_id"])
    shipment_leaving.TRAIL.note(
        shipment, step="reverse", from_state=State.POSTED, by=by, at=at, message_id=message_id
    )
    before, order.state = order.state, OrderState.PICKING
    order.closed_at = None
    order.save(update_fields=["state", "closed_at"])
    outbound_posting.move_on(order)
    outbound_posting.TRAIL.note(
        order, step="reverse", from_state=before, by=by, at=at, message_id=message_id
    )
    outbox.publish(
        ShipmentReversed(
            message_id=message_id,
            occurred_at=at,
            shipment_number=number,
            outbound_order_number=order.number,
            order_type=order.order_type,
            document_number=order.document_number,
            site=order.site,
            reason=by.reason,
            reversed_by=by.actor,
        ),
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(order.site, at),
        correlation_id=order.document_number or order.number,
    )
    return shipment
