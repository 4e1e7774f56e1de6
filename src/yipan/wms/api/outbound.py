"""Operations on outbound orders (出库通知单), for machines that watch them or ship."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.wms.api.schemas import PageQuery, Text
from yipan.wms.documents.outbound import shipment
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.queries import outbound_orders, shipments
from yipan.wms.queries.outbound_orders import OutboundDetail, OutboundFilter, OutboundRow

router = Router()


class OutboundBrief(Schema):
    number: str
    state: str
    site: str
    order_type: str
    document_number: str
    ship_to: str
    due_on: date | None
    priority: int
    quantity_ordered: int
    quantity_to_pick: int
    quantity_picked: int
    quantity_shipped: int

    @classmethod
    def of(cls, row: OutboundRow) -> OutboundBrief:
        """Return what a list tells of an outbound order."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            order_type=row.order_type,
            document_number=row.document_number,
            ship_to=row.ship_to,
            due_on=row.due_on,
            priority=row.priority,
            quantity_ordered=row.quantity_ordered,
            quantity_to_pick=row.quantity_to_pick,
            quantity_picked=row.quantity_picked,
            quantity_shipped=row.quantity_shipped,
        )


class OutboundPage(Schema):
    data: list[OutboundBrief]
    next_cursor: str | None


class OutboundLineOut(Schema):
    line: int
    sku: str
    quantity_ordered: int
    quantity_reserved: int
    quantity_picked: int
    quantity_shipped: int
    quantity_missing: int


class OutboundOut(OutboundBrief):
    lines: list[OutboundLineOut]
    shipments: list[str]

    @classmethod
    def of_detail(cls, order: OutboundDetail) -> OutboundOut:
        """Return an outbound order with its lines and the numbers of its shipments."""
        return cls(
            **OutboundBrief.of(order.head).dict(),
            lines=[
                OutboundLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity_ordered=line.quantity_ordered,
                    quantity_reserved=line.quantity_reserved,
                    quantity_picked=line.quantity_picked,
                    quantity_shipped=line.quantity_shipped,
                    quantity_missing=line.quantity_missing,
                )
                for line in order.lines
            ],
            shipments=[row.number for row in order.shipments],
        )


class ShipIn(Schema):
    is_last: bool = False
    carrier: Annotated[str, Field(max_length=48)] = ""
    tracking: Annotated[str, Field(max_length=64)] = ""
    external_id: Text = ""


class ShipmentLineOut(Schema):
    line: int
    sku: str
    quantity: int


class ShipmentOut(Schema):
    number: str
    state: str
    order: str
    is_last: bool
    lines: list[ShipmentLineOut]


@router.get("/outbound-orders", response=OutboundPage)
@endpoint(action="wms.read")
def list_outbound_orders(request: HttpRequest, which: Query[PageQuery]) -> OutboundPage:
    """List outbound orders, the last released first."""
    rows = outbound_orders.list_outbound_orders(
        OutboundFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return OutboundPage(
        data=[OutboundBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/outbound-orders/{number}", response=OutboundOut)
@endpoint(action="wms.read")
def get_outbound_order(request: HttpRequest, number: str) -> OutboundOut:
    """Tell one outbound order: what is set aside, picked and shipped of each line."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    return OutboundOut.of_detail(outbound_orders.get_outbound_order(number))


@router.post("/outbound-orders/{number}/ship", response={201: ShipmentOut})
@endpoint(action="wms.ship")
def ship_outbound_order(request: HttpRequest, number: str, payload: ShipIn) -> Status[ShipmentOut]:
    """Let what is picked leave (发货). The same `external_id` again answers with the first."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    done = shipment.ship(
        shipping=Shipping(
            order=number,
            is_last=payload.is_last,
            carrier=payload.carrier,
            tracking=payload.tracking,
            external_id=payload.external_id,
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    detail = shipments.get_shipment(done.number)
    return Status(
        201,
        ShipmentOut(
            number=detail.number,
            state=detail.state,
            order=detail.order,
            is_last=detail.is_last,
            lines=[
                ShipmentLineOut(line=line.line, sku=line.sku.code, quantity=line.quantity)
                for line in detail.lines
            ],
        ),
    )
