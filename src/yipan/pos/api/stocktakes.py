"""Operations on stocktakes (盘点单) of a store."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.doors import endpoint
from yipan.pos.documents.count_desk import DESK
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

router = Router()
Word = Annotated[str, Field(max_length=48)]


class StocktakeQuery(Schema):
    state: Word = ""
    site: Word = ""
    after: Word = ""
    limit: Annotated[int, Field(ge=1, le=operations.ROWS_MAX)] = 50


class SheetQuery(Schema):
    site: Annotated[str, Field(min_length=1, max_length=16)]


@router.get("/pos/stocktakes", response=StocktakesOut)
@endpoint(action="pos.read")
def list_store_stocktakes(request: HttpRequest, wanted: Query[StocktakeQuery]) -> StocktakesOut:
    """Tell stocktakes, the newest first; `state` `open` means all that are not over."""
    return operations.list_all(
        request,
        DESK,
        state=wanted.state,
        site=wanted.site,
        after=wanted.after,
        limit=wanted.limit,
    )


@router.post("/pos/stocktakes", response={201: StocktakeOut})
@endpoint(action="pos.plan_count")
def plan_store_stocktake(request: HttpRequest, payload: StocktakeIn) -> Status[StocktakeOut]:
    """Plan a stocktake, and start it unless it is to wait."""
    return Status(201, operations.plan(request, DESK, payload))


@router.get("/pos/stocktakes/{number}", response=StocktakeOut)
@endpoint(action="pos.read")
def get_store_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Tell one stocktake and how far it is."""
    return operations.get(request, DESK, number)


@router.get("/pos/stocktakes/{number}/differences", response=ReviewOut)
@endpoint(action="pos.plan_count")
def list_store_stocktake_differences(request: HttpRequest, number: str) -> ReviewOut:
    """Tell what differs, as the books say now: a document that came late is in it."""
    return operations.list_differences(request, DESK, number)


@router.post("/pos/stocktakes/{number}/start", response=StocktakeOut)
@endpoint(action="pos.plan_count")
def start_store_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Let people count."""
    return operations.take(request, DESK, number, step="start")


@router.post("/pos/stocktakes/{number}/cancel", response=StocktakeOut)
@endpoint(action="pos.plan_count")
def cancel_store_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Give it up. Nothing is posted from it."""
    return operations.take(request, DESK, number, step="cancel")


@router.post("/pos/stocktakes/{number}/post", response=StocktakeOut)
@endpoint(action="pos.plan_count")
def post_store_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
    """Settle what differs: within the limits at once, beyond them the hub decides."""
    return operations.take(request, DESK, number, step="post")


@router.post("/pos/stocktakes/{number}/observations", response=CountSheetsOut)
@endpoint(action="pos.plan_count")
def observe_store_stocktake(
    request: HttpRequest, number: str, payload: ObservationsIn
) -> CountSheetsOut:
    """Hand in counts of others, each line with its own moment. All are taken, or none."""
    return operations.observe(request, DESK, number, payload)


@router.get("/pos/count-sheets", response=CountSheetsOut)
@endpoint(action="pos.count")
def list_store_count_sheets(request: HttpRequest, wanted: Query[SheetQuery]) -> CountSheetsOut:
    """Tell the sheets the caller may count now."""
    return operations.list_own(request, DESK, site=wanted.site)


@router.post("/pos/count-sheets/{number}/scans", response=CountSheetOut)
@endpoint(action="pos.count")
def scan_store_count_sheet(
    request: HttpRequest, number: str, payload: CountScanIn
) -> CountSheetOut:
    """Add what was seen to a sheet; the first scan makes it the caller's."""
    return operations.scan(request, DESK, number, payload)


@router.post("/pos/count-sheets/{number}/tags", response=TagsOut)
@endpoint(action="pos.count")
def take_store_count_tags(request: HttpRequest, number: str, payload: TagsIn) -> TagsOut:
    """Add pieces by their radio tags (RFID); each piece counts once."""
    return operations.take_tags(request, DESK, number, payload)


@router.post("/pos/count-sheets/{number}/close", response=CountSheetOut)
@endpoint(action="pos.count")
def close_store_count_sheet(request: HttpRequest, number: str, payload: CloseIn) -> CountSheetOut:
    """Close a sheet: its lines are observations from now on."""
    return operations.close(request, DESK, number, payload)
