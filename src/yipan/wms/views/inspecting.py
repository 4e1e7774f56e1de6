"""Inspections (质检单): a list and a document at the desk, one scan and one tap on a handheld."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import told
from yipan.documents.doors import get_trace, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.wms import queries
from yipan.wms.documents.inbound import inspection
from yipan.wms.documents.inbound.inspection import PartsWrong, Verdict
from yipan.wms.queries import inspections
from yipan.wms.queries.inspections import InspectionFilter, InspectionRow
from yipan.wms.views.receiving import read_quantity
from yipan.wms.views.sites import get_warehouse

ROWS_PER_PAGE = 50
GROUPS: dict[str, tuple[str, ...]] = {
    "open": ("open", "held"),
    "passed": ("passed",),
    "rejected": ("rejected",),
}


@require_GET
@page(action="wms.read")
def list_inspections(request: HttpRequest) -> HttpResponse:
    """List inspections: what waits first of all."""
    actor = get_actor(request)
    group = request.GET.get("state", "open")
    which = InspectionFilter(
        states=GROUPS.get(group, ()),
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = inspections.list_inspections(
        which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE
    )
    context = {
        "rows": rows,
        "group": group if group in GROUPS else "all",
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_inspect": actor.may("wms.inspect"),
        "may_rule": actor.may("wms.rule"),
    }
    return render(request, "wms/inspections.html", context)


@require_GET
@page(action="wms.read")
def show_inspection(request: HttpRequest, number: str) -> HttpResponse:
    """Show one inspection: what waits, why, who decided, and what was posted."""
    actor = get_actor(request)
    row = inspections.get_inspection(number)
    actor.require_site(row.site.code)
    history = read_history(
        document_type=inspection.DOCUMENT_TYPE,
        number=number,
        postings=[(row.book_code, f"inspection/{number}/{it}") for it in ("stop", "decide")],
        message_ids=[row.message_id] if row.message_id else [],
    )
    context = {
        "row": row,
        "history": history,
        "may_inspect": actor.may("wms.inspect"),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "wms/inspection.html", context)


@require_POST
@page(action="wms.inspect")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Pass, hold or reject; from the desk back to the document, from a handheld to the next."""
    row = inspections.get_inspection(number)
    get_actor(request).require_site(row.site.code)
    try:
        said = _take_verdict(request, row)
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
    else:
        messages.success(request, said)
        if "handheld" in request.POST:
            return redirect("wms:inspecting")
    if "handheld" in request.POST:
        return redirect("wms:inspect", number=number)
    return redirect("wms:inspection", number=number)


@require_http_methods(["GET", "POST"])
@page(action="wms.inspect")
def begin(request: HttpRequest) -> HttpResponse:
    """Show what waits; a scan of product, lot, package or number opens it."""
    site = get_warehouse(request)
    if request.method == "POST":
        text = request.POST.get("scan", "").strip()
        try:
            number = _find(site.code, text)
        except Refusal as refusal:
            messages.error(request, tell(refusal))
        else:
            if number:
                return redirect("wms:inspect", number=number)
            messages.error(request, _("Nothing of it waits for an inspection."))
        return redirect(f"{request.path}?site={site.code}")
    which = InspectionFilter(states=("open", "held"), site=site.code)
    context = {"site": site, "rows": inspections.list_inspections(which, limit=ROWS_PER_PAGE)}
    return render(request, "wms/inspecting.html", context)


@require_GET
@page(action="wms.inspect")
def inspect(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is to be inspected, big, with three buttons."""
    row = inspections.get_inspection(number)
    get_actor(request).require_site(row.site.code)
    if not row.is_open:
        return redirect("wms:inspection", number=number)
    return render(request, "wms/inspect.html", {"row": row})


def _find(site: str, text: str) -> str:
    if text.upper().startswith("QC-"):
        row = inspections.get_inspection(text.upper())
        return row.number if row.site.code == site else ""
    scanned = queries.resolve_scan(site, text)
    if scanned.kind == "package":
        return inspections.find_waiting(site, package=scanned.value)
    if scanned.sku is None:
        return ""
    return inspections.find_waiting(site, sku=scanned.sku.code, lot=scanned.lot)


def _take_verdict(request: HttpRequest, row: InspectionRow) -> str:
    at, note = timezone.now(), request.POST.get("note", "").strip()[:200]
    if "hold" in request.POST:
        inspection.hold(number=row.number, by=get_trace(request, reason=note), at=at)
        return _("Left in quarantine, on hold.")
    rejected = row.quantity
    if "pass" in request.POST:
        read = read_quantity(request.POST.get("rejected", "0"))
        if read is None:
            raise PartsWrong(number=row.number, quantity=row.quantity)
        rejected = read
    ends = request.POST.get("expires_on", "").strip()
    inspection.decide(
        number=row.number,
        verdict=Verdict(
            quantity_passed=row.quantity - rejected,
            quantity_rejected=rejected,
            is_damaged=request.POST.get("is_damaged") == "1",
            lot=request.POST.get("lot", "")[:48],
            expires_on=told.read_date(ends) if ends else None,
            note=note,
        ),
        by=get_trace(request),
        at=at,
        message_id=make_id(),
    )
    return _("Decided. The hub is told.")
