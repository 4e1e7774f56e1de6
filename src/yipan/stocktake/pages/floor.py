"""Counting on a handheld: scan the place, each product and its quantity, the place again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from yipan.access.actors import get_actor
from yipan.documents import told
from yipan.documents.doors import get_trace, tell
from yipan.documents.evidence import read_stamp
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.stocktake.documents import closing, counting
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.counting import Counting
from yipan.stocktake.documents.desk import Desk, Scanned
from yipan.stocktake.documents.refusals import PlaceUnknown, ZerosUnconfirmed
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.queries import sheets, stocktakes
from yipan.stocktake.queries.sheets import SheetTask

TASKS_SHOWN_MAX = 50
#: A barcode has more digits than anybody counts: such a number is a quantity.
QUANTITY_DIGITS_MAX = 5
TONES = {"good": messages.SUCCESS, "bad": messages.ERROR, "warn": messages.WARNING}
STATUSES = ("available", "damaged", "blocked")
TAGS_BYTES_MAX = 1_000_000


class OtherPlace(Refusal):
    """This is another place. Close this sheet first: scan its own place again."""

    code = "stocktake.other_place"
    status = 422


def show_tasks(request: HttpRequest, desk: Desk, *, site: SiteRow | None) -> HttpResponse:
    """Show what is to be counted; the scan of a place opens its sheet."""
    if site is None:
        raise NotFound(kind="site")
    actor = get_actor(request)
    if request.method == "POST":
        try:
            number = _open(request, desk, site=site.code)
        except Refusal as refusal:
            messages.error(request, tell(refusal))
            return redirect(f"{request.path}?site={site.code}")
        return redirect(f"{desk.names}:count_sheet", number=number)
    context = {
        "names": desk.names,
        "site": site,
        "actor_name": actor.name,
        "taken_back": [
            (sheet, desk.get_label(sheet.place))
            for sheet in stocktakes.list_taken_back(
                system=desk.system.name, site=site.code, actor=actor.name
            )
        ],
        "sheets": [
            (sheet, desk.get_label(sheet.place))
            for sheet in stocktakes.list_own_sheets(
                system=desk.system.name, site=site.code, actor=actor.name, limit=TASKS_SHOWN_MAX
            )
        ],
    }
    return render(request, "stocktake/counting.html", context)


def _open(request: HttpRequest, desk: Desk, *, site: str) -> str:
    """Return the sheet of what was scanned: its own, or that of a place, planned or begun now."""
    text = request.POST.get("scan", "").strip()
    trace, at = get_trace(request), timezone.now()
    mine = stocktakes.list_own_sheets(
        system=desk.system.name, site=site, actor=trace.actor, limit=stocktakes.ROWS_MAX
    )
    if any(sheet.number == text.upper() for sheet in mine):
        return text.upper()  # the barcode of a sheet on paper
    scanned = desk.resolve(site, text)
    if scanned.kind != "place":
        raise PlaceUnknown(place=text[:32])
    for sheet in mine:
        if (sheet.place, sheet.shelf) == (scanned.place, scanned.shelf):
            return sheet.number
    planned = Planned(place=scanned.place, shelf=scanned.shelf)
    running = next((sheet for sheet in mine if sheet.place == scanned.place), None)
    if running is not None and scanned.shelf:
        # A shelf of an area that is being counted belongs to it.
        return plans.open_shelf(number=running.stocktake.number, planned=planned, by=trace).number
    wanted = Plan(site=site, kind="spot", sheets=[planned], scope=_name(planned))
    number = plans.plan(wanted=wanted, system=desk.system, by=trace, at=at).number
    plans.start(number=number, by=trace, at=at)
    return plans.open_shelf(number=number, planned=planned, by=trace).number


def _name(planned: Planned) -> str:
    return f"{planned.place} {planned.shelf}".strip()


def count(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Count a sheet: each scan answers with the task, closing it with the next one."""
    task = _get(request, desk, number)
    back = f"{reverse(f'{desk.names}:counting')}?site={task.site.code}"
    if not task.is_open:
        return redirect(back)
    if request.method == "GET":
        return render(request, "stocktake/sheet.html", _describe(desk, task))
    unseen: list[SkuRow] = []
    try:
        answer, tone, is_closed = _take(request, desk, task)
    except ZerosUnconfirmed as refusal:
        skus = masterdata.find_skus(refusal.skus)
        unseen = list(skus.values())
        answer, tone, is_closed = tell(refusal), "warn", False
    except Refusal as refusal:
        answer, tone, is_closed = tell(refusal), "bad", False
    is_htmx = request.headers.get("HX-Request") == "true"
    if is_closed:
        messages.success(request, answer)
        return HttpResponseClientRedirect(back) if is_htmx else redirect(back)
    if not is_htmx and not unseen:
        messages.add_message(request, TONES[tone], answer)
        return redirect(f"{desk.names}:count_sheet", number=number)
    context = {
        **_describe(desk, _get(request, desk, number)),
        "answer": answer,
        "tone": tone,
        "unseen": unseen,
    }
    template = "stocktake/_sheet.html" if is_htmx else "stocktake/sheet.html"
    return render(request, template, context)


def _describe(desk: Desk, task: SheetTask) -> dict[str, object]:
    return {
        "names": desk.names,
        "task": task,
        "place": desk.get_label(task.place),
        "statuses": STATUSES,
        "unseen": [],
    }


def _take(request: HttpRequest, desk: Desk, task: SheetTask) -> tuple[str, str, bool]:
    """Do what was scanned, typed or tapped; return the answer, its tone, and if it is closed."""
    trace, at = get_trace(request), timezone.now()
    if "close" in request.POST:
        return _close(request, desk, task, unseen=request.POST["close"])
    if "undo" in request.POST:
        counting.undo(sheet=task.number, by=trace, at=at)
        return _("Taken back."), "good", False
    if request.POST.get("status") in STATUSES:
        counting.set_status(sheet=task.number, status=request.POST["status"], by=trace, at=at)
        return _("Noted."), "good", False
    text = request.POST.get("scan", "").strip()
    if "quantity" in request.POST:
        text = request.POST["quantity"].strip()
        if not _is_quantity(text):
            return _("A quantity is a number up to 99,999."), "bad", False
    if _is_quantity(text) and ("quantity" in request.POST or not _is_known(desk, task, text)):
        done = counting.key_quantity(
            sheet=task.number, quantity=int(text), by=trace, at=at, stamp=read_stamp(request)
        )
        return _("%(quantity)s counted.") % {"quantity": done.quantity}, "good", False
    return _take_scan(request, desk, task, text=text)


def _take_scan(
    request: HttpRequest, desk: Desk, task: SheetTask, *, text: str
) -> tuple[str, str, bool]:
    scanned = desk.resolve(task.site.code, text)
    trace, at = get_trace(request), timezone.now()
    if scanned.kind == "place":
        if (scanned.place, scanned.shelf) != (task.place, task.shelf):
            raise OtherPlace(place=scanned.place, sheet=task.place)
        return _close(request, desk, task, unseen=closing.ASK)
    if scanned.kind == "command":
        if scanned.command == "undo":
            counting.undo(sheet=task.number, by=trace, at=at)
            return _("Taken back."), "good", False
        if scanned.command == "post":
            return _close(request, desk, task, unseen=closing.ASK)
        if scanned.command == "damaged":
            counting.set_status(sheet=task.number, status="damaged", by=trace, at=at)
            return _("Noted."), "good", False
    if scanned.sku is None:
        raise PlaceUnknown(place=text[:32])
    counting.scan(
        sheet=task.number,
        seen=_make_seen(request, scanned, text=text),
        by=trace,
        at=at,
    )
    return _("+%(quantity)s") % {"quantity": scanned.quantity}, "good", False


def _make_seen(request: HttpRequest, scanned: Scanned, *, text: str) -> Counting:
    assert scanned.sku is not None
    return Counting(
        sku=scanned.sku.code,
        quantity=scanned.quantity,
        lot=scanned.lot,
        serial=scanned.serial,
        capture_mode="scan",
        text=text,
        pack_size=scanned.pack_size,
        stamp=read_stamp(request),
    )


def _close(
    request: HttpRequest, desk: Desk, task: SheetTask, *, unseen: str
) -> tuple[str, str, bool]:
    desk.close_sheet(
        sheet=task.number,
        unseen=closing.NONE_THERE if unseen == closing.NONE_THERE else closing.ASK,
        roles=sorted(get_actor(request).roles),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    # Not a word of whether it agrees: the next one looks as blind as this one.
    return _("%(place)s is counted.") % {"place": _name_task(desk, task)}, "good", True


def _name_task(desk: Desk, task: SheetTask) -> str:
    return f"{desk.get_label(task.place)} {task.shelf}".strip()


def take_tags(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Take a list of radio tags: out of a file of the reader, or pasted, one a line."""
    task = _get(request, desk, number)
    uploaded = request.FILES.get("file")
    text = request.POST.get("tags", "")
    if uploaded is not None:
        text = uploaded.read(TAGS_BYTES_MAX).decode(errors="replace")
    tags = [
        cell.strip().strip('"')
        for line in text.splitlines()
        for cell in line.split(",")[:1]
        if cell.strip()
    ]
    try:
        read = counting.take_tags(
            sheet=number,
            tags=tags[: counting.TAGS_MAX + 1],
            by=get_trace(request),
            at=timezone.now(),
            stamp=read_stamp(request),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
    else:
        said = ngettext("%(count)d piece read.", "%(count)d pieces read.", read.new)
        messages.success(request, said % {"count": read.new})
        if read.unknown:
            said = ngettext(
                "%(count)d tag of goods nobody knows here.",
                "%(count)d tags of goods nobody knows here.",
                len(read.unknown),
            )
            messages.warning(request, said % {"count": len(read.unknown)})
    return redirect(f"{desk.names}:count_sheet", number=task.number)


def _is_quantity(text: str) -> bool:
    digits = text.isascii() and text.isdecimal() and len(text) <= QUANTITY_DIGITS_MAX
    return digits and int(text) <= told.QUANTITY_MAX


def _is_known(desk: Desk, task: SheetTask, text: str) -> bool:
    """Tell whether a short number is the code of something here."""
    try:
        desk.resolve(task.site.code, text)
    except Refusal:
        return False
    return True


def _get(request: HttpRequest, desk: Desk, number: str) -> SheetTask:
    task = sheets.get_task(number)
    get_actor(request).require_site(task.site.code)
    if task.system != desk.system.name:
        raise NotFound(kind="count_sheet", id=number)
    return task
