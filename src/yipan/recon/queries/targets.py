"""Where to count next at a site: what its book, its sales and its counts say, ranked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case as When
from django.db.models import Count, Max, Value
from django.db.models import When as Branch

from yipan.ledger.activity import ActivityRow, list_activity
from yipan.masterdata.queries import find_skus
from yipan.masterdata.rows import SkuRow
from yipan.recon.models import Doubt, Observation
from yipan.recon.queries.evidence import get_book
from yipan.recon.queries.learned import find_hot
from yipan.recon.rules.targeting import Candidate, Target, rank

#: So far back movements and sales are looked at.
WINDOW: Final = timedelta(days=60)
#: A rate of sales is believed after so many days.
DAYS_MIN: Final = 7.0
TARGETS_MAX: Final = 500
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetRow:
    """A target with the name of its goods."""

    target: Target
    sku: SkuRow


def list_targets(
    *, site: str, at: datetime, by_place: bool = False, limit: int = 50
) -> list[TargetRow]:
    """
    Return what is most worth counting at a site, best first, with reasons.

    `by_place` ranks bins or areas with their SKU; else the SKUs of the site. The door for count
    plans: each row says site, place and SKU (`target.candidate`).

    :raises NotFound: if there is no such site, or it has no book of its own.
    """
    assert 0 < limit <= TARGETS_MAX
    rows = list_activity(book=get_book(site), since=at - WINDOW, by_place=by_place)
    goods = find_skus({row.sku for row in rows})
    counted = _read_counts(site=site, by_place=by_place)
    missed = _count_short_picks(site=site, by_place=by_place)
    hot = find_hot(goods)
    candidates = [
        replace(
            _describe(row, site=site, at=at, goods=goods, counted=counted),
            short_picks=missed.get((row.place if by_place else "", row.sku), 0),
            is_hot=row.sku in hot,
        )
        for row in rows
        if row.sku in goods
    ]
    return [
        TargetRow(target=target, sku=goods[target.candidate.sku])
        for target in rank(candidates, limit=limit)
    ]


def _describe(
    row: ActivityRow,
    *,
    site: str,
    at: datetime,
    goods: dict[str, SkuRow],
    counted: dict[tuple[str, str], dict[str, Any]],
) -> Candidate:
    seen = counted.get((row.place, row.sku), {})
    last = seen.get("last")
    known_days = _count_days(row.first_moved_at, at) if row.first_moved_at is not None else DAYS_MIN
    quiet_days = _count_days(row.last_sold_at, at) if row.last_sold_at is not None else 0.0
    # The rate of the days when it still sold, or the streak would hide itself.
    selling_days = max(DAYS_MIN, known_days - quiet_days)
    return Candidate(
        site=site,
        sku=row.sku,
        place=row.place,
        stock=row.quantity,
        price_minor=goods[row.sku].price_minor,
        movements=row.movements,
        counts=seen.get("count", 0),
        errors=seen.get("errors", 0),
        sold_a_day=row.quantity_sold / selling_days,
        days_without_sale=quiet_days,
        days_since_count=_count_days(last, at) if last is not None else None,
    )


def _count_short_picks(*, site: str, by_place: bool) -> dict[tuple[str, str], int]:
    """Return how often somebody found less than the book says and nobody has counted since."""
    rows = Doubt.objects.filter(site=site, doubt_type="short_pick", closed_at=None)
    counts: dict[tuple[str, str], int] = {}
    for place, sku in rows.values_list("place", "sku"):
        key = (place if by_place else "", sku)
        counts[key] = counts.get(key, 0) + 1
    return counts


def _count_days(since: datetime, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds() / DAY_SECONDS)


def _read_counts(*, site: str, by_place: bool) -> dict[tuple[str, str], dict[str, Any]]:
    """Return how often keys were counted, how often that differed, and when last."""
    names = ("place", "sku") if by_place else ("sku",)
    rows = (
        Observation.objects.filter(site=site)
        .values(*names)
        .annotate(
            count=Count("id"),
            errors=Count(When(Branch(difference=0, then=None), default=Value(1))),
            last=Max("counted_at"),
        )
    )
    return {(row.get("place", ""), row["sku"]): dict(row) for row in rows}
