"""
When goods are at their customer (承诺时效): from the moment they may be worked on to the promise.

Pure: opening hours, a cut-off, handling and transit in; a day out, for a counter also the hour,
with each entry that moved it. Handling counts days on which the site trades and minutes in which
it is open, transit counts all days.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from yipan.pool.rules.opening_hours import CLOSED_DAYS_MAX, Hours, make_instant, pass_minutes

__all__ = ["CLOSED_DAYS_MAX", "DAYS_UNSAID", "Entry", "Found", "Pace", "find_date"]

#: Days on the way when nobody said what a site can do: a parcel, or the walk to the counter.
DAYS_UNSAID: Final = {"ship": 2, "pickup": 0, "ship_to_store": 3}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """
    What moved a promise, the day it came to, and the hour where that counts.

    `code` is one of `start`, `arrives`, `cutoff`, `after_hours`, `closed`, `opens`, `handling`,
    `ready`, `transit`, `presale`.
    """

    code: str
    day: date
    number: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """
    How fast a site is by one method; `closed` are the days it does not trade.

    `hours` are when it is open, where that is known. `cutoff_at` is until when of a day orders
    are taken for that day, `carrier` who collects them.
    """

    handling_days: int = 0
    handling_minutes: int = 0
    transit_days: int = 0
    is_past_cutoff: bool = False
    closed: Collection[date] = frozenset()
    hours: Hours | None = None
    cutoff_at: time | None = None
    carrier: str = ""

    def is_open(self, day: date) -> bool:
        """Tell whether the site trades on a day."""
        return bool(self.hours.list_windows(day)) if self.hours else day not in self.closed

    @property
    def says_hour(self) -> bool:
        """Tell whether an hour can be promised, and not only a day."""
        return self.hours is not None and (self.hours.is_said or self.handling_minutes > 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """
    The day goods are promised for, and why.

    `ready_at` is the hour they are ready at the site and `open_until` until when it is open
    then; None where nobody said its hours. `leave_by` is until when they have to leave.
    """

    day: date
    entries: tuple[Entry, ...]
    ready_at: datetime | None = None
    open_until: datetime | None = None
    leave_by: datetime | None = None
    carrier: str = ""


def find_date(*, start: date, pace: Pace, now: datetime | None = None) -> Found:
    """
    Return what is promised when a site may begin on `start`, at `now` if that is today.

    What is asked after the cut-off, or when the site has closed for the day, begins on its next
    day; a day the site is closed, it neither begins nor goes on. A site past its cut-off
    competes with its next day, not with none.
    """
    entries = [Entry(code="start", day=start)]
    day = _open(start, pace, entries)
    if day == start and (pace.is_past_cutoff or _is_over(day, pace, now)):
        code = "cutoff" if pace.is_past_cutoff else "after_hours"
        day += timedelta(days=1)
        entries.append(Entry(code=code, day=day))
        day = _open(day, pace, entries)
    for _ in range(pace.handling_days):
        day = _open(day + timedelta(days=1), pace, entries)
    if pace.handling_days:
        entries.append(Entry(code="handling", day=day))
    begin = now if now is not None and day == start else None
    ready_at, open_until = _prepare(day, pace, begin, entries)
    if ready_at is not None:
        day = max(day, ready_at.date())
    leave_by = None
    if pace.hours is not None and pace.cutoff_at is not None:
        zone = pace.hours.zone
        leave_by = make_instant(day, pace.cutoff_at, zone=zone).astimezone(ZoneInfo(zone))
    if pace.transit_days:
        day += timedelta(days=pace.transit_days)
        entries.append(Entry(code="transit", day=day, number=pace.carrier))
    return Found(
        day=day,
        entries=tuple(entries),
        ready_at=ready_at,
        open_until=open_until,
        leave_by=leave_by,
        carrier=pace.carrier,
    )


def _prepare(
    day: date, pace: Pace, begin: datetime | None, entries: list[Entry]
) -> tuple[datetime | None, datetime | None]:
    """Return when it is ready and until when the site is open then, in the site's own time."""
    hours = pace.hours
    if hours is None or not pace.says_hour:
        return None, None
    zone = ZoneInfo(hours.zone)
    begin = begin or make_instant(day, time(0), zone=hours.zone)
    opening = pass_minutes(hours, begin=begin, minutes=0)
    ready = pass_minutes(hours, begin=begin, minutes=pace.handling_minutes)
    if opening is None or ready is None:
        return None, None
    opens_at, ready_at = opening.at.astimezone(zone), ready.at.astimezone(zone)
    if opening.at > begin:
        entries.append(Entry(code="opens", day=opens_at.date(), at=opens_at))
    entries.append(Entry(code="ready", day=ready_at.date(), at=ready_at))
    return ready_at, ready.open_until.astimezone(zone)


def _is_over(day: date, pace: Pace, now: datetime | None) -> bool:
    """Tell whether the site has closed for the day."""
    if now is None or pace.hours is None or not pace.hours.is_said:
        return False
    closes_at = pace.hours.find_close(day)
    return closes_at is not None and closes_at <= now


def _open(day: date, pace: Pace, entries: list[Entry]) -> date:
    """Return the first day from this one on which the site trades."""
    first = day
    for _ in range(CLOSED_DAYS_MAX):
        if pace.is_open(day):
            break
        day += timedelta(days=1)
    if day != first:
        entries.append(Entry(code="closed", day=day))
    return day
