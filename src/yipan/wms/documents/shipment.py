"""Steps of a shipment (发货单): posted when goods left; reversed when they did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import trail
from yipan.documents.states import WrongState, lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import ShipmentReversed
from yipan.wms.documents import (
    outbound_order,
    outbound_posting,
    shipment_lines,
    shipment_telling,
)
from yipan.wms.models import OutboundOrder, Parcel, Pick, Shipment
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.models.outbound_order import OutboundOrderState as OrderState
from yipan.wms.models.parcel import ParcelState
from yipan.wms.models.shipment import ShipmentState as State
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Share

DOCUMENT_TYPE = "shipment"

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipping:
    """
    What somebody says of a shipment. `is_last`: nothing more of the order will be sent.

    `parcels` are the ids of the parcels that leave, None when all that is picked leaves, packed
    or not.
    Repeating one with the same `external_id` returns the first.
    """

    order: str
    is_last: bool = False
    carrier: str = ""
    tracking: str = ""
    external_id: str = ""
    parcels: frozenset[int] | None = None


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
        site = OutboundOrder.objects.filter(number=shipping.order).values("site")
        known = Shipment.objects.filter(site__in=site, external_id=shipping.external_id).first()
        if known is not None:
            return known
    order = lock_for("ship", model=OutboundOrder, number=shipping.order, steps=STEPS)
    picks = order.picks.filter(state=PickState.PICKED, quantity_picked__gt=0)
    if shipping.parcels is not None:
        picks = picks.filter(parcel__in=shipping.parcels)
    picked = list(picks.select_related("line").order_by("line__line", "id"))
    is_last = _is_last(order, picked, shipping=shipping)
    shipment = _write(
        order, shipping=shipping, is_last=is_last, by=by, at=at, message_id=message_id
    )
    lines = shipment_lines.write(shipment, picked)
    _let_parcels_go(shipment, picked)
    _post(shipment, order_type=order.order_type, picked=picked, by=by, at=at)
    if is_last:
        outbound_order.give_back(order, by=by, at=at, step="close")
    _move_order_on(order, shipment, by=by, at=at)
    _note(shipment, step="post", from_state="", by=by, at=at, message_id=message_id)
    shipment_telling.tell(shipment, order, lines=lines, by=by, at=at)
    return shipment


def _is_last(order: OutboundOrder, picked: Sequence[Pick], *, shipping: Shipping) -> bool:
    going: dict[int, int] = {}
    for pick in picked:
        going[pick.line_id] = going.get(pick.line_id, 0) + pick.quantity_picked
    rest = sum(
        line.quantity_ordered
        - line.quantity_missing
        - line.quantity_shipped
        - going.get(line.pk, 0)
        for line in order.lines.all()
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
    _note(shipment, step="reverse", from_state=State.POSTED, by=by, at=at, message_id=message_id)
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


def _write(
    order: OutboundOrder,
    *,
    shipping: Shipping,
    is_last: bool,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> Shipment:
    source = f"wms:{order.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    order.shipments_count += 1
    order.save(update_fields=["shipments_count"])
    return Shipment.objects.create(
        number=f"{order.number}-{order.shipments_count}",
        site=order.site,
        order=order,
        is_last=is_last,
        carrier=shipping.carrier or order.carrier,
        tracking=shipping.tracking or order.tracking,
        device=by.device,
        message_id=message_id,
        source=source,
        sequence=sequence,
        external_id=shipping.external_id,
        created_by=by.actor,
        created_at=at,
    )


def _let_parcels_go(shipment: Shipment, picked: Sequence[Pick]) -> None:
    """Note on parcels that they have left; the first one stands for the shipment."""
    parcels = list(
        Parcel.objects.filter(pk__in={pick.parcel_id for pick in picked if pick.parcel_id})
        .order_by("id")
        .select_for_update()
    )
    for parcel in parcels:
        parcel.state, parcel.shipment = ParcelState.SHIPPED, shipment
        parcel.carrier = parcel.carrier or shipment.carrier
    Parcel.objects.bulk_update(parcels, ["state", "shipment", "carrier"])
    if parcels:
        shipment.sscc = parcels[0].sscc
        shipment.tracking = shipment.tracking or parcels[0].tracking
        shipment.save(update_fields=["sscc", "tracking"])


def _post(
    shipment: Shipment, *, order_type: str, picked: Sequence[Pick], by: Trace, at: datetime
) -> None:
    moves = rules.post_shipment(
        order_type=order_type,
        picked=[
            (
                pick.sku,
                Share(
                    bin_code=pick.place,
                    quantity=pick.quantity_picked,
                    lot=pick.lot,
                    status=pick.status,
                ),
            )
            for pick in picked
        ],
    )
    if not moves:
        return
    ledger.post_fact(
        book=f"wms:{shipment.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{shipment.number}/post",
            occurred_at=at,
            moves=moves,
            trace=Trace(
                actor=by.actor,
                device=by.device,
                source=shipment.source,
                sequence=shipment.sequence,
            ),
            business_date=masterdata.get_business_date(shipment.site, at),
        ),
    )


def _move_order_on(order: OutboundOrder, shipment: Shipment, *, by: Trace, at: datetime) -> None:
    before = order.state
    if shipment.is_last:
        is_whole = all(line.quantity_shipped >= line.quantity_ordered for line in order.lines.all())
        order.state = OrderState.SHIPPED if is_whole else OrderState.CLOSED_SHORT
        order.closed_at = at
        order.save(update_fields=["state", "closed_at"])
    else:
        outbound_posting.move_on(order)
    outbound_posting.TRAIL.note(
        order, step="ship", from_state=before, by=by, at=at, message_id=shipment.message_id
    )


def _note(
    shipment: Shipment,
    *,
    step: str,
    from_state: str,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(shipment.site,),
            number=shipment.number,
            step=step,
            from_state=from_state,
            to_state=State.REVERSED if step == "reverse" else State.POSTED,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
            message_id=message_id,
        )
    )
