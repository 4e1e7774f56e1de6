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
from yipan.wms.documents.stock import adjustment, adjustment_places
from yipan.wms.documents.stock.adjustment import Added, Kind
from yipan.wms.queries import Scanned, adjustments
from yipan.wms.queries.adjustments import AdjustmentRow
from yipan.wms.rules import Place
from yipan.wms.rules.adjustment import NEEDS_COST_CENTER
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
        return render(request, "wms/adjust.html", _get_context(row))
    try:
        answer, tone = _take(request, row)
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect("wms:adjust", number=number)
    context = _get_context(adjustments.get_adjustment(number))
    return render(request, "wms/_adjust.html", {**context, "answer": answer, "tone": tone})


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
            adjustment.describe(
                number=number,
                reason=request.POST.get("reason", ""),
                cost_center=request.POST.get("cost_center", ""),
            )
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


def _get_context(row: AdjustmentRow) -> dict[str, object]:
    return {
        "adjustment": row,
        "offered": adjustments.list_offered(row),
        "asks_cost_center": row.adjustment_type in NEEDS_COST_CENTER,
    }


def _get_own(request: HttpRequest, number: str) -> AdjustmentRow:
    row = adjustments.get_adjustment(number)
    get_actor(request).require_site(row.site.code)
    return row


def _take(request: HttpRequest, row: AdjustmentRow) -> tuple[str, str]:
    at = timezone.now()
    if "kind" in request.POST:
        return _choose(request.POST["kind"], row)
    if "line" in request.POST:
        return _correct(request, row)
    scanned = queries.resolve_scan(row.site.code, request.POST.get("scan", ""))
    if scanned.kind == "bin" and row.lines:
        return _set_bin(row, scanned.value)
    added = _read_scan(request, row.site.code, row=row)
    adjustment.add(number=row.number, added=added, by=get_trace(request), at=at)
    return _("+%(quantity)s") % {"quantity": added.quantity}, "good"


def _choose(tile: str, row: AdjustmentRow) -> tuple[str, str]:
    chosen, to_status = TILES.get(tile, ("", ""))
    if not chosen:
        raise adjustment.TypeMissing(number=row.number)
    adjustment.choose(
        number=row.number,
        kind=Kind(
            adjustment_type=chosen,
            to_status=to_status,
            reason=row.reason,
            cost_center=row.cost_center,
        ),
    )
    if to_status:
        adjustment_places.take_what_changes(number=row.number, at=timezone.now())
    return _("Chosen."), "good"


def _correct(request: HttpRequest, row: AdjustmentRow) -> tuple[str, str]:
    """Take the quantity keyed in for a line, or which of the goods in its bin are meant."""
    at = timezone.now()
    lines = [it.line for it in row.lines if str(it.line) == request.POST["line"]]
    if lines and "place" in request.POST:
        status, _slash, lot = request.POST["place"].partition("/")
        adjustment_places.set_place(number=row.number, line=lines[0], status=status, lot=lot, at=at)
        return _("Chosen."), "good"
    quantity = read_quantity(request.POST.get("quantity", ""))
    if quantity is None or not lines:
        return _("A quantity is a number up to 99,999."), "bad"
    adjustment.set_quantity(number=row.number, line=lines[0], quantity=quantity, at=at)
    return _("Corrected."), "good"


def _set_bin(row: AdjustmentRow, bin_code: str) -> tuple[str, str]:
    """Take the goods scanned last from a bin; ask where several of them lie in it."""
    last = row.lines[-1].line
    adjustment_places.set_bin(number=row.number, line=last, bin_code=bin_code, at=timezone.now())
    lying = [
        place
        for place, _quantity in adjustments.list_bins_of(row.site.code, row.lines[-1].sku.code)
        if place.bin_code == bin_code
    ]
    if not lying:
        return _("From %(bin)s, where the book knows none.") % {"bin": bin_code}, "info"
    if len(lying) > 1:
        return _("From %(bin)s. Choose which of them.") % {"bin": bin_code}, "info"
    return _("From %(bin)s.") % {"bin": bin_code}, "good"


def _read_scan(request: HttpRequest, site: str, *, row: AdjustmentRow | None = None) -> Added:
    """Return what a scanned product adds: to its line, or from the bin with the most of it."""
    text, stamp = request.POST.get("scan", ""), read_stamp(request)
    scanned = queries.resolve_scan(site, text)
    if scanned.sku is None:
        raise NotOnThisPage(kind=scanned.kind, value=scanned.value)
    place = _find_place(site, scanned, row=row)
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


def _find_place(site: str, scanned: Scanned, *, row: AdjustmentRow | None) -> Place:
    """Return where somebody said the product lies, else where the most of it does, sound first."""
    assert scanned.sku is not None
    for line in reversed(row.lines if row else ()):
        if line.sku.code == scanned.sku.code and scanned.lot in ("", line.lot):
            status = StockStatus(line.from_status)
            return Place(bin_code=line.bin_code, status=status, lot=line.lot)
    to_status = row.to_status if row else ""
    lying = [
        place
        for place, _quantity in adjustments.list_bins_of(site, scanned.sku.code, lot=scanned.lot)
        if place.status != to_status
    ]
    sound = [place for place in lying if place.status == StockStatus.AVAILABLE]
    nowhere = Place(
        bin_code=queries.find_receiving_bin(site), status=StockStatus.AVAILABLE, lot=scanned.lot
    )
    return (sound or lying or [nowhere])[0]
