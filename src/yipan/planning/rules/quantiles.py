"""
Quantiles of lead-time demand (提前期需求) from the negative binomial distribution.

Mean m and variance ratio v give p = 1/v and r = m/(v - 1); the probabilities follow from each
other, p(k + 1) = p(k) (k + r)/(k + 1) (1 - p). Exact up to where they no longer count, so no table
and no library of distributions is needed. What varies a lot is counted in lots: of demand in units
of c, mean and ratio are a c-th, and the gamma distribution is the limit of both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from yipan.planning.rules.levels import RATIO_MIN, Floats

#: From here on the normal distribution is as good.
MEAN_EXACT_MAX = 20_000.0
#: Standard deviations above the mean up to which probabilities are added.
TAIL_DEVIATIONS = 12.0
TAIL_MIN = 24
#: A variance above so many times the mean is counted in lots.
RATIO_BY_ONES = 60.0


def count_below(mean: float, ratio: float) -> Floats:
    """Return P(demand <= k) for k from 0 to where it is 1 for all that counts."""
    if mean <= 0:
        return np.ones(1)
    ratio = max(RATIO_MIN, ratio)
    last = int(mean + TAIL_DEVIATIONS * math.sqrt(mean * ratio) + TAIL_MIN * ratio)
    shape = mean / (ratio - 1.0)
    steps = np.arange(last, dtype=np.float64)
    logs = np.empty(last + 1)
    logs[0] = -shape * math.log(ratio)
    logs[1:] = np.log((steps + shape) / (steps + 1.0) * ((ratio - 1.0) / ratio))
    return np.asarray(np.minimum(1.0, np.cumsum(np.exp(np.cumsum(logs)))))


def find_quantiles(means: Floats, ratios: Floats, chances: Sequence[float]) -> Floats:
    """
    Return for each series (rows) the least demand that is not exceeded with each chance (columns).

    Neighbors are computed once: means are taken to four, ratios to three significant digits.
    """
    known: dict[tuple[float, float], Floats] = {}
    found = np.zeros((len(means), len(chances)))
    wanted = np.asarray(chances)
    for row, key in enumerate(zip(_round(means, 4), _round(ratios, 3), strict=True)):
        values = known.get(key)
        if values is None:
            values = known[key] = _find(*key, wanted)
        found[row] = values
    return found


def find_each(means: Floats, ratios: Floats, chances: Sequence[float]) -> Floats:
    """Return one quantile for each series, at a chance of its own."""
    wanted, found = np.asarray(chances), np.empty(len(means))
    for chance in np.unique(wanted):
        rows = np.flatnonzero(wanted == chance)
        found[rows] = find_quantiles(means[rows], ratios[rows], [float(chance)])[:, 0]
    return found


def find_chance_above(mean: float, ratio: float, quantity: int) -> float:
    """Return P(demand > quantity)."""
    if quantity < 0:
        return 1.0
    if mean > MEAN_EXACT_MAX:
        return 1.0 - NormalDist(mean, math.sqrt(mean * max(RATIO_MIN, ratio))).cdf(quantity)
    below = count_below(mean, ratio)
    return 0.0 if quantity >= len(below) else max(0.0, 1.0 - float(below[quantity]))


def _find(mean: float, ratio: float, chances: Floats) -> Floats:
    if mean > MEAN_EXACT_MAX:
        curve = NormalDist(mean, math.sqrt(mean * max(RATIO_MIN, ratio)))
        return np.asarray([math.ceil(max(0.0, curve.inv_cdf(it))) for it in chances], dtype=float)
    lot = max(1.0, ratio / RATIO_BY_ONES)
    below = count_below(mean / lot, ratio / lot)
    found = np.searchsorted(below, chances - 1e-12).astype(float).clip(max=len(below) - 1)
    return np.ceil(found * lot)


def _round(values: Floats, digits: int) -> list[float]:
    safe = np.where(values > 0, values, 1.0)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(safe)))
    rounded = np.where(values > 0, np.round(safe * scale) / scale, 0.0)
    return [float(it) for it in rounded]
