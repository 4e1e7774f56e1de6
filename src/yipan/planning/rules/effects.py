"""What policies would have cost on the last half year: the effect of a setting before saving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yipan.planning.rules import learned
from yipan.planning.rules.levels import Flags, Floats
from yipan.planning.rules.ordering import set_target
from yipan.planning.rules.policies import Method, Policy, list_reviews
from yipan.planning.rules.quantiles import find_each
from yipan.planning.rules.simulation import (
    WARM_UP,
    Cost,
    Rule,
    Terms,
    find_stock_at,
    follow_cover,
    follow_min_max,
    follow_quantiles,
    simulate,
)
from yipan.planning.rules.tuning import PLAIN, Reading, Tuning, read, tune

DAYS_SCORED = 182
DAYS_MIN = 91
#: Knobs tried for the picture: days of cover, and service levels.
COVERS = (0, 2, 4, 7, 10, 14, 21, 28, 40)
LEVELS = (0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)
#: The curve of one point that stands for the policies as they are.
TODAY = "today"
#: A review day is not looked at more often than this in the simulation.
REVIEW = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """
    What a rule costs at each of its knobs, and the days of stock at 97 % of demand met.

    `stock_at_today` is that at the share of demand that the policies of today meet.
    """

    name: str
    costs: tuple[Cost, ...]
    stock_at_97: float | None
    stock_at_today: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Game:
    """
    Places to play policies on: history, what is decided, packs and prices, a row each.

    `tunings` are how tier 0 reads each of them, as it stands where there are none.
    """

    demand: Floats
    masked: Flags
    policies: Sequence[Policy]
    packs: Sequence[int]
    prices: Floats
    tunings: Sequence[Tuning] = ()


def find_first_day(days: int) -> int:
    """Return from which column on is simulated: warm-up and half a year, or what there is."""
    return max(DAYS_MIN, days - DAYS_SCORED - WARM_UP)


def try_policies(game: Game) -> Cost:
    """Return what the policies of places would have cost on their own history."""
    demand, masked, policies = game.demand, game.masked, game.policies
    terms = make_terms(game)
    spans = terms.leads + terms.review
    tunings, first = game.tunings or [PLAIN] * len(demand), find_first_day(demand.shape[1])
    tier0 = read(demand, masked, spans, tunings, until=first)
    levels = [it.service_permille / 1000 for it in policies]

    def rule(day: int) -> tuple[Floats, Floats]:
        means, ratios = tier0.expect(day)
        below, up_to = np.zeros(len(policies)), np.zeros(len(policies))
        quantiles = find_each(means, ratios, levels)
        for row, policy in enumerate(policies):
            is_by_level = policy.method == Method.SERVICE_LEVEL
            target = set_target(
                policy,
                quantile=float(quantiles[row]) if is_by_level else 0.0,
                rate=float(means[row] / spans[row]),
                horizon=int(spans[row]),
            )
            cap = target.up_to if target.cap is None else min(target.up_to, target.cap)
            below[row], up_to[row] = target.order_below, max(cap, policy.reorder_quantity)
        return below, up_to

    return simulate(demand, rule, terms, first=first)


def draw_curves(game: Game, *, model: str = "", weekday: int = 1) -> list[Curve]:
    """Return the curves of min/max, days of cover, tier 0 and a learned model on equal data."""
    demand, first = game.demand, find_first_day(game.demand.shape[1])
    terms = make_terms(game)
    spans = (terms.leads + terms.review).astype(float)

    def run(rule: Rule, knob: float) -> Cost:
        return simulate(demand, rule, terms, first=first, knob=knob)

    def run_levels(tables: dict[int, Floats]) -> list[Cost]:
        return [run(follow_quantiles(tables, column=n), it) for n, it in enumerate(LEVELS)]

    tier0 = read_before(game, terms, first=first)
    tables = {day: tier0.say(day, LEVELS) for day in range(first, demand.shape[1], terms.review)}
    curves = [
        _make("min_max", [run(follow_min_max(demand, spans, days=it), it) for it in COVERS]),
        _make("days_of_cover", [run(follow_cover(demand, spans, days=it), it) for it in COVERS]),
        _make("negative_binomial", run_levels(tables)),
    ]
    if model:
        said = ask_tables(tier0, model=model, first=first, review=terms.review, weekday=weekday)
        curves.append(_make("learned", run_levels(said)))
    return curves


def compare_with_today(curves: Sequence[Curve], game: Game) -> list[Curve]:
    """Return curves with what each needs to meet as much as today's policies, and those last."""
    terms, first = make_terms(game), find_first_day(game.demand.shape[1])
    spans = terms.leads + terms.review
    tuning = tune(game.demand[:, :first], game.masked[:, :first], spans)
    cost = try_policies(replace(game, tunings=[tuning] * len(game.demand)))
    others = [replace(it, stock_at_today=find_stock_at(it.costs, fill=cost.fill)) for it in curves]
    return [*others, Curve(name=TODAY, costs=(cost,), stock_at_97=None)]


def read_before(game: Game, terms: Terms, *, first: int) -> Reading:
    """Return the places as tier 0 reads them by what was known before the first day."""
    demand, masked, spans = game.demand, game.masked, terms.leads + terms.review
    tuning = tune(demand[:, :first], masked[:, :first], spans)
    return read(demand, masked, spans, [tuning] * len(demand), until=first)


def ask_tables(
    tier0: Reading, *, model: str, first: int, review: int, weekday: int
) -> dict[int, Floats]:
    """Return what a learned model says before each review: quantiles at `LEVELS`."""
    read_model, days = learned.read(model), tier0.demand.shape[1]
    return {
        day: learned.say(read_model, tier0, day, LEVELS, weekday=(weekday - 1 + day - days) % 7 + 1)
        for day in range(first, days, review)
    }


def make_terms(game: Game) -> Terms:
    """Return lead times and packs of places, looked at once a week or as often as all are."""
    reviews = (list_reviews(it, weekday=1) for it in game.policies)
    gaps = [second - first for first, second in reviews]
    return Terms(
        leads=np.asarray([max(1, it.lead_time_days) for it in game.policies], dtype=np.int64),
        packs=np.asarray([max(1, it) for it in game.packs], dtype=np.int64),
        review=REVIEW if not gaps or max(gaps) >= REVIEW else max(gaps),
        prices=game.prices,
    )


def _make(name: str, costs: Sequence[Cost]) -> Curve:
    return Curve(name=name, costs=tuple(costs), stock_at_97=find_stock_at(costs, fill=0.97))
