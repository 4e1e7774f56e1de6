"""
When goods are at their customer (承诺时效): from the day they may be worked on to the day promised.

Pure: a cut-off, the days a site is closed, handling and transit in; a day out, with each entry
that moved it. Handling counts days on which the site trades, transit counts all days.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

#: Longer than this no site is closed in one piece.
CLOSED_DAYS_MAX: Final = 60
#: Days on the way when nobody said what a site can do: a parcel, or the walk to the counter.
DAYS_UNSAID: Final = {"ship": 2, "pickup": 0, "ship_to_store": 3}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What moved a promise date, and the day it came to: `arrives`, `cutoff`, `closed`, ..."""

    code: str
    day: date
    number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast a site is by one method; `closed` are the days it does not trade."""

    handling_days: int = 0
    transit_days: int = 0
    is_past_cutoff: bool = False
    closed: Collection[date] = frozenset()


def find_date(*, start: date, pace: Pace) -> tuple[date, tuple[Entry, ...]]:
    """
    Return the day goods are promised for when a site may begin on `start`, and why that day.

    What is asked after the cut-off begins a day later; a day the site is closed, it neither
    begins nor goes on. A site past its cut-off competes with its next day, not with none.
    """
    entries = [Entry(code="start", day=start)]
    day = _open(start, pace, entries)
    if pace.is_past_cutoff and day == start:
        day += timedelta(days=1)
        entries.append(Entry(code="cutoff", day=day))
        day = _open(day, pace, entries)
    for _ in range(pace.handling_days):
        day = _open(day + timedelta(days=1), pace, entries)
    if pace.handling_days:
        entries.append(Entry(code="handling", day=day))
    if pace.transit_days:
        day += timedelta(days=pace.transit_days)
        entries.append(Entry(code="transit", day=day))
    return day, tuple(entries)


def _open(day: date, pace: Pace, entries: list[Entry]) -> date:
    """Return the first day from this one on which the site trades."""
    first = day
    for _ in range(CLOSED_DAYS_MAX):
        if day not in pace.closed:
            break
        day += timedelta(days=1)
    if day != first:
        entries.append(Entry(code="closed", day=day))
    return day
