"""Operations on purchase orders (采购订单)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp import queries
from yipan.erp.api.schemas import (
    ApproveIn,
    OnOrderOut,
    OnOrderPage,
    OnOrderQuery,
    OrderBrief,
    OrderEditIn,
    OrderIn,
    OrderOut,
    OrderPage,
    OrdersQuery,
    StepIn,
)
from yipan.erp.api.version_schemas import OrderVersionsOut
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.queries import OrderFilter
from yipan.erp.queries.purchase_changes import list_changes
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace

router = Router()


@router.get("/purchase-orders", response=OrderPage)
@endpoint(action="erp.read")
def list_purchase_orders(request: HttpRequest, which: Query[OrdersQuery]) -> OrderPage:
    """List purchase orders, the newest first."""
    rows = queries.list_orders(
        OrderFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            supplier=which.supplier,
            sku=which.sku,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    with_cost = get_actor(request).may("ledger.read_cost")
    return OrderPage(
        data=[OrderBrief.of(row, with_cost=with_cost) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/purchase-orders/on-order", response=OnOrderPage)
@endpoint(action="erp.read")
def list_on_order(request: HttpRequest, which: Query[OnOrderQuery]) -> OnOrderPage:
    """Tell what is still to come from suppliers (采购在途), by site and SKU."""
    actor = get_actor(request)
    if which.site:
        actor.require_site(which.site)
    rows = queries.list_on_order(
        skus=[which.sku] if which.sku else None,
        sites=[which.site] if which.site else actor.sites,
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return OnOrderPage(
        data=[OnOrderOut(site=row.site, sku=row.sku, quantity=row.quantity) for row in rows],
        next_cursor=rows[-1].cursor if is_full else None,
    )


@router.post("/purchase-orders", response={201: OrderOut})
@endpoint(action="erp.purchase_order.write")
def create_purchase_order(request: HttpRequest, payload: OrderIn) -> Status[OrderOut]:
    """Write a draft. It is sent to nobody until another person has approved it."""
    get_actor(request).require_site(payload.site)
    order = purchase_order.create(
        ordered=read_ordered(payload), by=get_trace(request), at=timezone.now()
    )
    return Status(201, _show(request, order.number))


@router.get("/purchase-orders/{number}", response=OrderOut)
@endpoint(action="erp.read")
def get_purchase_order(request: HttpRequest, number: str) -> OrderOut:
    """Tell one purchase order with its lines."""
    return _show(request, number)


@router.get("/purchase-orders/{number}/versions", response=OrderVersionsOut)
@endpoint(action="erp.read")
def list_versions(request: HttpRequest, number: str) -> OrderVersionsOut:
    """Tell what was changed since an order was sent, and what a person should look at in it."""
    _require_seen(request, number)
    return OrderVersionsOut.of(
        list_changes(number),
        purchase_order.find_warnings(number),
        with_cost=get_actor(request).may("ledger.read_cost"),
    )


@router.put("/purchase-orders/{number}", response=OrderOut)
@endpoint(action="erp.purchase_order.write")
def edit_purchase_order(request: HttpRequest, number: str, payload: OrderEditIn) -> OrderOut:
    """Replace what a draft says; 412 when somebody changed it since `version`."""
    _require_seen(request, number)
    purchase_order.edit(
        number=number,
        ordered=read_ordered(payload),
        version=payload.version,
        by=get_trace(request),
        at=timezone.now(),
    )
    return _show(request, number)


@router.post("/purchase-orders/{number}/approve", response=OrderOut)
@endpoint(action="erp.purchase_order.approve")
def approve_purchase_order(request: HttpRequest, number: str, payload: ApproveIn) -> OrderOut:
    """Allow a draft to be sent; 409 `document.own_approval` for whoever wrote it."""
    return _step(
        request,
        number,
        payload,
        lambda by: purchase_order.approve(
            number=number,
            by=by,
            at=timezone.now(),
            roles=get_actor(request).roles,
            version=payload.version,
        ),
    )


@router.post("/purchase-orders/{number}/send", response=OrderOut)
@endpoint(action="erp.purchase_order.send")
def send_purchase_order(request: HttpRequest, number: str, payload: StepIn) -> OrderOut:
    """Send an approved order, and tell the warehouse what to expect."""
    return _step(
        request,
        number,
        payload,
        lambda by: purchase_order.send(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
    )


@router.post("/purchase-orders/{number}/cancel", response=OrderOut)
@endpoint(action="erp.purchase_order.cancel")
def cancel_purchase_order(request: HttpRequest, number: str, payload: StepIn) -> OrderOut:
    """Give an order up before anything came."""
    return _step(
        request,
        number,
        payload,
        lambda by: purchase_order.cancel(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
    )


@router.post("/purchase-orders/{number}/close", response=OrderOut)
@endpoint(action="erp.purchase_order.close")
def close_purchase_order(request: HttpRequest, number: str, payload: StepIn) -> OrderOut:
    """Stop waiting for what is still open of an order (欠量关闭)."""
    return _step(
        request,
        number,
        payload,
        lambda by: purchase_order.close_short(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
    )


def _step(
    request: HttpRequest, number: str, payload: StepIn, take: Callable[[Trace], object]
) -> OrderOut:
    _require_seen(request, number)
    take(get_trace(request, reason=payload.reason))
    return _show(request, number)


def _require_seen(request: HttpRequest, number: str) -> None:
    get_actor(request).require_site(queries.get_order_site(number))


def _show(request: HttpRequest, number: str) -> OrderOut:
    order = queries.get_order(number)
    get_actor(request).require_site(order.site.code)
    return OrderOut.of(order, with_cost=get_actor(request).may("ledger.read_cost"))


def read_ordered(payload: OrderIn) -> Ordered:
    """Return what a body asks for."""
    return Ordered(
        site=payload.site,
        supplier=payload.supplier,
        expected_on=payload.expected_on,
        note=payload.note,
        external_id=payload.external_id,
        lines=tuple(
            OrderedLine(
                sku=line.sku,
                quantity=line.quantity,
                unit_cost_minor=line.unit_cost_minor,
                expected_on=line.expected_on,
            )
            for line in payload.lines
        ),
    )
