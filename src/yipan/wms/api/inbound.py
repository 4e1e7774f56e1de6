"""Operations on inbound orders (入库通知单) and receipts (收货单)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.wms import queries
from yipan.wms.api.schemas import (
    InboundBrief,
    InboundOut,
    InboundPage,
    PageQuery,
    ReceiptBrief,
    ReceiptIn,
    ReceiptOut,
    ReceiptPage,
)
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.queries import InboundFilter, ReceiptFilter
from yipan.wms.rules import Counted

router = Router()


@router.get("/inbound-orders", response=InboundPage)
@endpoint(action="wms.read")
def list_inbound_orders(request: HttpRequest, which: Query[PageQuery]) -> InboundPage:
    """List inbound orders, the last released first."""
    rows = queries.list_inbound_orders(
        InboundFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return InboundPage(
        data=[InboundBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/inbound-orders/{number}", response=InboundOut)
@endpoint(action="wms.read")
def get_inbound_order(request: HttpRequest, number: str) -> InboundOut:
    """Tell one inbound order: what is expected, and what came of it."""
    order = queries.get_inbound_order(number)
    get_actor(request).require_site(order.head.site.code)
    return InboundOut.of(order)


@router.get("/receipts", response=ReceiptPage)
@endpoint(action="wms.read")
def list_receipts(request: HttpRequest, which: Query[PageQuery]) -> ReceiptPage:
    """List receipts of warehouses, the last opened first."""
    rows = queries.list_receipts(
        ReceiptFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return ReceiptPage(
        data=[ReceiptBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.post("/receipts", response={201: ReceiptOut})
@endpoint(action="wms.receive")
def create_receipt(request: HttpRequest, payload: ReceiptIn) -> Status[ReceiptOut]:
    """
    Take a delivery in: into the warehouse's book at once, and to the hub by message.

    What came is never refused: surplus over the tolerance, and goods not ordered, are
    booked as blocked.
    """
    get_actor(request).require_site(payload.site)
    posted = receipt.receive(
        opening=Opening(
            site=payload.site,
            inbound_order_number=payload.inbound_order_number,
            supplier=payload.supplier,
            external_id=payload.external_id,
            order_type=payload.order_type,
            partner_document=payload.partner_document,
        ),
        counted=[
            Counted(
                sku=line.sku,
                quantity_sound=line.quantity_sound,
                quantity_damaged=line.quantity_damaged,
                quantity_wrong=line.quantity_wrong,
                quantity_inspect=line.quantity_inspect,
                capture_mode=line.capture_mode,
                lot=line.lot,
                expires_on=line.expires_on,
                package_id=line.package_id,
                serials=tuple(line.serials),
            )
            for line in payload.lines
        ],
        is_last=payload.is_last,
        by=get_trace(request),
        at=payload.received_at or timezone.now(),
        message_id=make_id(),
    )
    return Status(201, ReceiptOut.of(queries.get_receipt(posted.number)))


@router.get("/receipts/{number}", response=ReceiptOut)
@endpoint(action="wms.read")
def get_receipt(request: HttpRequest, number: str) -> ReceiptOut:
    """Tell one receipt with its lines and the message that tells of it."""
    get_actor(request).require_site(queries.get_receipt_site(number))
    return ReceiptOut.of(queries.get_receipt(number))
