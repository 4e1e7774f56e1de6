"""Pictures of planning: history and forecast, stock to come, ways between stores, frontier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from yipan.console import charts, forecast_charts
from yipan.console.naming import name_of
from yipan.foundation.status import StockStatus
from yipan.planning.queries import outlooks, proposals, runs
from yipan.planning.queries.proposals import ProposalFilter
from yipan.planning.views.words import MODELS
from yipan.pool import queries as pool

WEEKS_AHEAD = 8
#: The band of a forecast holds four of five weeks: so many deviations to either side.
BAND = 1.28
WAYS_MAX = 300
TONES = {
    "min_max": "bad",
    "days_of_cover": "warn",
    "negative_binomial": "book-planning",
    "learned": "book-erp",
}


def draw_history(*, sku: str, site: str, today: date) -> dict[str, Any]:
    """Return sales by week as bars, and the weeks to come as a band."""
    row = outlooks.find_outlook(sku=sku, site=site)
    days = outlooks.list_history(sku=sku, site=site, until=today)
    if row is None or not days:
        return charts.draw_nothing()
    weeks: dict[date, int] = {}
    for day in days:
        monday = day.day - timedelta(days=day.day.weekday())
        weeks[monday] = weeks.get(monday, 0) + day.demand
    monday = today - timedelta(days=today.weekday())
    # The days of this week that are past were ordinary ones, for all that a week shows.
    factors = [1.0] * today.weekday() + outlooks.list_factors(row, today=today)
    coming = [
        _expect_week(row, monday + timedelta(days=7 * ahead), factors[7 * ahead : 7 * ahead + 7])
        for ahead in range(WEEKS_AHEAD)
    ]
    past = [{"day": it.isoformat(), "sold": sold} for it, sold in sorted(weeks.items())]
    return forecast_charts.draw_forecast(past, coming, unit=gettext("Sold a week"))


def _expect_week(
    row: outlooks.OutlookRow, monday: date, factors: Sequence[float]
) -> dict[str, Any]:
    """Return what is expected in a week, promotions and events in it."""
    mean = row.level_milli / 1000 * sum(factors)
    spread = BAND * (mean * row.ratio_milli / 1000) ** 0.5
    return {
        "day": monday.isoformat(),
        "low": round(max(0.0, mean - spread), 1),
        "middle": round(mean, 1),
        "high": round(mean + spread, 1),
    }


def draw_projection(*, sku: str, site: str, today: date) -> dict[str, Any]:
    """Return the stock to come as a line in its band, with what arrives as dots."""
    row = outlooks.find_outlook(sku=sku, site=site)
    if row is None:
        return charts.draw_nothing()
    available = pool.get_stock(site=site, sku=sku)[StockStatus.AVAILABLE]
    steps = outlooks.project(row, available=available, today=today)
    # What is gone cannot be sold: the line stays at zero, or where the book stands below it.
    floor = min(0, available)
    rows = [
        {"day": it.day.isoformat(), "stock": max(floor, it.stock), "low": max(floor, it.low),
         "high": max(floor, it.high), "arrives": it.arrives}
        for it in steps
    ]  # fmt: skip
    return forecast_charts.draw_projection(rows, unit=gettext("Stock"))


def draw_map(*, sites: frozenset[str] | None) -> dict[str, Any]:
    """Return the stores as dots and the ways between them as lines, as broad as what goes."""
    found = proposals.list_proposals(
        ProposalFilter(kind="rebalancing", sites=sites), order="value", limit=1_000
    )
    places = runs.read_coordinates()
    names = {row.site.code: name_of(row.site) for row in found}
    names |= {row.source: name_of(row.source_row) for row in found}
    sums: dict[tuple[str, str], int] = {}
    for row in found:
        lane = (row.source, row.site.code)
        if lane[0] in places and lane[1] in places:
            sums[lane] = sums.get(lane, 0) + row.quantity_final
    lanes = sorted(sums, key=lambda it: -sums[it])[:WAYS_MAX]
    ways = [
        {"from": names[begin], "to": names[end], "quantity": sums[begin, end],
         "y": places[begin][0], "x": places[begin][1], "y2": places[end][0], "x2": places[end][1]}
        for begin, end in lanes
    ]  # fmt: skip
    used = sorted({code for lane in lanes for code in lane})
    dots = [{"name": names[it], "y": places[it][0], "x": places[it][1]} for it in used]
    return forecast_charts.draw_ways(dots, ways) if ways else charts.draw_nothing()


def draw_frontier(segment: str) -> dict[str, Any]:
    """Return days of stock over the share of demand met, a line per policy."""
    record = runs.find_backtest(segment)
    if record is None:
        return charts.draw_nothing()
    rows: list[dict[str, Any]] = []
    tones: dict[str, str] = {}
    for curve in record.curves:
        label = str(MODELS.get(curve["name"], curve["name"]))
        tones[label] = TONES.get(curve["name"], "muted")
        rows += _list_points(label, curve["costs"])
    return forecast_charts.draw_frontier(
        rows, tones=tones, labels=(gettext("Demand met, %"), gettext("Days of stock"))
    )


def _list_points(label: str, costs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"series": label, "fill": round(it["fill"] * 100, 2),
         "stock": round(it["days_of_stock"], 2), "knob": it["knob"]}
        for it in costs
        if it["fill"] > 0.8
    ]  # fmt: skip
