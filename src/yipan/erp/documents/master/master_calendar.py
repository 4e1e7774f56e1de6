"""Changes of business calendars (营业日历) in the hub, each with its trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from yipan.documents import trail
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.masterdata import calendars, queries
from yipan.masterdata.rows import CalendarRow, SiteRow

DOCUMENT_TYPE = "calendar"


@transaction.atomic
def save(row: CalendarRow, *, by: Author) -> CalendarRow:
    """
    Make a calendar, or give it other names.

    :raises RowWrong: if its code or its names cannot be kept.
    """
    is_new = row.code not in {known.code for known in queries.list_calendars()}
    saved = calendars.save_calendar(row)
    _note(row.code, step="create" if is_new else "edit", note="", by=by)
    return saved


@transaction.atomic
def close_days(code: str, *, first: date, last: date, name: str, by: Author) -> int:
    """
    Close days, both ends included. Return how many.

    :raises NotFound: if there is no such calendar.
    :raises DaysWrong: if the days are none, or more than a year.
    """
    count = calendars.close_days(code, first=first, last=last, name=name)
    _note(code, step="close", note=f"{first} – {last} {name}", by=by)
    return count


@transaction.atomic
def open_days(code: str, *, first: date, last: date, by: Author) -> int:
    """
    Let sites trade on days again. Return how many of them were closed.

    :raises NotFound: if there is no such calendar.
    :raises DaysWrong: if the days are none, or more than a year.
    """
    count = calendars.open_days(code, first=first, last=last)
    _note(code, step="open", note=f"{first} – {last}", by=by)
    return count


@transaction.atomic
def assign(site: str, *, calendar: str, by: Author) -> SiteRow:
    """
    Let a site follow a calendar; an empty one is none: then it trades on all days.

    :raises SiteUnknown: if there is no such site.
    :raises NotFound: if there is no such calendar.
    """
    if calendar:
        queries.get_calendar(calendar)
    row = queries.get_site(site)
    return master_record.edit_site(replace(row, calendar=calendar), by=by)


def _note(code: str, *, step: str, note: str, by: Author) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="erp",
            number=code,
            step=step,
            to_state="",
            actor=by.name,
            device=by.device,
            at=by.at,
            reason=note.strip()[:200],
        )
    )
