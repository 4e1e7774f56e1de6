"""Operations on the work inside: waves (波次), move tasks (移库任务), pick faces (拣货位)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import AfterValidator, AwareDatetime, Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.moments import to_utc
from yipan.wms.api.schemas import Code, Count, PageQuery, Quantity
from yipan.wms.documents.outbound import move_task, replenishment, wave
from yipan.wms.documents.outbound.replenishment import FaceRow
from yipan.wms.documents.outbound.wave import ORDERS_PER_WAVE_MAX, Gathering
from yipan.wms.queries import pick_faces, picking
from yipan.wms.queries.outbound_orders import PickRow
from yipan.wms.queries.pick_faces import MoveTaskRow, PickFaceRow
from yipan.wms.queries.picking import WaveRow

router = Router()

Moment = Annotated[AwareDatetime, AfterValidator(to_utc)]


class WaveIn(Schema):
    """Which open orders to pick together; what is left out does not matter."""

    site: Code
    mode: Literal["batch", "cluster"] = "batch"
    carrier: Annotated[str, Field(max_length=48)] = ""
    zone: Annotated[str, Field(max_length=32)] = ""
    due_until: date | None = None
    cut_off_until: Moment | None = None
    priority_min: int | None = None
    limit: Annotated[int, Field(ge=1, le=ORDERS_PER_WAVE_MAX)] = 50


class WaveOut(Schema):
    number: str
    state: str
    site: str
    mode: str
    carrier: str
    zone: str
    due_on: date | None
    cut_off_until: datetime | None
    orders: int
    picks: int
    picks_open: int

    @classmethod
    def of(cls, row: WaveRow) -> WaveOut:
        """Return what the API tells of a wave."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site,
            mode=row.mode,
            carrier=row.carrier,
            zone=row.zone,
            due_on=row.due_on,
            cut_off_until=row.cut_off_until,
            orders=row.orders,
            picks=row.picks,
            picks_open=row.picks_open,
        )


class WavePage(Schema):
    data: list[WaveOut]


class PickOut(Schema):
    pick: int
    order: str
    line: int
    sku: str
    state: str
    bin: str
    zone: str
    quantity: int
    quantity_picked: int
    place: str
    parcel: str
    lot: str

    @classmethod
    def of(cls, row: PickRow) -> PickOut:
        """Return what the API tells of a pick."""
        return cls(
            pick=row.pick_id,
            order=row.order,
            line=row.line,
            sku=row.sku.code,
            state=row.state,
            bin=row.bin_code,
            zone=row.zone,
            quantity=row.quantity,
            quantity_picked=row.quantity_picked,
            place=row.place,
            parcel=row.parcel,
            lot=row.lot,
        )


class PickPage(Schema):
    data: list[PickOut]


class MoveTaskOut(Schema):
    number: str
    state: str
    kind: str
    site: str
    sku: str
    quantity: int
    quantity_moved: int
    from_bin: str
    to_bin: str
    order: str
    bin_move: str

    @classmethod
    def of(cls, row: MoveTaskRow) -> MoveTaskOut:
        """Return what the API tells of a task."""
        return cls(
            number=row.number,
            state=row.state,
            kind=row.kind,
            site=row.site,
            sku=row.sku.code,
            quantity=row.quantity,
            quantity_moved=row.quantity_moved,
            from_bin=row.from_bin,
            to_bin=row.to_bin,
            order=row.order_number,
            bin_move=row.bin_move_number,
        )


class MoveTaskPage(Schema):
    data: list[MoveTaskOut]


class FinishIn(Schema):
    """Where the goods were put down, and how many when it is not what was asked for."""

    to_bin: Code
    quantity: Quantity | None = None


class PickFaceIn(Schema):
    """A SKU in a bin, and between which quantities it is kept. A maximum of 0 ends it."""

    bin: Code
    sku: Code
    quantity_min: Count
    quantity_max: Count


class PickFacesIn(Schema):
    rows: Annotated[list[PickFaceIn], Field(max_length=1_000)]


class PickFaceOut(Schema):
    bin: str
    sku: str
    quantity_min: int
    quantity_max: int
    quantity_free: int
    quantity_incoming: int

    @classmethod
    def of(cls, row: PickFaceRow) -> PickFaceOut:
        """Return what the API tells of a pick face."""
        return cls(
            bin=row.bin_code,
            sku=row.sku.code,
            quantity_min=row.quantity_min,
            quantity_max=row.quantity_max,
            quantity_free=row.quantity_free,
            quantity_incoming=row.quantity_incoming,
        )


class PickFacePage(Schema):
    data: list[PickFaceOut]


@router.get("/waves", response=WavePage)
@endpoint(action="wms.read")
def list_waves(request: HttpRequest, which: Query[PageQuery]) -> WavePage:
    """List waves, the last one first."""
    rows = picking.list_waves(
        sites=get_actor(request).sites, site=which.site, limit=min(which.limit, 100)
    )
    return WavePage(data=[WaveOut.of(row) for row in rows])


@router.post("/waves", response={201: WaveOut})
@endpoint(action="wms.plan_wave")
def create_wave(request: HttpRequest, payload: WaveIn) -> Status[WaveOut]:
    """Gather open orders that are picked together (波次)."""
    get_actor(request).require_site(payload.site)
    planned = wave.plan(
        gathering=Gathering(
            site=payload.site,
            mode=payload.mode,
            carrier=payload.carrier,
            zone=payload.zone,
            due_until=payload.due_until,
            cut_off_until=payload.cut_off_until,
            priority_min=payload.priority_min,
            limit=payload.limit,
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, _tell_wave(planned.number))


@router.post("/waves/{number}/release", response=WaveOut)
@endpoint(action="wms.plan_wave")
def release_wave(request: HttpRequest, number: str) -> WaveOut:
    """Set aside what its orders lack, and give the wave to the pickers."""
    get_actor(request).require_site(picking.get_walk_site(number))
    wave.release(number=number, by=get_trace(request), at=timezone.now())
    return _tell_wave(number)


@router.post("/waves/{number}/cancel", response=WaveOut)
@endpoint(action="wms.plan_wave")
def cancel_wave(request: HttpRequest, number: str) -> WaveOut:
    """Take a wave apart; its orders are picked one by one, or in another wave."""
    get_actor(request).require_site(picking.get_walk_site(number))
    wave.cancel(number=number, by=get_trace(request), at=timezone.now())
    return _tell_wave(number)


@router.get("/waves/{number}/picks", response=PickPage)
@endpoint(action="wms.read")
def list_wave_picks(request: HttpRequest, number: str) -> PickPage:
    """Tell the pick list of a wave, in the order one walks."""
    get_actor(request).require_site(picking.get_walk_site(number))
    return PickPage(data=[PickOut.of(row) for row in picking.list_wave_picks(number)])


@router.get("/warehouses/{site}/move-tasks", response=MoveTaskPage)
@endpoint(action="wms.read")
def list_move_tasks(
    request: HttpRequest,
    site: str,
    state: Literal["open", "moved", "canceled"] = "open",
    kind: Literal["", "replenish", "put_back", "cross_dock"] = "",
) -> MoveTaskPage:
    """List what should be carried within a warehouse, the most urgent first."""
    get_actor(request).require_site(site)
    rows = pick_faces.list_move_tasks(site=site, state=state, kind=kind, limit=1_000)
    return MoveTaskPage(data=[MoveTaskOut.of(row) for row in rows])


@router.post("/move-tasks/{number}/finish", response=MoveTaskOut)
@endpoint(action="wms.move")
def finish_move_task(request: HttpRequest, number: str, payload: FinishIn) -> MoveTaskOut:
    """Book what was carried."""
    get_actor(request).require_site(pick_faces.get_move_task(number).site)
    move_task.finish(
        number=number,
        to_bin=payload.to_bin,
        quantity=payload.quantity,
        by=get_trace(request),
        at=timezone.now(),
    )
    return MoveTaskOut.of(pick_faces.get_move_task(number))


@router.post("/move-tasks/{number}/cancel", response=MoveTaskOut)
@endpoint(action="wms.move")
def cancel_move_task(request: HttpRequest, number: str) -> MoveTaskOut:
    """Drop a task."""
    get_actor(request).require_site(pick_faces.get_move_task(number).site)
    move_task.cancel(number=number, by=get_trace(request), at=timezone.now())
    return MoveTaskOut.of(pick_faces.get_move_task(number))


@router.get("/warehouses/{site}/pick-faces", response=PickFacePage)
@endpoint(action="wms.read")
def list_pick_faces(request: HttpRequest, site: str) -> PickFacePage:
    """Tell the pick faces of a warehouse: bounds, what is free, what is on its way."""
    get_actor(request).require_site(site)
    return PickFacePage(data=[PickFaceOut.of(row) for row in pick_faces.list_pick_faces(site)])


@router.put("/warehouses/{site}/pick-faces", response=PickFacePage)
@endpoint(action="wms.set_pick_face")
def set_pick_faces(request: HttpRequest, site: str, payload: PickFacesIn) -> PickFacePage:
    """Set pick faces, new ones and changed ones; those not named stay."""
    get_actor(request).require_site(site)
    replenishment.set_faces(
        site=site,
        rows=[
            FaceRow(
                bin_code=row.bin,
                sku=row.sku,
                quantity_min=row.quantity_min,
                quantity_max=row.quantity_max,
            )
            for row in payload.rows
        ],
    )
    return PickFacePage(data=[PickFaceOut.of(row) for row in pick_faces.list_pick_faces(site)])


@router.post("/warehouses/{site}/replenish", response=MoveTaskPage)
@endpoint(action="wms.move")
def replenish(request: HttpRequest, site: str) -> MoveTaskPage:
    """Raise tasks for the pick faces that are due (补货); those on their way are not doubled."""
    get_actor(request).require_site(site)
    raised = replenishment.replenish(site=site, by=get_trace(request), at=timezone.now())
    return MoveTaskPage(data=[MoveTaskOut.of(pick_faces.get_move_task(it.number)) for it in raised])


def _tell_wave(number: str) -> WaveOut:
    [row] = picking.list_waves(sites=None, number=number)
    return WaveOut.of(row)
