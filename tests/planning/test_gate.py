"""
Goal: forecasts say what they would have said, and only the better one is adopted.

Method: quantiles against their definition, the gate on series with and without something to
learn, and the future replaced by noise.
"""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from yipan.planning.rules import gate, learned
from yipan.planning.rules.calibration import GRID, Seen, find_asked, translate
from yipan.planning.rules.effects import (
    LEVELS,
    Game,
    compare_with_today,
    draw_curves,
    try_policies,
)
from yipan.planning.rules.gate import Score, passes
from yipan.planning.rules.levels import Floats, mix_speeds, smooth, smooth_tsb
from yipan.planning.rules.policies import Policy
from yipan.planning.rules.quantiles import count_below, find_chance_above, find_quantiles
from yipan.planning.rules.scoring import CHANCES
from yipan.planning.rules.tuning import PLAIN, Tuning, read, tune

DAYS = 420


def draw(count: int, *, seed: int = 3) -> Floats:
    chance = np.random.default_rng(seed)
    week = np.asarray([0.2, 0.4, 0.6, 0.8, 1.2, 2.0, 1.8])[np.arange(DAYS) % 7]
    rates = chance.gamma(1.5, 1.5, count)[:, None] * week
    return np.asarray(chance.poisson(rates), dtype=float)


def test_quantiles_are_the_least_demand_not_exceeded_with_their_chance() -> None:
    for mean, ratio in ((0.3, 1.1), (4.0, 1.5), (60.0, 3.0)):
        below = count_below(mean, ratio)
        [found] = find_quantiles(np.asarray([mean]), np.asarray([ratio]), CHANCES)
        for chance, value in zip(CHANCES, found.tolist(), strict=True):
            assert below[int(value)] >= chance - 1e-9
            assert value == 0 or below[int(value) - 1] < chance
        assert math.isclose(float(below[-1]), 1.0, abs_tol=1e-6)
        weights = np.diff(below, prepend=0.0)
        assert math.isclose(float((weights * np.arange(len(below))).sum()), mean, rel_tol=1e-4)


def test_a_place_without_demand_needs_nothing() -> None:
    assert find_quantiles(np.zeros(1), np.ones(1), [0.99])[0, 0] == 0
    assert find_chance_above(0.0, 1.5, 0) == 0.0


def test_levels_follow_a_change_and_masked_days_leave_them_alone() -> None:
    demand = np.concatenate([np.full((1, 100), 2.0), np.full((1, 100), 6.0)], axis=1)
    masked = np.zeros(demand.shape, dtype=bool)
    masked[:, 100:] = True

    assert smooth(demand, np.zeros(demand.shape, dtype=bool))[0, -1] > 5.9
    assert smooth(demand, masked)[0, -1] == 2.0
    assert math.isclose(float(smooth_tsb(demand, masked)[0]), 2.0, abs_tol=1e-3)


def test_the_future_never_enters_what_is_said() -> None:
    demand, masked = draw(20), np.zeros((20, DAYS), dtype=bool)
    horizons = np.full(20, 9, dtype=np.int64)
    origin = DAYS - 60
    noise = demand.copy()
    noise[:, origin:] = np.random.default_rng(1).poisson(80, (20, 60))

    said = gate.say_normal(demand, masked, horizons, origin=origin)
    assert np.array_equal(said, gate.say_normal(noise, masked, horizons, origin=origin))
    leaning = Tuning(is_mixed=True, leaning=0.5, at_one=0.4, slope=0.1)
    for tuning in (PLAIN, leaning):
        first, second = (
            read(it, masked, horizons, [tuning] * 20).say(origin, CHANCES) for it in (demand, noise)
        )
        assert np.array_equal(first, second)


def test_spreads_lean_on_each_other_where_that_lost_less() -> None:
    chance = np.random.default_rng(5)
    rates = chance.gamma(1.5, 0.4, 150)[:, None] * np.ones(DAYS)
    alike = chance.poisson(chance.gamma(0.5, rates / 0.5)).astype(float)
    masked, horizons = np.zeros(alike.shape, dtype=bool), np.full(150, 9, dtype=np.int64)

    tuning = tune(alike, masked, horizons)
    plain, tuned = (read(alike, masked, horizons, [it] * 150) for it in (PLAIN, tuning))
    (_, alone), (_, together) = plain.expect(DAYS), tuned.expect(DAYS)

    true = np.log(1 + rates[:, 0] / 0.5)
    assert tuning.leaning > 0
    assert np.abs(np.log(together) - true).mean() < np.abs(np.log(alone) - true).mean() * 0.9
    assert tune(alike[:5], masked[:5], horizons[:5]) == PLAIN


def test_a_quick_level_is_believed_where_demand_jumps_and_a_slow_one_where_it_does_not() -> None:
    chance = np.random.default_rng(6)
    jump = np.where(np.arange(DAYS) < DAYS - 21, 4.0, 12.0) * np.ones((40, 1))
    calm = np.full((40, DAYS), 4.0)
    masked = np.zeros(calm.shape, dtype=bool)
    jumping, calm = (chance.poisson(it).astype(float) for it in (jump, calm))

    assert mix_speeds(jumping, masked)[:, -1].mean() > smooth(jumping, masked)[:, -1].mean() + 1
    assert mix_speeds(calm, masked)[:, -1].std() < smooth(calm, masked)[:, -1].std()


def test_a_candidate_has_to_be_better_and_to_cover_what_it_says() -> None:
    base = Score(model="negative_binomial", pinball=0.30, coverage=(0.8, 0.9, 0.95, 0.98, 0.99))
    better = Score(model="learned", pinball=0.29, coverage=(0.8, 0.9, 0.96, 0.97, 0.99))
    equal = Score(model="learned", pinball=0.298, coverage=better.coverage)
    thin = Score(model="learned", pinball=0.20, coverage=(0.8, 0.9, 0.92, 0.98, 0.99))

    assert passes(better, base)
    assert not passes(equal, base)
    assert not passes(thin, base)


@pytest.mark.slow
def test_a_model_that_learns_the_week_passes_the_gate_and_says_the_same_again() -> None:
    demand, masked = draw(300), np.zeros((300, DAYS), dtype=bool)
    # Half of them have their best days when the others have their worst: no correction of the
    # whole segment tells them apart.
    demand[::2] = np.roll(demand[::2], 3, axis=1)
    horizons = np.full(300, 4, dtype=np.int64)

    verdict = gate.judge(demand, masked, horizons, with_learned=True)

    assert [it.model for it in verdict.scores] == ["negative_binomial", "normal", "learned"]
    assert verdict.origins == 26
    assert verdict.adopted == "learned"
    assert verdict.scores[2].pinball < verdict.scores[0].pinball * 0.98
    first = learned.train(demand, masked, horizons=(4, 4))
    assert first == learned.train(demand, masked, horizons=(4, 4))
    assert learned.can_ask(first)


def test_a_model_of_older_features_is_not_asked_any_more() -> None:
    older = json.dumps({"mean": "tree", "spread": "tree"})

    assert [learned.can_ask(text) for text in (older, "")] == [False, False]
    assert not learned.can_ask(json.dumps({"form": learned.FORM - 1} | json.loads(older)))
    assert learned.can_ask(json.dumps({"form": learned.FORM} | json.loads(older)))


def test_what_covered_too_little_is_asked_for_more_and_the_future_does_not_matter() -> None:
    exact = tuple(GRID)
    thin = tuple(it - 0.03 for it in GRID)
    seen = [Seen(origin=100 + 7 * week, covered=thin) for week in range(4)]

    asked = find_asked(seen, CHANCES)

    assert find_asked(seen[:1], CHANCES) == CHANCES
    assert find_asked([Seen(origin=1, covered=exact)] * 2, CHANCES) == CHANCES
    assert all(more > wanted for more, wanted in zip(asked, CHANCES, strict=True))
    assert abs(asked[1] - 0.93) < 0.003
    by_chance = dict(zip(CHANCES, asked, strict=True))
    assert translate(by_chance, 0.95) == asked[2]
    assert asked[2] < translate(by_chance, 0.97) < asked[3]
    assert translate({}, 0.97) == 0.97


def test_a_demand_that_grew_wilder_is_covered_as_is_said_once_weeks_were_missed() -> None:
    chance = np.random.default_rng(4)
    rates = chance.gamma(3, 1, 120)[:, None] * np.ones(DAYS)
    wild = np.arange(DAYS) >= DAYS - 240
    demand = chance.poisson(np.where(wild, chance.gamma(0.4, rates / 0.4), rates)).astype(float)
    masked, horizons = np.zeros(demand.shape, dtype=bool), np.full(120, 9, dtype=np.int64)

    score = gate.judge(demand, masked, horizons, with_learned=False).scores[0]
    off = gate.list_misses(score)

    # The spread is that of a year: what is said without the correction is too little.
    assert score.asked[2] > CHANCES[2]
    assert max(off) <= gate.COVERAGE_WITHIN


def test_more_service_costs_more_stock_and_loses_less() -> None:
    demand = draw(30)
    game = Game(
        demand=demand,
        masked=np.zeros(demand.shape, dtype=bool),
        policies=[Policy(lead_time_days=3, review_days="1", service_permille=600)] * 30,
        packs=[1] * 30,
        prices=np.full(30, 100.0),
    )
    careful = Game(
        demand=game.demand,
        masked=game.masked,
        policies=[Policy(lead_time_days=3, review_days="1", service_permille=900)] * 30,
        packs=game.packs,
        prices=game.prices,
    )

    now, then = try_policies(game), try_policies(careful)
    curves = {it.name: it for it in draw_curves(game)}

    assert then.fill > now.fill
    assert then.stock > now.stock
    assert then.lost < now.lost
    assert set(curves) == {"min_max", "days_of_cover", "negative_binomial"}
    fills = [it.fill for it in curves["negative_binomial"].costs]
    assert fills == sorted(fills)


def test_policies_as_they_stand_are_a_point_beside_what_others_need_for_as_much() -> None:
    demand = draw(30)
    game = Game(
        demand=demand,
        masked=np.zeros(demand.shape, dtype=bool),
        policies=[Policy(lead_time_days=3, review_days="1", service_permille=930)] * 30,
        packs=[1] * 30,
        prices=np.full(30, 100.0),
    )

    *others, today = compare_with_today(draw_curves(game), game)

    [cost] = today.costs
    assert (today.name, [it.name for it in others]) == (
        "today",
        ["min_max", "days_of_cover", "negative_binomial"],
    )
    same = others[2].costs[LEVELS.index(0.93)]
    assert (cost.fill, cost.days_of_stock) == (same.fill, same.days_of_stock)
    assert others[2].stock_at_today == pytest.approx(cost.days_of_stock)
    assert others[0].stock_at_today is None or others[0].stock_at_today > cost.days_of_stock
