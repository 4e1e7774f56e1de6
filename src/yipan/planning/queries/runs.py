"""Reads of plan runs, back-tests and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Min

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.planning.models import Backtest, DemandDay, DemandEvent, PlanRun
from yipan.planning.rules.shard import DAYS_TESTED_MIN
from yipan.pool.queries.channels import list_services

RUNS_MAX = 50
EVENTS_MAX = 500


def list_runs(*, limit: int = 20) -> list[PlanRun]:
    """Return the last runs, the newest first."""
    return list(PlanRun.objects.order_by("-id")[: min(limit, RUNS_MAX)])


def get_run(number: str) -> PlanRun:
    """
    Return one run.

    :raises NotFound: if there is none of this number.
    """
    found = PlanRun.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="plan_run", id=number)
    return found


def list_backtests() -> list[Backtest]:
    """Return the current back-test of each segment; the models themselves are left out."""
    query = Backtest.objects.filter(is_current=True).order_by("segment")
    return list(query.defer("learned"))


def find_backtest(segment: str) -> Backtest | None:
    """Return the current back-test of one segment, None when there is none."""
    query = Backtest.objects.filter(is_current=True, segment=segment)
    return query.defer("learned").first()


@dataclass(frozen=True, kw_only=True, slots=True)
class HistorySpan:
    """How many days of demand are known, and how many a back-test needs."""

    known: int
    wanted: int
    today: date

    @property
    def missing(self) -> int:
        """Return how many days are still missing."""
        return max(0, self.wanted - self.known)

    @property
    def percent(self) -> int:
        """Return how much of what is needed is known, in whole percent."""
        return min(100, 100 * self.known // self.wanted)

    @property
    def enough_on(self) -> date:
        """Return the day from which on there is enough."""
        return self.today + timedelta(days=self.missing)


def read_span(*, today: date) -> HistorySpan:
    """Return how far back demand is known."""
    first = DemandDay.objects.aggregate(first=Min("day"))["first"]
    known = max(0, (today - first).days) if first else 0
    return HistorySpan(known=known, wanted=DAYS_TESTED_MIN, today=today)


def list_events() -> list[DemandEvent]:
    """Return the events that count, the latest first."""
    return list(
        DemandEvent.objects.filter(is_active=True).order_by("-starts_on", "id")[:EVENTS_MAX]
    )


def list_stores() -> list[SiteRow]:
    """Return the stores that trade, by code."""
    return [it for it in masterdata.list_sites(site_type="store") if it.is_active]


def read_coordinates() -> dict[str, tuple[float, float]]:
    """Return latitude and longitude of the sites that have them."""
    return {
        row.site: (row.latitude, row.longitude)
        for row in list_services()
        if row.latitude is not None and row.longitude is not None
    }
