"""
When a site is open (营业时间): hours by weekday, days that differ, and open time passing.

Pure. Hours are wall clock of the site's own zone; open time is counted in real minutes, so that
a night in which clocks change is an hour shorter or longer, as it is for whoever works in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

#: Longer than this no site is closed in one piece.
CLOSED_DAYS_MAX: Final = 60
MIDNIGHT: Final = time(0)


class Window(NamedTuple):
    """From when to when a site is open on one day; a closing at midnight ends the day."""

    opens_at: time
    closes_at: time


WHOLE_DAY: Final = (Window(MIDNIGHT, MIDNIGHT),)


class Moment(NamedTuple):
    """An instant at which a site is open, and until when it is open then; both in UTC."""

    at: datetime
    open_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """
    When a site is open.

    `week` maps a weekday (0 is Monday) to its windows; without any, all days are open all day.
    `days` are those that differ, an empty one is closed; they overrule the week and `closed`,
    the days on which its calendar says that it does not trade.
    """

    zone: str
    week: Mapping[int, tuple[Window, ...]] = field(default_factory=dict)
    days: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    closed: Collection[date] = frozenset()

    @property
    def is_said(self) -> bool:
        """Tell whether anybody said when the site is open."""
        return bool(self.week or self.days)

    def list_windows(self, day: date) -> tuple[Window, ...]:
        """Return when the site is open on a day, in order; nothing when it is closed."""
        if day in self.days:
            return self.days[day]
        if day in self.closed:
            return ()
        return self.week.get(day.weekday(), ()) if self.week else WHOLE_DAY

    def list_moments(self, first: date, *, days: int = CLOSED_DAYS_MAX) -> Iterator[Moment]:
        """Yield the windows from a day on as instants, in order."""
        for number in range(days + 1):
            day = first + timedelta(days=number)
            for window in self.list_windows(day):
                ends_on = day + timedelta(days=1) if window.closes_at == MIDNIGHT else day
                yield Moment(
                    make_instant(day, window.opens_at, zone=self.zone),
                    make_instant(ends_on, window.closes_at, zone=self.zone),
                )

    def find_close(self, day: date) -> datetime | None:
        """Return when the site closes for the day, None when it does not open at all."""
        ends = [it.open_until for it in self.list_moments(day, days=0)]
        return max(ends, default=None)


def make_instant(day: date, wall: time, *, zone: str) -> datetime:
    """Return the instant at which clocks of a zone show a time on a day, in UTC."""
    return datetime.combine(day, wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def pass_minutes(hours: Hours, *, begin: datetime, minutes: int) -> Moment | None:
    """
    Return when so many minutes of open time have passed from an instant on.

    The site is open then: what would be ready at the moment it closes is ready when it opens
    next. None when it does not open for as long as anybody looks ahead.
    """
    rest = timedelta(minutes=minutes)
    begin = begin.astimezone(UTC)
    first = begin.astimezone(ZoneInfo(hours.zone)).date()
    for opens_at, closes_at in hours.list_moments(first):
        start = max(opens_at, begin)
        if start >= closes_at:
            continue
        if start + rest < closes_at:
            return Moment(start + rest, closes_at)
        rest -= closes_at - start
    return None
