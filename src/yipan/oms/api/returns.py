"""Operations on returns of orders (订单退货)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.oms.api.schemas import (
    OrderReturnIn,
    OrderReturnOut,
    OrderStepIn,
    RefundIn,
    ReturnsOut,
    ReturnsPageOut,
    ReturnsQuery,
)
from yipan.oms.documents import order_return as verbs
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.queries import orders, returns
from yipan.oms.queries.returns import ReturnFilter

router = Router(tags=["OMS"])


@router.post("/orders/{number}/returns", response={201: OrderReturnOut})
@endpoint(action="oms.order.write")
def announce_return(
    request: HttpRequest, number: str, payload: OrderReturnIn
) -> Status[OrderReturnOut]:
    """Write down what a customer will bring back, to whatever site."""
    actor = get_actor(request)
    orders.get_order(number, sites=actor.sites)
    announced = Announced(
        order=number,
        lines=tuple(BroughtBack(**line.model_dump()) for line in payload.lines),
        site=payload.site,
        reason=payload.reason,
        external_id=payload.external_id,
    )
    made = verbs.announce(announced=announced, by=get_trace(request), at=timezone.now())
    return Status(201, _show(request, made.number))


@router.get("/orders/{number}/returns", response=ReturnsOut)
@endpoint(action="oms.read")
def list_returns(request: HttpRequest, number: str) -> ReturnsOut:
    """List the returns of an order, the newest first."""
    orders.get_order(number, sites=get_actor(request).sites)
    return ReturnsOut(
        data=[OrderReturnOut(**asdict(row)) for row in returns.list_returns(order=number)]
    )


@router.get("/order-returns", response=ReturnsPageOut)
@endpoint(action="oms.read")
def search_returns(request: HttpRequest, which: Query[ReturnsQuery]) -> ReturnsPageOut:
    """List returns of all orders: by state, site and age. `received` waits for its refund."""
    actor = get_actor(request)
    if which.site:
        actor.require_site(which.site)
    before = timezone.now() - timedelta(hours=which.older_than_hours)
    rows = returns.search_returns(
        ReturnFilter(
            state=which.state,
            site=which.site,
            text=which.external_id,
            before=before if which.older_than_hours else None,
            sites=actor.sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    return ReturnsPageOut(
        data=[OrderReturnOut(**asdict(row.detail)) for row in rows],
        next_cursor=rows[-1].cursor if len(rows) == which.limit else None,
    )


@router.get("/order-returns/{number}", response=OrderReturnOut)
@endpoint(action="oms.read")
def get_return(request: HttpRequest, number: str) -> OrderReturnOut:
    """Tell one return: what was announced, what came where, and the refund."""
    return _show(request, number)


@router.post("/order-returns/{number}/refund", response=OrderReturnOut)
@endpoint(action="oms.order.write")
def refund_return(request: HttpRequest, number: str, payload: RefundIn) -> OrderReturnOut:
    """Write down that the money was paid back. It puts no goods anywhere."""
    returns.get_return(number, sites=get_actor(request).sites)
    verbs.refund(number=number, **payload.model_dump(), by=get_trace(request), at=timezone.now())
    return _show(request, number)


@router.post("/order-returns/{number}/cancel", response=OrderReturnOut)
@endpoint(action="oms.order.write")
def cancel_return(request: HttpRequest, number: str, payload: OrderStepIn) -> OrderReturnOut:
    """Give a return up of which nothing came."""
    returns.get_return(number, sites=get_actor(request).sites)
    verbs.cancel(number=number, by=get_trace(request, reason=payload.reason), at=timezone.now())
    return _show(request, number)


def _show(request: HttpRequest, number: str) -> OrderReturnOut:
    return OrderReturnOut(**asdict(returns.get_return(number, sites=get_actor(request).sites)))
