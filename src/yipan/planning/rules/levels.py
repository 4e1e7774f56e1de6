"""
Levels of demand: exponential smoothing and TSB over many series at once, days without stock masked.

Simple exponential smoothing with alpha .05 is tier 0 of the planning handbook (section 5); TSB is
Teunter, Syntetos and Babai (2011), "Intermittent demand: linking forecasting to inventory
obsolescence", with both constants at .1.

Where goods of a segment come to life and die at different speeds, a mix of a slow, an ordinary and
a quick level may know more; each series weighs them by how well they told what came.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALPHA = 0.05
TSB_ALPHA = 0.1
FIRST_DAYS = 28
#: Mean demand is counted as at least this in ratios, so that sleeping goods divide by no zero.
MEAN_FLOOR = 0.05
RATIO_MIN, RATIO_MAX = 1.02, 100.0
RATIO_DAYS = 364
#: Speeds that are mixed, and how much of what is known of their worth is left a day later.
SPEEDS = (0.01, 0.03, 0.1)
WORTH_KEPT = 0.98
SPEED_FLOOR = 0.01


def smooth(demand: Floats, masked: Flags, *, alpha: float = ALPHA) -> Floats:
    """
    Return the level of each series before each day, and after the last: one column more than days.

    Days that are `masked` (out of stock, or before the goods were listed) teach nothing.
    """
    count, days = demand.shape
    levels = np.empty((count, days + 1))
    level = _start(demand, masked)
    levels[:, 0] = level
    rates = np.where(masked, 0.0, alpha)
    # Column by column: all series advance one day together.
    by_day, rate_by_day = np.ascontiguousarray(demand.T), np.ascontiguousarray(rates.T)
    for day in range(days):
        level = level + rate_by_day[day] * (by_day[day] - level)
        levels[:, day + 1] = level
    return levels


def mix_speeds(demand: Floats, masked: Flags) -> Floats:
    """
    Return levels as `smooth` does, mixed of `SPEEDS`.

    Each speed weighs by the likelihood of what came on the days before, Poisson with the spread of
    the series, older days the less: a combination of forecasts by their own past (Bates and
    Granger 1969).
    """
    count, days = demand.shape
    found = [smooth(demand, masked, alpha=it) for it in SPEEDS]
    by_day = np.ascontiguousarray(np.stack(found).transpose(2, 0, 1))
    came, is_seen = np.ascontiguousarray(demand.T), np.ascontiguousarray(~masked.T)
    worth, mixed = np.zeros((len(SPEEDS), count)), np.empty((days + 1, count))
    squares, means = np.ones(count), np.ones(count)
    for day in range(days + 1):
        weights = np.exp(worth - worth.max(axis=0))
        mixed[day] = (weights * by_day[day]).sum(axis=0) / weights.sum(axis=0)
        if day == days:
            break
        said, seen = np.maximum(SPEED_FLOOR, by_day[day]), is_seen[day]
        told = (came[day] * np.log(said) - said) * (means / squares)
        worth = np.where(seen, WORTH_KEPT * worth + told, worth)
        squares += np.where(seen, (came[day] - mixed[day]) ** 2, 0.0)
        means += np.where(seen, mixed[day], 0.0)
    return np.ascontiguousarray(mixed.T)


def smooth_tsb(demand: Floats, masked: Flags) -> Floats:
    """Return the TSB forecast of each series: the chance of a sale times its mean size."""
    seen = ~masked
    sold = (demand > 0) & seen
    shares = np.maximum(1, seen.sum(axis=1))
    chance = sold.sum(axis=1) / shares
    size = np.where(sold, demand, 0.0).sum(axis=1) / np.maximum(1, sold.sum(axis=1))
    for day in range(demand.shape[1]):
        hit, open_day = sold[:, day], seen[:, day]
        size = np.where(hit, size + TSB_ALPHA * (demand[:, day] - size), size)
        chance = np.where(open_day, chance + TSB_ALPHA * (hit - chance), chance)
    return np.asarray(chance * size)


def measure_ratios(
    demand: Floats,
    masked: Flags,
    levels: Floats,
    horizons: NDArray[np.int64],
    *,
    until: int | None = None,
) -> Floats:
    """
    Return variance over mean of the demand of `horizons` days, for each series.

    It is the mean squared error of what the level said, over what it said, in windows that ended
    within the last 364 days before column `until`. Windows with a masked day are left out.
    """
    end = demand.shape[1] if until is None else until
    ratios = np.full(len(horizons), RATIO_MIN)
    for horizon in np.unique(horizons):
        rows = np.flatnonzero(horizons == horizon)
        ratios[rows] = _measure(demand[rows], masked[rows], levels[rows], int(horizon), end)
    return ratios


def _measure(demand: Floats, masked: Flags, levels: Floats, horizon: int, end: int) -> Floats:
    start = max(0, end - RATIO_DAYS)
    starts = np.arange(start, end - horizon + 1)
    if not len(starts):
        return np.full(len(demand), RATIO_MIN)
    sums = _roll(demand[:, start:end], horizon)
    is_whole = _roll(masked[:, start:end].astype(float), horizon) == 0
    said = levels[:, starts] * horizon
    squares = np.where(is_whole, (sums - said) ** 2, 0.0).sum(axis=1)
    means = np.where(is_whole, said, 0.0).sum(axis=1)
    counted = np.maximum(1, is_whole.sum(axis=1))
    ratios = (squares / counted) / np.maximum(MEAN_FLOOR, means / counted)
    return np.asarray(np.clip(ratios, RATIO_MIN, RATIO_MAX))


def _roll(values: Floats, width: int) -> Floats:
    """Return the sum of each `width` neighboring columns."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return np.asarray(sums[:, width:] - sums[:, :-width])


def _start(demand: Floats, masked: Flags) -> Floats:
    """Return the mean of the first four weeks that were seen, as the level to begin with."""
    seen = ~masked
    early = seen & (np.cumsum(seen, axis=1) <= FIRST_DAYS)
    counted = early.sum(axis=1)
    total = np.where(early, demand, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(1, counted))
