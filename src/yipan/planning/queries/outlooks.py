"""Reads of outlooks: what may run out, what there is too much of, and one SKU at a site in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.planning.models import DemandDay, StockOutlook
from yipan.planning.queries.occasions import read_occasions
from yipan.pool.queries.supplies import SupplyRow, list_supplies

ROWS_MAX = 1_000
#: A year and a bit: what was sold at the same time of last year is seen beside what is expected.
DAYS_SHOWN = 56 * 7
DAYS_PROJECTED = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlookRow:
    """What the last plan expects of a SKU at a site."""

    sku: SkuRow
    site: SiteRow
    segment: str
    source: str
    run_number: str
    made_on: date
    method: str
    model: str
    level_milli: int
    intermittent_milli: int
    ratio_milli: int
    horizon: int
    mean_milli: int
    quantiles: list[list[int]]
    season: list[int]
    position: int
    order_below: int
    up_to: int
    runs_out_on: date | None
    chance_out_permille: int
    overstock: int
    overstock_value_minor: int
    days_of_cover: int
    value_at_risk_minor: int

    @property
    def chance_out(self) -> int:
        """Return the chance to run out before the next order arrives, in whole percent."""
        return round(self.chance_out_permille / 10)

    @property
    def level(self) -> float:
        """Return what is sold on an ordinary day."""
        return self.level_milli / 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRow:
    """One day of a place: what was wanted and what came back."""

    day: date
    demand: int
    returned: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The stock expected at the end of a day, and the band it lies in; what arrives on it."""

    day: date
    stock: int
    low: int
    high: int
    arrives: int


def list_outlooks(
    kind: str, *, sites: frozenset[str] | None, site: str = "", skip: int = 0, limit: int = 50
) -> list[OutlookRow]:
    """Return places at risk to run out, or with too much, what costs most first."""
    assert 0 < limit <= ROWS_MAX
    query = _filter(kind, sites=sites, site=site)
    order = "-overstock_value_minor" if kind == "overstock" else "-value_at_risk_minor"
    return make_rows(query.order_by(order, "sku", "site")[skip : skip + limit])


def count_outlooks(kind: str, *, sites: frozenset[str] | None, site: str = "") -> tuple[int, int]:
    """Return how many places that are, and the value at risk or too much, in minor units."""
    name = "overstock_value_minor" if kind == "overstock" else "value_at_risk_minor"
    found = _filter(kind, sites=sites, site=site).aggregate(count=Count("id"), value=Sum(name))
    return found["count"], found["value"] or 0


def find_outlook(*, sku: str, site: str) -> OutlookRow | None:
    """Return the outlook of one place, None where the plan has not looked yet."""
    rows = make_rows(StockOutlook.objects.filter(sku=sku, site=site))
    return rows[0] if rows else None


def list_sites_of(sku: str, *, sites: frozenset[str] | None) -> list[OutlookRow]:
    """Return the outlooks of a SKU at all sites, by code."""
    query = StockOutlook.objects.filter(sku=sku)
    if sites is not None:
        query = query.filter(site__in=sites)
    return make_rows(query.order_by("site")[:ROWS_MAX])


def list_history(*, sku: str, site: str, until: date, days: int = DAYS_SHOWN) -> list[DayRow]:
    """
    Return the days of a place, those without a sale too, the oldest first.

    A warehouse has the demand of the places it feeds, too: that is what it plans for.
    """
    first = until - timedelta(days=days)
    fed = StockOutlook.objects.filter(sku=sku, source=site).values_list("site", flat=True)
    rows = DemandDay.objects.filter(sku=sku, site__in={site, *fed}, day__gte=first)
    demand: dict[date, int] = {}
    returned: dict[date, int] = {}
    for row in rows:
        came = max(0, row.sold + row.ordered + row.shipped)
        demand[row.day] = demand.get(row.day, 0) + came
        returned[row.day] = returned.get(row.day, 0) + row.returned
    begun = min(demand, default=until)
    return [
        DayRow(day=day, demand=demand.get(day, 0), returned=returned.get(day, 0))
        for day in (first + timedelta(days=it) for it in range(days))
        if day >= begun
    ]


def project(row: OutlookRow, *, available: int, today: date) -> list[Step]:
    """
    Return the stock expected on each coming day if nothing more is ordered.

    The band is one deviation of the demand up to that day to either side.
    """
    rate, ratio = row.level_milli / 1000, row.ratio_milli / 1000
    coming = _list_coming(row, today=today)
    factors = list_factors(row, today=today)
    steps, gone, came = [], 0.0, 0
    for ahead in range(DAYS_PROJECTED):
        day = today + timedelta(days=ahead)
        arrives = coming.get(day, 0)
        came += arrives
        gone += rate * factors[ahead]
        spread = (gone * ratio) ** 0.5
        steps.append(
            Step(
                day=day,
                stock=round(available + came - gone),
                low=round(available + came - gone - spread),
                high=round(available + came - max(0.0, gone - spread)),
                arrives=arrives,
            )
        )
    return steps


def list_arrivals(*, sku: str, site: str) -> list[SupplyRow]:
    """Return what is on its way to a place, the earliest first."""
    return [it for it in list_supplies(skus=[sku]) if it.site == site]


def make_rows(found: Iterable[StockOutlook]) -> list[OutlookRow]:
    """Return outlooks as rows, with the names of goods and sites."""
    outlooks = list(found)
    skus = masterdata.find_skus({it.sku for it in outlooks})
    sites = masterdata.find_sites({it.site for it in outlooks})
    columns = [it for it in OutlookRow.__dataclass_fields__ if it not in {"sku", "site"}]
    return [
        OutlookRow(
            sku=skus[it.sku],
            site=sites[it.site],
            **{name: getattr(it, name) for name in columns},
        )
        for it in outlooks
    ]


def _list_coming(row: OutlookRow, *, today: date) -> Mapping[date, int]:
    coming: dict[date, int] = {}
    for supply in list_arrivals(sku=row.sku.code, site=row.site.code):
        if supply.usable_on is not None:
            day = max(supply.usable_on, today + timedelta(days=1))
            coming[day] = coming.get(day, 0) + supply.quantity
    return coming


def list_factors(row: OutlookRow, *, today: date) -> list[float]:
    """Return which share of an ordinary day is expected to be sold on each coming day."""
    factors = [
        row.season[ahead // 7] / 1000 if ahead // 7 < len(row.season) else 1.0
        for ahead in range(DAYS_PROJECTED)
    ]
    for occasion in read_occasions({row.sku.code: row.sku}, today=today):
        if occasion.sites and row.site.code not in occasion.sites:
            continue
        for ahead in range(max(0, occasion.first), min(DAYS_PROJECTED, occasion.last + 1)):
            factors[ahead] *= max(0.05, 1 + occasion.percent / 100)
    return factors


def _filter(kind: str, *, sites: frozenset[str] | None, site: str) -> QuerySet[StockOutlook]:
    query = StockOutlook.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    if kind == "overstock":
        return query.filter(overstock__gt=0)
    return query.filter(chance_out_permille__gte=50)
