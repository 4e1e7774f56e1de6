"""Stocktakes at a desk: the list with coverage, the plan with its progress, the review."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.access.actors import get_actor
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.documents.told import TooManyLines
from yipan.documents.uploads import read_upload
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata.rows import SiteRow
from yipan.stocktake.documents import giving_out, observing, settling
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.documents.observing import Handed, Observation
from yipan.stocktake.documents.refusals import NothingToCount
from yipan.stocktake.documents.system import Acting
from yipan.stocktake.models import StocktakeKind
from yipan.stocktake.papers import answer_file_to_fill, answer_sheets
from yipan.stocktake.queries import files, stocktakes
from yipan.stocktake.queries.coverage import get_coverage
from yipan.stocktake.queries.stocktakes import StocktakeRow, get_stocktake

ROWS_PER_PAGE = 50
WRONG_SHOWN_MAX = 200
MARKED_MAX = 500
NUMBER_LENGTH_MAX = 48
STATES = ("open", "posted", "canceled")
#: What a step does, and what is said then, by what its button is called.
Steps = dict[str, tuple[Callable[[], object], str]]
#: Way of a stocktake, as the stepper shows it.
WAY = ("planned", "counting", "explained", "submitted", "posted")


def show_list(request: HttpRequest, desk: Desk, *, site: SiteRow | None) -> HttpResponse:
    """List stocktakes, and how much of the site was looked at."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    rows = stocktakes.list_stocktakes(
        system=desk.system.name,
        sites=actor.sites,
        site=find_chosen_site(request, actor=actor),
        state=state if state in STATES else "",
        after=request.GET.get("after", "")[:48],
        limit=ROWS_PER_PAGE,
    )
    coverage = None
    if site is not None:
        coverage = get_coverage(system=desk.system.name, site=site.code, now=timezone.now())
    context = {
        "names": desk.names,
        "rows": rows,
        "state": state if state in STATES else "",
        "kinds": dict(StocktakeKind.choices),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "site": site,
        "coverage": coverage,
        "may_plan": actor.may(desk.plan_action),
        "may_count": actor.may(desk.count_action),
    }
    return render(request, "stocktake/list.html", context)


def show(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show one stocktake: its progress by sheet, and what differs now, for those who plan."""
    row = _get(request, desk, number)
    actor = get_actor(request)
    may_plan = actor.may(desk.plan_action)
    # Blind means blind: whoever may only count sees no book before it is decided.
    lines = (
        stocktakes.list_review(number, book=desk.system.get_book(row.site.code)) if may_plan else []
    )
    sheets = stocktakes.list_sheets(number)
    context = {
        "names": desk.names,
        "document": row,
        "kinds": dict(StocktakeKind.choices),
        "way": " ".join(WAY),
        "at": "counting" if row.state == "recounting" else row.state,
        "sheets": [(sheet, desk.get_label(sheet.place)) for sheet in sheets],
        "lines": [(line, desk.get_label(line.place)) for line in lines],
        "left": sum(1 for line in lines if line.left),
        "gain": sum(line.value_minor for line in lines if line.value_minor > 0),
        "loss": sum(line.value_minor for line in lines if line.value_minor < 0),
        "may_plan": may_plan,
        "may_count": actor.may(desk.count_action),
        "counters": giving_out.list_counters(desk, site=row.site.code) if may_plan else [],
        "history": read_history(document_type=plans.DOCUMENT_TYPE, number=number),
    }
    return render(request, "stocktake/stocktake.html", context)


def take(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Take a step of the stocktake, or of one sheet: give it out, take it back."""
    row = _get(request, desk, number)
    steps = {**_list_steps(request, desk, number), **_list_sheet_steps(request, desk, row)}
    step, done = steps.get(request.POST.get("step", ""), (None, ""))
    if step is not None:
        take_step(request, step, done=done)
    return redirect(f"{desk.names}:stocktake", number=number)


def _list_steps(request: HttpRequest, desk: Desk, number: str) -> Steps:
    """Return the steps of a stocktake as a whole, and what is said when each is taken."""
    trace, at = get_trace(request, reason=request.POST.get("reason", "")), timezone.now()
    return {
        "start": (
            lambda: plans.start(number=number, by=trace, at=at),
            _("Started. People can count."),
        ),
        "cancel": (lambda: plans.cancel(number=number, by=trace, at=at), _("Given up.")),
        "post": (
            lambda: desk.post(
                number=number,
                roles=sorted(get_actor(request).roles),
                by=trace,
                at=at,
                new_id=make_id,
            ),
            _("Settled. What is beyond the limits waits for the hub."),
        ),
        "recount": (
            lambda: settling.recount(number=number, results=_read_marked(request), by=trace, at=at),
            _("Somebody else counts it again."),
        ),
    }


def _list_sheet_steps(request: HttpRequest, desk: Desk, row: StocktakeRow) -> Steps:
    """Return the steps of one sheet."""
    trace, at = get_trace(request, reason=request.POST.get("reason", "")), timezone.now()
    sheet = request.POST.get("sheet", "")[:NUMBER_LENGTH_MAX]

    def assign() -> None:
        person = request.POST.get("person", "").strip()
        giving_out.require_counters(desk, site=row.site.code, persons=[person])
        giving_out.assign(number=row.number, sheet=sheet, person=person, by=trace, at=at)

    return {
        "assign": (assign, _("Assigned.")),
        "release": (
            lambda: giving_out.release(number=row.number, sheet=sheet, by=trace, at=at),
            _("Taken back. What was scanned is void; whoever comes begins anew."),
        ),
    }


def print_sheets(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show what is still to be counted as PDF; `?sheet=` narrows it to one."""
    row = _get(request, desk, number)
    sheet = request.GET.get("sheet", "")[:NUMBER_LENGTH_MAX]
    return _answer(request, desk, row, lambda: answer_sheets(request, desk, row, sheet=sheet))


def write_list(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Answer what is still to be counted as a table to fill in; `?format=` is csv or xlsx."""
    row = _get(request, desk, number)
    sheet = request.GET.get("sheet", "")[:NUMBER_LENGTH_MAX]
    file_format = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return _answer(
        request,
        desk,
        row,
        lambda: answer_file_to_fill(request, desk, row, file_format=file_format, sheet=sheet),
    )


def _answer(
    request: HttpRequest, desk: Desk, row: StocktakeRow, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """Return an answer, or go back to the stocktake with what is in the way."""
    try:
        return answer()
    except (NothingToCount, TooManyLines) as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return redirect(f"{desk.names}:stocktake", number=row.number)


def take_file(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Take a list of counts out of a file; with wrong rows nothing, unless the good ones are."""
    row = _get(request, desk, number)
    uploaded = request.FILES.get("file")
    at = timezone.now()
    found = files.Sheetful(rows=(), wrong=())
    try:
        if uploaded is None:
            raise NothingToCount(number=number)
        found = files.read_file(
            read_upload(uploaded),
            find_place=lambda text: _find_place(desk, row.site.code, text),
            time_zone=row.site.time_zone,
            now=at,
            is_complete="is_complete" in request.POST,
        )
        if not found.wrong or (found.rows and "take_good" in request.POST):
            _record(request, desk, row=row, found=found)
            return redirect(f"{desk.names}:stocktake", number=number)
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        if not found.wrong:
            return redirect(f"{desk.names}:stocktake", number=number)
    context = {
        "names": desk.names,
        "document": row,
        "good": len(found.rows),
        "wrong": found.wrong[:WRONG_SHOWN_MAX],
        "wrong_count": len(found.wrong),
    }
    return render(request, "stocktake/wrong_rows.html", context, status=422)


def _record(request: HttpRequest, desk: Desk, *, row: StocktakeRow, found: files.Sheetful) -> None:
    observing.record(
        number=row.number,
        handed=Handed(
            rows=[
                Observation(
                    place=each.place,
                    shelf=each.shelf,
                    sku=each.sku,
                    quantity=each.quantity,
                    lot=each.lot,
                    status=each.status,
                    counted_at=each.counted_at,
                    counter=each.counter,
                )
                for each in found.rows
            ],
            is_complete="is_complete" in request.POST,
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
    said = ngettext("%(count)d row taken.", "%(count)d rows taken.", len(found.rows))
    messages.success(request, said % {"count": len(found.rows)})
    if found.empty:
        said = ngettext(
            "%(count)d row without a quantity was left out.",
            "%(count)d rows without a quantity were left out.",
            found.empty,
        )
        messages.info(request, said % {"count": found.empty})


def _find_place(desk: Desk, site: str, text: str) -> tuple[str, str] | None:
    try:
        scanned = desk.resolve(site, text)
    except Refusal:
        return None
    return (scanned.place, scanned.shelf) if scanned.kind == "place" else None


def _read_marked(request: HttpRequest) -> list[int]:
    marked = request.POST.getlist("line")[:MARKED_MAX]
    return [int(each) for each in marked if each.isdecimal() and len(each) < 19]


def _get(request: HttpRequest, desk: Desk, number: str) -> StocktakeRow:
    row = get_stocktake(number)
    get_actor(request).require_site(row.site.code)
    if row.system != desk.system.name:
        raise NotFound(kind="stocktake", id=number)
    return row
