"""Reads of business calendars (营业日历): which days sites are closed, and whose calendar it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Count

from yipan.foundation.refusals import NotFound
from yipan.masterdata.models import BusinessCalendar, ClosedDay, Site
from yipan.masterdata.queries.places import make_site_row
from yipan.masterdata.rows import CalendarRow, SiteRow

ROWS_MAX = 1_000


def list_calendars() -> list[CalendarRow]:
    """Return all calendars by code, with how many days and sites each has."""
    days = dict(ClosedDay.objects.values_list("calendar_id").annotate(count=Count("id")).order_by())
    sites = dict(
        Site.objects.exclude(calendar_id=None)
        .values_list("calendar_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    return [
        CalendarRow(
            code=row.code,
            name=row.name,
            name_zh=row.name_zh,
            closed_days=days.get(row.code, 0),
            sites=sites.get(row.code, 0),
        )
        for row in BusinessCalendar.objects.order_by("code")[:ROWS_MAX]
    ]


def get_calendar(code: str) -> CalendarRow:
    """
    Return one calendar.

    :raises NotFound: if there is none of this code.
    """
    row = BusinessCalendar.objects.filter(code=code).first()
    if row is None:
        raise NotFound(kind="calendar", id=code)
    return CalendarRow(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        closed_days=row.closed_days.count(),
        sites=Site.objects.filter(calendar__code=code).count(),
    )


def list_closed_days(code: str, *, year: int) -> dict[date, str]:
    """Return the days of a year on which a calendar's sites are closed, and why, in order."""
    rows = ClosedDay.objects.filter(calendar__code=code, date__year=year).order_by("date")
    return dict(rows.values_list("date", "name"))


def list_sites_of_calendar(
    code: str, *, only: Collection[str] | None = None, limit: int = ROWS_MAX
) -> list[SiteRow]:
    """Return the sites that follow a calendar, by code; `only` is a scope, None meaning all."""
    query = Site.objects.filter(calendar__code=code)
    if only is not None:
        query = query.filter(code__in=only)
    return [make_site_row(site) for site in query.order_by("code")[:limit]]
