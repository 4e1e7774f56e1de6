"""Operations on orders of customers at a store (门店履约单)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.messages.wms import Parcel
from yipan.pos import queries
from yipan.pos.api.work_schemas import (
    HandOverIn,
    PickIn,
    PutBackIn,
    RejectIn,
    StageIn,
    StoreFulfillmentBrief,
    StoreFulfillmentOut,
    StoreFulfillmentPage,
    StoreFulfillmentsQuery,
    StoreShipIn,
)
from yipan.pos.documents import fulfillment, fulfillment_leaving, fulfillment_picking
from yipan.pos.documents.fulfillment_leaving import Proof
from yipan.pos.documents.fulfillment_picking import Scan
from yipan.pos.queries import FulfillmentFilter

router = Router()


@router.get("/pos/fulfillments", response=StoreFulfillmentPage)
@endpoint(action="pos.read")
def list_fulfillments(
    request: HttpRequest, which: Query[StoreFulfillmentsQuery]
) -> StoreFulfillmentPage:
    """List orders of customers at stores, the last heard first."""
    rows = queries.list_fulfillments(
        FulfillmentFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return StoreFulfillmentPage(
        data=[StoreFulfillmentBrief.of(row) for row in rows],
        next_cursor=str(rows[-1].fulfillment_id) if is_full else None,
    )


@router.get("/pos/fulfillments/{number}", response=StoreFulfillmentOut)
@endpoint(action="pos.read")
def get_fulfillment(request: HttpRequest, number: str) -> StoreFulfillmentOut:
    """Tell one order with its lines."""
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/accept", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def accept_fulfillment(request: HttpRequest, number: str) -> StoreFulfillmentOut:
    """Take an order on. Answers 409 `store_fulfillment.accept_time_over` when it is too late."""
    _require(request, number)
    fulfillment.accept(
        number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/reject", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def reject_fulfillment(request: HttpRequest, number: str, payload: RejectIn) -> StoreFulfillmentOut:
    """Give an order back: it is sourced elsewhere."""
    _require(request, number)
    fulfillment.reject(
        number=number,
        reason=payload.reason,
        by=get_trace(request, reason=payload.note),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/picks", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def pick_fulfillment(request: HttpRequest, number: str, payload: PickIn) -> StoreFulfillmentOut:
    """Add a scan to the pick of an order."""
    _require(request, number)
    scan = Scan(sku=payload.sku, quantity=payload.quantity, capture_mode=payload.capture_mode)
    fulfillment_picking.pick(number=number, scan=scan, by=get_trace(request), at=timezone.now())
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/finish", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def finish_fulfillment(request: HttpRequest, number: str) -> StoreFulfillmentOut:
    """Finish a pick: what was found waits reserved, what was not is told and counted."""
    _require(request, number)
    fulfillment_picking.finish(
        number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/stage", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def stage_fulfillment(request: HttpRequest, number: str, payload: StageIn) -> StoreFulfillmentOut:
    """Put a picked order onto its shelf: the customer may come."""
    _require(request, number)
    fulfillment_picking.stage(
        number=number,
        shelf=payload.shelf,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/ship", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def ship_fulfillment(
    request: HttpRequest, number: str, payload: StoreShipIn
) -> StoreFulfillmentOut:
    """Give packed goods to the carrier: the store's book and the hub's fall."""
    _require(request, number)
    fulfillment_leaving.ship(
        number=number,
        parcels=[
            Parcel(
                sscc=parcel.sscc,
                carrier=parcel.carrier,
                tracking=parcel.tracking,
                weight_grams=parcel.weight_grams,
            )
            for parcel in payload.parcels
        ],
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/hand-over", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def hand_over_fulfillment(
    request: HttpRequest, number: str, payload: HandOverIn
) -> StoreFulfillmentOut:
    """Give the goods to their customer, known by the code, or by a manager with a reason."""
    _require(request, number)
    is_manager = get_actor(request).may("pos.settle_difference")
    fulfillment_leaving.hand_over(
        number=number,
        proof=Proof(code=payload.code, is_manager=is_manager),
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _tell(request, number)


@router.post("/pos/fulfillments/{number}/put-back", response=StoreFulfillmentOut)
@endpoint(action="pos.fulfill")
def put_back_fulfillment(
    request: HttpRequest, number: str, payload: PutBackIn
) -> StoreFulfillmentOut:
    """Carry goods nobody takes back to the floor."""
    _require(request, number)
    fulfillment_leaving.put_back(
        number=number,
        statuses={line.sku: line.to_status for line in payload.lines},
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _tell(request, number)


def _require(request: HttpRequest, number: str) -> None:
    get_actor(request).require_site(queries.get_fulfillment_site(number))


def _tell(request: HttpRequest, number: str) -> StoreFulfillmentOut:
    _require(request, number)
    return StoreFulfillmentOut.of(queries.get_fulfillment(number))
