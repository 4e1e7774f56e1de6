"""Operations on orders that stores take for goods of other sites (云货架)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.oms.api.schemas import BoughtLineIn, Site
from yipan.oms.documents import store_order
from yipan.oms.documents.order import LINES_PER_ORDER_MAX, Bought, BoughtLine
from yipan.oms.queries import orders

router = Router(tags=["OMS"])


class RegisterOrderIn(Schema):
    """
    Goods of other sites a customer orders and pays at a register.

    `external_id` is made by the register, once per order. `pickup_site` is where they are
    collected; otherwise they are sent to the address.
    """

    external_id: UUID
    site: Annotated[str, Field(min_length=1, max_length=16)]
    lines: Annotated[list[BoughtLineIn], Field(min_length=1, max_length=LINES_PER_ORDER_MAX)]
    method: Literal["ship", "pickup"] = "ship"
    pickup_site: Site = ""
    customer_name: Annotated[str, Field(max_length=96)] = ""
    address: Annotated[str, Field(max_length=300)] = ""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"


class RegisterOrderOut(Schema):
    """The order, and which sites send it or hold it ready."""

    number: str
    state: str
    sites: list[str]


@router.post("/store-orders", response={201: RegisterOrderOut})
@endpoint(action="pos.sell", repeatable=True, at_hub=True)
def place_store_order(request: HttpRequest, payload: RegisterOrderIn) -> Status[RegisterOrderOut]:
    """
    Order goods of other sites at a register: all are reserved in this call, or none.

    The ticket that is paid for it names the order; its goods leave by the order's shipment.
    """
    get_actor(request).require_site(payload.site)
    taken = store_order.place(
        bought=Bought(
            channel=store_order.CHANNEL,
            external_id=str(payload.external_id),
            lines=tuple(BoughtLine(**line.model_dump()) for line in payload.lines),
            method=payload.method,
            pickup_site=payload.pickup_site,
            customer_name=payload.customer_name,
            address=payload.address,
            currency=payload.currency,
            may_wait=False,
            note=payload.site,
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    detail = orders.get_order(taken.number, sites=None)
    sites = sorted({row.site for row in detail.fulfillments})
    return Status(201, RegisterOrderOut(number=detail.number, state=detail.state, sites=sites))
