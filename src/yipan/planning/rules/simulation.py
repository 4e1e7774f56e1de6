"""
What a policy would have cost on history: lost sales, stock and orders, day by day.

The rules of the game are those of the planning handbook, section 6: each day receive, on review
days order, then sell what there is; what is missing is lost. The first days warm up and do not
count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules.levels import Floats

#: Returns the position to order below and up to of each series, from what was known before a day.
Rule = Callable[[int], tuple[Floats, Floats]]

WARM_UP = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """
    Lead times in days, days between reviews, and packs, of each series (or of all).

    `prices` weigh stock where it is asked for.
    """

    leads: NDArray[np.int64]
    packs: NDArray[np.int64]
    review: int = 7
    prices: Floats | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """
    What came of it: share of the demand that was met, days of stock, orders a week and series.

    `lost` and `stock` are units lost and the mean units on hand; `value` weighs stock by price.
    """

    knob: float
    fill: float
    days_of_stock: float
    orders_per_week: float
    lost: int
    stock: float
    value: float


def simulate(demand: Floats, rule: Rule, terms: Terms, *, first: int, knob: float = 0.0) -> Cost:
    """
    Return what a rule costs from day `first` on, to the last column.

    Stock begins at the level to order up to.
    """
    count, days = demand.shape
    below, up_to = rule(first)
    on_hand = np.maximum(1.0, up_to.copy())
    longest = int(terms.leads.max()) + 1
    arriving = np.zeros((count, days - first + longest + 1))
    coming = np.zeros(count)
    lines = np.arange(count)
    sold = asked = stock = value = 0.0
    orders = 0
    for day in range(first, days):
        step = day - first
        on_hand += arriving[:, step]
        coming -= arriving[:, step]
        if step % terms.review == 0:
            below, up_to = rule(day)
            position = on_hand + coming
            missing = np.where(position < below, up_to - position, 0.0)
            ordered = np.ceil(np.maximum(0.0, missing) / terms.packs) * terms.packs
            np.add.at(arriving, (lines, step + np.maximum(1, terms.leads)), ordered)
            coming += ordered
            orders += int((ordered > 0).sum()) if step >= WARM_UP else 0
        taken = np.minimum(on_hand, demand[:, day])
        on_hand -= taken
        if step >= WARM_UP:
            sold += float(taken.sum())
            asked += float(demand[:, day].sum())
            stock += float(on_hand.sum())
            value += float((on_hand * terms.prices).sum()) if terms.prices is not None else 0.0
    scored = max(1, days - first - WARM_UP)
    per_day = asked / scored
    return Cost(
        knob=knob,
        fill=sold / asked if asked else 1.0,
        days_of_stock=stock / scored / per_day if per_day else 0.0,
        orders_per_week=orders / count / (scored / 7) if count else 0.0,
        lost=round(asked - sold),
        stock=stock / scored,
        value=value / scored,
    )


def find_stock_at(costs: Sequence[Cost], *, fill: float) -> float | None:
    """Return the days of stock at which a share is met, between what was tried; None outside."""
    ordered = sorted(costs, key=lambda it: it.fill)
    for low, high in pairwise(ordered):
        if low.fill <= fill <= high.fill and high.fill > low.fill:
            weight = (fill - low.fill) / (high.fill - low.fill)
            return low.days_of_stock + weight * (high.days_of_stock - low.days_of_stock)
    return None


def follow_min_max(demand: Floats, spans: Floats, *, days: float, every: int = 91) -> Rule:
    """
    Return the rule of those who set min and max by hand, and look at them `every` so many days.

    Min is the mean of a quarter times `spans` + `days`, max a week more.
    """
    sums = _sum_before(demand)
    kept: dict[int, tuple[Floats, Floats]] = {}
    begun: list[int] = []

    def rule(day: int) -> tuple[Floats, Floats]:
        begun.append(day)
        turn = day if every <= 0 else begun[0] + (day - begun[0]) // every * every
        turn = begun[0] if every <= 0 else turn
        if turn not in kept:
            mean = (sums[:, turn] - sums[:, max(0, turn - 91)]) / min(91, max(1, turn))
            least = np.maximum(1.0, np.ceil(mean * (spans + days)))
            kept[turn] = (least + 1, least + np.ceil(mean * 7))
        return kept[turn]

    return rule


def follow_cover(demand: Floats, spans: Floats, *, days: float, window: int = 28) -> Rule:
    """Return the rule of days of cover: the mean of `window` days times `spans` + `days`."""
    sums = _sum_before(demand)

    def rule(day: int) -> tuple[Floats, Floats]:
        mean = (sums[:, day] - sums[:, max(0, day - window)]) / min(window, max(1, day))
        level = np.maximum(1.0, np.ceil(mean * (spans + days)))
        return level, level

    return rule


def follow_quantiles(tables: dict[int, Floats], *, column: int) -> Rule:
    """Return the rule of a service level: a column of the quantiles known before each review."""

    def rule(day: int) -> tuple[Floats, Floats]:
        level = np.maximum(1.0, np.ceil(tables[day][:, column]))
        return level, level

    return rule


def _sum_before(demand: Floats) -> Floats:
    """Return the demand of all days before each column."""
    return np.cumsum(np.pad(demand, ((0, 0), (1, 0))), axis=1)
