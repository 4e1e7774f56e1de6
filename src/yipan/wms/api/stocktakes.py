"""Operations on stocktakes (盘点单) of a warehouse."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.doors import endpoint
from yipan.stocktake import operations
from yipan.stocktake.schemas import (
    CloseIn,
    CountScanIn,
    CountSheetOut,
    CountSheetsOut,
    ObservationsIn,
    ReviewOut,
    StocktakeIn,
    StocktakeOut,
    StocktakesOut,
    TagsIn,
    TagsOut,
)
from yipan.wms.documents.count_desk import DESK

router = Router()
Word = Annotated[str, Field(max_length=48)]


class StocktakeQuery(Schema):
    state: Word = ""
    site: Word = ""
    after: Word = ""
    limit: Annotated[int, Field(ge=1, le=operations.ROWS_MAX)] = 50


class SheetQuery(Schema):
    site: Annotated[str, Field(min_length=1, max_length=16)]


@router.get("/stocktakes", response=StocktakesOut)
@endpoint(action="wms.read")
def list_stocktakes(request: HttpRequest, wanted: Query[StocktakeQuery]) -> StocktakesOut:
    """Tell stocktakes, the newest first; `state` `open` means all that are not over."""
    return operations.list_all(
        request,
        DESK,
        state=wanted.state,
        site=wanted.site,
        after=wanted.after,
        limit=wanted.limit,
    )


@router.post("/stocktakes", response={201: StocktakeOut})
@endpoint(action="wms.plan_count")
def plan_stocktake(request: HttpRequest, payload: StocktakeIn) -> Status[StocktakeOut]:
    """Plan a stocktake, and start it unless it is to wait."""
    return Status(201, operations.plan(request, DESK, payload))


@router.get("/stocktakes/{number}", response=StocktakeOut)
@endpoint(action="wms.read")
def get_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Tell one stocktake and how far it is."""
    return operations.get(request, DESK, number)


@router.get("/stocktakes/{number}/differences", response=ReviewOut)
@endpoint(action="wms.plan_count")
def list_stocktake_differences(request: HttpRequest, number: str) -> ReviewOut:
    """Tell what differs, as the books say now: a document that came late is in it."""
    return operations.list_differences(request, DESK, number)


@router.post("/stocktakes/{number}/start", response=StocktakeOut)
@endpoint(action="wms.plan_count")
def start_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Let people count."""
    return operations.take(request, DESK, number, step="start")


@router.post("/stocktakes/{number}/cancel", response=StocktakeOut)
@endpoint(action="wms.plan_count")
def cancel_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Give it up. Nothing is posted from it."""
    return operations.take(request, DESK, number, step="cancel")


@router.post("/stocktakes/{number}/post", response=StocktakeOut)
@endpoint(action="wms.plan_count")
def post_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Settle what differs: within the limits at once, beyond them the hub decides."""
    return operations.take(request, DESK, number, step="post")


@router.post("/stocktakes/{number}/observations", response=CountSheetsOut)
@endpoint(action="wms.plan_count")
def observe_stocktake(request: HttpRequest, number: str, payload: ObservationsIn) -> CountSheetsOut:
    """Hand in counts of others, each line with its own moment. All are taken, or none."""
    return operations.observe(request, DESK, number, payload)


@router.get("/count-sheets", response=CountSheetsOut)
@endpoint(action="wms.count")
def list_count_sheets(request: HttpRequest, wanted: Query[SheetQuery]) -> CountSheetsOut:
    """Tell the sheets the caller may count now."""
    return operations.list_own(request, DESK, site=wanted.site)


@router.post("/count-sheets/{number}/scans", response=CountSheetOut)
@endpoint(action="wms.count")
def scan_count_sheet(request: HttpRequest, number: str, payload: CountScanIn) -> CountSheetOut:
    """Add what was seen to a sheet; the first scan makes it the caller's."""
    return operations.scan(request, DESK, number, payload)


@router.post("/count-sheets/{number}/tags", response=TagsOut)
@endpoint(action="wms.count")
def take_count_tags(request: HttpRequest, number: str, payload: TagsIn) -> TagsOut:
    """Add pieces by their radio tags (RFID); each piece counts once."""
    return operations.take_tags(request, DESK, number, payload)


@router.post("/count-sheets/{number}/close", response=CountSheetOut)
@endpoint(action="wms.count")
def close_count_sheet(request: HttpRequest, number: str, payload: CloseIn) -> CountSheetOut:
    """Close a sheet: its lines are observations from now on."""
    return operations.close(request, DESK, number, payload)
