"""
The season of a year (季节): how much more or less than on average is sold in each part of it.

One wave a year for each series, fitted to its weeks by least squares and pulled toward none, the
more the less its weeks say (ridge regression: Hoerl and Kennard 1970). A level follows a season a
month late, and orders for the month after; a wave knows it ahead. Nothing is fitted to less than
five quarters, as what rose once may be no season.
"""

from __future__ import annotations

import numpy as np

from yipan.planning.rules.levels import Flags, Floats

YEAR_DAYS = 365.25
WEEKS_MIN, WEEKS_MAX = 65, 156
#: So many weeks of noise stand against a wave; 15 to 100 need the same stock.
PULL = 30.0
#: A week counts with so many days that were seen, and as so many times the mean at most.
DAYS_SEEN_MIN = 4
PEAK_MAX = 4.0
RATE_MIN = 0.001
FACTOR_MIN, FACTOR_MAX = 0.4, 2.5


def find_waves(demand: Floats, masked: Flags, *, until: int) -> Floats:
    """
    Return sine and cosine of the season of each series, by days from column `until` on.

    Only the days before that column are looked at; where they are too few, both are 0.
    """
    weeks = min(until // 7, WEEKS_MAX)
    if weeks < WEEKS_MIN:
        return np.zeros((len(demand), 2))
    first = until - weeks * 7
    seen = ~masked[:, first:until]
    days = seen.reshape(-1, weeks, 7).sum(axis=2)
    sums = np.where(seen, demand[:, first:until], 0.0).reshape(-1, weeks, 7).sum(axis=2)
    counts = (days >= DAYS_SEEN_MIN).astype(float)
    known = np.maximum(1.0, counts.sum(axis=1, keepdims=True))
    rates = sums / np.maximum(1, days)
    means = np.maximum(RATE_MIN, (rates * counts).sum(axis=1, keepdims=True) / known)
    shares = np.minimum(PEAK_MAX, rates / means)
    off = (shares - (shares * counts).sum(axis=1, keepdims=True) / known) * counts
    noise = ((rates / means - 1.0) ** 2 * counts).sum(axis=1) / known[:, 0]
    shapes = _shape((np.arange(weeks, dtype=np.float64) - weeks + 0.5) * 7)
    middle = np.einsum("nw,wk->nk", counts, shapes) / known
    around = (shapes[None] - middle[:, None, :]) * counts[:, :, None]
    table = np.einsum("nwk,nwl->nkl", around, around)
    table += (PULL * np.maximum(noise, 1e-6))[:, None, None] * np.eye(2)
    waves = np.linalg.solve(table, np.einsum("nwk,nw->nk", around, off)[..., None])[..., 0]
    return np.where(counts.sum(axis=1, keepdims=True) >= WEEKS_MIN, waves, 0.0)


def list_lifts(waves: Floats, *, first: int, days: int) -> Floats:
    """Return how many times an average day is sold on each of `days` days from `first` on."""
    shapes = _shape(np.arange(first, first + days, dtype=np.float64))
    return np.asarray(np.clip(1.0 + waves @ shapes.T, FACTOR_MIN, FACTOR_MAX))


def _shape(days: Floats) -> Floats:
    turns = 2 * np.pi * days / YEAR_DAYS
    return np.column_stack([np.sin(turns), np.cos(turns)])
