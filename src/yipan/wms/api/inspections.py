"""Operations on inspections (质检单), lots (批次), and the steps around a delivery."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents import told
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.masterdata import queries as masterdata
from yipan.wms import queries
from yipan.wms.api.schemas import (
    Code,
    Count,
    InboundOut,
    Lot,
    PageQuery,
    Quantity,
    ReceiptOut,
)
from yipan.wms.documents.inbound import inspection, receipt_matching
from yipan.wms.documents.inbound.inspection import Goods, Verdict
from yipan.wms.queries import inspections, lots
from yipan.wms.queries.inspections import InspectionFilter, InspectionRow
from yipan.wms.queries.lots import LotStock

router = Router()
Note = Annotated[str, Field(max_length=200)]


class InspectionOut(Schema):
    number: str
    state: str
    site: str
    reason: str
    sku: str
    lot: str
    expires_on: date | None
    bin: str
    quantity: int
    quantity_passed: int
    quantity_rejected: int
    receipt_number: str
    note: str
    decided_by: str
    decided_at: datetime | None

    @classmethod
    def of(cls, row: InspectionRow) -> InspectionOut:
        """Return what the API tells of an inspection."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            reason=row.reason,
            sku=row.sku.code,
            lot=row.lot,
            expires_on=row.expires_on,
            bin=row.bin_code,
            quantity=row.quantity,
            quantity_passed=row.quantity_passed,
            quantity_rejected=row.quantity_rejected,
            receipt_number=row.receipt_number,
            note=row.verdict_note,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )


class InspectionPage(Schema):
    data: list[InspectionOut]
    next_cursor: str | None


class StopIn(Schema):
    """Sound goods somebody doubts, taken out of sale until a verdict."""

    site: Code
    sku: Code
    bin: Code
    quantity: Quantity
    lot: Lot = ""
    reason: Note = ""


class VerdictIn(Schema):
    """What passed and what is rejected must add up to what waits."""

    quantity_passed: Count
    quantity_rejected: Count = 0
    is_damaged: bool = False
    lot: Lot = ""
    expires_on: date | None = None
    note: Note = ""


class InspectionHoldIn(Schema):
    note: Note = ""


class LotOut(Schema):
    sku: str
    lot: str
    expires_on: date | None
    days_left: int | None
    quantity: int
    quantity_free: int
    is_blocked: bool

    @classmethod
    def of(cls, row: LotStock) -> LotOut:
        """Return what the API tells of a lot."""
        return cls(
            sku=row.lot.sku,
            lot=row.lot.code,
            expires_on=row.lot.expires_on,
            days_left=row.days_left,
            quantity=row.quantity,
            quantity_free=row.quantity_free,
            is_blocked=row.lot.is_blocked,
        )


class LotPage(Schema):
    data: list[LotOut]


class ArriveIn(Schema):
    dock: Annotated[str, Field(max_length=32)] = ""


class MatchIn(Schema):
    inbound_order_number: Code


@router.get("/inspections", response=InspectionPage)
@endpoint(action="wms.read")
def list_inspections(request: HttpRequest, which: Query[PageQuery]) -> InspectionPage:
    """List inspections, the last one first. `state` is one of them, empty for all."""
    rows = inspections.list_inspections(
        InspectionFilter(
            states=(which.state,) if which.state else (),
            site=which.site,
            sku=which.q,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return InspectionPage(
        data=[InspectionOut.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.post("/inspections", response={201: InspectionOut})
@endpoint(action="wms.inspect")
def stop_goods(request: HttpRequest, payload: StopIn) -> Status[InspectionOut]:
    """Bring sound goods into quarantine until somebody has decided; the hub follows."""
    get_actor(request).require_site(payload.site)
    stopped = inspection.stop(
        site=payload.site,
        goods=Goods(
            sku=payload.sku, lot=payload.lot, bin_code=payload.bin, quantity=payload.quantity
        ),
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, InspectionOut.of(inspections.get_inspection(stopped.number)))


@router.get("/inspections/{number}", response=InspectionOut)
@endpoint(action="wms.read")
def get_inspection(request: HttpRequest, number: str) -> InspectionOut:
    """Tell one inspection."""
    row = inspections.get_inspection(number)
    get_actor(request).require_site(row.site.code)
    return InspectionOut.of(row)


@router.post("/inspections/{number}/decide", response=InspectionOut)
@endpoint(action="wms.inspect")
def decide_inspection(request: HttpRequest, number: str, payload: VerdictIn) -> InspectionOut:
    """Let goods pass, or reject them; goods of an unknown lot are named with it."""
    get_actor(request).require_site(inspections.get_inspection(number).site.code)
    inspection.decide(
        number=number,
        verdict=Verdict(
            quantity_passed=payload.quantity_passed,
            quantity_rejected=payload.quantity_rejected,
            is_damaged=payload.is_damaged,
            lot=payload.lot,
            expires_on=payload.expires_on,
            note=payload.note,
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return InspectionOut.of(inspections.get_inspection(number))


@router.post("/inspections/{number}/hold", response=InspectionOut)
@endpoint(action="wms.inspect")
def hold_inspection(request: HttpRequest, number: str, payload: InspectionHoldIn) -> InspectionOut:
    """Leave goods in quarantine: somebody else has to look."""
    get_actor(request).require_site(inspections.get_inspection(number).site.code)
    by = get_trace(request, reason=payload.note)
    inspection.hold(number=number, by=by, at=timezone.now())
    return InspectionOut.of(inspections.get_inspection(number))


@router.get("/warehouses/{site}/lots", response=LotPage)
@endpoint(action="wms.read")
def list_lots(
    request: HttpRequest, site: str, q: str = "", within_days: int | None = None
) -> LotPage:
    """Tell the lots of a warehouse of which something is there, what expires first first."""
    get_actor(request).require_site(site)
    today = masterdata.get_business_date(site, timezone.now())
    rows = lots.list_lot_stock(site=site, today=today, text=q, within_days=within_days)
    return LotPage(data=[LotOut.of(row) for row in rows[: told.LINES_MAX]])


@router.post("/inbound-orders/{number}/arrive", response=InboundOut)
@endpoint(action="wms.receive")
def arrive(request: HttpRequest, number: str, payload: ArriveIn) -> InboundOut:
    """Write down that a delivery is at the gate (到货登记)."""
    get_actor(request).require_site(queries.get_inbound_order(number).head.site.code)
    receipt_matching.arrive(
        number=number,
        dock=payload.dock,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return InboundOut.of(queries.get_inbound_order(number))


@router.post("/receipts/{number}/match", response=ReceiptOut)
@endpoint(action="wms.receive")
def match_receipt(request: HttpRequest, number: str, payload: MatchIn) -> ReceiptOut:
    """Say to which order goods belong that came without one (盲收匹配)."""
    get_actor(request).require_site(queries.get_receipt_site(number))
    receipt_matching.match(
        number=number,
        inbound_order_number=payload.inbound_order_number,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return ReceiptOut.of(queries.get_receipt(number))
