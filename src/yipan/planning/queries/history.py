"""Demand of past days as arrays: a row per place, a column per day, the last one yesterday."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from django.db.models import Min

from yipan.planning.models import ChannelDemand, DemandDay
from yipan.planning.rules.levels import Flags, Floats
from yipan.planning.rules.shard import DAYS_BACK

Key = tuple[str, str]
DAYS_MIN = 56


def read_history(
    keys: Sequence[Key], *, today: date, available: Mapping[Key, int]
) -> tuple[Floats, Flags, list[int]]:
    """
    Return the demand of places, which days teach nothing, and for how many days each is listed.

    Demand is what was sold and what was ordered for the place; what left for orders counts where
    the order itself was never told. Days on which there was nothing to sell are masked, by our own
    book: what was `available` in the end, taken back day by day. Of days before it the system
    before has to say so; a day it passed over was one without a sale.
    """
    days = find_days(today=today)
    first = today - timedelta(days=days)
    rows = {key: row for row, key in enumerate(keys)}
    demand = np.zeros((len(keys), days))
    moved = np.zeros((len(keys), days + 1))
    begun = np.full(len(keys), days, dtype=np.int64)
    earlier, said_out = np.zeros(len(keys), dtype=np.int64), np.zeros((len(keys), days), dtype=bool)
    told_from = find_first_told_day()
    for sku, site, day, sold, ordered, shipped, change, is_earlier, out in _read(keys, first=first):
        row = rows.get((sku, site))
        if row is None:
            continue
        column = min(days, (day - first).days)
        moved[row, column] += change
        begun[row] = min(begun[row], column)
        if column < days:
            is_told = told_from is not None and day >= told_from
            demand[row, column] += sold + ordered + (0 if is_told else shipped)
            said_out[row, column] = out
            earlier[row] = max(earlier[row], column + 1 if is_earlier else 0)
    closing = _take_back(moved, keys, available)
    opening = np.pad(closing[:, :-1], ((0, 0), (1, 0)))
    is_out = (closing <= 0) & ((demand == 0) | (opening > 0))
    is_out = np.where(np.arange(days) < earlier[:, None], said_out, is_out)
    is_early = np.arange(days) < begun[:, None]
    return np.maximum(0.0, demand), is_out | is_early, [int(days - it) for it in begun]


def find_days(*, today: date) -> int:
    """Return for how many days back history is read: all there is, within limits."""
    first = DemandDay.objects.aggregate(first=Min("day"))["first"]
    known = (today - first).days if first else 0
    return max(DAYS_MIN, min(DAYS_BACK, known))


def find_first_told_day() -> date | None:
    """Return from which day on channels tell their orders; None when they never did."""
    day: date | None = ChannelDemand.objects.aggregate(first=Min("day"))["first"]
    return day


def list_days(*, sku: str, site: str, since: date) -> list[DemandDay]:
    """Return the days of one place, in order."""
    query = DemandDay.objects.filter(sku=sku, site=site, day__gte=since)
    return list(query.order_by("day"))


def list_known_keys(skus: Collection[str]) -> set[Key]:
    """Return the places of some SKUs of which something was ever sold or moved."""
    query = DemandDay.objects.filter(sku__in=set(skus))
    return set(query.values_list("sku", "site").distinct())


_Read = tuple[str, str, date, int, int, int, int, bool, bool]


def _read(keys: Sequence[Key], *, first: date) -> list[_Read]:
    skus = {sku for sku, _ in keys}
    query = DemandDay.objects.filter(sku__in=skus, day__gte=first)
    return list(
        query.values_list(
            "sku", "site", "day", "sold", "ordered", "shipped", "moved", "is_earlier", "is_out"
        )
    )


def _take_back(moved: Floats, keys: Sequence[Key], available: Mapping[Key, int]) -> Floats:
    """Return what was available at the end of each past day."""
    now = np.asarray([available.get(key, 0) for key in keys], dtype=float)
    later = np.cumsum(moved[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(now[:, None] - later[:, 1:])
