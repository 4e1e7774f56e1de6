"""
Tier 1: mean and spread of the demand ahead, learned by LightGBM from all series of a segment.

The mean is learned as what of base x h is sold, by Poisson's likelihood, the base a mix of the
rates of four weeks, a quarter and a year (planning handbook, section 5); the spread as variance
over mean of what the mean missed, on series it was not learned from. Quantiles are those of the
negative binomial distribution: what was learned of the middle of many series says more of their
ends than the few examples there are (ADR 1254). What is said in the end is the mean of these
quantiles and of tier 0's, which err in different ways (ADR 1320). LightGBM is in the extra
`planning`. One thread each, or results would vary.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules.levels import RATIO_MIN, Flags, Floats, measure_ratios
from yipan.planning.rules.quantiles import find_quantiles
from yipan.planning.rules.scoring import sum_ahead
from yipan.planning.rules.tuning import PLAIN, Reading, Tuning
from yipan.planning.rules.tuning import read as read_series

#: Which features a model is learned from. Raise it with them: an older model is not asked any more.
FORM = 2
SPANS = (7, 14, 28, 56, 91, 182, 364)
BASE_FLOOR = 0.02
#: How fast older days count less, and how many count at all.
ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.4)
FADE_DAYS = 240
#: Quantiles of past spans of the same length that are shown to the model, and of how many days.
SEEN_QUANTILES = (0.5, 0.8, 0.95)
SPAN_DAYS = 182
#: A series younger than this has nothing to learn from.
DAYS_MIN = 91
ROUNDS_MEAN, ROUNDS_SPREAD = 200, 150
MEAN_MIN, MEAN_SHOWN_MIN = 0.02, 0.05
#: What was missed by nothing still has a spread; more than this is no spread but another demand.
MISSED_MIN, RATIO_MAX = 1e-3, 5_000.0
ROWS_PER_LEAF_MIN = 200
#: So many examples are learned from where series are few, and how many are made of each series.
ROWS_WANTED = 72_000
CUTOFFS_MIN, CUTOFFS_MAX = 24, 52
SERIES_MAX = 3_000
SEED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    Series whose next `horizons` days are asked for; the last column was yesterday.

    Days are average ones, without their season, `lifts` how many times an average day is sold in
    the horizons; `levels` are those of tier 0 up to today.
    """

    demand: Floats
    masked: Flags
    levels: Floats
    lifts: Floats
    horizons: NDArray[np.int64]
    weekday: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """Boosters of the mean, over base x h, and of variance over mean."""

    mean: Any
    spread: Any


@cache
def load_engine() -> ModuleType | None:
    """Return LightGBM, None where the extra `planning` is not installed."""
    try:
        return importlib.import_module("lightgbm")
    except (ImportError, OSError):
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Examples:
    """What is learned from: features, demand of the horizons, base x h, and which half it is in."""

    table: Floats
    came: Floats
    scales: Floats
    halves: NDArray[np.int64]


def ask(reading: Reading, origin: int, *, weekday: int) -> Asked:
    """Return what is asked at a column of series that were read by tier 0, on that `weekday`."""
    return Asked(
        demand=reading.demand[:, :origin],
        masked=reading.masked[:, :origin],
        levels=reading.levels[:, : origin + 1],
        lifts=reading.lift(origin),
        horizons=reading.horizons,
        weekday=weekday,
    )


def train(
    demand: Floats, masked: Flags, *, horizons: tuple[int, int] = (3, 14), weekday: int = 1,
    tuning: Tuning = PLAIN,
) -> str:  # fmt: skip
    """
    Return a model learned from series, as text. The days are the past alone.

    `horizons` are the shortest and the longest asked for, `weekday` that of the day after the last,
    `tuning` how tier 0 reads the series.
    """
    engine = load_engine()
    assert engine is not None, "the extra `planning` is not installed"
    chance = np.random.default_rng(SEED)
    rows_kept = chance.permutation(len(demand))[:SERIES_MAX]
    demand, masked = demand[rows_kept], masked[rows_kept]
    spans = np.full(len(demand), horizons[1], dtype=np.int64)
    reading = read_series(demand, masked, spans, [tuning] * len(demand))
    examples = _make_examples(reading, demand, horizons=horizons, weekday=weekday, chance=chance)
    rows = len(examples.table)

    def learn_mean(part: Flags) -> Any:
        dataset = engine.Dataset(
            examples.table[part],
            (examples.came / examples.scales)[part],
            weight=examples.scales[part],
        )
        return engine.train(_describe("poisson", rows), dataset, ROUNDS_MEAN)

    means = np.empty(rows)
    for half in (0, 1):
        other = examples.halves != half
        means[~other] = learn_mean(other).predict(examples.table[~other], num_threads=1)
    means = np.maximum(MEAN_MIN, means * examples.scales)
    missed = np.maximum(MISSED_MIN, (examples.came - means) ** 2 / means)
    spread = engine.train(
        _describe("gamma", rows),
        engine.Dataset(_add_mean(examples.table, means), missed),
        ROUNDS_SPREAD,
    )
    mean = learn_mean(np.ones(rows, dtype=bool))
    bodies = {"mean": mean.model_to_string(), "spread": spread.model_to_string()}
    return json.dumps({"form": FORM} | bodies)


def can_ask(text: str) -> bool:
    """Return whether a model that was kept knows the features of today."""
    return text.startswith(json.dumps({"form": FORM}).removesuffix("}"))


def _make_examples(
    reading: Reading, demand: Floats, *, horizons: tuple[int, int], weekday: int,
    chance: np.random.Generator,
) -> Examples:  # fmt: skip
    tables, came, scales = [], [], []
    count, days = demand.shape
    for cut in _list_cuts(days, horizons[1], series=count):
        spans = np.asarray(chance.integers(horizons[0], horizons[1] + 1, count))
        day = (weekday - 1 + cut - days) % 7 + 1
        asked = ask(replace(reading, horizons=spans), cut, weekday=day)
        table, base = make_features(asked)
        tables.append(table)
        came.append(sum_ahead(demand, spans, origin=cut))
        scales.append(base * asked.lifts * spans)
    return Examples(
        table=np.concatenate(tables),
        came=np.concatenate(came),
        scales=np.concatenate(scales),
        halves=np.tile(np.arange(count) % 2, len(tables)),
    )


@lru_cache(maxsize=64)
def read(text: str) -> Model:
    """Return a model that was written as text."""
    engine = load_engine()
    assert engine is not None, "the extra `planning` is not installed"
    bodies = json.loads(text)
    return Model(
        mean=engine.Booster(model_str=bodies["mean"]),
        spread=engine.Booster(model_str=bodies["spread"]),
    )


def expect(model: Model, asked: Asked) -> tuple[Floats, Floats]:
    """Return mean, and variance over mean, of the demand of the horizons."""
    table, base = make_features(asked)
    shares = model.mean.predict(table, num_threads=1)
    means = np.maximum(MEAN_MIN, shares * base * asked.lifts * asked.horizons)
    ratios = model.spread.predict(_add_mean(table, means), num_threads=1)
    return means, np.clip(ratios, RATIO_MIN, RATIO_MAX)


def say(
    model: Model, reading: Reading, origin: int, chances: Sequence[float], *, weekday: int
) -> Floats:
    """
    Return the quantiles of the demand of the horizons: a row per series, a column per chance.

    Each is the mean of the one that was learned and the one of tier 0.
    """
    mine = find_quantiles(*expect(model, ask(reading, origin, weekday=weekday)), chances)
    return (mine + reading.say(origin, chances)) / 2


def make_features(asked: Asked) -> tuple[Floats, Floats]:
    """Return the features of series, scaled by their base, and the bases."""
    demand, seen = asked.demand, ~asked.masked
    known = np.where(seen, demand, 0.0)
    sums = np.cumsum(np.pad(known, ((0, 0), (1, 0))), axis=1)
    counts = np.cumsum(np.pad(seen.astype(float), ((0, 0), (1, 0))), axis=1)
    hits = np.cumsum(np.pad((known > 0).astype(float), ((0, 0), (1, 0))), axis=1)
    rates = [_take(sums, span) / np.maximum(1.0, _take(counts, span)) for span in SPANS]
    base = np.maximum(BASE_FLOOR, 0.5 * rates[2] + 0.3 * rates[4] + 0.2 * rates[6])
    columns = [it / base for it in rates]
    columns += [_take(hits, it) / np.maximum(1.0, _take(counts, it)) for it in (28, 91, 364)]
    recent = known[:, -91:]
    weeks = _take_weeks(known, 8)
    columns += [_fade(known, seen, alpha) / base for alpha in ALPHAS]
    columns += [it / (base * asked.horizons) for it in _look_back(known, asked.horizons)]
    columns += [
        recent.std(axis=1) / base,
        recent.max(axis=1) / base,
        weeks.std(axis=1) / base / 7,
        weeks.max(axis=1) / base / 7,
        np.log(base),
        _get_days_since_sale(known),
        _get_last_year(sums, asked.horizons) / base,
        asked.horizons.astype(float),
        np.full(len(demand), float(asked.weekday)),
        np.log(asked.lifts),
        *_show_tier0(asked, base),
    ]
    return np.column_stack(columns), base


def _show_tier0(asked: Asked, base: Floats) -> list[Floats]:
    """Return what tier 0 expects: level, spread, mean, and how wide that is for that mean."""
    levels = asked.levels
    ratios = measure_ratios(asked.demand, asked.masked, levels, asked.horizons)
    means = np.maximum(MEAN_SHOWN_MIN, levels[:, -1] * asked.horizons)
    return [levels[:, -1] / base, np.log(ratios), np.log(means), np.sqrt(ratios / means)]


def _add_mean(table: Floats, means: Floats) -> Floats:
    return np.column_stack([table, np.log(means)])


def _fade(known: Floats, seen: Flags, alpha: float) -> Floats:
    """Return the mean of the days that were seen, the older the less it counts."""
    days = min(known.shape[1], FADE_DAYS)
    weights = (1 - alpha) ** np.arange(days - 1, -1, -1)
    total = seen[:, -days:] @ weights
    return np.asarray((known[:, -days:] @ weights) / np.maximum(1e-9, total))


def _look_back(known: Floats, horizons: NDArray[np.int64]) -> Floats:
    """Return what past spans of the same length came to: a row per quantile, and their spread."""
    found = np.zeros((len(SEEN_QUANTILES) + 1, len(known)))
    past = known[:, -SPAN_DAYS:]
    sums = np.cumsum(np.pad(past, ((0, 0), (1, 0))), axis=1)
    for horizon in np.unique(horizons):
        rows = np.flatnonzero(horizons == horizon)
        spans = sums[rows, horizon:] - sums[rows, :-horizon]
        found[:-1, rows] = np.quantile(spans, SEEN_QUANTILES, axis=1)
        found[-1, rows] = spans.std(axis=1)
    return found


def _take(sums: Floats, span: int) -> Floats:
    return np.asarray(sums[:, -1] - sums[:, max(0, sums.shape[1] - 1 - span)])


def _take_weeks(known: Floats, count: int) -> Floats:
    days = min(known.shape[1] // 7, count) * 7
    return np.asarray(known[:, -days:].reshape(len(known), -1, 7).sum(axis=2))


def _get_days_since_sale(known: Floats) -> Floats:
    behind = np.argmax(known[:, ::-1] > 0, axis=1)
    never = ~(known > 0).any(axis=1)
    return np.asarray(np.where(never, known.shape[1], behind).astype(float))


def _get_last_year(sums: Floats, horizons: NDArray[np.int64]) -> Floats:
    """Return the rate of the same days a year ago, 0 where there is no such year."""
    days = sums.shape[1] - 1
    first = days - 364
    if first < 0:
        return np.zeros(len(sums))
    rows = np.arange(len(sums))
    last = np.minimum(days, first + horizons)
    return np.asarray((sums[rows, last] - sums[rows, first]) / horizons)


def _list_cuts(days: int, longest: int, *, series: int) -> list[int]:
    """Return after how many days the past ends, for each example made of a series."""
    last = days - longest
    first = max(DAYS_MIN, last - 364)
    wanted = int(np.clip(ROWS_WANTED // max(1, series), CUTOFFS_MIN, CUTOFFS_MAX))
    count = min(wanted, max(1, last - first))
    return sorted({int(it) for it in np.linspace(first, last, count)}) if last >= first else []


def _describe(objective: str, rows: int) -> dict[str, Any]:
    return {
        "objective": objective,
        "num_leaves": 15,
        "learning_rate": 0.04,
        "min_data_in_leaf": min(ROWS_PER_LEAF_MIN, max(5, rows // 50)),
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "num_threads": 1,
        "deterministic": True,
        "seed": SEED,
        "verbosity": -1,
    }
