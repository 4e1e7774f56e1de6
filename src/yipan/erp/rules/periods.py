"""Accounting periods (会计期间): in which month something counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

ONE_DAY: Final = timedelta(days=1)


def get_month(day: date) -> str:
    """Return the month of a day, as `2026-03`."""
    return f"{day.year:04d}-{day.month:02d}"


def is_month(text: str) -> bool:
    """Tell whether a text is a month, written as `2026-03`."""
    try:
        return get_month(get_first_day(text)) == text
    except ValueError:
        return False


def get_first_day(month: str) -> date:
    """Return the first day of a month written as `2026-03`."""
    return date.fromisoformat(f"{month}-01")


def get_last_day(month: str) -> date:
    """Return the last day of a month written as `2026-03`."""
    in_next = get_first_day(month) + timedelta(days=31)
    return in_next.replace(day=1) - ONE_DAY


def get_accounting_date(business_date: date, *, closed_through: date | None, today: date) -> date:
    """
    Return the day something counts: its own, or the first that is not closed.

    A clock that is ahead is not believed: nothing counts later than the day it is written down.
    """
    day = min(business_date, today)
    if closed_through is None or day > closed_through:
        return day
    return closed_through + ONE_DAY
