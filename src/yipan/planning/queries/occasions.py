"""
The calendar of demand: events that planners wrote down, and promotions (促销) of master data.

A promotion says how much cheaper goods are; how much more is sold follows from its depth and a
price elasticity. That is measured on our own past promotions, and leans on the mean of 1,851
published ones (2.62: Bijmolt, van Heerde and Pieters 2005, "New empirical generalizations on the
determinants of price elasticity") as long as there are few. An event that names a promotion says
it better, and takes its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from yipan.foundation.promotions import AMOUNT, GIFT, N_FOR_M, PERCENT, Promotion
from yipan.masterdata import promotions
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import list_sku_categories
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.planning.models import DemandDay, DemandEvent
from yipan.planning.rules.shard import DAYS_AHEAD, DAYS_BACK, Occasion

ELASTICITY = 2.62
#: The published mean counts as if it had been seen on so many units times their share off.
ELASTICITY_WEIGHT = 30.0
ELASTICITY_MIN, ELASTICITY_MAX = 0.3, 10.0
DEPTH_MAX = 0.9
#: A promotion is held against the days before it, and only the last ones are measured.
DAYS_BEFORE = 28
DAYS_MEASURED = 365
PROMOTIONS_MEASURED_MAX = 20
#: Of a promotion of all goods in all stores so many tell enough, spread evenly over their codes.
SKUS_MEASURED_MAX, SITES_MEASURED_MAX = 200, 50
#: What lasts longer is no peak: it is how these goods sell, and the level learns it.
DAYS_OF_PEAK_MAX = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class PromotionRow:
    """
    A promotion as the calendar of demand sees it.

    `percent` is how much more is expected to be sold at most. `said_by` is "event" where a planner
    said it, "measured" where past promotions of the kind did, "published" where none is known.
    """

    promotion: Promotion
    percent: int
    said_by: str


def read_occasions(rows: Mapping[str, SkuRow], *, today: date) -> list[Occasion]:
    """Return what moves the demand of some goods, by SKU, in the days a plan looks at."""
    events = list(DemandEvent.objects.filter(is_active=True).order_by("id"))
    said = {it.promotion for it in events if it.promotion}
    found = [it for event in events for it in _read_event(event, rows, today=today)]
    peaks = [it for it in list_peaks(today=today) if it.code not in said]
    if not peaks:
        return found
    elasticities = measure_elasticities(today=today)
    gifts = masterdata.find_skus({it.gift_sku for it in peaks if it.gift_sku})
    stores = masterdata.list_sites(site_type="store")
    for peak in peaks:
        percents = {
            sku: get_percent(peak, row, gifts=gifts, elasticity=elasticities[peak.kind][0])
            for sku, row in rows.items()
            if _is_about(peak, sku=sku, category=row.category)
        }
        found += _make_occasions(peak, percents, stores=stores, today=today)
    return found


def list_promotions(*, today: date) -> list[PromotionRow]:
    """Return the promotions the calendar counts, the latest first, and by how much."""
    peaks = list_peaks(today=today)
    said = {
        it.promotion: it.percent
        for it in DemandEvent.objects.filter(is_active=True).exclude(promotion="")
    }
    elasticities = measure_elasticities(today=today) if peaks else {}
    gifts = masterdata.find_skus({it.gift_sku for it in peaks if it.gift_sku})
    found = []
    for peak in peaks:
        goods = masterdata.find_skus(set(choose_some(_list_skus(peak), most=SKUS_MEASURED_MAX)))
        elasticity, units = elasticities[peak.kind]
        percents = [
            get_percent(peak, row, gifts=gifts, elasticity=elasticity) for row in goods.values()
        ]
        by = "event" if peak.code in said else "measured" if units else "published"
        percent = said.get(peak.code, max(percents, default=0))
        found.append(PromotionRow(promotion=peak, percent=percent, said_by=by))
    return found


def list_peaks(*, today: date) -> list[Promotion]:
    """Return active promotions with a beginning and an end near enough, the latest first."""
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    peaks = [it for it in promotions.list_all(only_active=True) if _is_peak(it, first, last)]
    return sorted(peaks, key=lambda it: (it.valid_from or first, it.code), reverse=True)


def get_percent(
    peak: Promotion, sku: SkuRow, *, gifts: Mapping[str, SkuRow], elasticity: float
) -> int:
    """Return by how many percent more of a SKU is expected to be sold."""
    return round(100 * elasticity * get_depth(peak, sku, gifts=gifts))


def get_depth(peak: Promotion, sku: SkuRow, *, gifts: Mapping[str, SkuRow]) -> float:
    """Return which share of its price a promotion takes off a SKU for who makes use of it."""
    price = max(1, sku.price_minor)
    depth = 0.0
    if peak.kind == PERCENT:
        depth = peak.percent / 100
    elif peak.kind == AMOUNT:
        depth = peak.amount_minor / price
    elif peak.kind == N_FOR_M:
        depth = 1 - peak.pay_quantity / peak.buy_quantity
    elif peak.kind == GIFT and peak.gift_sku in gifts:
        worth = gifts[peak.gift_sku].price_minor * peak.gift_quantity
        depth = worth / (worth + price * peak.buy_quantity)
    return min(DEPTH_MAX, max(0.0, depth))


def measure_elasticities(*, today: date) -> dict[str, tuple[float, float]]:
    """
    Return for each kind of promotion how much more is sold per share off, and on what it rests.

    What it rests on is how many units were expected on its days, times the share off; 0 is nothing
    but the published mean.
    """
    more = dict.fromkeys((PERCENT, AMOUNT, N_FOR_M, GIFT), 0.0)
    units = dict.fromkeys(more, 0.0)
    begun = [it for it in list_peaks(today=today) if _get_days(it)[0] < today]
    near = [it for it in begun if _get_days(it)[1] >= today - timedelta(days=DAYS_MEASURED)]
    for peak in near[:PROMOTIONS_MEASURED_MAX]:
        extra, expected = _measure(peak, today=today)
        more[peak.kind] += extra
        units[peak.kind] += expected
    return {
        kind: (
            min(
                ELASTICITY_MAX,
                max(
                    ELASTICITY_MIN,
                    (ELASTICITY * ELASTICITY_WEIGHT + more[kind])
                    / (ELASTICITY_WEIGHT + units[kind]),
                ),
            ),
            units[kind],
        )
        for kind in more
    }


def choose_some(codes: Sequence[str], *, most: int) -> list[str]:
    """Return at most so many of some codes, as far from each other as they can be."""
    count = min(most, len(codes))
    return [codes[number * len(codes) // count] for number in range(count)]


def _measure(peak: Promotion, *, today: date) -> tuple[float, float]:
    """Return how much more was sold on its days than before, and what was expected x depth."""
    first, end = _get_days(peak)
    last = min(end, today - timedelta(days=1))
    goods = masterdata.find_skus(set(choose_some(_list_skus(peak), most=SKUS_MEASURED_MAX)))
    gifts = masterdata.find_skus({peak.gift_sku} - {""})
    depths = [get_depth(peak, it, gifts=gifts) for it in goods.values()]
    held = [it.code for it in masterdata.list_sites(site_type="store") if _holds_at(peak, it)]
    sites = choose_some(held, most=SITES_MEASURED_MAX)
    rows = DemandDay.objects.filter(
        sku__in=set(goods), site__in=sites, day__range=(first - timedelta(days=DAYS_BEFORE), last)
    )
    by_day = dict(rows.values_list("day").annotate(units=Sum("sold") + Sum("ordered")))
    before = sum(units for day, units in by_day.items() if day < first)
    begun = min((day for day in by_day if day < first), default=first)
    known = (first - begun).days
    if known < DAYS_BEFORE // 2 or not before or not depths:
        return 0.0, 0.0
    days = (last - first).days + 1
    expected = before / known * days
    came = sum(units for day, units in by_day.items() if day >= first)
    return came - expected, expected * sum(depths) / len(depths)


def _read_event(
    event: DemandEvent, rows: Mapping[str, SkuRow], *, today: date
) -> Iterable[Occasion]:
    branch = frozenset(
        sku
        for sku, row in rows.items()
        if event.category and f"{row.category}/".startswith(f"{event.category}/")
    )
    if (event.sku and event.sku not in rows) or (event.category and not branch):
        return
    yield Occasion(
        first=(event.starts_on - today).days,
        last=(event.ends_on - today).days,
        percent=event.percent,
        sku=event.sku,
        category_skus=branch,
        sites=frozenset({event.site} - {""}),
    )


def _make_occasions(
    peak: Promotion, percents: Mapping[str, int], *, stores: Sequence[SiteRow], today: date
) -> list[Occasion]:
    """Return an occasion for each percentage there is among the goods: stores alone have it."""
    first, last = _get_days(peak)
    sites = frozenset(it.code for it in stores if _holds_at(peak, it))
    return [
        Occasion(
            first=(first - today).days,
            last=(last - today).days,
            percent=percent,
            category_skus=frozenset(sku for sku, it in percents.items() if it == percent),
            sites=sites,
        )
        for percent in sorted(set(percents.values()) - {0})
        if sites
    ]


def _list_skus(peak: Promotion) -> list[str]:
    """Return the goods a promotion applies to, in order; all where it names none."""
    if not (peak.skus or peak.categories):
        return sorted(list_sku_categories())
    branches = [list_sku_categories(category=it) for it in peak.categories]
    return sorted({*peak.skus, *(sku for branch in branches for sku in branch)})


def _is_about(peak: Promotion, *, sku: str, category: str) -> bool:
    if not (peak.skus or peak.categories):
        return True
    return sku in peak.skus or _is_in(category, peak.categories)


def _is_in(category: str, branches: Collection[str]) -> bool:
    return any(f"{category}/".startswith(f"{it}/") for it in branches)


def _holds_at(peak: Promotion, site: SiteRow) -> bool:
    if not (peak.sites or peak.regions):
        return True
    return site.code in peak.sites or (site.region != "" and site.region in peak.regions)


def _is_peak(peak: Promotion, first: date, last: date) -> bool:
    if peak.valid_from is None or peak.valid_to is None:
        return False
    is_short = (peak.valid_to - peak.valid_from).days < DAYS_OF_PEAK_MAX
    return is_short and peak.valid_to >= first and peak.valid_from <= last


def _get_days(peak: Promotion) -> tuple[date, date]:
    assert peak.valid_from is not None, "a peak begins"
    assert peak.valid_to is not None, "a peak ends"
    return peak.valid_from, peak.valid_to
