"""What sites can do (服务能力): by which method, until when, how many a day, at which cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console.views.pool import METHODS
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.money import parse_amount, write_amount
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pool.policy import channels as kept
from yipan.pool.policy.channels import CARRIERS_MAX, Carrier, Service
from yipan.pool.queries.channels import ServiceRow, list_services
from yipan.pool.queries.promise_dates import can_do
from yipan.pool.rules.promise_dates import DAYS_UNSAID

SITES_MAX = 500
DAYS_MAX, MINUTES_MAX, COUNT_MAX = 365, 100_000, 1_000_000
REGIONS_MAX = 50
#: Fields that hold a whole number.
NUMBERS = ("handling_days", "handling_minutes", "transit_days", "capacity")
#: Costs weigh against each other, so all are in one currency.
CURRENCY = "CNY"
COST_MINOR_MAX = 100_000_000
#: Degrees north and east, as maps tell them.
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?", re.ASCII)
LATITUDE_MAX, LONGITUDE_MAX = 90, 180


@require_GET
@page(action="pool.read")
def show_services(request: HttpRequest) -> HttpResponse:
    """Show what each site does by each method; what nobody said is shown as the usual."""
    actor = get_actor(request)
    method = request.GET.get("method", "")
    method = method if method in METHODS else "ship"
    sites = masterdata.list_sites(only=actor.sites, limit=SITES_MAX)
    said = list_services()
    known = {row.site: row for row in said if row.method == method}
    placed = {row.site: row for row in said if row.latitude is not None}
    rows = [
        _describe(site, known.get(site.code), method=method)
        | _describe_place(known.get(site.code) or placed.get(site.code))
        for site in sites
    ]
    context = {
        "rows": rows,
        "method": method,
        "method_name": METHODS[method],
        "methods": METHODS.items(),
        "may_write": actor.may("pool.policy"),
        "open_count": sum(bool(row["is_open"]) for row in rows),
    }
    return render(request, "console/pool/services.html", context)


@require_POST
@page(action="pool.policy")
def save_service(request: HttpRequest, service_site: str, method: str) -> HttpResponse:
    """Say what a site does by one method."""
    site = service_site
    get_actor(request).require_site(site)
    if method not in METHODS:
        return redirect("pool:services")
    form = request.POST
    back = redirect(f"{reverse('pool:services')}?method={method}")
    parcel_cost = _read_cost(form.get("parcel_cost", ""))
    unit_cost = _read_cost(form.get("unit_cost", ""))
    if parcel_cost is None or unit_cost is None:
        messages.error(request, _("This is no amount. Write it as 12.50."))
        return back
    if any(_is_unread(form.get(name, ""), _read) for name in NUMBERS):
        messages.error(request, _("Days, minutes and orders are whole numbers."))
        return back
    if _is_unread(form.get("cutoff_at", ""), _read_time):
        messages.error(request, _("This is no time of the day. Write it as 16:30."))
        return back
    place = _read_place(form.get("latitude", ""), form.get("longitude", ""))
    if place is None:
        messages.error(
            request,
            _("A place has both: a latitude from −90 to 90 and a longitude from −180 to 180."),
        )
        return back
    service = Service(
        site=site,
        method=method,
        is_open=form.get("is_open") == "on",
        cutoff_at=_read_time(form.get("cutoff_at", "")),
        handling_days=min(DAYS_MAX, _read(form.get("handling_days", "")) or 0),
        handling_minutes=min(MINUTES_MAX, _read(form.get("handling_minutes", "")) or 0),
        carriers=_read_carriers(form.get("carriers", "")),
        transit_days=min(DAYS_MAX, _read(form.get("transit_days", "")) or 0),
        capacity=_read(form.get("capacity", "")),
        parcel_cost_minor=parcel_cost,
        unit_cost_minor=unit_cost,
        regions_denied=_read_regions(form.get("regions_denied", "")),
        latitude=place[0],
        longitude=place[1],
    )
    trace = get_trace(request)
    take_step(
        request,
        lambda: kept.save_service(service=service, by=trace, at=timezone.now()),
        done=_("Orders taken in from now on go by it."),
    )
    return back


def _describe(site: SiteRow, service: ServiceRow | None, *, method: str) -> dict[str, Any]:
    return {
        "site": site,
        "service": service,
        "is_open": can_do(site, service, method=method),
        "transit_days": service.transit_days if service else DAYS_UNSAID[method],
        "capacity": service.capacity if service else None,
        "parcel_cost_minor": service.parcel_cost_minor if service else 0,
        "unit_cost_minor": service.unit_cost_minor if service else 0,
        "parcel_cost": _write_cost(service.parcel_cost_minor if service else 0),
        "unit_cost": _write_cost(service.unit_cost_minor if service else 0),
        "handling_days": service.handling_days if service else 0,
        "handling_minutes": service.handling_minutes if service else 0,
        "carriers": "\n".join(
            f"{it.name} {it.cutoff_at:%H:%M} {it.transit_days}" for it in service.carriers
        )
        if service
        else "",
        "regions": ", ".join(service.regions_denied) if service else "",
        "dialog": f"service-{site.code}",
    }


def _describe_place(service: ServiceRow | None) -> dict[str, Any]:
    """Return where a site stands, as its form shows it."""
    return {
        "latitude": _write_degrees(service.latitude if service else None),
        "longitude": _write_degrees(service.longitude if service else None),
    }


def _is_unread(text: str, read: Callable[[str], object]) -> bool:
    """Tell whether something stands there that means nothing: it is never taken for empty."""
    return bool(text.strip()) and read(text) is None


def _read_time(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        return None


def _read(text: str) -> int | None:
    digits = text.strip()[:9]
    return min(COUNT_MAX, int(digits)) if digits.isascii() and digits.isdigit() else None


def _read_cost(text: str) -> int | None:
    """Return minor units; nothing written costs nothing, and None is no amount."""
    amount = parse_amount(text, currency=CURRENCY) if text.strip() else 0
    return amount if amount is not None and 0 <= amount <= COST_MINOR_MAX else None


def _read_place(latitude: str, longitude: str) -> tuple[float | None, float | None] | None:
    """Return where a site stands, in degrees; nothing written is nowhere, None is no place."""
    written = [text.strip().replace("−", "-") for text in (latitude, longitude)]
    if not any(written):
        return None, None
    if not all(DEGREES.fullmatch(text) for text in written):
        return None
    north, east = (float(text) for text in written)
    return (north, east) if abs(north) <= LATITUDE_MAX and abs(east) <= LONGITUDE_MAX else None


def _write_degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _write_cost(minor: int) -> str:
    return write_amount(minor, currency=CURRENCY) if minor else ""


def _read_carriers(text: str) -> tuple[Carrier, ...]:
    """Return carriers, one a line: a name, until when it collects, and days on the way."""
    found = []
    for line in text.splitlines()[:CARRIERS_MAX]:
        *names, cutoff, days = ["", "", *line.split()][-50:]
        cutoff_at, transit_days = _read_time(cutoff), _read(days)
        name = " ".join(names).strip()[:48]
        if name and cutoff_at is not None and transit_days is not None:
            found.append(
                Carrier(name=name, cutoff_at=cutoff_at, transit_days=min(DAYS_MAX, transit_days))
            )
    return tuple(found)


def _read_regions(text: str) -> tuple[str, ...]:
    names = (name.strip()[:48] for name in text.replace("，", ",").split(","))
    return tuple(dict.fromkeys(name for name in names if name))[:REGIONS_MAX]
