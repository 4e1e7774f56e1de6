"""How right the books were by day and site, and how many differences stood open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from yipan.recon.models import Case, Observation


class CountedDay(NamedTuple):
    """Lines counted at a site on a day, and how many of them agreed with the book."""

    day: date
    site: str
    lines: int
    exact: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteCases:
    """Differences that stand open at a site, and those a person should have settled by today."""

    open: int
    due: int


def list_counted_days(
    *, since: datetime, zone: tzinfo, sites: Collection[str] | None = None
) -> list[CountedDay]:
    """Return what was counted from an instant on, by day of `zone` and by site."""
    query = Observation.objects.filter(counted_at__gte=since)
    if sites is not None:
        query = query.filter(site__in=sites)
    rows = (
        query.annotate(on=TruncDate("counted_at", tzinfo=zone))
        .values_list("on", "site")
        .annotate(lines=Count("id"), exact=Count("id", filter=Q(difference=0)))
    )
    return [CountedDay(*row) for row in rows]


def list_site_cases(*, today: date) -> dict[str, SiteCases]:
    """Return how many differences stand open at each site now."""
    rows = (
        Case.objects.filter(closed_at=None)
        .values_list("site")
        .annotate(open=Count("id"), due=Count("id", filter=Q(due_on__lte=today)))
    )
    return {site: SiteCases(open=opened, due=due) for site, opened, due in rows}


def count_open_at(at: datetime) -> dict[str, int]:
    """Return how many differences stood open at each site at an instant."""
    rows = (
        Case.objects.filter(created_at__lte=at)
        .filter(Q(closed_at=None) | Q(closed_at__gt=at))
        .values_list("site")
        .annotate(open=Count("id"))
    )
    return dict(rows)
