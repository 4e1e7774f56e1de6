"""
How tier 0 reads a segment: its season, its levels, and how far spreads lean on one another.

The spread of one series is measured on a year of which only some thirty windows are independent;
what series of that size have in common is measured on all of them. How far to lean, and whether
levels of several speeds are mixed or a season of the year is taken out first, is what lost least on
the weeks before: nothing else is chosen by hand, and where nothing is better than tier 0 as it
stands, it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules.levels import (
    RATIO_MIN,
    Flags,
    Floats,
    measure_ratios,
    mix_speeds,
    smooth,
)
from yipan.planning.rules.quantiles import find_quantiles
from yipan.planning.rules.scoring import CHANCES, get_losses, get_scales, sum_ahead
from yipan.planning.rules.seasons import WEEKS_MIN as SEASON_WEEKS_MIN
from yipan.planning.rules.seasons import find_waves, list_lifts

#: How far spreads may lean on those of the segment.
LEANINGS = (0.0, 0.5, 0.8)
#: Weeks that decide, and the fewest that may.
WEEKS, WEEKS_MIN = 12, 4
FIRST_ORIGIN = 91
#: Another reading has to lose so much less than tier 0 as it stands.
GAIN_MIN = 0.005
#: Days after the last for which a reading knows the season.
DAYS_AHEAD = 120
#: Fewer series than this have no line in common.
SERIES_MIN = 20
MEAN_MIN = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """
    A reading of a segment: how far (0 to 1) do ratios lean on the line, are speeds mixed, and is
    a season of the year taken out of history and put into what is to come.

    The line gives the logarithm of variance over mean where a mean of one is expected, and how it
    rises with the logarithm of the mean.
    """

    is_mixed: bool = False
    leaning: float = 0.0
    at_one: float = 0.0
    slope: float = 0.0
    is_seasonal: bool = False


PLAIN = Tuning()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """
    Series read one way: their levels before each day, and what spreads were tuned to.

    `lifts` are how many times an average day is sold on each day, and on `DAYS_AHEAD` more;
    `demand` and `levels` are those of average days.
    """

    demand: Floats
    masked: Flags
    levels: Floats
    lifts: Floats
    horizons: NDArray[np.int64]
    tunings: Sequence[Tuning]

    def lift(self, origin: int) -> Floats:
        """Return how many times an average day is sold on each day of the horizons, in the mean."""
        return sum_ahead(self.lifts, self.horizons, origin=origin) / self.horizons

    def take(self, rows: Sequence[int]) -> Reading:
        """Return the reading of some of the series."""
        return Reading(
            demand=self.demand[rows],
            masked=self.masked[rows],
            levels=self.levels[rows],
            lifts=self.lifts[rows],
            horizons=self.horizons[rows],
            tunings=[self.tunings[it] for it in rows],
        )

    def expect(self, origin: int) -> tuple[Floats, Floats]:
        """Return mean and ratio of the demand of the horizons from a column on."""
        ratios = measure_ratios(self.demand, self.masked, self.levels, self.horizons, until=origin)
        means = self.levels[:, origin] * self.horizons * self.lift(origin)
        return means, lean(ratios, means, self.tunings)

    def say(self, origin: int, chances: Sequence[float]) -> Floats:
        """Return the quantiles of that demand: a row per series, a column per chance."""
        return find_quantiles(*self.expect(origin), chances)


def read(
    demand: Floats, masked: Flags, horizons: NDArray[np.int64], tunings: Sequence[Tuning],
    *, until: int | None = None,
) -> Reading:  # fmt: skip
    """Return series read as each of them was tuned, their season as it was known before `until`."""
    lifts = find_lifts(demand, masked, tunings, until=until)
    average = demand / lifts[:, : demand.shape[1]]
    levels = find_levels(average, masked, tunings)
    return Reading(
        demand=average,
        masked=masked,
        levels=levels,
        lifts=lifts,
        horizons=horizons,
        tunings=tunings,
    )


def find_lifts(
    demand: Floats, masked: Flags, tunings: Sequence[Tuning], *, until: int | None = None
) -> Floats:
    """Return how many times an average day is sold on each day, 1 where no season is read."""
    count, days = demand.shape
    known = days if until is None else until
    lifts = np.ones((count, days + DAYS_AHEAD))
    rows = [row for row, it in enumerate(tunings) if it.is_seasonal]
    if rows:
        waves = find_waves(demand[rows], masked[rows], until=known)
        lifts[rows] = list_lifts(waves, first=-known, days=days + DAYS_AHEAD)
    return lifts


def find_levels(demand: Floats, masked: Flags, tunings: Sequence[Tuning]) -> Floats:
    """Return the levels of series before each day, and after the last, each as it was tuned."""
    is_mixed = np.asarray([it.is_mixed for it in tunings], dtype=bool)
    if not is_mixed.any():
        return smooth(demand, masked)
    if is_mixed.all():
        return mix_speeds(demand, masked)
    levels = np.empty((demand.shape[0], demand.shape[1] + 1))
    levels[is_mixed] = mix_speeds(demand[is_mixed], masked[is_mixed])
    levels[~is_mixed] = smooth(demand[~is_mixed], masked[~is_mixed])
    return levels


def lean(ratios: Floats, means: Floats, tunings: Sequence[Tuning]) -> Floats:
    """Return ratios, each between its own and the one of its segment's line, in logarithms."""
    weights = np.asarray([it.leaning for it in tunings])
    lines = np.asarray([(it.at_one, it.slope) for it in tunings]).reshape(-1, 2)
    common = lines[:, 0] + lines[:, 1] * np.log(np.maximum(MEAN_MIN, means))
    leaned = np.exp((1 - weights) * np.log(ratios) + weights * common)
    return np.asarray(np.where(weights > 0, np.maximum(RATIO_MIN, leaned), ratios))


def find_line(ratios: Floats, means: Floats) -> tuple[float, float]:
    """Return the line through ratios over means, both in logarithms, by least squares."""
    sizes = np.log(np.maximum(MEAN_MIN, means))
    heights = np.log(ratios)
    spread = float(((sizes - sizes.mean()) ** 2).sum())
    slope = 0.0
    if spread > 0:
        slope = float(((sizes - sizes.mean()) * (heights - heights.mean())).sum()) / spread
    return round(float(heights.mean()) - slope * float(sizes.mean()), 4), round(slope, 4)


def tune(demand: Floats, masked: Flags, horizons: NDArray[np.int64]) -> Tuning:
    """
    Return the reading that lost least on the last weeks, `PLAIN` where none is clearly better.

    The line that is tried knows nothing of those weeks; the one returned knows all there is.
    """
    last = demand.shape[1] - int(horizons.max())
    origins = [it for it in range(last, last - 7 * WEEKS, -7) if it >= FIRST_ORIGIN]
    if len(origins) < WEEKS_MIN or len(demand) < SERIES_MIN:
        return PLAIN
    scales = get_scales(demand, horizons, until=origins[-1])
    losses: dict[Tuning, float] = {}
    lines: dict[Tuning, Tuning] = {}
    for is_seasonal, is_mixed in _list_readings(origins[-1]):
        tried = [Tuning(is_mixed=is_mixed, is_seasonal=is_seasonal)] * len(demand)
        plain = read(demand, masked, horizons, tried, until=origins[-1])
        before, after = _draw_line(plain, origins[-1]), _draw_line(plain, demand.shape[1])
        expected = [(it, *plain.expect(it)) for it in origins]
        for leaning in LEANINGS:
            one = replace(before, leaning=leaning)
            losses[one] = sum(_lose(one, demand, horizons, scales, it) for it in expected)
            lines[one] = replace(after, leaning=leaning)
    # Plainly, else mixed or leaning, else with a season: each has to earn its place.
    chosen = next(iter(losses))
    for is_seasonal in (False, True):
        tried = [it for it in losses if it.is_seasonal == is_seasonal]
        best = min(tried, key=lambda it: losses[it], default=chosen)
        chosen = best if losses[best] < losses[chosen] * (1 - GAIN_MIN) else chosen
    return PLAIN if chosen == next(iter(losses)) else lines[chosen]


def _list_readings(known: int) -> list[tuple[bool, bool]]:
    """Return with or without season, and mixed or not, the plainest first."""
    seasons = (False, True) if known >= SEASON_WEEKS_MIN * 7 else (False,)
    return [(is_seasonal, is_mixed) for is_seasonal in seasons for is_mixed in (False, True)]


def _draw_line(plain: Reading, origin: int) -> Tuning:
    means, ratios = plain.expect(origin)
    is_alive = means >= MEAN_MIN
    if is_alive.sum() < SERIES_MIN:
        is_alive = np.ones(len(means), dtype=bool)
    at_one, slope = find_line(ratios[is_alive], means[is_alive])
    return replace(plain.tunings[0], at_one=at_one, slope=slope)


def _lose(
    tuning: Tuning, demand: Floats, horizons: NDArray[np.int64], scales: Floats,
    expected: tuple[int, Floats, Floats],
) -> float:  # fmt: skip
    origin, means, ratios = expected
    said = find_quantiles(means, lean(ratios, means, [tuning] * len(means)), CHANCES)
    came = sum_ahead(demand, horizons, origin=origin)
    return float(get_losses(said, came, scales).mean())
