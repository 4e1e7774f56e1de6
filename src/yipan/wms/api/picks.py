"""Operations on picks (拣货), for conveyors, robots and handhelds of other makers."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.wms.api.schemas import Code, Count, Quantity
from yipan.wms.api.tasks import PickOut, PickPage
from yipan.wms.documents.outbound import pick, pick_told
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.pick_told import ToldPick
from yipan.wms.queries import outbound_orders

router = Router()

Serial = Annotated[str, Field(min_length=1, max_length=64)]


class PickTakeIn(Schema):
    """What was scanned and taken. Without a quantity it is all that was wanted."""

    bin: Code
    sku: Annotated[str, Field(max_length=48)] = ""
    lot: Annotated[str, Field(max_length=48)] = ""
    quantity: Quantity | None = None
    serials: Annotated[list[Serial], Field(max_length=1_000)] = []
    tote: Annotated[str, Field(max_length=48)] = ""
    capture_mode: Literal["scan", "key", "bulk", "rfid", "api"] = "scan"


class PickShortIn(Schema):
    """How much was there, which is less than was wanted."""

    quantity_found: Count = 0
    tote: Annotated[str, Field(max_length=48)] = ""


class PickShortOut(Schema):
    """The count the bin gets."""

    count_number: str
    picks: list[PickOut]


@router.get("/outbound-orders/{number}/picks", response=PickPage)
@endpoint(action="wms.read")
def list_order_picks(request: HttpRequest, number: str) -> PickPage:
    """Tell the picks of one order, in the order one walks."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    return _tell_picks(number)


@router.post("/picks/{pick_id}/take", response=PickOut)
@endpoint(action="wms.pick")
def take_pick(request: HttpRequest, pick_id: int, payload: PickTakeIn) -> PickOut:
    """Take goods out of their bin; less than is wanted leaves the rest to pick."""
    site, _order = outbound_orders.find_pick(pick_id)
    get_actor(request).require_site(site)
    pick_told.take_told(
        pick_id=pick_id,
        said=ToldPick(
            bin_code=payload.bin,
            sku=payload.sku,
            lot=payload.lot,
            quantity=payload.quantity,
            serials=tuple(payload.serials),
            tote=payload.tote,
            capture_mode=payload.capture_mode,
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return PickOut.of(outbound_orders.get_pick(pick_id))


@router.post("/picks/{pick_id}/short", response=PickShortOut)
@endpoint(action="wms.pick")
def short_pick(request: HttpRequest, pick_id: int, payload: PickShortIn) -> PickShortOut:
    """Tell that less is there than is wanted (缺拣): the rest is looked for elsewhere."""
    site, order = outbound_orders.find_pick(pick_id)
    get_actor(request).require_site(site)
    count = pick.short(
        pick_id=pick_id,
        taking=Taking(quantity=payload.quantity_found, capture_mode="key", tote=payload.tote),
        by=get_trace(request, reason="short_pick"),
        at=timezone.now(),
        message_id=make_id(),
    )
    return PickShortOut(count_number=count.number, picks=_tell_picks(order).data)


def _tell_picks(order: str) -> PickPage:
    return PickPage(data=[PickOut.of(row) for row in outbound_orders.list_picks(order)])
