"""Operations on a store's transfers, adjustments, moves and requests (调入调出, 调整, 要货)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents import reversals
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace
from yipan.pos import queries
from yipan.pos.api.stock_schemas import (
    AdjustmentNumbers,
    PlaceMoveIn,
    PlaceMoveOut,
    ReverseIn,
    StoreAdjustmentIn,
    StoreAdjustmentOut,
    StoreAdjustmentPage,
    StoreAdjustmentsQuery,
    StoreOrderList,
    StoreOrderOut,
    StoreOrdersQuery,
    StoreRequestIn,
    StoreRequestOut,
    StoreRequestPage,
    StoreRequestsQuery,
    StoreTransferBrief,
    StoreTransferIn,
    StoreTransferOut,
    StoreTransferPage,
    StoreTransfersQuery,
)
from yipan.pos.documents import (
    adjustment,
    place_move,
    replenishment,
    stock_opening,
    transfer_reversal,
    transfer_whole,
)
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.pos.documents.place_move import Carried
from yipan.pos.documents.replenishment import Need
from yipan.pos.documents.transfer_whole import Whole
from yipan.pos.queries import AdjustmentFilter, RequestFilter, TransferFilter
from yipan.pos.rules import Moved

router = Router()


@router.get("/stores/{site}/transfer-orders", response=StoreOrderList)
@endpoint(action="pos.read")
def list_store_orders(
    request: HttpRequest, site: str, which: Query[StoreOrdersQuery]
) -> StoreOrderList:
    """List the transfers the hub wants a store to take in, or to send."""
    get_actor(request).require_site(site)
    rows = queries.list_open_orders(site=site, order_type=which.order_type, limit=which.limit)
    return StoreOrderList(data=[StoreOrderOut.of(row) for row in rows])


@router.get("/pos/transfers", response=StoreTransferPage)
@endpoint(action="pos.read")
def list_store_transfers(
    request: HttpRequest, which: Query[StoreTransfersQuery]
) -> StoreTransferPage:
    """List what stores took in from other sites, and what they sent, the last first."""
    rows = queries.list_transfers(
        TransferFilter(
            text=which.q,
            transfer_type=which.transfer_type,
            states=(which.state,) if which.state else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return StoreTransferPage(
        data=[StoreTransferBrief.of(row) for row in rows],
        next_cursor=str(rows[-1].transfer_id) if is_full else None,
    )


@router.get("/pos/transfers/{number}", response=StoreTransferOut)
@endpoint(action="pos.read")
def get_store_transfer(request: HttpRequest, number: str) -> StoreTransferOut:
    """Tell one transfer of a store with its lines."""
    get_actor(request).require_site(queries.get_transfer_site(number))
    return StoreTransferOut.of(queries.get_transfer(number))


@router.post("/pos/transfers", response={201: StoreTransferOut})
@endpoint(action="pos.transfer")
def create_store_transfer(
    request: HttpRequest, payload: StoreTransferIn
) -> Status[StoreTransferOut]:
    """Take in, or send, what an order of the hub asks for: counted and posted at once."""
    get_actor(request).require_site(payload.site)
    moved = transfer_whole.move(
        whole=Whole(
            site=payload.site,
            order_number=payload.order_number,
            lines=[
                Moved(
                    sku=line.sku,
                    quantity=line.quantity,
                    quantity_damaged=line.quantity_damaged,
                    capture_mode=line.capture_mode,
                )
                for line in payload.lines
            ],
            is_last=payload.is_last,
            place=payload.place,
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, StoreTransferOut.of(queries.get_transfer(moved.number)))


@router.post("/pos/transfers/{number}/reverse", response=StoreTransferOut)
@endpoint(action="pos.reverse")
def reverse_store_transfer(
    request: HttpRequest, number: str, payload: ReverseIn
) -> StoreTransferOut:
    """Undo a posted transfer of a store, and tell the hub."""
    get_actor(request).require_site(queries.get_transfer_site(number))
    transfer_reversal.reverse(
        number=number, by=_get_reason(request, payload), at=timezone.now(), message_id=make_id()
    )
    return StoreTransferOut.of(queries.get_transfer(number))


@router.get("/pos/adjustments", response=StoreAdjustmentPage)
@endpoint(action="pos.read")
def list_store_adjustments(
    request: HttpRequest, which: Query[StoreAdjustmentsQuery]
) -> StoreAdjustmentPage:
    """List adjustments of stores, the last first."""
    rows = queries.list_adjustments(
        AdjustmentFilter(
            text=which.q, state=which.state, site=which.site, sites=get_actor(request).sites
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return StoreAdjustmentPage(
        data=[
            AdjustmentNumbers(
                number=row.number,
                adjustment_type=row.adjustment_type,
                state=row.state,
                site=row.site.code,
                quantity=row.quantity,
            )
            for row in rows
        ],
        next_cursor=str(rows[-1].adjustment_id) if is_full else None,
    )


@router.get("/pos/adjustments/{number}", response=StoreAdjustmentOut)
@endpoint(action="pos.read")
def get_store_adjustment(request: HttpRequest, number: str) -> StoreAdjustmentOut:
    """Tell one adjustment of a store with its lines."""
    return _tell_adjustment(request, number)


@router.post("/pos/adjustments", response={201: StoreAdjustmentOut})
@endpoint(action="pos.adjust")
def create_store_adjustment(
    request: HttpRequest, payload: StoreAdjustmentIn
) -> Status[StoreAdjustmentOut]:
    """
    Book what happened to goods of a store: scrap, samples, own use, display, damage.

    Above the caller's limit its state is `submitted`, and the hub decides.
    """
    actor = get_actor(request)
    actor.require_site(payload.site)
    posted = adjustment.post(
        wanted=Wanted(
            site=payload.site,
            adjustment_type=payload.adjustment_type,
            goods=[
                AdjustedGoods(
                    sku=line.sku,
                    quantity=line.quantity,
                    place=line.place,
                    from_status=line.from_status,
                    to_status=line.to_status,
                    capture_mode=line.capture_mode,
                )
                for line in payload.lines
            ],
            roles=tuple(sorted(actor.roles)),
            cost_center=payload.cost_center,
        ),
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, _tell_adjustment(request, posted.number))


@router.post("/pos/adjustments/{number}/reverse", response=StoreAdjustmentOut)
@endpoint(action="pos.reverse")
def reverse_store_adjustment(
    request: HttpRequest, number: str, payload: ReverseIn
) -> StoreAdjustmentOut:
    """Undo a posted adjustment of a store, and tell the hub."""
    _tell_adjustment(request, number)
    adjustment.reverse(
        number=number, by=_get_reason(request, payload), at=timezone.now(), message_id=make_id()
    )
    return _tell_adjustment(request, number)


@router.post("/pos/stock-openings/{number}/reverse", response={204: None})
@endpoint(action="pos.reverse")
def reverse_store_opening(request: HttpRequest, number: str, payload: ReverseIn) -> Status[None]:
    """Take back what a store's book began with, and tell the hub."""
    get_actor(request).require_site(queries.get_opening(number).site)
    stock_opening.reverse(
        number=number, by=_get_reason(request, payload), at=timezone.now(), message_id=make_id()
    )
    return Status(204, None)


@router.post("/pos/moves", response={201: PlaceMoveOut})
@endpoint(action="pos.adjust")
def create_place_move(request: HttpRequest, payload: PlaceMoveIn) -> Status[PlaceMoveOut]:
    """Book what was carried between shop floor and backroom. The hub's book does not move."""
    get_actor(request).require_site(payload.site)
    moved = place_move.post(
        site=payload.site,
        carried=Carried(
            from_place=payload.from_place,
            to_place=payload.to_place,
            status=payload.status,
            lines=[Moved(sku=line.sku, quantity=line.quantity) for line in payload.lines],
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(
        201,
        PlaceMoveOut(
            number=moved.number,
            site=moved.site,
            from_place=moved.from_place,
            to_place=moved.to_place,
            status=moved.status,
        ),
    )


@router.get("/pos/requests", response=StoreRequestPage)
@endpoint(action="pos.read")
def list_store_requests(request: HttpRequest, which: Query[StoreRequestsQuery]) -> StoreRequestPage:
    """List what stores asked for, and what the hub answered, the last first."""
    rows = queries.list_requests(
        RequestFilter(state=which.state, site=which.site, sites=get_actor(request).sites),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return StoreRequestPage(
        data=[StoreRequestOut.of(row) for row in rows],
        next_cursor=str(rows[-1].request_id) if is_full else None,
    )


@router.post("/pos/requests", response={201: StoreRequestOut})
@endpoint(action="pos.request_goods")
def create_store_request(request: HttpRequest, payload: StoreRequestIn) -> Status[StoreRequestOut]:
    """Ask the hub for goods."""
    get_actor(request).require_site(payload.site)
    asked = replenishment.submit(
        need=Need(
            site=payload.site,
            sku=payload.sku,
            quantity=payload.quantity,
            need_by=payload.need_by,
        ),
        by=get_trace(request, reason=payload.note),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, StoreRequestOut.of(queries.get_request(asked.number)))


def _get_reason(request: HttpRequest, payload: ReverseIn) -> Trace:
    reason = reversals.write_reason(cause=payload.correction_reason, words=payload.reason)
    return get_trace(request, reason=reason)


def _tell_adjustment(request: HttpRequest, number: str) -> StoreAdjustmentOut:
    detail = queries.get_adjustment(number)
    get_actor(request).require_site(detail.head.site.code)
    return StoreAdjustmentOut.of(detail)
