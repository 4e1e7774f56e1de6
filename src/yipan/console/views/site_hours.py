"""When sites are open (营业时间): all of them at a glance, one week to edit, days that differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.foundation.moments import read_day
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pool.policy import opening_hours as kept
from yipan.pool.policy.opening_hours import Opening, Special
from yipan.pool.queries import opening_hours
from yipan.pool.rules.opening_hours import Hours, Window, pass_minutes

SITES_MAX = 500
#: So many times a day can open and close on the page.
WINDOWS_SHOWN = 2
#: A Monday, to name weekdays by.
MONDAY = date(2024, 1, 1)


@require_GET
@page(action="pool.read")
def list_hours(request: HttpRequest) -> HttpResponse:
    """Show all sites with their usual week, and whether they are open now."""
    at = timezone.now()
    sites = masterdata.list_sites(only=get_actor(request).sites, limit=SITES_MAX)
    sites = [site for site in sites if site.site_type in {"warehouse", "store"}]
    today = timezone.localdate(at)
    hours = opening_hours.find_hours(sites, first=today, last=today)
    rows = [_describe(site, hours[site.code], at=at) for site in sites]
    context = {"rows": rows, "weekdays": _list_weekdays()}
    return render(request, "console/pool/hours.html", context)


@require_GET
@page(action="pool.read")
def show_hours(request: HttpRequest, service_site: str) -> HttpResponse:
    """Show one site: its week, the days that differ, and who changed them."""
    actor = get_actor(request)
    actor.require_site(service_site)
    site, at = masterdata.get_site(service_site), timezone.now()
    today = masterdata.compute_business_date(site, at)
    hours = opening_hours.find_hours([site], first=today, last=today)[site.code]
    context = {
        "site": site,
        "week": _list_week(site.code),
        "now": _describe(site, hours, at=at),
        "days": opening_hours.list_special_days(site.code, since=today),
        "today": today,
        "history": read_history(document_type=kept.DOCUMENT_TYPE, number=site.code),
        "may_write": actor.may("pool.policy"),
    }
    return render(request, "console/pool/site_hours.html", context)


@require_POST
@page(action="pool.policy")
def save_week(request: HttpRequest, service_site: str) -> HttpResponse:
    """Say when a site is open in a usual week."""
    get_actor(request).require_site(service_site)
    week = _read_week(request.POST)
    if week is None:
        messages.error(request, _("Write both times of a day, or none, as 09:30."))
        return redirect("pool:site_hours", service_site=service_site)
    return _keep(
        request,
        service_site,
        lambda at: kept.save_week(site=service_site, week=week, by=get_trace(request), at=at),
    )


@require_POST
@page(action="pool.policy")
def save_day(request: HttpRequest, service_site: str) -> HttpResponse:
    """Say that a site has other hours on one day, or is closed."""
    get_actor(request).require_site(service_site)
    form = request.POST
    day = read_day(form.get("date", ""))
    if day is None:
        messages.error(request, _("Choose a day."))
        return redirect("pool:site_hours", service_site=service_site)
    special = Special(
        date=day,
        opens_at=_read_time(form.get("opens_at", "")),
        closes_at=_read_time(form.get("closes_at", "")),
        reason=form.get("reason", "").strip()[:200],
    )
    return _keep(
        request,
        service_site,
        lambda at: kept.save_day(site=service_site, special=special, by=get_trace(request), at=at),
    )


@require_POST
@page(action="pool.policy")
def remove_day(request: HttpRequest, service_site: str) -> HttpResponse:
    """Let a site have its usual hours on a day again."""
    get_actor(request).require_site(service_site)
    day = read_day(request.POST.get("date", ""))
    if day is None:
        return redirect("pool:site_hours", service_site=service_site)
    return _keep(
        request,
        service_site,
        lambda at: kept.remove_day(site=service_site, day=day, by=get_trace(request), at=at),
    )


def _keep(request: HttpRequest, site: str, step: Callable[[datetime], object]) -> HttpResponse:
    take_step(
        request,
        lambda: step(timezone.now()),
        done=_("Kept. Promises made from now on go by it."),
    )
    return redirect("pool:site_hours", service_site=site)


def _describe(site: SiteRow, hours: Hours, *, at: datetime) -> dict[str, Any]:
    opening = pass_minutes(hours, begin=at, minutes=0)
    return {
        "site": site,
        "is_said": hours.is_said,
        "week": [_write(hours.week.get(number, ())) for number in range(7)],
        "is_open": opening is not None and opening.at <= at,
        "opens_at": opening.at if opening else None,
        "open_until": opening.open_until if opening else None,
    }


def _write(windows: Sequence[Window]) -> str:
    return ", ".join(
        f"{it.opens_at:%H:%M}–{'24:00' if it.closes_at == time(0) else f'{it.closes_at:%H:%M}'}"
        for it in windows
    )


def _list_weekdays() -> list[str]:
    return [date_format(MONDAY.replace(day=1 + number), "D") for number in range(7)]


def _list_week(site: str) -> list[dict[str, Any]]:
    """Return the weekdays with their hours as the form shows them."""
    rows = opening_hours.list_week(site)
    week = []
    for number in range(7):
        found = [(it.opens_at, it.closes_at) for it in rows if it.weekday == number]
        shown = max(WINDOWS_SHOWN, len(found))
        pairs = found + [(None, None)] * (shown - len(found))
        week.append(
            {
                "number": number,
                "name": date_format(MONDAY.replace(day=1 + number), "l"),
                "windows": list(enumerate(pairs)),
            }
        )
    return week


def _read_week(form: QueryDict) -> list[Opening] | None:
    """Return the hours somebody typed; None when one time of a pair is missing or is none."""
    week: list[Opening] = []
    for weekday in range(7):
        for place in range(kept.WINDOWS_PER_DAY_MAX):
            texts = [form.get(f"{name}-{weekday}-{place}", "").strip() for name in ("from", "to")]
            if not any(texts):
                continue
            opens_at, closes_at = (_read_time(text) for text in texts)
            if opens_at is None or closes_at is None:
                return None
            week.append(Opening(weekday=weekday, opens_at=opens_at, closes_at=closes_at))
    return week


def _read_time(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()[:5])
    except ValueError:
        return None
