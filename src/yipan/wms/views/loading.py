"""Loading a truck (装车): parcels are scanned onto it, and what is on it leaves when it departs."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.wms.documents.outbound import load, parcel
from yipan.wms.documents.outbound.load import ParcelUnknown, Truck
from yipan.wms.queries import parcels
from yipan.wms.queries.parcels import ParcelFilter
from yipan.wms.views.receiving import TONES
from yipan.wms.views.sites import get_warehouse, list_warehouses

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
#: The command card that takes the last parcel off again.
UNDO_CARD = "CMD:UNDO"
LAST_KEY = "wms_loaded_last"
GROUPS: dict[str, tuple[str, ...]] = {"here": ("open", "packed"), "gone": ("shipped",)}
Answer = tuple[str, str]


@require_http_methods(["GET", "POST"])
@page(action="wms.ship")
def list_loads(request: HttpRequest) -> HttpResponse:
    """Show the trucks that are being loaded and the last that left; begin another one."""
    site = get_warehouse(request)
    if request.method == "POST":
        truck = Truck(
            site=site.code,
            carrier=request.POST.get("carrier", "").strip(),
            vehicle=request.POST.get("vehicle", "").strip().upper(),
            dock=request.POST.get("dock", "").strip().upper(),
        )
        begun = load.open_load(truck=truck, by=get_trace(request), at=timezone.now())
        return redirect("wms:load", number=begun.number)
    only = frozenset({site.code})
    context = {
        "site": site,
        "loading": parcels.list_loads(sites=only, state="loading"),
        "departed": parcels.list_loads(sites=only, state="departed", limit=10),
        "carriers": parcels.list_carriers(site.code),
    }
    return render(request, "wms/loading.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.ship")
def load_truck(request: HttpRequest, number: str) -> HttpResponse:
    """Load a truck: each scan of a parcel or pallet puts it on."""
    get_actor(request).require_site(parcels.get_load_site(number))
    if request.method == "GET":
        return render(request, "wms/load.html", _describe(request, number))
    try:
        answer, tone = _take_scan(request, number)
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect("wms:load", number=number)
    context = _describe(request, number) | {"answer": answer, "tone": tone}
    return render(request, "wms/_load.html", context)


@require_POST
@page(action="wms.ship")
def depart(request: HttpRequest, number: str) -> HttpResponse:
    """Let the truck go, or give it up."""
    site = parcels.get_load_site(number)
    get_actor(request).require_site(site)
    if "cancel" in request.POST:
        step = partial(load.cancel, number=number, by=get_trace(request), at=timezone.now())
        take_step(request, step, done=_("Given up. Its parcels stand at the dock again."))
        return redirect(f"{reverse('wms:loading')}?site={site}")
    leave = partial(
        load.depart, number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    done = _("%(number)s has departed. The hub is told.") % {"number": number}
    if not take_step(request, leave, done=done):
        return redirect("wms:load", number=number)
    return redirect(f"{reverse('wms:loading')}?site={site}")


@require_GET
@page(action="wms.read")
def list_parcels(request: HttpRequest) -> HttpResponse:
    """List parcels and pallets."""
    actor = get_actor(request)
    group = request.GET.get("state", "here")
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    which = ParcelFilter(
        sites=actor.sites,
        site=find_chosen_site(request, actor=actor),
        states=GROUPS.get(group, ()),
        text=text,
    )
    rows = parcels.list_parcels(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": text,
        "group": group if group in GROUPS else "all",
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_pack": actor.may("wms.pack"),
        "warehouses": list_warehouses(request),
    }
    return render(request, "wms/parcels.html", context)


@require_GET
@page(action="wms.read")
def show_parcel(request: HttpRequest, number: str) -> HttpResponse:
    """Show a parcel with its contents, or a pallet with its parcels."""
    actor = get_actor(request)
    actor.require_site(parcels.get_parcel_site(number))
    context = {
        "parcel": parcels.get_parcel(number),
        "history": read_history(document_type=parcel.DOCUMENT_TYPE, number=number),
        "may_pack": actor.may("wms.pack"),
    }
    return render(request, "wms/parcel.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.pack")
def stack(request: HttpRequest, number: str) -> HttpResponse:
    """Stack parcels on a pallet: each scan puts one onto it."""
    site = parcels.get_parcel_site(number)
    get_actor(request).require_site(site)
    context: dict[str, object] = {}
    if request.method == "POST":
        try:
            found = _find(site, request.POST.get("scan", ""))
            parcel.stack(pallet=number, parcel=found, by=get_trace(request), at=timezone.now())
            answer, tone = _("%(parcel)s stands on the pallet.") % {"parcel": found}, "good"
        except Refusal as refusal:
            answer, tone = tell(refusal), "bad"
        if request.headers.get("HX-Request") != "true":
            messages.add_message(request, TONES[tone], answer)
            return redirect("wms:stack", number=number)
        context = {"answer": answer, "tone": tone}
    context["pallet"] = parcels.get_parcel(number)
    name = "wms/stack.html" if request.method == "GET" else "wms/_stack.html"
    return render(request, name, context)


@require_POST
@page(action="wms.pack")
def open_pallet(request: HttpRequest) -> HttpResponse:
    """Take a new pallet."""
    site = get_warehouse(request)
    opened = parcel.open_pallet(site=site.code, by=get_trace(request), at=timezone.now())
    return redirect("wms:stack", number=opened.number)


def _find(site: str, text: str) -> str:
    found = parcels.find_parcel(site, text[:TEXT_LENGTH_MAX])
    if not found:
        raise ParcelUnknown(text=text, site=site)
    return found


def _describe(request: HttpRequest, number: str) -> dict[str, object]:
    actor = get_actor(request)
    [row] = parcels.list_loads(sites=actor.sites, number=number)
    loaded = parcels.list_parcels(ParcelFilter(sites=actor.sites, load=number), limit=500)
    return {
        "load": row,
        "loaded": [each for each in loaded if not each.is_pallet],
        "waiting": parcels.list_waiting(number) if row.state == "loading" else [],
    }


def _take_scan(request: HttpRequest, number: str) -> Answer:
    text = request.POST.get("scan", "").strip()
    trace, at = get_trace(request), timezone.now()
    if text.upper() == UNDO_CARD or "undo" in request.POST:
        last = request.session.pop(LAST_KEY, "")
        load.take_off(number=number, parcel=last)
        return _("%(parcel)s is off the truck.") % {"parcel": last}, "info"
    found = _find(parcels.get_load_site(number), text)
    rows = load.put_on(number=number, parcel=found, by=trace, at=at)
    request.session[LAST_KEY] = found
    said = ngettext("%(parcel)s is on the truck.", "%(count)s parcels are on the truck.", len(rows))
    return said % {"parcel": found, "count": len(rows)}, "good"
