"""Days and moments as others write them, brought into order before anything is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

#: No day of a retailer lies outside of these; inside, a day before and after can be named.
DAY_MIN: Final = date(1900, 1, 1)
DAY_MAX: Final = date(2999, 12, 31)


def read_day(text: str) -> date | None:
    """Return a day such as 2026-03-02; None when it is none, or no day of a retailer."""
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return day if DAY_MIN <= day <= DAY_MAX else None


def to_utc(moment: datetime) -> datetime:
    """
    Return an aware moment in UTC.

    Others may write any offset up to a day. PostgreSQL takes less than 16 hours, and a moment
    whose day in UTC lies before year 1 or after 9999 can be stored by it, and never be read.

    :raises ValueError: if there is no such moment in UTC.
    """
    assert moment.tzinfo is not None
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no such moment in UTC") from error
