"""Writes of business calendars (营业日历): made, named, days closed and opened again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.masterdata import checks, queries
from yipan.masterdata.models import BusinessCalendar, ClosedDay
from yipan.masterdata.records import refuse_wrong
from yipan.masterdata.rows import CalendarRow

#: So many days may be closed in one go: a year.
DAYS_MAX = 366
NAME_LENGTH_MAX = 96


class DaysWrong(Refusal):
    """The days do not go from an earlier to a later one, or are more than a year."""

    code = "masterdata.days_wrong"
    status = 422


@transaction.atomic
def save_calendar(row: CalendarRow) -> CalendarRow:
    """
    Make a calendar, or give it other names.

    :raises RowWrong: if its code or its names cannot be kept.
    """
    refuse_wrong(
        row.code,
        [
            *checks.check_code("code", row.code, 32),
            *checks.check_text("name", row.name, NAME_LENGTH_MAX, is_required=True),
            *checks.check_text("name_zh", row.name_zh, NAME_LENGTH_MAX),
        ],
    )
    BusinessCalendar.objects.update_or_create(
        code=row.code, defaults={"name": row.name, "name_zh": row.name_zh}
    )
    return queries.get_calendar(row.code)


@transaction.atomic
def close_days(code: str, *, first: date, last: date, name: str = "") -> int:
    """
    Close days, both ends included; those closed before get the new name. Return how many.

    :raises NotFound: if there is no such calendar.
    :raises DaysWrong: if the days are none, or more than a year.
    """
    queries.get_calendar(code)
    days = [
        ClosedDay(calendar_id=code, date=day, name=name.strip()[:NAME_LENGTH_MAX])
        for day in _list_days(first, last)
    ]
    ClosedDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["calendar", "date"],
        update_fields=["name"],
    )
    return len(days)


@transaction.atomic
def open_days(code: str, *, first: date, last: date) -> int:
    """
    Let a calendar's sites trade on days again. Return how many of them were closed.

    :raises NotFound: if there is no such calendar.
    :raises DaysWrong: if the days are none, or more than a year.
    """
    queries.get_calendar(code)
    days = list(_list_days(first, last))
    count, _by_kind = ClosedDay.objects.filter(
        calendar__code=code, date__range=(days[0], days[-1])
    ).delete()
    return count


def _list_days(first: date, last: date) -> Iterator[date]:
    if not first <= last < first + timedelta(days=DAYS_MAX):
        raise DaysWrong(first=first, last=last, days_max=DAYS_MAX)
    return iter(first + timedelta(days=place) for place in range((last - first).days + 1))
