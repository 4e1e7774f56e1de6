"""What people type into forms of the hub, read as numbers, amounts, days and moments."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from yipan.foundation import moments
from yipan.foundation.moments import to_utc

DIGITS_MAX = 15


def read_whole(text: str) -> int | None:
    """Return a whole number of at least 0; None when it is none, an empty text being 0."""
    text = text.strip()
    if not text:
        return 0
    is_whole = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    return int(text) if is_whole else None


def read_version(text: str) -> int | None:
    """Return the version somebody read; None when they do not say, and -1 when it is none."""
    if not text.strip():
        return None
    read = read_whole(text)
    return -1 if read is None else read


def read_day(text: str) -> date | None:
    """Return a day such as 2026-03-02; None when it is none."""
    return moments.read_day(text)


def read_moment(text: str) -> datetime | None:
    """Return a moment such as 2026-03-02T14:30, in the reader's zone; None when it is none."""
    try:
        moment = parse_datetime(text.strip())
        if moment is None:
            return None
        return to_utc(moment if timezone.is_aware(moment) else timezone.make_aware(moment))
    except ValueError:
        return None
