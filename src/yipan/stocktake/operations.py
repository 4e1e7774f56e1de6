"""Operations on stocktakes for machines: external devices, readers of tags, counting services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from yipan.access.actors import get_actor
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound
from yipan.stocktake.documents import closing, counting, giving_out, observing
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.counting import Counting
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.documents.observing import Handed, Observation
from yipan.stocktake.documents.refusals import PlaceUnknown
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.documents.system import Acting
from yipan.stocktake.models import StocktakeKind
from yipan.stocktake.papers import answer_file_to_fill, answer_sheets
from yipan.stocktake.queries import sheets, stocktakes
from yipan.stocktake.queries.stocktakes import StocktakeRow, get_stocktake
from yipan.stocktake.schemas import (
    CloseIn,
    CountDifferenceOut,
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

ROWS_MAX = 200


def list_all(
    request: HttpRequest, desk: Desk, *, state: str, site: str, after: str, limit: int
) -> StocktakesOut:
    """Return stocktakes of the caller's sites."""
    rows = stocktakes.list_stocktakes(
        system=desk.system.name,
        sites=get_actor(request).sites,
        site=site,
        state=state,
        after=after,
        limit=limit,
    )
    return StocktakesOut(
        data=[_write(row) for row in rows],
        after=rows[-1].number if len(rows) == limit else "",
    )


def plan(request: HttpRequest, desk: Desk, payload: StocktakeIn) -> StocktakeOut:
    """Write a plan, and start it when it says so."""
    get_actor(request).require_site(payload.site)
    known = {place.code for place in desk.list_places(payload.site)}
    unknown = sorted({sheet.place for sheet in payload.sheets} - known)
    if unknown:
        raise PlaceUnknown(place=unknown[0], site=payload.site)
    giving_out.require_counters(
        desk, site=payload.site, persons={sheet.assignee for sheet in payload.sheets}
    )
    trace, at = get_trace(request), timezone.now()
    row = plans.plan(
        wanted=Plan(
            site=payload.site,
            kind=StocktakeKind(payload.kind),
            sheets=[
                Planned(
                    place=sheet.place,
                    shelf=sheet.shelf,
                    skus=sheet.skus,
                    assignee=sheet.assignee,
                )
                for sheet in payload.sheets
            ],
            is_blind=payload.is_blind,
            is_double=payload.is_double,
            uncertainty_seconds=payload.uncertainty_seconds,
            due_on=payload.due_on,
            note=payload.note,
            external_id=payload.external_id,
        ),
        system=desk.system,
        by=trace,
        at=at,
    )
    if payload.starts and row.state == "planned":
        plans.start(number=row.number, by=trace, at=at)
    return _write(get_stocktake(row.number))


def get(request: HttpRequest, desk: Desk, number: str) -> StocktakeOut:
    """Return one stocktake of the caller's sites."""
    return _write(find(request, desk, number))


def list_differences(request: HttpRequest, desk: Desk, number: str) -> ReviewOut:
    """Return what differs, as the books say now."""
    row = find(request, desk, number)
    lines = stocktakes.list_review(number, book=desk.system.get_book(row.site.code))
    return ReviewOut(
        data=[
            CountDifferenceOut(
                sku=line.sku.code,
                place=line.place,
                lot=line.lot,
                status=line.status,
                quantity_counted=line.quantity,
                quantity_book=line.quantity_book,
                difference=line.difference,
                difference_then=line.difference_then,
                left=line.left,
                counted_at=line.counted_at,
                round=line.round,
                counters=list(line.counters),
                is_uncertain=line.is_uncertain,
                corrections=[each.document for each in line.corrections],
            )
            for line in lines
        ]
    )


def take(request: HttpRequest, desk: Desk, number: str, *, step: str) -> StocktakeOut:
    """Start a stocktake, give it up, or post what it found."""
    find(request, desk, number)
    trace, at = get_trace(request), timezone.now()
    if step == "start":
        plans.start(number=number, by=trace, at=at)
    elif step == "cancel":
        plans.cancel(number=number, by=trace, at=at)
    else:
        roles = sorted(get_actor(request).roles)
        desk.post(number=number, roles=roles, by=trace, at=at, new_id=make_id)
    return _write(get_stocktake(number))


def observe(
    request: HttpRequest, desk: Desk, number: str, payload: ObservationsIn
) -> CountSheetsOut:
    """Take observations: one sheet for each place and counter, closed at once."""
    row = find(request, desk, number)
    closed = observing.record(
        number=number,
        handed=Handed(
            rows=[Observation(**each.model_dump()) for each in payload.rows],
            capture_mode="api",
            is_complete=payload.is_complete,
            places=frozenset(place.code for place in desk.list_places(row.site.code)),
        ),
        closer=desk.close_sheet,
        acting=Acting(
            by=get_trace(request),
            at=timezone.now(),
            roles=tuple(sorted(get_actor(request).roles)),
        ),
        new_id=make_id,
    )
    return CountSheetsOut(data=[write_sheet(sheet.number) for sheet in closed])


def print_sheets(request: HttpRequest, desk: Desk, number: str, *, sheet: str) -> HttpResponse:
    """Return what is still to be counted as PDF."""
    return answer_sheets(request, desk, find(request, desk, number), sheet=sheet)


def write_list(
    request: HttpRequest, desk: Desk, number: str, *, file_format: str, sheet: str
) -> HttpResponse:
    """Return what is still to be counted as a table to fill in."""
    row = find(request, desk, number)
    return answer_file_to_fill(request, desk, row, file_format=file_format, sheet=sheet)


def list_own(request: HttpRequest, desk: Desk, *, site: str) -> CountSheetsOut:
    """Return the sheets the caller may count now at a site."""
    actor = get_actor(request)
    actor.require_site(site)
    rows = stocktakes.list_own_sheets(
        system=desk.system.name, site=site, actor=actor.name, limit=ROWS_MAX
    )
    return CountSheetsOut(data=[write_sheet(row.number) for row in rows])


def scan(request: HttpRequest, desk: Desk, number: str, payload: CountScanIn) -> CountSheetOut:
    """Add what was seen to a sheet."""
    require_sheet(request, desk, number)
    counting.scan(
        sheet=number,
        seen=Counting(**payload.model_dump(), capture_mode="api"),
        by=get_trace(request),
        at=timezone.now(),
    )
    return write_sheet(number)


def take_tags(request: HttpRequest, desk: Desk, number: str, payload: TagsIn) -> TagsOut:
    """Add pieces by their radio tags."""
    require_sheet(request, desk, number)
    read = counting.take_tags(
        sheet=number, tags=payload.tags, by=get_trace(request), at=timezone.now()
    )
    return TagsOut(new=read.new, doubled=read.doubled, unknown=list(read.unknown))


def close(request: HttpRequest, desk: Desk, number: str, payload: CloseIn) -> CountSheetOut:
    """Close a sheet: what stands on it was seen."""
    require_sheet(request, desk, number)
    assert payload.unseen in (closing.ASK, closing.NONE_THERE, closing.NOT_LOOKED)
    desk.close_sheet(
        sheet=number,
        unseen=payload.unseen,
        roles=sorted(get_actor(request).roles),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return write_sheet(number)


def release(
    request: HttpRequest, desk: Desk, number: str, payload: SheetReleaseIn
) -> CountSheetOut:
    """Take back a sheet that somebody began and left: its scans are void."""
    require_sheet(request, desk, number)
    giving_out.release(
        number=sheets.get_sheet(number).stocktake.number,
        sheet=number,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return write_sheet(number)


def assign(request: HttpRequest, desk: Desk, number: str, payload: SheetAssignIn) -> CountSheetOut:
    """Say who counts a sheet, by log-in name; nobody in particular when it is empty."""
    require_sheet(request, desk, number)
    stocktake = sheets.get_sheet(number).stocktake
    giving_out.require_counters(desk, site=stocktake.site, persons=[payload.person])
    giving_out.assign(
        number=stocktake.number,
        sheet=number,
        person=payload.person,
        by=get_trace(request),
        at=timezone.now(),
    )
    return write_sheet(number)


def find(request: HttpRequest, desk: Desk, number: str) -> StocktakeRow:
    """
    Return a stocktake of the caller's sites and of this system.

    :raises NotFound: if it is none.
    """
    row = get_stocktake(number)
    get_actor(request).require_site(row.site.code)
    if row.system != desk.system.name:
        raise NotFound(kind="stocktake", id=number)
    return row


def require_sheet(request: HttpRequest, desk: Desk, number: str) -> None:
    """
    Return quietly when a sheet is of the caller's sites and of this system.

    :raises NotFound: if it is not.
    """
    row = sheets.get_sheet(number)
    get_actor(request).require_site(row.stocktake.site)
    if row.stocktake.system != desk.system.name:
        raise NotFound(kind="count_sheet", id=number)


def write_sheet(number: str) -> CountSheetOut:
    """Return what the API tells of a sheet."""
    task = sheets.get_task(number)
    return CountSheetOut(
        number=task.number,
        stocktake=task.stocktake,
        state=task.state,
        place=task.place,
        shelf=task.shelf,
        round=task.round,
        counter=task.counter,
        lines=_write_lines(task.lines),
    )


def _write_lines(lines: Sequence[sheets.CountingLine]) -> list[dict[str, Any]]:
    return [
        {
            "sku": line.sku.code,
            "lot": line.lot,
            "status": line.status,
            "quantity": line.quantity,
        }
        for line in lines
    ]


def _write(row: StocktakeRow) -> StocktakeOut:
    return StocktakeOut(
        number=row.number,
        kind=row.kind,
        state=row.state,
        site=row.site.code,
        is_blind=row.is_blind,
        is_double=row.is_double,
        due_on=row.due_on,
        created_by=row.created_by,
        created_at=row.created_at,
        posted_at=row.posted_at,
        sheets=row.sheets,
        sheets_closed=row.sheets_closed,
        lines=row.lines,
    )
