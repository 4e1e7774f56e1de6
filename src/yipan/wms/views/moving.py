"""Move tasks (移库任务) on a handheld: replenish, put back, cross-dock; and the pick faces."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step, tell
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata.rows import SiteRow
from yipan.wms import queries
from yipan.wms.documents.outbound import move_task, replenishment
from yipan.wms.documents.outbound.move_task import NothingThere, TaskTaken
from yipan.wms.documents.outbound.replenishment import FaceRow
from yipan.wms.queries import pick_faces
from yipan.wms.queries.pick_faces import MoveTaskRow
from yipan.wms.queries.scans import ScanUnknown
from yipan.wms.views.receiving import TONES
from yipan.wms.views.sites import get_warehouse, list_warehouses

HELD_KEY = "wms_move_task"
KINDS = ("replenish", "put_back", "cross_dock")
LINES_MAX = 1_000
Answer = tuple[str, str]


@require_GET
@page(action="wms.move")
def show_tasks(request: HttpRequest) -> HttpResponse:
    """Show what should be carried, the most urgent first; a scan of the goods takes it up."""
    site = get_warehouse(request)
    return render(request, "wms/moving.html", _describe(request, site))


@require_POST
@page(action="wms.move")
def take_scan(request: HttpRequest) -> HttpResponse:
    """Take up a task by the bin or product it begins at, and end it by the bin it goes to."""
    site = get_warehouse(request)
    try:
        answer, tone = _take(request, site)
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect(f"{reverse('wms:moving')}?site={site.code}")
    context = _describe(request, site) | {"answer": answer, "tone": tone}
    return render(request, "wms/_moving.html", context)


@require_POST
@page(action="wms.move")
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Drop a task."""
    site = pick_faces.get_move_task(number).site
    get_actor(request).require_site(site)
    step = partial(move_task.cancel, number=number, by=get_trace(request), at=timezone.now())
    take_step(request, step, done=_("Dropped."))
    return redirect(f"{reverse('wms:moving')}?site={site}")


@require_http_methods(["GET", "POST"])
@page(action="wms.set_pick_face")
def list_pick_faces(request: HttpRequest) -> HttpResponse:
    """Show the pick faces and how full they are; set them, or fill them up now."""
    site = get_warehouse(request)
    if request.method == "POST":
        at, trace = timezone.now(), get_trace(request)
        if "replenish" in request.POST:
            raised = replenishment.replenish(site=site.code, by=trace, at=at)
            said = _("%(count)s tasks raised.") % {"count": len(raised)}
            messages.success(request, said)
        else:
            rows = _read_faces(request.POST.get("lines", ""))
            step = partial(replenishment.set_faces, site=site.code, rows=rows)
            take_step(request, step, done=_("Pick faces are set."))
        return redirect(f"{reverse('wms:pick_faces')}?site={site.code}")
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "rows": pick_faces.list_pick_faces(site.code),
    }
    return render(request, "wms/pick_faces.html", context)


def _get_held(request: HttpRequest, site: str) -> MoveTaskRow | None:
    number = request.session.get(HELD_KEY)
    if not number:
        return None
    try:
        task = pick_faces.get_move_task(number)
    except NotFound:
        return None
    return task if task.site == site and task.state == "open" else None


def _describe(request: HttpRequest, site: SiteRow) -> dict[str, object]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    held = _get_held(request, site.code)
    return {
        "site": site,
        "held": held,
        "kind": kind,
        "kinds": KINDS,
        "tasks": [] if held else pick_faces.list_move_tasks(site=site.code, kind=kind),
    }


def _take(request: HttpRequest, site: SiteRow) -> Answer:
    held = _get_held(request, site.code)
    if "leave" in request.POST:
        request.session.pop(HELD_KEY, None)
        return _("Left for later."), "info"
    text = request.POST.get("scan", "")
    scanned = queries.resolve_scan(site.code, text)
    if held is not None and scanned.kind == "bin" and scanned.value != held.from_bin:
        return _put_down(request, held, to_bin=scanned.value)
    sku = scanned.sku.code if scanned.sku else ""
    if not sku and scanned.kind not in {"bin", "tote"}:
        raise ScanUnknown(text=text, site=site.code)
    number = pick_faces.find_next(
        site.code,
        actor=get_actor(request).name,
        at=timezone.now(),
        place="" if sku else scanned.value,
        sku=sku,
    )
    if not number:
        return _("No task begins there."), "bad"
    task = move_task.claim(number=number, by=get_trace(request), at=timezone.now())
    request.session[HELD_KEY] = task.number
    return _("Take %(quantity)s.") % {"quantity": task.quantity}, "good"


def _put_down(request: HttpRequest, held: MoveTaskRow, *, to_bin: str) -> Answer:
    try:
        ended = move_task.finish(
            number=held.number, to_bin=to_bin, by=get_trace(request), at=timezone.now()
        )
    except (NothingThere, TaskTaken):
        request.session.pop(HELD_KEY, None)
        raise
    request.session.pop(HELD_KEY, None)
    said = _("%(quantity)s put into %(bin)s.")
    return said % {"quantity": ended.quantity_moved, "bin": to_bin}, "good"


def _read_faces(text: str) -> list[FaceRow]:
    """Return the lines of a text such as pasted from a table: bin, SKU, minimum, maximum."""
    rows = []
    for line in text.splitlines()[:LINES_MAX]:
        cells = [cell.strip() for cell in line.replace("\t", ",").replace("，", ",").split(",")]
        if any(cells):
            bin_code, sku, low, high = [*cells, "", "", "", ""][:4]
            bounds = [int(it) if it.isdecimal() and len(it) < 8 else -1 for it in (low, high)]
            rows.append(
                FaceRow(
                    bin_code=bin_code.upper(),
                    sku=sku.upper(),
                    quantity_min=bounds[0],
                    quantity_max=bounds[1],
                )
            )
    return rows
