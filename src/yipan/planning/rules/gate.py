"""
The back-test gate (回测门): is a candidate better than tier 0 on the same rolling origins?

Scaled pinball loss and coverage are defined in the planning handbook, section 3; the gate itself
in section 7. Nothing of the future enters: what is said at an origin is computed from the columns
before it alone.

Where a model covered less, or more, than it said in the weeks before, another chance is asked of it
in place of the one that is wanted (`rules.calibration`), as long as that brings it nearer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules import learned
from yipan.planning.rules.calibration import GRID, Seen, find_asked, list_earlier
from yipan.planning.rules.levels import Flags, Floats
from yipan.planning.rules.scoring import CHANCES, add_losses, get_scales, sum_ahead
from yipan.planning.rules.shard import DAYS_TESTED_MIN, WEEKS_TESTED
from yipan.planning.rules.tuning import PLAIN, Reading, Tuning, read, tune

#: What a model says at an origin, at some chances: a row per series.
Say = Callable[[int, Sequence[float]], Floats]

WEEKS = WEEKS_TESTED
#: A candidate has to be better by so much, and cover as it says within so many points.
GAIN_MIN = 0.02
COVERAGE_WITHIN = 0.02
#: A correction that brings coverage back into that band may cost so much of the loss.
LOSS_MORE_MAX = 0.01
#: Series shorter than this cannot be tested on half a year.
DAYS_MIN = DAYS_TESTED_MIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """
    Mean scaled pinball loss, and how often demand stayed below each of `CHANCES`.

    `asked` is what is asked of the model from now on in place of each of them.
    """

    model: str
    pinball: float
    coverage: tuple[float, ...]
    asked: tuple[float, ...] = CHANCES


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    What the gate saw and decided: how many series and origins, and the model adopted.

    `tuning` is how tier 0 is to read the segment from now on.
    """

    series: int
    origins: int
    scores: tuple[Score, ...]
    adopted: str
    gain: float
    tuning: Tuning = PLAIN


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
    ground = Ground(demand=demand, horizons=horizons, scales=scales, origins=origins)

    # How tier 0 reads them is chosen before the first origin, as a learned model is trained.
    first = origins[0]
    tuning = tune(demand[:, :first], masked[:, :first], horizons)
    tier0 = read(demand, masked, horizons, [tuning] * len(demand), until=first)

    def normal(origin: int, chances: Sequence[float]) -> Floats:
        return say_normal(demand, masked, horizons, origin=origin, chances=chances)

    scores = [
        _score("negative_binomial", ground, tier0.say, known_from=0),
        _score("normal", ground, normal, known_from=None),
    ]
    base, adopted, gain = scores[0], "negative_binomial", 0.0
    if with_learned and learned.load_engine() is not None:
        scores.append(_try_learned(ground, masked, tier0, weekday=weekday))
        gain = 1 - scores[-1].pinball / base.pinball if base.pinball else 0.0
        adopted = "learned" if passes(scores[-1], base) else adopted
    return Verdict(
        series=len(demand),
        origins=len(origins),
        scores=tuple(scores),
        adopted=adopted,
        gain=gain,
        tuning=tune(demand, masked, horizons),
    )


def passes(candidate: Score, base: Score) -> bool:
    """Return whether a candidate may take the place of tier 0."""
    is_better = candidate.pinball <= base.pinball * (1 - GAIN_MIN)
    return is_better and all(it <= COVERAGE_WITHIN for it in list_misses(candidate))


def say_normal(
    demand: Floats, masked: Flags, horizons: NDArray[np.int64], *, origin: int,
    chances: Sequence[float] = CHANCES,
) -> Floats:  # fmt: skip
    """Return what mean and deviation of a quarter say: what most systems do."""
    seen = ~masked[:, max(0, origin - 91) : origin]
    past = np.where(seen, demand[:, max(0, origin - 91) : origin], 0.0)
    counted = np.maximum(1, seen.sum(axis=1))
    mean = past.sum(axis=1) / counted
    spread = np.sqrt(np.where(seen, (past - mean[:, None]) ** 2, 0.0).sum(axis=1) / counted)
    scores = np.asarray([NormalDist().inv_cdf(it) for it in chances])
    said = (mean * horizons)[:, None] + scores * (spread * np.sqrt(horizons))[:, None]
    return np.asarray(np.maximum(0.0, said))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """On what is tested: demand, what losses are divided by, and from where is looked ahead."""

    demand: Floats
    horizons: NDArray[np.int64]
    scales: Floats
    origins: Sequence[int]


def _score(model: str, ground: Ground, say: Say, *, known_from: int | None) -> Score:
    """
    Score what a model says at each origin: as it stands, or corrected where it does not hold.

    From origin `known_from` on, what it says is no memory of its training; None corrects nothing.
    """
    plain, mended = Tally(), Tally()
    seen: list[Seen] = []
    origins, scales = ground.origins, ground.scales
    earlier = [] if known_from is None else list_earlier(origins, since=known_from)
    longest = int(ground.horizons.max())
    for origin in (*earlier, *origins):
        came = sum_ahead(ground.demand, ground.horizons, origin=origin)
        asked = find_asked([it for it in seen if it.origin + longest <= origin], CHANCES)
        if origin in origins:
            said = say(origin, CHANCES)
            plain.add(said, came, scales)
            mended.add(said if asked == CHANCES else say(origin, asked), came, scales)
        if known_from is not None:
            covered = (came[:, None] <= np.ceil(say(origin, GRID) - 1e-9)).mean(axis=0)
            seen.append(Seen(origin=origin, covered=tuple(covered.tolist())))
    first, second = plain.close(model), mended.close(model)
    if known_from is None or not _is_needed(second, first):
        return first
    return replace(second, asked=find_asked(seen, CHANCES))


def _is_needed(mended: Score, plain: Score) -> bool:
    """Return whether a correction brings nearer what is out of the band, and costs little."""
    is_nearer = sum(list_misses(mended)) < sum(list_misses(plain))
    is_out = any(it > COVERAGE_WITHIN for it in list_misses(plain))
    return is_out and is_nearer and mended.pinball <= plain.pinball * (1 + LOSS_MORE_MAX)


def list_misses(score: Score) -> list[float]:
    """Return how far coverage is from what was said, at the chances the gate looks at."""
    pairs = zip(score.coverage, CHANCES, strict=True)
    return [abs(found - wanted) for found, wanted in pairs if wanted in (0.95, 0.98)]


@dataclass(kw_only=True, slots=True)
class Tally:
    """Losses and coverage, added up over origins."""

    losses: Floats = field(default_factory=lambda: np.zeros(len(CHANCES)))
    covered: Floats = field(default_factory=lambda: np.zeros(len(CHANCES)))
    count: int = 0

    def add(self, said: Floats, came: Floats, scales: Floats) -> None:
        """Add what was said and what came at one origin."""
        losses, covered = add_losses(said, came, scales)
        self.losses += losses
        self.covered += covered
        self.count += len(came)

    def close(self, model: str) -> Score:
        """Return the means."""
        count = max(1, self.count)
        return Score(
            model=model,
            pinball=round(float(self.losses.mean()) / count, 6),
            coverage=tuple(round(float(it) / count, 4) for it in self.covered),
        )


def _try_learned(ground: Ground, masked: Flags, tier0: Reading, *, weekday: int) -> Score:
    """Learn from what lay before the first origin alone, and ask at each of them."""
    demand, horizons = ground.demand, ground.horizons
    first = ground.origins[0]
    days = demand.shape[1]
    text = learned.train(
        demand[:, :first],
        masked[:, :first],
        horizons=(int(horizons.min()), int(horizons.max())),
        weekday=_get_weekday(weekday, first - days),
        tuning=tier0.tunings[0],
    )
    model = learned.read(text)

    def say(origin: int, chances: Sequence[float]) -> Floats:
        day = _get_weekday(weekday, origin - days)
        return learned.say(model, tier0, origin, chances, weekday=day)

    return _score("learned", ground, say, known_from=first)


def _get_weekday(today: int, days: int) -> int:
    return math.floor((today - 1 + days) % 7) + 1
