"""Operations on pick-ups whose store will not have them: other stores, or a parcel."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.oms.api.orders import show_order
from yipan.oms.api.schemas import (
    ChannelOrderOut,
    MovePickupIn,
    OtherStoreOut,
    PickupOptionsOut,
)
from yipan.oms.documents import pickup_moving
from yipan.oms.documents.pickup_moving import Instead
from yipan.oms.queries import orders
from yipan.oms.queries.pickup_options import list_pickup_options

router = Router(tags=["OMS"])


@router.get("/orders/{number}/pickup-options", response=PickupOptionsOut)
@endpoint(action="oms.read")
def get_pickup_options(request: HttpRequest, number: str) -> PickupOptionsOut:
    """Tell where what waits of a pick-up could be had instead, and who refused it."""
    sites = get_actor(request).sites
    orders.get_order(number, sites=sites)
    found = list_pickup_options(number, at=timezone.now(), sites=sites)
    return PickupOptionsOut(
        stores=[
            OtherStoreOut(
                site=it.site.code,
                ready_on=it.ready_on,
                ready_at=it.ready_at,
                open_until=it.open_until,
                kilometers=it.kilometers,
            )
            for it in found.stores
        ],
        ship_on=found.ship_on,
        refused_by=list(found.refused_by),
    )


@router.post("/orders/{number}/move-pickup", response=ChannelOrderOut)
@endpoint(action="oms.order.write")
def move_pickup(request: HttpRequest, number: str, payload: MovePickupIn) -> ChannelOrderOut:
    """Let what waits of a pick-up be fetched at another store, or be sent; all or nothing."""
    actor = get_actor(request)
    orders.get_order(number, sites=actor.sites)
    if payload.site:
        actor.require_site(payload.site)
    pickup_moving.move(
        number=number,
        instead=Instead(site=payload.site, address=payload.address),
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return show_order(request, number)
