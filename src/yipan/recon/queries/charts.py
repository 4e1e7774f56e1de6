"""Control charts of record accuracy, one for each site where somebody counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as When
from django.db.models import Count, Value
from django.db.models import When as Branch
from django.db.models.functions import TruncWeek

from yipan.masterdata.queries import find_sites
from yipan.masterdata.rows import SiteRow
from yipan.recon.models import Observation
from yipan.recon.queries.accuracy import WEEKS
from yipan.recon.rules.control import Chart, draw

SITES_MAX = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteChart:
    """The chart of a site."""

    site: SiteRow
    chart: Chart


def list_charts(*, sites: frozenset[str] | None, at: datetime) -> list[SiteChart]:
    """Return the charts of the last twelve weeks, those with a week outside its limits first."""
    query = Observation.objects.filter(counted_at__gte=at - timedelta(weeks=WEEKS))
    if sites is not None:
        query = query.filter(site__in=sites)
    rows = (
        query.annotate(week=TruncWeek("counted_at"))
        .values_list("site", "week")
        .annotate(lines=Count("id"), exact=Count(When(Branch(difference=0, then=Value(1)))))
        .order_by("site", "week")
    )
    weeks: dict[str, list[tuple[int, int]]] = {}
    for site, _, lines, exact in rows:
        weeks.setdefault(site, []).append((lines, exact))
    named = find_sites(set(weeks))
    found = [
        SiteChart(site=named[site], chart=chart)
        for site, counted in weeks.items()
        if site in named and (chart := draw(counted)) is not None
    ]
    return sorted(found, key=lambda row: (row.chart.is_steady, row.site.code))[:SITES_MAX]
