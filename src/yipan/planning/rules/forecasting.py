"""
The demand of the coming days at every place of a shard: level, spread, quantiles, season of events.

A warehouse expects what it sells itself and what the stores it sends to sell, so that its orders
see the demand of customers and not the orders of stores (echelon stock, Clark and Scarf 1960).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yipan.planning.rules import learned
from yipan.planning.rules.calibration import translate
from yipan.planning.rules.levels import Flags, Floats, measure_ratios, smooth_tsb
from yipan.planning.rules.policies import list_reviews
from yipan.planning.rules.quantiles import find_each, find_quantiles
from yipan.planning.rules.shard import DAYS_AHEAD, Occasion, Place, Shard
from yipan.planning.rules.tuning import Reading, lean, read

#: Below so many days on sale a place borrows the history of what is like it.
DAYS_KNOWN_MIN = 28
#: Quantiles kept with every outlook, in permille.
KEPT = (500, 800, 900, 950, 980, 990)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """
    What is expected, a row per place.

    `factors` are the share of an ordinary day sold on each of the coming days, `seasons` what the
    time of the year alone makes of it, today being 1; `horizons` days are covered by the order
    that is due in `waits` days. `means` and `ratios` describe the demand of the horizon. `mine` and
    `kept` are its quantiles: at the policy's level, and at `KEPT`.
    """

    levels: Floats
    intermittent: Floats
    ratios: Floats
    factors: Floats
    seasons: Floats
    waits: NDArray[np.int64]
    horizons: NDArray[np.int64]
    means: Floats
    mine: Floats
    kept: Floats
    borrowed: tuple[str, ...]
    models: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """Quantiles a model may say in place of tier 0: at the policy's level, and at `KEPT`."""

    mine: Floats
    kept: Floats


def expect(shard: Shard) -> Expected:
    """Return what is expected at each place of a shard."""
    places = shard.places
    past, future = list_factors(shard)
    demand = add_downstream(places, shard.demand / past)
    masked = mask_upstream(places, shard.masked)
    waits, horizons = _list_horizons(shard)
    tunings = shard.place_tunings
    reading = read(demand, masked, horizons, tunings)
    ratios = measure_ratios(reading.demand, masked, reading.levels, horizons)
    # Levels are those of today's season, so that who borrows one borrows what is sold now.
    today = reading.lifts[:, demand.shape[1]]
    levels = reading.levels[:, -1] * today
    intermittent = smooth_tsb(reading.demand, masked) * today
    seasons = reading.lifts[:, demand.shape[1] :] / today[:, None]
    future = future * seasons
    borrowed = _borrow(places, levels, ratios, intermittent)
    future = mix_factors(places, levels, future)
    means = _sum_ahead(levels, future, horizons)
    ratios = lean(ratios, means, tunings)
    _widen(places, levels, means, ratios)
    mine, kept = np.zeros(len(places)), np.zeros((len(places), len(KEPT)))
    for rows, asked in _group(shard, range(len(places)), "negative_binomial"):
        mine[rows] = _find_own(places, rows, means, ratios, asked)
        chances = [translate(asked, it / 1000) for it in KEPT]
        kept[rows] = find_quantiles(means[rows], ratios[rows], chances)
    said = _Said(mine=mine, kept=kept)
    models = _ask_models(shard, reading, said)
    return Expected(
        levels=levels,
        intermittent=intermittent,
        ratios=ratios,
        factors=future,
        seasons=seasons,
        waits=waits,
        horizons=horizons,
        means=means,
        mine=mine,
        kept=kept,
        borrowed=borrowed,
        models=models,
    )


def list_factors(shard: Shard) -> tuple[Floats, Floats]:
    """Return how much of an ordinary day is sold on each past and coming day, a row per place."""
    days = shard.demand.shape[1]
    past = np.ones((len(shard.places), days))
    future = np.ones((len(shard.places), DAYS_AHEAD))
    for occasion in shard.occasions:
        rows = [row for row, place in enumerate(shard.places) if occasion.is_about(place)]
        if rows:
            _apply(past, rows, occasion, offset=days)
            _apply(future, rows, occasion, offset=0)
    return past, future


def add_downstream(places: Sequence[Place], demand: Floats) -> Floats:
    """Return the demand of each place with that of the places it sends to."""
    sums = demand.copy()
    rows = {(it.sku, it.site): row for row, it in enumerate(places)}
    for row, place in enumerate(places):
        above = rows.get((place.sku, place.policy.source))
        if above is not None and above != row:
            sums[above] += demand[row]
    return sums


def mix_factors(places: Sequence[Place], levels: Floats, factors: Floats) -> Floats:
    """
    Return the factors of each place, those of a warehouse mixed of what the places it feeds sell.

    A promotion in stores is no promotion of the warehouse, and yet it has to be ready for it.
    """
    mixed = factors.copy()
    rows = {(it.sku, it.site): row for row, it in enumerate(places)}
    fed: dict[int, list[int]] = {}
    for row, place in enumerate(places):
        above = rows.get((place.sku, place.policy.source))
        if above is not None and above != row:
            fed.setdefault(above, []).append(row)
    for above, below in sorted(fed.items()):
        weights = levels[below]
        own = max(0.0, float(levels[above] - weights.sum()))
        total = own + float(weights.sum())
        if total > 0:
            mixed[above] = (own * factors[above] + weights @ factors[below]) / total
    return mixed


def mask_upstream(places: Sequence[Place], masked: Flags) -> Flags:
    """Return which days teach nothing: a warehouse that feeds stores learns from their sales."""
    feeding = {(it.sku, it.policy.source) for it in places}
    kept = masked.copy()
    for row, place in enumerate(places):
        if (place.sku, place.site) in feeding:
            kept[row] = False
    return kept


def _apply(factors: Floats, rows: Sequence[int], occasion: Occasion, *, offset: int) -> None:
    first = max(0, occasion.first + offset)
    last = min(factors.shape[1], occasion.last + offset + 1)
    if first < last:
        factors[np.ix_(rows, range(first, last))] *= max(0.05, 1 + occasion.percent / 100)


def _list_horizons(shard: Shard) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    reviews = [list_reviews(it.policy, weekday=shard.weekday) for it in shard.places]
    waits = np.asarray([first for first, _ in reviews], dtype=np.int64)
    spans = [
        min(DAYS_AHEAD, max(1, second + place.policy.lead_time_days))
        for place, (_, second) in zip(shard.places, reviews, strict=True)
    ]
    return waits, np.asarray(spans, dtype=np.int64)


def _sum_ahead(levels: Floats, factors: Floats, horizons: NDArray[np.int64]) -> Floats:
    sums = np.cumsum(factors, axis=1)
    return np.asarray(levels * sums[np.arange(len(levels)), horizons - 1])


def _borrow(
    places: Sequence[Place], levels: Floats, ratios: Floats, intermittent: Floats
) -> tuple[str, ...]:
    """Give places without history of their own that of what is like them; return from whom."""
    rows = {(it.sku, it.site): row for row, it in enumerate(places)}
    given = (levels.copy(), ratios.copy(), intermittent.copy())
    lenders = []
    for row, place in enumerate(places):
        policy = place.policy
        key = (policy.like_sku or place.sku, policy.like_site or place.site)
        lender = rows.get(key)
        if lender is None or lender == row or place.days_listed >= DAYS_KNOWN_MIN:
            lenders.append("")
            continue
        # What was seen already counts by its days, what is borrowed for the rest of four weeks.
        weight = place.days_listed / DAYS_KNOWN_MIN
        share = policy.like_percent / 100 * (1 - weight)
        levels[row] = weight * given[0][row] + share * given[0][lender]
        ratios[row] = max(given[1][row], given[1][lender])
        intermittent[row] = weight * given[2][row] + share * given[2][lender]
        lenders.append("@".join(key))
    return tuple(lenders)


def _widen(places: Sequence[Place], levels: Floats, means: Floats, ratios: Floats) -> None:
    """Let a lead time that is not certain widen the demand it has to be covered for."""
    spread = np.asarray([it.policy.lead_time_spread_days for it in places], dtype=float)
    extra = np.where(means > 0, levels**2 * spread**2 / np.maximum(means, 1e-9), 0.0)
    ratios += extra


def _group(
    shard: Shard, rows: Iterable[int], model: str
) -> list[tuple[list[int], Mapping[float, float]]]:
    """Return rows by what is to be asked of a model for them in place of each chance."""
    found: dict[str, list[int]] = {}
    for row in rows:
        segment = shard.places[row].segment
        found.setdefault(segment if (segment, model) in shard.asked else "", []).append(row)
    return [(found[it], shard.asked.get((it, model), {})) for it in sorted(found)]


def _find_own(
    places: Sequence[Place], rows: Sequence[int], means: Floats, ratios: Floats,
    asked: Mapping[float, float],
) -> Floats:  # fmt: skip
    """Return the quantile of each of some places at the service level of its policy."""
    numbers = np.asarray(rows)
    chances = [translate(asked, places[it].policy.service_permille / 1000) for it in rows]
    return find_each(means[numbers], ratios[numbers], chances)


def _ask_models(shard: Shard, reading: Reading, said: _Said) -> tuple[str, ...]:
    """Let learned models that passed their gate say the quantiles of their segments."""
    names = ["negative_binomial"] * len(shard.places)
    days = reading.demand.shape[1]
    for segment, text in sorted(shard.models.items()):
        rows = [
            row
            for row, place in enumerate(shard.places)
            if place.segment == segment and place.days_listed >= learned.DAYS_MIN
        ]
        if not rows:
            continue
        part = reading.take(rows)
        moved = shard.asked.get((segment, "learned"), {})
        levels = [shard.places[row].policy.service_permille / 1000 for row in rows]
        chances = [translate(moved, it) for it in levels]
        kept = [translate(moved, it / 1000) for it in KEPT]
        both = [
            learned.expect(learned.read(text), learned.ask(part, days, weekday=shard.weekday)),
            part.expect(days),
        ]
        said.mine[rows] = np.mean([find_each(*it, chances) for it in both], axis=0)
        said.kept[rows] = np.mean([find_quantiles(*it, kept) for it in both], axis=0)
        for row in rows:
            names[row] = "learned"
    return tuple(names)
