"""
Moving a pick-up whose store will not have it (改约自提): to another store, or into a parcel.

By itself only where the customer allowed it; else a person, or the customer, chooses.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import told
from yipan.documents.states import WrongState
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.oms.documents import order_state, sourcing
from yipan.oms.models import ChannelOrder
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries.pickup_options import find_pickup_options

#: What may become of a pick-up without asking its customer, in the order it is tried.
ALLOWED: Final = {"ask": (), "store": ("store",), "ship": ("ship",), "any": ("store", "ship")}
#: So many stores are tried by themselves: after as many refusals a person looks at it.
STORES_TRIED_MAX: Final = 3


class PickupUnavailable(Refusal):
    """Not all that waits can be had there now. Choose another store, or let it be sent."""

    code = "channel_order.pickup_unavailable"


class AddressMissing(Refusal):
    """It can be sent only if somebody says where to."""

    code = "channel_order.address_missing"
    status = 422


class NothingToMove(Refusal):
    """It is no pick-up, or nothing of it waits for a store."""

    code = "channel_order.nothing_to_move"


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    """Where a pick-up goes instead: to a store, or in a parcel to an address."""

    site: str = ""
    address: str = ""


@transaction.atomic
def move(
    *, number: str, instead: Instead, by: Trace, at: datetime, message_id: UUID
) -> ChannelOrder:
    """
    Let what waits of a pick-up be fetched at another store, or be sent; all of it or nothing.

    What a store still holds ready of it stays there.

    :raises NotFound: if there is no such order.
    :raises WrongState: if it is closed.
    :raises NothingToMove: if it is no pick-up, or nothing of it waits.
    :raises AddressMissing: if it should be sent and nobody said where to.
    :raises PickupUnavailable: if not all of it can be had that way now.
    """
    order = order_state.lock_order(number, at=at)
    if order.state not in STATES_OPEN:
        raise WrongState(number=number, step="edit", state=order.state)
    if order.method != "pickup" or not _count_waiting(order):
        raise NothingToMove(number=number)
    told.require_known(sites={instead.site} - {""}, skus=set())
    _move(order, instead, by=by, at=at, message_id=message_id)
    return order


def move_by_itself(order: ChannelOrder, *, by: Trace, at: datetime, message_id: UUID) -> bool:
    """
    Move what waits of a pick-up as its customer allowed; tell whether it moved.

    The order is locked by the caller. Another store is tried only when none holds a part of it
    ready: nobody is sent to two stores for one order without being asked.
    """
    ways = ALLOWED.get(order.pickup_fallback, ())
    if not ways or order.method != "pickup" or order.state not in STATES_OPEN:
        return False
    options = find_pickup_options(order, at=at)
    is_elsewhere = order.fulfillments.filter(state__in=FULFILLMENT_OPEN).exists()
    tries: list[Instead] = []
    if "store" in ways and not is_elsewhere and len(options.refused_by) <= STORES_TRIED_MAX:
        tries += [Instead(site=it.site.code) for it in options.stores[:STORES_TRIED_MAX]]
    if "ship" in ways and options.ship_on is not None and order.address:
        tries.append(Instead())
    for place, instead in enumerate(tries):
        told_id = uuid5(message_id, f"pickup moved {place}")
        with suppress(Refusal):
            _move(order, instead, by=by, at=at, message_id=told_id)
            return True
    return False


def _move(
    order: ChannelOrder, instead: Instead, *, by: Trace, at: datetime, message_id: UUID
) -> None:
    """Source what waits at the other place; where not all of it is, nothing has changed."""
    before, was = order.state, order.pickup_site
    address = instead.address.strip()[:300] or order.address
    if not instead.site and not address:
        raise AddressMissing(number=order.number)
    try:
        with transaction.atomic():
            if instead.site:
                order.pickup_site = instead.site
            else:
                order.method, order.address = "ship", address
            order.save(update_fields=["pickup_site", "method", "address"])
            reason = f"{was} -> {instead.site or 'ship'} {by.reason}".strip()[:200]
            order_state.ORDER_TRAIL.note(
                order,
                step="edit",
                from_state=before,
                by=Trace(actor=by.actor, device=by.device, reason=reason),
                at=at,
            )
            sourcing.source(
                order=order, trigger="pickup_moved", by=by, at=at, message_id=message_id
            )
            if _count_waiting(order):
                raise PickupUnavailable(number=order.number, site=instead.site)
    except Refusal:
        order.refresh_from_db()
        raise


def _count_waiting(order: ChannelOrder) -> int:
    return sum(
        line.quantity - line.quantity_canceled - line.quantity_placed for line in order.lines.all()
    )
