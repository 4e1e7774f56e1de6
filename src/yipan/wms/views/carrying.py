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
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow
from yipan.wms import queries
from yipan.wms.documents.stock import bin_move, package
from yipan.wms.documents.stock.bin_move import Told
from yipan.wms.queries import Scanned, bin_map, carrying
from yipan.wms.queries.carrying import Load
from yipan.wms.views.receiving import TONES
from yipan.wms.views.receiving_scans import NotOnThisPage
from yipan.wms.views.sites import get_warehouse, list_warehouses

HELD_KEY = "wms_carried"
LAST_KEY = "wms_put_down"


class NothingToCarry(Refusal):
    """The book says that nothing free lies there. Scan what you carry, or another bin."""

    code = "wms.nothing_to_carry"
    status = 422


@require_GET
@page(action="wms.read")
def show_map(request: HttpRequest) -> HttpResponse:
    """Draw a warehouse: zones, aisles and bins, and how full each is."""
    site = get_warehouse(request)
    zones = bin_map.draw_map(site.code)
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "zones": zones,
        "levels": range(6),
        "layer": "abc" if request.GET.get("layer") == "abc" else "fill",
        "bins": sum(zone.bins for zone in zones),
        "bins_used": sum(zone.bins_used for zone in zones),
        "may_move": get_actor(request).may("wms.move"),
    }
    return render(request, "wms/map.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.move")
def carry(request: HttpRequest) -> HttpResponse:
    """Scan a product at the dock or a bin, then the bin it goes to: two scans, and it is posted."""
    site = get_warehouse(request)
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
        "last_move": "" if load else request.session.get(LAST_KEY, ""),
    }


def _get_load(request: HttpRequest, site: str) -> Load | None:
    held = request.session.get(HELD_KEY)
    if not held or held.get("site") != site:
        return None
    if held.get("sscc"):
        return carrying.find_package_load(site, sscc=held["sscc"])
    return carrying.find_load(
        site, from_bin=held["from_bin"], sku=held["sku"], lot=held.get("lot", "")
    )


def _take_scan(request: HttpRequest, site: SiteRow) -> tuple[str, str]:
    if "drop" in request.POST:
        return _let_go(request)
    if "take_back" in request.POST:
        return _take_back(request, site)
    if "open" in request.POST:
        return _open(request, site)
    scanned = queries.resolve_scan(site.code, request.POST.get("scan", ""))
    load = _get_load(request, site.code)
    if scanned.kind == "command" and scanned.value == "undo":
        is_put_down = load is None and bool(request.session.get(LAST_KEY))
        return _take_back(request, site) if is_put_down else _let_go(request)
    if scanned.kind == "bin" and load is not None and scanned.value != load.from_bin:
        return _put_down(request, site, load=load, to_bin=scanned.value)
    found = _find_load(site.code, scanned, carried=load)
    if found is None:
        raise NothingToCarry(scanned=scanned.value)
    request.session[HELD_KEY] = {
        "site": site.code,
        "from_bin": found.from_bin,
        "sku": scanned.sku.code if scanned.sku else "",
        "lot": scanned.lot,
        "sscc": found.sscc,
        "text": request.POST.get("scan", "")[:200],
    }
    return _("Carry it to the bin on the screen, and scan it."), "good"


def _let_go(request: HttpRequest) -> tuple[str, str]:
    request.session.pop(HELD_KEY, None)
    return _("Nothing is carried now."), "info"


def _open(request: HttpRequest, site: SiteRow) -> tuple[str, str]:
    """Open the package that is carried: from now on its goods are picked and carried singly."""
    held = request.session.pop(HELD_KEY, None) or {}
    opened = package.open_package(
        site=site.code, sscc=held.get("sscc", ""), by=get_trace(request), at=timezone.now()
    )
    values = {"sscc": opened.sscc, "bin": opened.bin_code}
    return _("%(sscc)s is open: its goods lie in %(bin)s by themselves.") % values, "good"


def _find_load(site: str, scanned: Scanned, *, carried: Load | None) -> Load | None:
    """Return what a scan takes up: a bin's content, a package, or a product at the dock."""
    if scanned.kind == "bin":
        return carrying.find_load(site, from_bin=scanned.value, sku="")
    if scanned.kind == "package":
        package.require_whole(site=site, sscc=scanned.value)
        return carrying.find_package_load(site, sscc=scanned.value)
    if scanned.sku is None:
        raise NotOnThisPage(kind=scanned.kind, value=scanned.value)
    from_bin = carried.from_bin if carried else carrying.find_dock(site, scanned.sku.code)
    return carrying.find_load(site, from_bin=from_bin, sku=scanned.sku.code, lot=scanned.lot)


def _put_down(request: HttpRequest, site: SiteRow, *, load: Load, to_bin: str) -> tuple[str, str]:
    objection = carrying.find_objection(load, to_bin=to_bin)
    proposal = carrying.propose(load)
    held = request.session.pop(HELD_KEY, None) or {}
    by = get_trace(request, reason=f"override:{objection}" if objection else "")
    told_of = Told(
        proposed_bin=proposal.bin_code if proposal else "",
        objection=objection,
        evidence=Evidence(
            # All that lies there is taken by one scan: nobody counted the pieces.
            capture_mode="bulk",
            barcode_scanned=held.get("text", ""),
            quantity_expected=load.quantity,
            was_expected_shown=True,
            package_id=load.sscc,
            stamp=read_stamp(request),
        ),
    )
    if load.sscc:
        move = package.carry(
            site=site.code,
            sscc=load.sscc,
            to_bin=to_bin,
            by=by,
            at=timezone.now(),
            told_of=told_of,
        )
    else:
        move = bin_move.post(
            site=site.code,
            shifts=load.make_shifts(to_bin),
            by=by,
            at=timezone.now(),
            told_of=told_of,
        )
    request.session[LAST_KEY] = move.number
    values = {"quantity": load.quantity, "bin": to_bin, "number": move.number}
    if objection:
        said = _("%(quantity)s put into %(bin)s, against the rule: %(objection)s.")
        return said % (values | {"objection": _OBJECTIONS[objection]}), "bad"
    return _("%(quantity)s put into %(bin)s. %(number)s is posted.") % values, "good"


def _take_back(request: HttpRequest, site: SiteRow) -> tuple[str, str]:
    """Reverse what this person put down last: the wrong bin, or never carried at all."""
    number = request.session.get(LAST_KEY, "")
    if not number or queries.get_bin_move(number).site != site.code:
        raise NothingToCarry(scanned=number)
    bin_move.reverse(number=number, by=get_trace(request, reason="wrong_bin"), at=timezone.now())
    request.session.pop(LAST_KEY, None)
    return _("%(number)s is taken back: scan the goods again.") % {"number": number}, "info"


_OBJECTIONS = {
    "zone": gettext_lazy("not a zone for storing"),
    "temperature": gettext_lazy("the wrong temperature"),
    "mixing": gettext_lazy("other goods lie there"),
    "capacity": gettext_lazy("not enough room"),
    "lot": gettext_lazy("another lot lies there"),
}
