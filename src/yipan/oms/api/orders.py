"""Operations on channel orders (渠道订单) and their fulfillment orders (履约单)."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.oms.api.schemas import (
    CancelDayIn,
    ChannelOrderIn,
    ChannelOrderLineOut,
    ChannelOrderOut,
    ChannelOrdersQuery,
    DecisionOut,
    DecisionsOut,
    FulfillmentOut,
    FulfillmentsOut,
    FulfillmentsQuery,
    NoteIn,
    OrderRowOut,
    OrdersOut,
    OrderStepIn,
    ReduceIn,
    SourceIn,
)
from yipan.oms.documents import order as verbs
from yipan.oms.documents import order_change
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.queries import orders
from yipan.oms.queries.filtering import OrderFilter

router = Router(tags=["OMS"])


@router.post("/orders", response={201: ChannelOrderOut})
@endpoint(action="oms.order.write")
def take_order(request: HttpRequest, payload: ChannelOrderIn) -> Status[ChannelOrderOut]:
    """Take in an order, reserve its goods and tell the sites, in one call and one transaction."""
    actor = get_actor(request)
    if payload.pickup_site:
        actor.require_site(payload.pickup_site)
    fields = payload.model_dump()
    fields["lines"] = tuple(BoughtLine(**line) for line in fields["lines"])
    taken = verbs.take(
        bought=Bought(**fields), by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return Status(201, show_order(request, taken.number, is_repeat=taken.is_repeat))


@router.get("/orders", response=OrdersOut)
@endpoint(action="oms.read")
def list_orders(request: HttpRequest, which: Query[ChannelOrdersQuery]) -> OrdersOut:
    """List orders, the newest first."""
    actor = get_actor(request)
    if which.site:
        actor.require_site(which.site)
    rows = orders.list_orders(
        OrderFilter(
            state=which.state,
            channel=which.channel,
            method=which.method,
            site=which.site,
            taken_from=which.taken_from,
            taken_until=which.taken_until,
            text=which.external_id,
            sites=actor.sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    return OrdersOut(
        data=[
            OrderRowOut(**{n: getattr(row, n) for n in OrderRowOut.model_fields}) for row in rows
        ],
        next_cursor=rows[-1].cursor if len(rows) == which.limit else None,
    )


@router.get("/orders/{number}", response=ChannelOrderOut)
@endpoint(action="oms.read")
def get_order(request: HttpRequest, number: str) -> ChannelOrderOut:
    """Tell one order with its fulfillment orders."""
    return show_order(request, number)


@router.get("/orders/{number}/decisions", response=DecisionsOut)
@endpoint(action="oms.read")
def get_decisions(request: HttpRequest, number: str) -> DecisionsOut:
    """Tell why these sites: each decision with its question, costs and runner-up."""
    detail = orders.get_order(number, sites=get_actor(request).sites)
    return DecisionsOut(data=[DecisionOut(**asdict(row)) for row in detail.decisions])


@router.post("/orders/{number}/source", response=ChannelOrderOut)
@endpoint(action="oms.order.write")
def source_order(request: HttpRequest, number: str, payload: SourceIn) -> ChannelOrderOut:
    """Try again to find goods for what waits, or from the site a person chose."""
    actor = get_actor(request)
    orders.get_order(number, sites=actor.sites)
    if payload.site:
        actor.require_site(payload.site)
    verbs.source(
        number=number,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
        only=payload.site,
    )
    return show_order(request, number)


@router.post("/orders/{number}/cancel", response=ChannelOrderOut)
@endpoint(action="oms.order.write")
def cancel_order(request: HttpRequest, number: str, payload: OrderStepIn) -> ChannelOrderOut:
    """Cancel what has not left; sites that work on it are asked to stop."""
    orders.get_order(number, sites=get_actor(request).sites)
    verbs.cancel(
        number=number,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return show_order(request, number)


@router.post("/orders/{number}/reduce", response=ChannelOrderOut)
@endpoint(action="oms.order.write")
def reduce_order(request: HttpRequest, number: str, payload: ReduceIn) -> ChannelOrderOut:
    """Take less of some lines; sites that work on them are asked to stop and begin anew."""
    orders.get_order(number, sites=get_actor(request).sites)
    order_change.reduce(
        number=number,
        wanted={it.line: it.quantity for it in payload.lines},
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return show_order(request, number)


@router.post("/orders/{number}/cancel-day", response=ChannelOrderOut)
@endpoint(action="oms.order.write")
def change_cancel_day(request: HttpRequest, number: str, payload: CancelDayIn) -> ChannelOrderOut:
    """Set, move or take away the day on which what still waits is canceled."""
    orders.get_order(number, sites=get_actor(request).sites)
    order_change.reschedule(
        number=number,
        cancel_on=payload.cancel_on,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return show_order(request, number)


@router.post("/orders/{number}/notes", response=ChannelOrderOut)
@endpoint(action="oms.order.write")
def write_note(request: HttpRequest, number: str, payload: NoteIn) -> ChannelOrderOut:
    """Write something down about an order."""
    orders.get_order(number, sites=get_actor(request).sites)
    verbs.write_note(number=number, text=payload.text, by=get_trace(request), at=timezone.now())
    return show_order(request, number)


@router.get("/fulfillments", response=FulfillmentsOut)
@endpoint(action="oms.read")
def list_fulfillments(request: HttpRequest, which: Query[FulfillmentsQuery]) -> FulfillmentsOut:
    """List fulfillment orders that sites work on, the oldest first."""
    actor = get_actor(request)
    if which.site:
        actor.require_site(which.site)
    rows = orders.list_fulfillments(
        site=which.site,
        sites=actor.sites,
        only_open=which.open,
        after=which.cursor,
        limit=which.limit,
    )
    return FulfillmentsOut(
        data=[FulfillmentOut.of(row) for row in rows],
        next_cursor=rows[-1].cursor if len(rows) == which.limit else None,
    )


@router.post("/fulfillments/{number}/send-elsewhere", response=FulfillmentOut)
@endpoint(action="oms.order.write")
def send_elsewhere(request: HttpRequest, number: str, payload: OrderStepIn) -> FulfillmentOut:
    """Take an order away from its site; its goods are sourced anew when the site stopped."""
    get_actor(request).require_site(orders.get_fulfillment(number).site)
    verbs.send_elsewhere(
        number=number,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return FulfillmentOut.of(orders.get_fulfillment(number))


def show_order(request: HttpRequest, number: str, *, is_repeat: bool = False) -> ChannelOrderOut:
    """Return an order as it is told to who asks."""
    detail = orders.get_order(number, sites=get_actor(request).sites)
    return ChannelOrderOut(
        **{
            n: getattr(detail, n)
            for n in ChannelOrderOut.model_fields
            if n not in {"lines", "fulfillments", "duplicate"}
        },
        lines=[ChannelOrderLineOut(**asdict(line)) for line in detail.lines],
        fulfillments=[FulfillmentOut.of(row) for row in detail.fulfillments],
        duplicate=is_repeat,
    )
