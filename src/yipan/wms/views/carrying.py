"""Putting away and moving (上架, 移库) on a handheld: what, then where to; and the map."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.documents.evidence import Evidence, read_stamp
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata.rows import SiteRow
from yipan.wms import queries
from yipan.wms.documents import bin_move
from yipan.wms.documents.bin_move import Told
from yipan.wms.queries import bin_map, carrying
from yipan.wms.queries.carrying import Load
from yipan.wms.views.receiving import TONES, NotOnThisPage
from yipan.wms.views.sites import find_warehouse, list_warehouses

HELD_KEY = "wms_carried"


class NothingToCarry(Refusal):
    """The book says that nothing free lies there. Scan what you carry, or another bin."""

    code = "wms.nothing_to_carry"
    status = 422


@require_GET
@page(action="wms.read")
def show_map(request: HttpRequest) -> HttpResponse:
    """Draw a warehouse: zones, aisles and bins, and how full each is."""
    site = find_warehouse(request)
    if site is None:
        raise NotFound(kind="site")
    zones = bin_map.draw_map(site.code)
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "zones": zones,
        "levels": range(6),
        "bins": sum(zone.bins for zone in zones),
        "bins_used": sum(zone.bins_used for zone in zones),
        "may_move": get_actor(request).may("wms.move"),
    }
    return render(request, "wms/map.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.move")
def carry(request: HttpRequest) -> HttpResponse:
    """Scan a product at the dock or a bin, then the bin it goes to: two scans, and it is posted."""
    site = find_warehouse(request)
    if site is None:
        raise NotFound(kind="site")
    if request.method == "GET":
        return render(request, "wms/carry.html", _describe(request, site))
    try:
        answer, tone = _take_scan(request, site)
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect(f"{request.path}?site={site.code}")
    context = _describe(request, site) | {"answer": answer, "tone": tone}
    return render(request, "wms/_carry.html", context)


def _describe(request: HttpRequest, site: SiteRow) -> dict[str, object]:
    load = _get_load(request, site.code)
    return {
        "site": site,
        "load": load,
        "proposal": carrying.propose(load) if load else None,
        "waiting": [] if load else carrying.list_waiting(site.code),
    }


def _get_load(request: HttpRequest, site: str) -> Load | None:
    held = request.session.get(HELD_KEY)
    if not held or held.get("site") != site:
        return None
    return carrying.find_load(
        site, from_bin=held["from_bin"], sku=held["sku"], lot=held.get("lot", "")
    )


def _take_scan(request: HttpRequest, site: SiteRow) -> tuple[str, str]:
    if "drop" in request.POST:
        request.session.pop(HELD_KEY, None)
        return _("Nothing is carried now."), "info"
    scanned = queries.resolve_scan(site.code, request.POST.get("scan", ""))
    load = _get_load(request, site.code)
    if scanned.kind == "command" and scanned.value == "undo":
        request.session.pop(HELD_KEY, None)
        return _("Nothing is carried now."), "info"
    if scanned.kind == "bin" and load is not None and scanned.value != load.from_bin:
        return _put_down(request, site, load=load, to_bin=scanned.value)
    if scanned.kind == "bin":
        found = carrying.find_load(site.code, from_bin=scanned.value, sku="")
    elif scanned.sku is not None:
        from_bin = load.from_bin if load else carrying.find_dock(site.code, scanned.sku.code)
        found = carrying.find_load(
            site.code, from_bin=from_bin, sku=scanned.sku.code, lot=scanned.lot
        )
    else:
        raise NotOnThisPage(kind=scanned.kind, value=scanned.value)
    if found is None:
        raise NothingToCarry(scanned=scanned.value)
    request.session[HELD_KEY] = {
        "site": site.code,
        "from_bin": found.from_bin,
        "sku": scanned.sku.code if scanned.sku else "",
        "lot": scanned.lot,
        "text": request.POST.get("scan", "")[:200],
    }
    return _("Carry it to the bin on the screen, and scan it."), "good"


def _put_down(request: HttpRequest, site: SiteRow, *, load: Load, to_bin: str) -> tuple[str, str]:
    objection = carrying.find_objection(load, to_bin=to_bin)
    proposal = carrying.propose(load)
    held = request.session.pop(HELD_KEY, None) or {}
    move = bin_move.post(
        site=site.code,
        shifts=load.make_shifts(to_bin),
        by=get_trace(request, reason=f"override:{objection}" if objection else ""),
        at=timezone.now(),
        told_of=Told(
            proposed_bin=proposal.bin_code if proposal else "",
            objection=objection,
            evidence=Evidence(
                # All that lies there is taken by one scan: nobody counted the pieces.
                capture_mode="bulk",
                barcode_scanned=held.get("text", ""),
                quantity_expected=load.quantity,
                was_expected_shown=True,
                stamp=read_stamp(request),
            ),
        ),
    )
    values = {"quantity": load.quantity, "bin": to_bin, "number": move.number}
    if objection:
        said = _("%(quantity)s put into %(bin)s, against the rule: %(objection)s.")
        return said % (values | {"objection": _OBJECTIONS[objection]}), "bad"
    return _("%(quantity)s put into %(bin)s. %(number)s is posted.") % values, "good"


_OBJECTIONS = {
    "zone": gettext_lazy("not a zone for storing"),
    "temperature": gettext_lazy("the wrong temperature"),
    "mixing": gettext_lazy("other goods lie there"),
    "capacity": gettext_lazy("not enough room"),
    "lot": gettext_lazy("another lot lies there"),
}
