"""Reads of opening hours (营业时间): as rows for people, and as what a promise goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time

from yipan.foundation.kept import kept
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pool.models import OpeningHours, SpecialDay
from yipan.pool.rules.opening_hours import Hours, Window

ROWS_MAX = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningRow:
    """From when to when a site is open on a weekday; 0 is Monday."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialRow:
    """A day on which a site has other hours; without hours it is closed."""

    date: date
    opens_at: time | None
    closes_at: time | None
    reason: str


def list_week(site: str) -> list[OpeningRow]:
    """Return when a site is open in a usual week, by weekday and hour."""
    rows = OpeningHours.objects.filter(site=site).order_by("weekday", "opens_at")
    return [
        OpeningRow(weekday=it.weekday, opens_at=it.opens_at, closes_at=it.closes_at) for it in rows
    ]


def list_special_days(site: str, *, since: date) -> list[SpecialRow]:
    """Return the days from one on that differ, in order."""
    rows = SpecialDay.objects.filter(site=site, date__gte=since).order_by("date")
    return [
        SpecialRow(date=it.date, opens_at=it.opens_at, closes_at=it.closes_at, reason=it.reason)
        for it in rows[:ROWS_MAX]
    ]


@kept
def find_hours(sites: Iterable[SiteRow], *, first: date, last: date) -> dict[str, Hours]:
    """Return each site to when it is open over a span of days, its calendar included."""
    rows = {site.code: site for site in sites}
    week = _read_week(rows)
    days = _read_days(rows, first=first, last=last)
    closed = masterdata.find_closed_days(rows, first=first, last=last)
    return {
        code: Hours(
            zone=site.time_zone,
            week=week.get(code, {}),
            days=days.get(code, {}),
            closed=closed.get(code, frozenset()),
        )
        for code, site in rows.items()
    }


def _read_week(sites: Collection[str]) -> dict[str, dict[int, tuple[Window, ...]]]:
    found: dict[str, dict[int, tuple[Window, ...]]] = {}
    rows = OpeningHours.objects.filter(site__in=set(sites)).order_by("site", "weekday", "opens_at")
    for it in rows.values_list("site", "weekday", "opens_at", "closes_at")[:ROWS_MAX]:
        site, weekday, opens_at, closes_at = it
        week = found.setdefault(site, {})
        week[weekday] = (*week.get(weekday, ()), Window(opens_at, closes_at))
    return found


def _read_days(
    sites: Collection[str], *, first: date, last: date
) -> dict[str, dict[date, tuple[Window, ...]]]:
    found: dict[str, dict[date, tuple[Window, ...]]] = {}
    rows = SpecialDay.objects.filter(site__in=set(sites), date__range=(first, last))
    for site, day, opens_at, closes_at in rows.values_list("site", "date", "opens_at", "closes_at")[
        :ROWS_MAX
    ]:
        windows = () if opens_at is None or closes_at is None else (Window(opens_at, closes_at),)
        found.setdefault(site, {})[day] = windows
    return found
