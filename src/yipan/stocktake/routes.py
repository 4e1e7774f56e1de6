"""Addresses of stocktakes, for each kind of site the same: pages, and operations of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.doors import endpoint, page
from yipan.documents.printing import PDF_ANSWER
from yipan.masterdata.rows import SiteRow
from yipan.stocktake import operations
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.pages import floor, office, planning
from yipan.stocktake.schemas import (
    CloseIn,
    CountScanIn,
    CountSheetOut,
    CountSheetsOut,
    ObservationsIn,
    ReviewOut,
    SheetAssignIn,
    SheetReleaseIn,
    StocktakeIn,
    StocktakeOut,
    StocktakesOut,
    TagsIn,
    TagsOut,
)

READ: Final = ("GET",)
WRITE: Final = ("POST",)
BOTH: Final = ("GET", "POST")
#: What the API's description says of the operation that answers a table.
TABLE_ANSWER: Final = {
    "responses": {
        200: {
            "description": "The table.",
            "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}

Word = Annotated[str, Field(max_length=48)]
Show = Callable[..., HttpResponse]
View = Callable[..., HttpResponseBase]


class StocktakeQuery(Schema):
    """Which stocktakes are asked for."""

    state: Word = ""
    site: Word = ""
    after: Word = ""
    limit: Annotated[int, Field(ge=1, le=operations.ROWS_MAX)] = 50


class SheetQuery(Schema):
    """Of which site sheets are asked for."""

    site: Annotated[str, Field(min_length=1, max_length=16)]


class PaperQuery(Schema):
    """Which sheet is to be printed; without one, all that are to be counted."""

    sheet: Word = ""


class FileQuery(PaperQuery):
    """As what a sheet is to be written."""

    format: Literal["csv", "xlsx"] = "csv"


def make_pages(
    desk: Desk, *, find_site: Callable[[HttpRequest], SiteRow | None]
) -> list[URLPattern]:
    """Return the pages of a kind of site; `find_site` tells which one a request is about."""

    def at_site(action: str, methods: tuple[str, ...], show: Show) -> View:
        def view(request: HttpRequest) -> HttpResponse:
            return show(request, desk, site=find_site(request))

        return require_http_methods(list(methods))(page(action=action)(view))

    def of_one(action: str, methods: tuple[str, ...], show: Show) -> View:
        def view(request: HttpRequest, number: str) -> HttpResponse:
            return show(request, desk, number)

        return require_http_methods(list(methods))(page(action=action)(view))

    read, plan, count = desk.read_action, desk.plan_action, desk.count_action
    one, sheet = "stocktakes/<str:number>", "counting/<str:number>"
    return [
        path("stocktakes", at_site(read, READ, office.show_list), name="stocktakes"),
        path("stocktakes/plan", at_site(plan, BOTH, planning.plan), name="plan_stocktake"),
        path(
            "stocktakes/tolerances",
            at_site(plan, BOTH, planning.show_tolerances),
            name="count_tolerances",
        ),
        path(one, of_one(read, READ, office.show), name="stocktake"),
        path(f"{one}/step", of_one(plan, WRITE, office.take), name="stocktake_step"),
        path(f"{one}/file", of_one(plan, WRITE, office.take_file), name="stocktake_file"),
        path(f"{one}/paper", of_one(count, READ, office.print_sheets), name="stocktake_paper"),
        path(f"{one}/list", of_one(count, READ, office.write_list), name="stocktake_list"),
        path("counting", at_site(count, BOTH, floor.show_tasks), name="counting"),
        path(sheet, of_one(count, BOTH, floor.count), name="count_sheet"),
        path(f"{sheet}/tags", of_one(count, WRITE, floor.take_tags), name="count_tags"),
    ]


def make_router(desk: Desk, *, base: str = "") -> Router:
    """Return the operations of a kind of site, their addresses beginning with `base`."""
    router = Router()
    _add_plans(router, desk, f"{base}/stocktakes")
    _add_steps(router, desk, f"{base}/stocktakes/{{number}}")
    _add_papers(router, desk, f"{base}/stocktakes/{{number}}")
    _add_sheets(router, desk, f"{base}/count-sheets")
    _add_giving_out(router, desk, f"{base}/count-sheets/{{number}}")
    return router


def _add_plans(router: Router, desk: Desk, address: str) -> None:
    @router.get(address, response=StocktakesOut, operation_id=f"{desk.names}_list_stocktakes")
    @endpoint(action=desk.read_action)
    def list_stocktakes(request: HttpRequest, wanted: Query[StocktakeQuery]) -> StocktakesOut:
        """Tell stocktakes, the newest first; `state` `open` means all that are not over."""
        return operations.list_all(
            request,
            desk,
            state=wanted.state,
            site=wanted.site,
            after=wanted.after,
            limit=wanted.limit,
        )

    @router.post(address, response={201: StocktakeOut}, operation_id=f"{desk.names}_plan_stocktake")
    @endpoint(action=desk.plan_action)
    def plan_stocktake(request: HttpRequest, payload: StocktakeIn) -> Status[StocktakeOut]:
        """Plan a stocktake, and start it unless it is to wait."""
        return Status(201, operations.plan(request, desk, payload))

    @router.get(
        f"{address}/{{number}}",
        response=StocktakeOut,
        operation_id=f"{desk.names}_get_stocktake",
    )
    @endpoint(action=desk.read_action)
    def get_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
        """Tell one stocktake and how far it is."""
        return operations.get(request, desk, number)

    @router.get(
        f"{address}/{{number}}/differences",
        response=ReviewOut,
        operation_id=f"{desk.names}_list_stocktake_differences",
    )
    @endpoint(action=desk.plan_action)
    def list_differences(request: HttpRequest, number: str) -> ReviewOut:
        """Tell what differs, as the books say now: a document that came late is in it."""
        return operations.list_differences(request, desk, number)


def _add_steps(router: Router, desk: Desk, address: str) -> None:
    @router.post(
        f"{address}/start",
        response=StocktakeOut,
        operation_id=f"{desk.names}_start_stocktake",
    )
    @endpoint(action=desk.plan_action)
    def start_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
        """Let people count."""
        return operations.take(request, desk, number, step="start")

    @router.post(
        f"{address}/cancel",
        response=StocktakeOut,
        operation_id=f"{desk.names}_cancel_stocktake",
    )
    @endpoint(action=desk.plan_action)
    def cancel_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
        """Give it up. Nothing is posted from it."""
        return operations.take(request, desk, number, step="cancel")

    @router.post(
        f"{address}/post",
        response=StocktakeOut,
        operation_id=f"{desk.names}_post_stocktake",
    )
    @endpoint(action=desk.plan_action)
    def post_stocktake(request: HttpRequest, number: str) -> StocktakeOut:
        """Settle what differs: within the limits at once, beyond them the hub decides."""
        return operations.take(request, desk, number, step="post")

    @router.post(
        f"{address}/observations",
        response=CountSheetsOut,
        operation_id=f"{desk.names}_observe_stocktake",
    )
    @endpoint(action=desk.plan_action)
    def observe_stocktake(
        request: HttpRequest, number: str, payload: ObservationsIn
    ) -> CountSheetsOut:
        """Hand in counts of others, each line with its own moment. All are taken, or none."""
        return operations.observe(request, desk, number, payload)


def _add_papers(router: Router, desk: Desk, address: str) -> None:
    @router.get(
        f"{address}/paper",
        openapi_extra=PDF_ANSWER,
        operation_id=f"{desk.names}_print_count_sheets",
    )
    @endpoint(action=desk.count_action)
    def print_count_sheets(
        request: HttpRequest, number: str, wanted: Query[PaperQuery]
    ) -> HttpResponse:
        """Answer what is still to be counted on paper (盘点表), in the order one walks."""
        return operations.print_sheets(request, desk, number, sheet=wanted.sheet)

    @router.get(
        f"{address}/list",
        openapi_extra=TABLE_ANSWER,
        operation_id=f"{desk.names}_write_count_list",
    )
    @endpoint(action=desk.count_action)
    def write_count_list(
        request: HttpRequest, number: str, wanted: Query[FileQuery]
    ) -> HttpResponse:
        """Answer what is still to be counted as a table to fill in and to hand in again."""
        return operations.write_list(
            request, desk, number, file_format=wanted.format, sheet=wanted.sheet
        )


def _add_sheets(router: Router, desk: Desk, address: str) -> None:
    @router.get(address, response=CountSheetsOut, operation_id=f"{desk.names}_list_count_sheets")
    @endpoint(action=desk.count_action)
    def list_count_sheets(request: HttpRequest, wanted: Query[SheetQuery]) -> CountSheetsOut:
        """Tell the sheets the caller may count now."""
        return operations.list_own(request, desk, site=wanted.site)

    @router.post(
        f"{address}/{{number}}/scans",
        response=CountSheetOut,
        operation_id=f"{desk.names}_scan_count_sheet",
    )
    @endpoint(action=desk.count_action)
    def scan_count_sheet(request: HttpRequest, number: str, payload: CountScanIn) -> CountSheetOut:
        """Add what was seen to a sheet; the first scan makes it the caller's."""
        return operations.scan(request, desk, number, payload)

    @router.post(
        f"{address}/{{number}}/tags",
        response=TagsOut,
        operation_id=f"{desk.names}_take_count_tags",
    )
    @endpoint(action=desk.count_action)
    def take_count_tags(request: HttpRequest, number: str, payload: TagsIn) -> TagsOut:
        """Add pieces by their radio tags (RFID); each piece counts once."""
        return operations.take_tags(request, desk, number, payload)

    @router.post(
        f"{address}/{{number}}/close",
        response=CountSheetOut,
        operation_id=f"{desk.names}_close_count_sheet",
    )
    @endpoint(action=desk.count_action)
    def close_count_sheet(request: HttpRequest, number: str, payload: CloseIn) -> CountSheetOut:
        """Close a sheet: its lines are observations from now on."""
        return operations.close(request, desk, number, payload)


def _add_giving_out(router: Router, desk: Desk, address: str) -> None:
    @router.post(
        f"{address}/assign",
        response=CountSheetOut,
        operation_id=f"{desk.names}_assign_count_sheet",
    )
    @endpoint(action=desk.plan_action)
    def assign_count_sheet(
        request: HttpRequest, number: str, payload: SheetAssignIn
    ) -> CountSheetOut:
        """Say who counts a sheet: one of those who may count there."""
        return operations.assign(request, desk, number, payload)

    @router.post(
        f"{address}/release",
        response=CountSheetOut,
        operation_id=f"{desk.names}_release_count_sheet",
    )
    @endpoint(action=desk.plan_action)
    def release_count_sheet(
        request: HttpRequest, number: str, payload: SheetReleaseIn
    ) -> CountSheetOut:
        """Take back a sheet somebody began and left; what was scanned is void."""
        return operations.release(request, desk, number, payload)
