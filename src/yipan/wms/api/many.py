"""Operations on many orders at once (批量): for warehouses that pick by paper or by machine."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.wms.api.schemas import Code, Text
from yipan.wms.documents.outbound import pick_many, shipment_many
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.queries import picking

router = Router()


class OrdersIn(Schema):
    """Numbers of outbound orders of one warehouse."""

    orders: Annotated[list[Code], Field(min_length=1, max_length=pick_many.ORDERS_MAX)]


class WalkedOut(Schema):
    """What one order got: picks and pieces taken, and how many picks have to be scanned."""

    order: str
    picks: int
    pieces: int
    picks_left: int


class WalksOut(Schema):
    data: list[WalkedOut]


class LeavingIn(Schema):
    """What leaves of an order: all that is picked. `is_last`: nothing more of it will."""

    order: Code
    is_last: bool = False
    carrier: Annotated[str, Field(max_length=48)] = ""
    tracking: Annotated[str, Field(max_length=64)] = ""
    external_id: Text = ""


class LeavingsIn(Schema):
    shipments: Annotated[list[LeavingIn], Field(min_length=1, max_length=shipment_many.ORDERS_MAX)]


class SentOut(Schema):
    """What became of one order: `ok` with its shipment, or `refused` with the code."""

    order: str
    status: str
    shipment: str
    code: str
    facts: dict[str, Any]


class SentsOut(Schema):
    data: list[SentOut]


@router.post("/warehouses/{site}/picks/take", response=WalksOut)
@endpoint(action="wms.pick", repeatable=True)
def take_picks(request: HttpRequest, site: str, payload: OrdersIn) -> WalksOut:
    """
    Take all open picks of some orders as they are on the list (整单确认), nothing scanned.

    Goods with serials, lots that have to be scanned and bins a colleague claimed are left.
    """
    get_actor(request).require_site(site)
    return _take(request, site, payload.orders)


@router.post("/waves/{number}/take", response=WalksOut)
@endpoint(action="wms.pick", repeatable=True)
def take_wave(request: HttpRequest, number: str) -> WalksOut:
    """Take all open picks of a wave as they are on its list (整波确认), nothing scanned."""
    site = picking.get_walk_site(number)
    get_actor(request).require_site(site)
    return _take(request, site, picking.list_wave_orders(number))


@router.post("/warehouses/{site}/shipments", response=SentsOut)
@endpoint(action="wms.ship", repeatable=True)
def ship_orders(request: HttpRequest, site: str, payload: LeavingsIn) -> SentsOut:
    """
    Let what is picked of some orders leave (批量发货); what one refuses holds nobody up.

    An order is sent once: of one that comes twice in a call the first counts.
    """
    get_actor(request).require_site(site)
    asked = {it.order: it for it in reversed(payload.shipments)}
    sent = shipment_many.ship_all(
        site=site,
        asked=[(Shipping(**it.model_dump()), make_id()) for it in reversed(asked.values())],
        by=get_trace(request),
        at=timezone.now(),
    )
    return SentsOut(
        data=[
            SentOut(
                order=it.order,
                status="refused" if it.refusal else "ok",
                shipment=it.shipment,
                code=it.refusal.code if it.refusal else "",
                facts=it.refusal.facts if it.refusal else {},
            )
            for it in sent
        ]
    )


def _take(request: HttpRequest, site: str, orders: list[str]) -> WalksOut:
    walked = pick_many.take_all(
        site=site, orders=orders, by=get_trace(request), at=timezone.now(), capture_mode="bulk"
    )
    return WalksOut(
        data=[
            WalkedOut(order=it.order, picks=it.picks, pieces=it.pieces, picks_left=it.picks_left)
            for it in walked
        ]
    )
