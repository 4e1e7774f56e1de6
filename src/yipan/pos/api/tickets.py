"""Operations on tickets (小票) and on a store's stock."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents import openings
from yipan.documents.doors import get_trace
from yipan.documents.openings import ControlTotal
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.pos import queries
from yipan.pos.api.sales import make_sale
from yipan.pos.api.schemas import (
    ShopStockOut,
    ShopStockPage,
    StockQuery,
    StoreOpeningIn,
    StoreOpeningOut,
    TicketBrief,
    TicketIn,
    TicketOut,
    TicketPage,
    TicketsIn,
    TicketsQuery,
    TicketsTaken,
    TicketTaken,
)
from yipan.pos.documents import register, stock_opening
from yipan.pos.documents.stock_opening import ShopStock
from yipan.pos.queries import TicketFilter

router = Router()


@router.get("/tickets", response=TicketPage)
@endpoint(action="pos.read")
def list_tickets(request: HttpRequest, which: Query[TicketsQuery]) -> TicketPage:
    """List tickets, the last booked first."""
    rows = queries.list_tickets(
        TicketFilter(
            text=which.q,
            ticket_type=which.ticket_type,
            site=which.site,
            on=which.business_date,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return TicketPage(
        data=[TicketBrief.of(row) for row in rows],
        next_cursor=str(rows[-1].ticket_id) if is_full else None,
    )


@router.post("/tickets", response={201: TicketTaken})
@endpoint(action="pos.sell")
def create_ticket(request: HttpRequest, payload: TicketIn) -> Status[TicketTaken]:
    """
    Take a finished ticket: into the store's book at once, and to the hub by message.

    A ticket is a fact and never refused for stock. With a SKU nobody knows it is kept, and
    its state is `parked` until there is one.
    """
    return Status(201, _take(request, payload))


@router.post("/tickets/batch", response=TicketsTaken)
@endpoint(action="pos.sell", repeatable=True)
def create_tickets(request: HttpRequest, payload: TicketsIn) -> TicketsTaken:
    """
    Take finished tickets, the oldest first, each by itself: what a register has kept.

    Each carries its own `message_id`, so that sending them again books nothing twice. One
    that is refused is told as `refused` with its code, and holds nobody up.
    """
    for ticket in payload.tickets:
        _require(request, ticket)
    return TicketsTaken(data=[_take_or_refuse(request, ticket) for ticket in payload.tickets])


def _require(request: HttpRequest, payload: TicketIn) -> None:
    actor = get_actor(request)
    actor.require_site(payload.site)
    if any(line.quantity < 0 for line in payload.lines):
        actor.require("pos.refund")


def _take_or_refuse(request: HttpRequest, payload: TicketIn) -> TicketTaken:
    try:
        return _take(request, payload)
    except Refusal as refusal:
        return TicketTaken(number="", site=payload.site, state="refused", code=refusal.code)


def _take(request: HttpRequest, payload: TicketIn) -> TicketTaken:
    _require(request, payload)
    taken = register.close_ticket(
        site=payload.site,
        till_code=payload.till,
        sale=make_sale(payload),
        by=get_trace(request),
        at=payload.occurred_at or timezone.now(),
    )
    return TicketTaken(
        number=taken.number, site=payload.site, state=taken.reply_state, code=taken.reply_code
    )


@router.get("/stores/{site}/tickets/{number}", response=TicketOut)
@endpoint(action="pos.read")
def get_ticket(request: HttpRequest, site: str, number: str) -> TicketOut:
    """Tell one ticket with its lines and its two messages."""
    get_actor(request).require_site(site)
    return TicketOut.of(queries.get_ticket(site, number))


@router.get("/stores/{site}/stock", response=ShopStockPage)
@endpoint(action="pos.read")
def list_shop_stock(request: HttpRequest, site: str, which: Query[StockQuery]) -> ShopStockPage:
    """Tell what a store has, as its own book says."""
    get_actor(request).require_site(site)
    rows = queries.list_stock(site=site, text=which.q, only_negative=which.only_negative)
    return ShopStockPage(data=[ShopStockOut.of(row) for row in rows])


@router.post("/store-openings", response={201: StoreOpeningOut})
@endpoint(action="pos.open_stock")
def create_store_opening(request: HttpRequest, payload: StoreOpeningIn) -> Status[StoreOpeningOut]:
    """Begin a store's book with what stands on its shop floor, and tell the hub."""
    get_actor(request).require_site(payload.site)
    if payload.control_total is not None:
        openings.require_total(
            ControlTotal(**payload.control_total.dict()), [line.quantity for line in payload.lines]
        )
    opening = stock_opening.post(
        site=payload.site,
        stock=[ShopStock(sku=line.sku, quantity=line.quantity) for line in payload.lines],
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(
        201,
        StoreOpeningOut(number=opening.number, site=opening.site, message_id=opening.message_id),
    )
