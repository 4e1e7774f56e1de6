"""
Tier 1: one global model per quantile, learned by LightGBM from all series of a segment.

The target is the demand of the next h days over base x h, the base a mix of the rates of four
weeks, a quarter and a year (planning handbook, section 5). LightGBM is in the extra `planning`.
One thread each, or results would vary.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from statistics import NormalDist
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules.levels import Flags, Floats

QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.995)
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
ROUNDS = 160
ROWS_PER_LEAF_MIN = 200
#: So many examples are learned from where series are few, and how many are made of each series.
ROWS_WANTED = 72_000
CUTOFFS_MIN, CUTOFFS_MAX = 24, 52
SERIES_MAX = 3_000
SEED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Series whose next `horizons` days are asked for; the last column was yesterday."""

    demand: Floats
    masked: Flags
    horizons: NDArray[np.int64]
    weekday: int
    month: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """Boosters by quantile."""

    boosters: Mapping[float, Any]


@cache
def load_engine() -> ModuleType | None:
    """Return LightGBM, None where the extra `planning` is not installed."""
    try:
        return importlib.import_module("lightgbm")
    except (ImportError, OSError):
        return None


def train(
    demand: Floats, masked: Flags, *, horizons: tuple[int, int] = (3, 14), weekday: int = 1
) -> str:
    """
    Return a model learned from series, as text. The days are the past alone.

    `horizons` are the shortest and the longest asked for, `weekday` that of the day after the last.
    """
    engine = load_engine()
    assert engine is not None, "the extra `planning` is not installed"
    chance = np.random.default_rng(SEED)
    rows = chance.permutation(len(demand))[:SERIES_MAX]
    demand, masked = demand[rows], masked[rows]
    tables, targets, weights = [], [], []
    for cut in _list_cuts(demand.shape[1], horizons[1], series=len(demand)):
        spans = chance.integers(horizons[0], horizons[1] + 1, len(demand))
        day = (weekday - 1 + cut - demand.shape[1]) % 7 + 1
        table, base = make_features(
            Asked(demand=demand[:, :cut], masked=masked[:, :cut], horizons=spans,
                  weekday=day, month=1)
        )  # fmt: skip
        after = np.cumsum(np.pad(demand[:, cut:], ((0, 0), (1, 0))), axis=1)
        sums = after[np.arange(len(spans)), spans]
        tables.append(table)
        targets.append(sums / (base * spans))
        weights.append(np.sqrt(base * spans))
    data = np.concatenate(tables)
    texts = {}
    for quantile in QUANTILES:
        dataset = engine.Dataset(
            data, np.concatenate(targets), weight=np.concatenate(weights), free_raw_data=False
        )
        booster = engine.train(_describe(quantile, len(data)), dataset, ROUNDS)
        texts[str(quantile)] = booster.model_to_string()
    return json.dumps(texts)


@lru_cache(maxsize=64)
def read(text: str) -> Model:
    """Return a model that was written as text."""
    engine = load_engine()
    assert engine is not None, "the extra `planning` is not installed"
    return Model(
        boosters={
            float(name): engine.Booster(model_str=body) for name, body in json.loads(text).items()
        }
    )


def predict(model: Model, asked: Asked, chances: Sequence[float]) -> Floats:
    """Return the quantiles of the demand of the horizons: a row per series, a column per chance."""
    raw = _predict_raw(model, asked)
    return np.column_stack([_interpolate(raw, np.full(len(raw), it)) for it in chances])


def predict_each(model: Model, asked: Asked, chances: Sequence[float]) -> Floats:
    """Return one quantile for each series, at a chance of its own."""
    return _interpolate(_predict_raw(model, asked), np.asarray(chances))


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
    ]
    return np.column_stack(columns), base


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


def _describe(quantile: float, rows: int) -> dict[str, Any]:
    return {
        "objective": "quantile",
        "alpha": quantile,
        "num_leaves": 15,
        "learning_rate": 0.04,
        "min_data_in_leaf": min(ROWS_PER_LEAF_MIN, max(5, rows // 50)),
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "num_threads": 1,
        "deterministic": True,
        "seed": SEED,
        "verbosity": -1,
    }


def _predict_raw(model: Model, asked: Asked) -> Floats:
    table, base = make_features(asked)
    scale = base * asked.horizons
    raw = [model.boosters[it].predict(table, num_threads=1) * scale for it in QUANTILES]
    return np.asarray(np.maximum(0.0, np.sort(np.column_stack(raw), axis=1)))


def _interpolate(raw: Floats, chances: Floats) -> Floats:
    """Return values between the learned quantiles, on the scale of the normal distribution."""
    curve = NormalDist()
    scores = np.asarray([curve.inv_cdf(it) for it in QUANTILES])
    found = np.empty(len(raw))
    for chance in np.unique(chances):
        score = curve.inv_cdf(float(chance))
        place = int(np.clip(np.searchsorted(scores, score), 1, len(scores) - 1))
        low, high = scores[place - 1], scores[place]
        weight = (score - low) / (high - low)
        rows = np.flatnonzero(chances == chance)
        found[rows] = raw[rows, place - 1] * (1 - weight) + raw[rows, place] * weight
    return np.maximum(0.0, found)
