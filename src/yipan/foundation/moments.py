"""Moments as others write them, brought to UTC before anything is stored or asked for."""

from __future__ import annotations

from datetime import UTC, datetime


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
