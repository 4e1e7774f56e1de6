"""
The back-test gate (回测门): is a candidate better than tier 0 on the same rolling origins?

Scaled pinball loss and coverage are defined in the planning handbook, section 3; the gate itself
in section 7. Nothing of the future enters: what is said at an origin is computed from the columns
before it alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules import learned
from yipan.planning.rules.levels import Flags, Floats, measure_ratios, smooth
from yipan.planning.rules.quantiles import find_quantiles
from yipan.planning.rules.shard import DAYS_TESTED_MIN, WEEKS_TESTED

CHANCES = (0.8, 0.9, 0.95, 0.98, 0.99)
WEEKS = WEEKS_TESTED
#: A candidate has to be better by so much, and cover as it says within so many points.
GAIN_MIN = 0.02
COVERAGE_WITHIN = 0.02
#: Series shorter than this cannot be tested on half a year.
DAYS_MIN = DAYS_TESTED_MIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Mean scaled pinball loss, and how often demand stayed below each of `CHANCES`."""

    model: str
    pinball: float
    coverage: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the gate saw and decided: how many series and origins, and the model adopted."""

    series: int
    origins: int
    scores: tuple[Score, ...]
    adopted: str
    gain: float


def list_origins(days: int, *, longest: int, weeks: int = WEEKS) -> list[int]:
    """Return the columns from which is looked ahead, week by week, the last possible at the end."""
    last = days - longest
    return sorted(it for it in range(last, max(0, last - weeks * 7), -7) if it > 28)


def judge(
    demand: Floats, masked: Flags, horizons: NDArray[np.int64], *, with_learned: bool,
    weekday: int = 1,
) -> Verdict:  # fmt: skip
    """Test tier 0, the normal distribution and a learned candidate on the last half year."""
    origins = list_origins(demand.shape[1], longest=int(horizons.max()))
    scales = get_scales(demand, horizons, until=origins[0])
    said = {"negative_binomial": say_tier0, "normal": say_normal}
    scores = [
        _score(name, demand, horizons, scales, origins, lambda t, f=function: f(
            demand, masked, horizons, origin=t))
        for name, function in said.items()
    ]  # fmt: skip
    base, adopted, gain = scores[0], "negative_binomial", 0.0
    if with_learned and learned.load_engine() is not None:
        scores.append(_try_learned(demand, masked, horizons, scales, origins, weekday=weekday))
        gain = 1 - scores[-1].pinball / base.pinball if base.pinball else 0.0
        adopted = "learned" if passes(scores[-1], base) else adopted
    return Verdict(
        series=len(demand), origins=len(origins), scores=tuple(scores), adopted=adopted, gain=gain
    )


def passes(candidate: Score, base: Score) -> bool:
    """Return whether a candidate may take the place of tier 0."""
    is_better = candidate.pinball <= base.pinball * (1 - GAIN_MIN)
    deviations = [
        abs(found - wanted)
        for found, wanted in zip(candidate.coverage, CHANCES, strict=True)
        if wanted in (0.95, 0.98)
    ]
    return is_better and all(it <= COVERAGE_WITHIN for it in deviations)


def say_tier0(demand: Floats, masked: Flags, horizons: NDArray[np.int64], *, origin: int) -> Floats:
    """Return the quantiles at `CHANCES` that tier 0 says before a column."""
    past, unseen = demand[:, :origin], masked[:, :origin]
    levels = smooth(past, unseen)
    ratios = measure_ratios(past, unseen, levels, horizons)
    return find_quantiles(levels[:, -1] * horizons, ratios, CHANCES)


def say_normal(
    demand: Floats, masked: Flags, horizons: NDArray[np.int64], *, origin: int
) -> Floats:
    """Return what mean and deviation of a quarter say: what most systems do."""
    seen = ~masked[:, max(0, origin - 91) : origin]
    past = np.where(seen, demand[:, max(0, origin - 91) : origin], 0.0)
    counted = np.maximum(1, seen.sum(axis=1))
    mean = past.sum(axis=1) / counted
    spread = np.sqrt(np.where(seen, (past - mean[:, None]) ** 2, 0.0).sum(axis=1) / counted)
    scores = np.asarray([NormalDist().inv_cdf(it) for it in CHANCES])
    said = (mean * horizons)[:, None] + scores * (spread * np.sqrt(horizons))[:, None]
    return np.asarray(np.maximum(0.0, said))


def get_scales(demand: Floats, horizons: NDArray[np.int64], *, until: int) -> Floats:
    """Return what losses are divided by: mean day-to-day change times the root of the horizon."""
    steps = np.abs(np.diff(demand[:, :until], axis=1))
    begun = np.argmax(demand[:, :until] > 0, axis=1)
    counted = np.arange(steps.shape[1]) >= begun[:, None]
    mean = np.where(counted, steps, 0.0).sum(axis=1) / np.maximum(1, counted.sum(axis=1))
    return np.asarray(np.sqrt(horizons) * np.maximum(mean, 0.01))


def add_losses(said: Floats, came: Floats, scales: Floats) -> tuple[Floats, Floats]:
    """Return the scaled pinball loss and the coverage of each chance, summed over series."""
    chances = np.asarray(CHANCES)
    over = came[:, None] - said
    losses = np.maximum(chances * over, (chances - 1) * over) / scales[:, None]
    return losses.sum(axis=0), (came[:, None] <= np.ceil(said - 1e-9)).sum(axis=0).astype(float)


def sum_ahead(demand: Floats, horizons: NDArray[np.int64], *, origin: int) -> Floats:
    """Return what came in the horizons from a column on."""
    sums = np.cumsum(np.pad(demand[:, origin:], ((0, 0), (1, 0))), axis=1)
    return np.asarray(sums[np.arange(len(horizons)), horizons])


def _score(
    model: str, demand: Floats, horizons: NDArray[np.int64], scales: Floats,
    origins: Sequence[int], say: object,
) -> Score:  # fmt: skip
    assert callable(say)
    losses, covered = np.zeros(len(CHANCES)), np.zeros(len(CHANCES))
    for origin in origins:
        loss, hits = add_losses(say(origin), sum_ahead(demand, horizons, origin=origin), scales)
        losses += loss
        covered += hits
    count = max(1, len(demand) * len(origins))
    return Score(
        model=model,
        pinball=round(float(losses.mean()) / count, 6),
        coverage=tuple(round(float(it) / count, 4) for it in covered),
    )


def _try_learned(
    demand: Floats, masked: Flags, horizons: NDArray[np.int64], scales: Floats,
    origins: Sequence[int], *, weekday: int,
) -> Score:  # fmt: skip
    """Learn from what lay before the first origin alone, and ask at each of them."""
    first = origins[0]
    days = demand.shape[1]
    text = learned.train(
        demand[:, :first],
        masked[:, :first],
        horizons=(int(horizons.min()), int(horizons.max())),
        weekday=_get_weekday(weekday, first - days),
    )
    model = learned.read(text)

    def say(origin: int) -> Floats:
        asked = learned.Asked(
            demand=demand[:, :origin],
            masked=masked[:, :origin],
            horizons=horizons,
            weekday=_get_weekday(weekday, origin - days),
            month=1,
        )
        return learned.predict(model, asked, CHANCES)

    return _score("learned", demand, horizons, scales, origins, say)


def _get_weekday(today: int, days: int) -> int:
    return math.floor((today - 1 + days) % 7) + 1
