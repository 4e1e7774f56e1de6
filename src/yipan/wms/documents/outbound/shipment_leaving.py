"""Goods leave (发货过账): shipments are written, posted and told, for one order or for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.documents import trail
from yipan.exchange import outbox
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import (
    outbound_order,
    outbound_posting,
    shipment_lines,
    shipment_telling,
)
from yipan.wms.models import OutboundLine, OutboundOrder, Parcel, Pick, Shipment
from yipan.wms.models.outbound_order import OutboundOrderState as OrderState
from yipan.wms.models.outbound_order import PickState
from yipan.wms.models.parcel import ParcelState
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Share

DOCUMENT_TYPE = "shipment"
TRAIL = trail.Trail[Shipment]("wms", DOCUMENT_TYPE, lambda it: (it.site,))


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """What leaves of an order locked by the caller: picks with their lines, in their order."""

    order: OutboundOrder
    shipping: Shipping
    picked: Sequence[Pick]
    is_last: bool
    message_id: UUID


def leave(leavings: Sequence[Leaving], *, by: Trace, at: datetime) -> list[Shipment]:
    """
    Let goods of some orders of one site leave, each by a shipment, and tell the hub.

    What was still set aside of an order whose last shipment it is, is given back.
    """
    shipments = _write(leavings, by=by, at=at)
    pairs = list(zip(shipments, leavings, strict=True))
    lines = shipment_lines.write([(shipment, it.picked) for shipment, it in pairs])
    with_parcels = _let_parcels_go(pairs)
    _post(pairs, by=by, at=at)
    _give_back([it.order for it in leavings if it.is_last], by=by, at=at)
    _move_orders_on(pairs, by=by, at=at)
    trail.record_many(
        [
            TRAIL.make_step(shipment, step="post", by=by, at=at, message_id=it.message_id)
            for shipment, it in pairs
        ]
    )
    shipment_telling.tell(
        [(shipment, it.order, lines[shipment.pk]) for shipment, it in pairs],
        with_parcels=with_parcels,
        by=by,
        at=at,
    )
    return shipments


def _write(leavings: Sequence[Leaving], *, by: Trace, at: datetime) -> list[Shipment]:
    site = leavings[0].order.site
    assert all(it.order.site == site for it in leavings)
    source = f"wms:{site}/stock"
    numbers = outbox.reserve_numbers(source, len(leavings))
    for it in leavings:
        it.order.shipments_count += 1
    OutboundOrder.objects.bulk_update([it.order for it in leavings], ["shipments_count"])
    return Shipment.objects.bulk_create(
        Shipment(
            number=f"{it.order.number}-{it.order.shipments_count}",
            site=site,
            order=it.order,
            is_last=it.is_last,
            carrier=it.shipping.carrier or it.order.carrier,
            tracking=it.shipping.tracking or it.order.tracking,
            device=by.device,
            message_id=it.message_id,
            source=source,
            sequence=sequence,
            external_id=it.shipping.external_id,
            created_by=by.actor,
            created_at=at,
        )
        for it, sequence in zip(leavings, numbers, strict=True)
    )


def _let_parcels_go(pairs: Sequence[tuple[Shipment, Leaving]]) -> set[int]:
    """
    Note on parcels that they have left; the first one stands for its shipment.

    Return the ids of the shipments that have any.
    """
    with_parcels = set()
    for shipment, leaving in pairs:
        ids = {pick.parcel_id for pick in leaving.picked if pick.parcel_id}
        if not ids:
            continue
        parcels = list(Parcel.objects.filter(pk__in=ids).order_by("id").select_for_update())
        for parcel in parcels:
            parcel.state, parcel.shipment = ParcelState.SHIPPED, shipment
            parcel.carrier = parcel.carrier or shipment.carrier
        Parcel.objects.bulk_update(parcels, ["state", "shipment", "carrier"])
        shipment.sscc = parcels[0].sscc
        shipment.tracking = shipment.tracking or parcels[0].tracking
        shipment.save(update_fields=["sscc", "tracking"])
        with_parcels.add(shipment.pk)
    return with_parcels


def _post(pairs: Sequence[tuple[Shipment, Leaving]], *, by: Trace, at: datetime) -> None:
    site = pairs[0][0].site
    day = masterdata.get_business_date(site, at)
    postings = [
        FactPosting(
            origin=f"{DOCUMENT_TYPE}/{shipment.number}/post",
            occurred_at=at,
            moves=_move(leaving),
            trace=Trace(
                actor=by.actor,
                device=by.device,
                source=shipment.source,
                sequence=shipment.sequence,
            ),
            business_date=day,
        )
        for shipment, leaving in pairs
    ]
    ledger.post_facts(book=f"wms:{site}", postings=[it for it in postings if it.moves])


def _move(leaving: Leaving) -> list[Move]:
    return rules.post_shipment(
        order_type=leaving.order.order_type,
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
            for pick in leaving.picked
        ],
    )


def _give_back(orders: Sequence[OutboundOrder], *, by: Trace, at: datetime) -> None:
    """Give back what is still set aside or picked of orders that are over, and their parcels."""
    ids = [order.pk for order in orders]
    open_picks = Pick.objects.filter(order__in=ids, state__in=[PickState.OPEN, PickState.PICKED])
    rest = set(open_picks.values_list("order_id", flat=True))
    parcels = Parcel.objects.filter(order__in=ids, state__in=[ParcelState.OPEN, ParcelState.PACKED])
    rest.update(parcels.values_list("order_id", flat=True))
    for order in orders:
        if order.pk in rest:
            outbound_order.give_back(order, by=by, at=at, step="close")


def _move_orders_on(pairs: Sequence[tuple[Shipment, Leaving]], *, by: Trace, at: datetime) -> None:
    orders = [leaving.order for _, leaving in pairs]
    before = {order.pk: order.state for order in orders}
    last = [leaving.order for _, leaving in pairs if leaving.is_last]
    lines: dict[int, list[OutboundLine]] = {}
    for line in OutboundLine.objects.filter(order__in=[order.pk for order in last]):
        lines.setdefault(line.order_id, []).append(line)
    for order in last:
        is_whole = all(
            line.quantity_shipped >= line.quantity_ordered for line in lines.get(order.pk, [])
        )
        order.state = OrderState.SHIPPED if is_whole else OrderState.CLOSED_SHORT
        order.closed_at = at
    OutboundOrder.objects.bulk_update(last, ["state", "closed_at"])
    outbound_posting.move_on_many([it.order for _, it in pairs if not it.is_last])
    trail.record_many(
        [
            outbound_posting.TRAIL.make_step(
                leaving.order,
                step="ship",
                from_state=before[leaving.order.pk],
                by=by,
                at=at,
                message_id=shipment.message_id,
            )
            for shipment, leaving in pairs
        ]
    )
