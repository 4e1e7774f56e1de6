"""Key figures by day (日指标): what boards show as trends, kept so that none adds up twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final, NamedTuple

from django.db.models import Max, Sum

from yipan.documents.models import DayFigure

ROWS_MAX: Final = 200_000


class Figure(NamedTuple):
    """What a figure was on a day at a site; `site` is "" for the company as a whole."""

    day: date
    code: str
    site: str
    value: int


def keep(figures: Iterable[Figure]) -> int:
    """Write figures down, over what was written of the same days before; return how many."""
    rows = [DayFigure(day=it.day, code=it.code, site=it.site, value=it.value) for it in figures]
    DayFigure.objects.bulk_create(
        rows,
        batch_size=2_000,
        update_conflicts=True,
        update_fields=["value"],
        unique_fields=["day", "code", "site"],
    )
    return len(rows)


def list_days(
    *, codes: Collection[str], since: date, sites: Collection[str] | None = None
) -> dict[tuple[str, date], int]:
    """Return each figure by code and day from `since` on, of all sites or of some, added up."""
    query = DayFigure.objects.filter(code__in=codes, day__gte=since)
    if sites is not None:
        query = query.filter(site__in=sites)
    rows = query.values_list("code", "day").annotate(total=Sum("value"))[:ROWS_MAX]
    return {(code, day): int(total) for code, day, total in rows}


def list_keys(*, day: date, codes: Collection[str]) -> set[tuple[str, str]]:
    """Return which figures were kept of a day, as pairs of code and site."""
    rows = DayFigure.objects.filter(day=day, code__in=codes).values_list("code", "site")
    return set(rows[:ROWS_MAX])


def find_last_day() -> date | None:
    """Return the last day that was kept, None when none was."""
    found: date | None = DayFigure.objects.aggregate(last=Max("day"))["last"]
    return found


def forget(*, before: date) -> int:
    """Forget what was kept of days before this one; return how many rows."""
    deleted, _of = DayFigure.objects.filter(day__lt=before).delete()
    return deleted
