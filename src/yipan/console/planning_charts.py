"""Pictures of planning: history and forecast, stock to come, ways between stores, frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from yipan.console import charts, forecast_charts
from yipan.console.formats import write_money
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
#: How far apart ways there and back lie, as a share of the map.
WAY_APART = 0.03
#: Latitude and longitude.
Point = tuple[float, float]
#: From this share of demand on, all of it is met.
ALL_MET = 0.9995
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
    values: dict[tuple[str, str], int] = {}
    for row in found:
        lane = (row.source, row.site.code)
        if lane[0] in places and lane[1] in places:
            sums[lane] = sums.get(lane, 0) + row.quantity_final
            values[lane] = values.get(lane, 0) + row.value_final
    lanes = sorted(sums, key=lambda it: -sums[it])[:WAYS_MAX]
    used = sorted({code for lane in lanes for code in lane})
    ways = [
        {"from": names[begin], "to": names[end], "quantity": sums[begin, end],
         "said": _say_way(begin, end, sums[begin, end], values[begin, end], places=places),
         **_lay_way(begin, end, both=(end, begin) in sums, places={it: places[it] for it in used})}
        for begin, end in lanes
    ]  # fmt: skip
    dots = [{"name": names[it], "y": places[it][0], "x": places[it][1]} for it in used]
    return forecast_charts.draw_ways(dots, ways) if ways else charts.draw_nothing()


def _say_way(
    begin: str, end: str, quantity: int, value_minor: int, *, places: Mapping[str, Point]
) -> str:
    """Return how much goes on a way and what it is worth, with an arrow in its direction."""
    said = f"{quantity:,} · {''.join(write_money(value_minor, currency='CNY'))}"
    return f"{said} →" if places[end][1] >= places[begin][1] else f"← {said}"


def _lay_way(begin: str, end: str, *, both: bool, places: Mapping[str, Point]) -> dict[str, float]:
    """
    Return where a way is drawn, and where its words stand: a third behind its beginning.

    Ways there and back lie beside each other.
    """
    (lat, lon), (lat2, lon2) = places[begin], places[end]
    tall = max(it[0] for it in places.values()) - min(it[0] for it in places.values())
    wide = max(it[1] for it in places.values()) - min(it[1] for it in places.values())
    up = right = 0.0
    if both and abs(lon2 - lon) * tall >= abs(lat2 - lat) * wide:
        up = WAY_APART * tall * (1 if lon2 >= lon else -1)
    elif both:
        right = WAY_APART * wide * (1 if lat2 >= lat else -1)
    return {
        "y": lat + up, "x": lon + right, "y2": lat2 + up, "x2": lon2 + right,
        "ty": lat + 2.5 * up + (lat2 - lat) / 3, "tx": lon + 2.5 * right + (lon2 - lon) / 3,
    }  # fmt: skip


def draw_frontier(segment: str) -> dict[str, Any]:
    """Return days of stock over the share of demand met, a line per policy."""
    record = runs.find_backtest(segment)
    if record is None:
        return charts.draw_nothing()
    rows: list[dict[str, Any]] = []
    tones: dict[str, str] = {}
    today: dict[str, Any] | None = None
    for curve in record.curves:
        if curve["name"] == "today":
            [today] = _list_points(gettext("Today"), curve["costs"], least=0.0)
            continue
        label = str(MODELS.get(curve["name"], curve["name"]))
        tones[label] = TONES.get(curve["name"], "muted")
        rows += _list_points(label, _cut(curve["costs"]))
    return forecast_charts.draw_frontier(
        rows, tones=tones, labels=(gettext("Demand met, %"), gettext("Days of stock")), today=today
    )


def _cut(costs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the costs up to the first that meets all: more stock than that is no choice."""
    ordered = sorted(costs, key=lambda it: float(it["days_of_stock"]))
    last = next(
        (place for place, it in enumerate(ordered) if it["fill"] >= ALL_MET), len(ordered) - 1
    )
    return ordered[: last + 1]


def _list_points(
    label: str, costs: Sequence[dict[str, Any]], *, least: float = 0.8
) -> list[dict[str, Any]]:
    return [
        {"series": label, "fill": round(it["fill"] * 100, 2),
         "stock": round(it["days_of_stock"], 2), "knob": it["knob"]}
        for it in costs
        if it["fill"] > least
    ]  # fmt: skip
