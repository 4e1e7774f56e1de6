"""
Which chance to ask of a model, so that demand stays below what it says as often as is wanted.

A model that said 95 of 100 and covered 92 is asked for more. How often it covered is counted on the
origins whose demand is known by then, all series of a segment together, the newer the more it
counts: conformal prediction over time (Vovk, Gammerman and Shafer 2005; Gibbs and Candes 2021,
"Adaptive conformal inference under distribution shift").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

#: Chances at which coverage is counted.
GRID = (
    0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.965, 0.98, 0.99, 0.995, 0.998,
)  # fmt: skip
#: After so many weeks an origin counts half.
WEEKS_HALF = 6.0
WEEKS_EARLIER = 12
#: Before so many origins are known, nothing is corrected.
ORIGINS_MIN = 2
FIRST_ORIGIN = 91
NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Of which share of the series demand stayed below what was said at each chance of `GRID`."""

    origin: int
    covered: tuple[float, ...]


def list_earlier(origins: Sequence[int], *, since: int) -> list[int]:
    """Return weekly origins before the first, from which a correction is known at the first."""
    first = origins[0]
    earliest = max(since, FIRST_ORIGIN, first - 7 * WEEKS_EARLIER)
    return sorted(range(first - 7, earliest - 1, -7))


def find_asked(seen: Sequence[Seen], chances: Sequence[float]) -> tuple[float, ...]:
    """Return the chance to ask for in place of each: the one that covered as is wanted."""
    if len(seen) < ORIGINS_MIN:
        return tuple(chances)
    last = max(it.origin for it in seen)
    weights = np.asarray([0.5 ** ((last - it.origin) / 7 / WEEKS_HALF) for it in seen])
    table = np.asarray([it.covered for it in seen])
    covered = np.maximum.accumulate(weights @ table / weights.sum())
    # What more is asked for covers more, if only a little: the line has to go up everywhere.
    covered = np.clip(covered + np.arange(len(GRID)) * 1e-6, 1e-4, 1 - 1e-4)
    scores = [NORMAL.inv_cdf(it) for it in GRID]
    reached = [NORMAL.inv_cdf(float(it)) for it in covered]
    wanted = [NORMAL.inv_cdf(it) for it in chances]
    return tuple(round(NORMAL.cdf(float(it)), 4) for it in np.interp(wanted, reached, scores))


def translate(asked: Mapping[float, float], chance: float) -> float:
    """Return what to ask for in place of a chance, between those that are known."""
    if not asked:
        return chance
    known = sorted(asked)
    moved = [NORMAL.inv_cdf(asked[it]) - NORMAL.inv_cdf(it) for it in known]
    score = NORMAL.inv_cdf(chance)
    shift = float(np.interp(score, [NORMAL.inv_cdf(it) for it in known], moved))
    return round(min(0.999, max(0.5, NORMAL.cdf(score + shift))), 4)
