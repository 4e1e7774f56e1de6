"""Pages of business calendars (营业日历): a year at a glance, its closed days, its sites."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import page
from yipan.documents.doors import take_step
from yipan.documents.history import read_history
from yipan.erp.documents.master import master_calendar
from yipan.erp.documents.master.master_record import Author
from yipan.foundation.moments import read_day
from yipan.masterdata import queries
from yipan.masterdata.rows import CalendarRow

YEAR_MIN, YEAR_MAX = 2000, 2099
TEXT_LENGTH_MAX = 96
WEEK = calendar.Calendar(firstweekday=calendar.MONDAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A square of a month; `number` is 0 for those of the months beside it."""

    number: int
    is_closed: bool
    name: str


@require_GET
@page(action="masterdata.read")
def list_calendars(request: HttpRequest) -> HttpResponse:
    """List calendars."""
    return _show_list(request)


@require_POST
@page(action="masterdata.write")
def add_calendar(request: HttpRequest) -> HttpResponse:
    """Make a calendar."""
    row = CalendarRow(
        code=request.POST.get("code", "").strip(),
        name=request.POST.get("name", "").strip(),
        name_zh=request.POST.get("name_zh", "").strip(),
    )
    is_made = take_step(
        request,
        lambda: master_calendar.save(row, by=_sign(request)),
        done=_("Kept. Close its days, and choose its sites."),
    )
    if is_made:
        return redirect("masterdata:calendar", code=row.code)
    return _show_list(request, status=422)


def _show_list(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    context = {
        "rows": queries.list_calendars(),
        "may_write": get_actor(request).may("masterdata.write"),
        "typed": request.POST,
    }
    return render(request, "console/masterdata/calendars.html", context, status=status)


@require_GET
@page(action="masterdata.read")
def show_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Show a year of a calendar: its closed days, and the sites that follow it."""
    actor = get_actor(request)
    row = queries.get_calendar(code)
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    is_year = asked.isdecimal() and YEAR_MIN <= int(asked[:5]) <= YEAR_MAX
    year = int(asked) if is_year else today.year
    closed = queries.list_closed_days(code, year=year)
    context = {
        "calendar": row,
        "year": year,
        "years": (year - 1, year + 1),
        "weekdays": [_name_weekday(date(2024, 1, number)) for number in range(1, 8)],
        "months": [(date(year, month, 1), _fill(year, month, closed)) for month in range(1, 13)],
        "closed": closed.items(),
        "sites": queries.list_sites_of_calendar(code, only=actor.sites),
        "others": [site for site in queries.list_sites(only=actor.sites) if site.calendar != code],
        "today": today,
        "history": read_history(document_type=master_calendar.DOCUMENT_TYPE, number=code),
        "may_write": actor.may("masterdata.write"),
    }
    return render(request, "console/masterdata/calendar.html", context)


@require_POST
@page(action="masterdata.write")
def close_days(request: HttpRequest, code: str) -> HttpResponse:
    """Close days of a calendar."""
    name = request.POST.get("name", "")[:TEXT_LENGTH_MAX]
    return _change(
        request,
        code,
        lambda first, last: master_calendar.close_days(
            code, first=first, last=last, name=name, by=_sign(request)
        ),
        done=_("Closed. The sites do not trade on these days."),
    )


@require_POST
@page(action="masterdata.write")
def open_days(request: HttpRequest, code: str) -> HttpResponse:
    """Let sites trade on days again."""
    return _change(
        request,
        code,
        lambda first, last: master_calendar.open_days(
            code, first=first, last=last, by=_sign(request)
        ),
        done=_("They trade again."),
    )


@require_POST
@page(action="masterdata.write")
def assign_site(request: HttpRequest, code: str) -> HttpResponse:
    """Let a site follow the calendar, or none."""
    queries.get_calendar(code)
    site = request.POST.get("site", "")[:TEXT_LENGTH_MAX]
    if site:
        get_actor(request).require_site(site)
        follows = request.POST.get("follows") == "1"
        take_step(
            request,
            lambda: master_calendar.assign(
                site, calendar=code if follows else "", by=_sign(request)
            ),
            done=_("Kept. The site is told."),
        )
    return redirect("masterdata:calendar", code=code)


def _change(
    request: HttpRequest, code: str, step: Callable[[date, date], object], *, done: str
) -> HttpResponse:
    queries.get_calendar(code)
    first = read_day(request.POST.get("first", ""))
    last = read_day(request.POST.get("last", "")) or first
    if first is None or last is None:
        messages.error(request, _("Choose a first day."))
        return redirect("masterdata:calendar", code=code)
    take_step(request, lambda: step(first, last), done=done)
    return redirect(f"{reverse('masterdata:calendar', args=[code])}?year={first.year}")


def _name_weekday(day: date) -> tuple[str, str]:
    """Return the shortest name of a weekday people know, and its whole one."""
    speaks_chinese = (get_language() or "").startswith("zh")
    whole = date_format(day, "l")
    return whole[-1] if speaks_chinese else whole[:2], whole


def _fill(year: int, month: int, closed: Mapping[date, str]) -> list[list[Day]]:
    return [
        [
            Day(
                number=day.day if day.month == month else 0,
                is_closed=day.month == month and day in closed,
                name=closed.get(day, ""),
            )
            for day in week
        ]
        for week in WEEK.monthdatescalendar(year, month)
    ]


def _sign(request: HttpRequest) -> Author:
    return Author(name=get_actor(request).name, at=timezone.now(), device=get_device(request))
