"""Shipments of many orders at once (批量发货): what is picked leaves, or it says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from yipan.documents.repeats import find_repeats
from yipan.documents.states import WrongState
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.wms.documents.outbound import shipment_leaving
from yipan.wms.documents.outbound.shipment import STEPS, find_out_if_last
from yipan.wms.documents.outbound.shipment_leaving import Leaving, Shipping
from yipan.wms.models import OutboundLine, OutboundOrder, Pick, Shipment
from yipan.wms.models.outbound_order import PickState

ORDERS_MAX: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of one order: the number of its shipment, or why nothing left."""

    order: str
    shipment: str = ""
    refusal: Refusal | None = None


@transaction.atomic
def ship_all(
    *, site: str, asked: Sequence[tuple[Shipping, UUID]], by: Trace, at: datetime
) -> list[Sent]:
    """
    Let what is picked of some orders of a site leave: `ship` for many, in a few statements.

    `asked` are shipments with the ids of their messages, an order once. What one refuses takes
    nothing from the others. A shipment with an `external_id` that was told before, in this call
    too, is answered with the first. Orders of other sites are not known here.
    """
    assert len(asked) <= ORDERS_MAX
    assert all(shipping.parcels is None for shipping, _ in asked)
    numbers = [shipping.order for shipping, _ in asked]
    assert len(set(numbers)) == len(numbers), "an order is asked for once"
    named = {shipping.external_id for shipping, _ in asked}
    repeats = find_repeats(Shipment, external_ids=named, within={"site": site})
    known = {external_id: row.number for external_id, row in repeats.items()}
    found = OutboundOrder.objects.filter(site=site, number__in=numbers)
    orders = {row.number: row for row in found.order_by("pk").select_for_update()}
    picked, lines = _read(list(orders.values()))
    sent: dict[str, Sent] = {}
    leavings: list[Leaving] = []
    told = set(known)
    for shipping, message_id in asked:
        if shipping.external_id in told:
            continue
        number = shipping.order
        order = orders.get(number)
        mine = picked.get(order.pk, []) if order is not None else []
        try:
            is_last = _check(shipping, order=order, picked=mine, lines=lines)
        except Refusal as refusal:
            sent[number] = Sent(order=number, refusal=refusal)
            continue
        assert order is not None
        told |= {shipping.external_id} - {""}
        leavings.append(
            Leaving(
                order=order, shipping=shipping, picked=mine, is_last=is_last, message_id=message_id
            )
        )
    for shipment in shipment_leaving.leave(leavings, by=by, at=at) if leavings else ():
        number = shipment.order.number
        sent[number] = Sent(order=number, shipment=shipment.number)
        known[shipment.external_id] = shipment.number
    return [
        sent.get(it.order) or Sent(order=it.order, shipment=known[it.external_id])
        for it, _ in asked
    ]


def _check(
    shipping: Shipping,
    *,
    order: OutboundOrder | None,
    picked: Sequence[Pick],
    lines: Mapping[int, Sequence[OutboundLine]],
) -> bool:
    """
    Return whether a shipment is the last of its order.

    :raises NotFound: if the site has no such order.
    :raises WrongState: if nothing may leave of it.
    """
    if order is None:
        raise NotFound(kind="outboundorder", id=shipping.order)
    if order.state not in STEPS["ship"]:
        raise WrongState(number=shipping.order, step="ship", state=order.state)
    return find_out_if_last(order, picked, lines.get(order.pk, []), shipping=shipping)


def _read(
    orders: Sequence[OutboundOrder],
) -> tuple[dict[int, list[Pick]], dict[int, list[OutboundLine]]]:
    """Return order id to what is picked of it, and to its lines; the picks share those rows."""
    ids = [order.pk for order in orders]
    lines: dict[int, list[OutboundLine]] = {}
    by_id: dict[int, OutboundLine] = {}
    for line in OutboundLine.objects.filter(order__in=ids).order_by("order_id", "line"):
        lines.setdefault(line.order_id, []).append(line)
        by_id[line.pk] = line
    picked: dict[int, list[Pick]] = {}
    picks = Pick.objects.filter(order__in=ids, state=PickState.PICKED, quantity_picked__gt=0)
    for pick in picks.order_by("line__line", "id"):
        pick.line = by_id[pick.line_id]
        picked.setdefault(pick.order_id, []).append(pick)
    return picked, lines
