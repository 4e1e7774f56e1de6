"""Adjustments (库存调整单): three interactions on a handheld, and the document on a desk."""

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
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.evidence import read_stamp
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.wms import queries
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Added, Kind
from yipan.wms.queries import adjustments
from yipan.wms.queries.adjustments import AdjustmentRow
from yipan.wms.rules import Place
from yipan.wms.views.receiving import TONES, read_quantity
from yipan.wms.views.receiving_scans import NotOnThisPage
from yipan.wms.views.sites import get_warehouse

ROWS_PER_PAGE = 50

#: The tiles: value of the button to type and new status.
TILES = {
    "scrap": ("scrap", ""),
    "sample_issue": ("sample_issue", ""),
    "internal_use": ("internal_use", ""),
    "damaged": ("status_change", "damaged"),
    "blocked": ("status_change", "blocked"),
    "available": ("status_change", "available"),
}


@require_GET
@page(action="wms.read")
def list_adjustments(request: HttpRequest) -> HttpResponse:
    """List adjustments."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    rows = adjustments.list_adjustments(
        sites=actor.sites,
        site=find_chosen_site(request, actor=actor),
        state=state if state in ("draft", "submitted", "posted", "rejected") else "",
        after=request.GET.get("after", ""),
        limit=ROWS_PER_PAGE,
    )
    context = {
        "rows": rows,
        "state": state,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_adjust": actor.may("wms.adjust"),
    }
    return render(request, "wms/adjustments.html", context)


@require_GET
@page(action="wms.read")
def show_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Show one adjustment: what changed, why, who decided."""
    actor = get_actor(request)
    row = adjustments.get_adjustment(number)
    actor.require_site(row.site.code)
    history = read_history(
        document_type=adjustment.DOCUMENT_TYPE,
        number=number,
        postings=[
            (row.book_code, f"adjustment/{number}/post"),
            (row.book_code, f"adjustment/{number}/reverse"),
        ],
        message_ids=[row.message_id] if row.message_id else [],
    )
    context = {
        "adjustment": row,
        "history": history,
        "may_adjust": actor.may("wms.adjust"),
        "may_reverse": actor.may("wms.reverse"),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "wms/adjustment.html", context)


@require_POST
@page(action="wms.reverse")
def reverse_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Undo a posted adjustment."""
    get_actor(request).require_site(adjustments.get_adjustment(number).site.code)
    step = partial(
        adjustment.reverse,
        number=number,
        by=get_trace(request, reason=request.POST.get("reason", "")),
        at=timezone.now(),
        message_id=make_id(),
    )
    take_step(request, step, done=_("Reversed. The hub is told."))
    return redirect("wms:adjustment", number=number)


@require_http_methods(["GET", "POST"])
@page(action="wms.adjust")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin with the first product scanned."""
    site = get_warehouse(request)
    actor = get_actor(request)
    if request.method == "GET":
        number = adjustments.find_own_adjustment(site=site.code, actor=actor.name)
        context = {"site": site, "number": number}
        return render(request, "wms/adjusting.html", context)
    trace, at = get_trace(request), timezone.now()
    try:
        # Only what means a product opens a document: a slip leaves no empty paper behind.
        added = _read_scan(request, site.code)
        number = adjustments.find_own_adjustment(site=site.code, actor=actor.name)
        number = number or adjustment.open_draft(site=site.code, by=trace, at=at).number
        adjustment.add(number=number, added=added, by=trace, at=at)
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect(f"{request.path}?site={site.code}")
    return redirect("wms:adjust", number=number)


@require_http_methods(["GET", "POST"])
@page(action="wms.adjust")
def adjust(request: HttpRequest, number: str) -> HttpResponse:
    """Scan more, choose the reason, correct a quantity; each answers with the task."""
    row = _get_own(request, number)
    if not row.is_editable:
        return redirect("wms:adjustment", number=number)
    if request.method == "GET":
        return render(request, "wms/adjust.html", {"adjustment": row})
    try:
        answer, tone = _take(request, row)
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect("wms:adjust", number=number)
    context = {"adjustment": adjustments.get_adjustment(number), "answer": answer, "tone": tone}
    return render(request, "wms/_adjust.html", context)


@require_POST
@page(action="wms.adjust")
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """Post the adjustment, or give it up."""
    row = _get_own(request, number)
    trace, at = get_trace(request), timezone.now()
    try:
        if "give_up" in request.POST:
            adjustment.cancel(number=number, by=trace, at=at)
            said = _("Given up. Nothing was posted.")
        else:
            roles = sorted(get_actor(request).roles)
            done = adjustment.post(
                number=number, by=trace, at=at, message_id=make_id(), roles=roles
            )
            said = _("%(number)s is posted. The hub is told.") % {"number": number}
            if done.state == "submitted":
                said = _("%(number)s is beyond the limit: the hub decides.") % {"number": number}
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("wms:adjust", number=number)
    messages.success(request, said)
    return redirect(f"{reverse('wms:adjusting')}?site={row.site.code}")


def _get_own(request: HttpRequest, number: str) -> AdjustmentRow:
    row = adjustments.get_adjustment(number)
    get_actor(request).require_site(row.site.code)
    return row


def _take(request: HttpRequest, row: AdjustmentRow) -> tuple[str, str]:
    at = timezone.now()
    if "kind" in request.POST:
        chosen, to_status = TILES.get(request.POST["kind"], ("", ""))
        if not chosen:
            raise adjustment.TypeMissing(number=row.number)
        kind = Kind(adjustment_type=chosen, to_status=to_status)
        adjustment.choose(number=row.number, kind=kind)
        return _("Chosen."), "good"
    if "line" in request.POST:
        quantity = read_quantity(request.POST.get("quantity", ""))
        lines = [it.line for it in row.lines if str(it.line) == request.POST["line"]]
        if quantity is None or not lines:
            return _("A quantity is a number up to 99,999."), "bad"
        adjustment.set_quantity(number=row.number, line=lines[0], quantity=quantity, at=at)
        return _("Corrected."), "good"
    scanned = queries.resolve_scan(row.site.code, request.POST.get("scan", ""))
    if scanned.kind == "bin" and row.lines:
        last = row.lines[-1].line
        adjustment.set_bin(number=row.number, line=last, bin_code=scanned.value, at=at)
        return _("From %(bin)s.") % {"bin": scanned.value}, "good"
    added = _read_scan(request, row.site.code)
    adjustment.add(number=row.number, added=added, by=get_trace(request), at=at)
    return _("+%(quantity)s") % {"quantity": added.quantity}, "good"


def _read_scan(request: HttpRequest, site: str) -> Added:
    """Return what a scanned product adds, from the bin with the most of it."""
    text, stamp = request.POST.get("scan", ""), read_stamp(request)
    scanned = queries.resolve_scan(site, text)
    if scanned.sku is None:
        raise NotOnThisPage(kind=scanned.kind, value=scanned.value)
    lying = adjustments.list_bins_of(site, scanned.sku.code, lot=scanned.lot)
    sound = [each for each in lying if each[0].status == StockStatus.AVAILABLE]
    nowhere = Place(
        bin_code=queries.find_receiving_bin(site), status=StockStatus.AVAILABLE, lot=scanned.lot
    )
    place, _quantity = (sound or lying or [(nowhere, 0)])[0]
    return Added(
        sku=scanned.sku.code,
        bin_code=place.bin_code,
        quantity=scanned.quantity,
        from_status=place.status,
        lot=place.lot,
        capture_mode="scan",
        text=text,
        pack_size=scanned.pack_size,
        stamp=stamp,
    )
