"""The work board, and waves (波次): orders picked in one walk."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.foundation.moments import read_day, to_utc
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.wms.documents.outbound import pick_many, wave
from yipan.wms.documents.outbound.wave import Gathering
from yipan.wms.queries import outbound_orders, parcels, pick_faces, picking, shipments
from yipan.wms.queries.outbound_orders import OutboundFilter
from yipan.wms.views.sites import get_warehouse, list_warehouses

CODE_LENGTH_MAX = 48


@require_GET
@page(action="wms.read")
def show_board(request: HttpRequest) -> HttpResponse:
    """Show how the outbound work of a warehouse stands: open, late, by zone and worker."""
    site = get_warehouse(request)
    actor = get_actor(request)
    today = masterdata.compute_business_date(site, timezone.now())
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "work": picking.get_work(site.code, today=today),
        "tasks": pick_faces.list_move_tasks(site=site.code),
        "to_pack": len(parcels.list_pack_rows(site.code)),
        "counts": shipments.list_spot_counts(site=site.code, limit=20),
        "today": today,
        "may_pick": actor.may("wms.pick"),
        "may_plan": actor.may("wms.plan_wave"),
    }
    return render(request, "wms/board.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.plan_wave")
def list_waves(request: HttpRequest) -> HttpResponse:
    """List waves, and gather open orders into a new one."""
    site = get_warehouse(request)
    if request.method == "POST":
        gathering = Gathering(
            site=site.code,
            carrier=request.POST.get("carrier", "").strip()[:CODE_LENGTH_MAX],
            zone=request.POST.get("zone", "").strip()[:CODE_LENGTH_MAX],
            due_until=read_day(request.POST.get("due_until", "")),
            cut_off_until=_read_moment(request.POST.get("cut_off_until", ""), site=site),
            mode="cluster" if request.POST.get("mode") == "cluster" else "batch",
            priority_min=_read_number(request.POST.get("priority_min", "")),
            limit=_read_number(request.POST.get("limit", "")) or 50,
        )
        plan = partial(wave.plan, gathering=gathering, by=get_trace(request), at=timezone.now())
        take_step(request, plan, done=_("Gathered. Release the wave when the pickers are free."))
        return redirect(f"{request.path}?site={site.code}")
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "rows": picking.list_waves(sites=get_actor(request).sites, site=site.code),
        "zones": picking.find_zones(site.code),
    }
    return render(request, "wms/waves.html", context)


@require_GET
@page(action="wms.read")
def show_wave(request: HttpRequest, number: str) -> HttpResponse:
    """Show a wave: its orders, and the batch pick list in the order one walks."""
    actor = get_actor(request)
    actor.require_site(picking.get_walk_site(number))
    found = picking.list_waves(sites=actor.sites, number=number)
    if not found:
        raise NotFound(kind="wave", id=number)
    history = read_history(document_type=wave.DOCUMENT_TYPE, number=number)
    which = OutboundFilter(wave=number, sites=actor.sites)
    context = {
        "wave": found[0],
        "orders": outbound_orders.list_urgent_orders(which, limit=500),
        "picks": picking.list_wave_picks(number),
        "history": history,
        "may_plan": actor.may("wms.plan_wave"),
        "may_pick": actor.may("wms.pick"),
    }
    return render(request, "wms/wave.html", context)


@require_POST
@page(action="wms.pick")
def take_wave(request: HttpRequest, number: str) -> HttpResponse:
    """Take all that a wave has open as it is on the list, and say what is left to scan."""
    site = picking.get_walk_site(number)
    get_actor(request).require_site(site)
    walked = pick_many.take_all(
        site=site,
        orders=picking.list_wave_orders(number),
        by=get_trace(request),
        at=timezone.now(),
    )
    left = sum(it.picks_left for it in walked)
    said = _("Picked as listed: %(pieces)s.") % {"pieces": sum(it.pieces for it in walked)}
    if left:
        said += " " + _("To be scanned: %(picks)s.") % {"picks": left}
    messages.success(request, said)
    return redirect("wms:wave", number=number)


@require_POST
@page(action="wms.plan_wave")
def move_wave(request: HttpRequest, number: str) -> HttpResponse:
    """Release a wave to the pickers, or take it apart."""
    get_actor(request).require_site(picking.get_walk_site(number))
    is_canceled = "cancel" in request.POST
    verb = wave.cancel if is_canceled else wave.release
    step = partial(verb, number=number, by=get_trace(request), at=timezone.now())
    said = _("Taken apart.") if is_canceled else _("Released to the pickers.")
    take_step(request, step, done=said)
    return redirect("wms:wave", number=number)


def _read_moment(text: str, *, site: SiteRow) -> datetime | None:
    """Return what somebody at the site wrote, by the clock on its wall."""
    try:
        return to_utc(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(site.time_zone)))
    except ValueError:
        return None


def _read_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 5 else None
