"""
Goal: each way to order orders when it says, as much as it says, and rounds by one rule.

Method: the pure rules of ordering, position by position, no books.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.planning.rules.effects import Game, draw_curves
from yipan.planning.rules.ordering import set_target, size_order
from yipan.planning.rules.policies import Method, Policy
from yipan.planning.rules.simulation import find_stock_at


def order(policy: Policy, position: int, *, quantile: float = 30, pack: int = 1) -> int:
    """Return what is ordered at a position, where 2 a day are sold and 10 days covered."""
    target = set_target(policy, quantile=quantile, rate=2.0, horizon=10)
    return size_order(policy, target, position=position, pack=pack).quantity


@pytest.mark.parametrize(
    ("terms", "position", "quantity"),
    [
        # At the minimum it is filled to the maximum, above it nothing happens.
        ({"method": Method.MIN_MAX, "minimum": 10, "maximum": 25}, 10, 15),
        ({"method": Method.MIN_MAX, "minimum": 10, "maximum": 25}, 11, 0),
        # At the point one lot is ordered, and as many as lift it above the point again.
        ({"method": Method.REORDER_POINT, "reorder_point": 20, "reorder_quantity": 12}, 21, 0),
        ({"method": Method.REORDER_POINT, "reorder_point": 20, "reorder_quantity": 12}, 20, 12),
        ({"method": Method.REORDER_POINT, "reorder_point": 20, "reorder_quantity": 12}, 3, 24),
        # Two a day, ten days on the way and five more.
        ({"method": Method.DAYS_OF_COVER, "cover_days": 5}, 12, 18),
        # What the service level wants, and not below what has to be on show.
        ({"method": Method.SERVICE_LEVEL}, 12, 18),
        ({"method": Method.SERVICE_LEVEL, "display_minimum": 40}, 12, 28),
    ],
)
def test_each_way_orders_when_and_how_much_it_says(
    terms: dict[str, object], position: int, quantity: int
) -> None:
    assert order(Policy(**terms), position) == quantity  # type: ignore[arg-type]


@given(
    position=st.integers(-5, 60),
    pack=st.sampled_from([1, 2, 6, 24]),
    minimum_order=st.integers(0, 50),
    days_max=st.integers(0, 40),
    may_exceed=st.booleans(),
)
def test_orders_are_whole_packs_at_least_the_minimum_and_never_above_a_hard_maximum(
    *, position: int, pack: int, minimum_order: int, days_max: int, may_exceed: bool
) -> None:
    policy = Policy(
        minimum_order=minimum_order, days_max=days_max, may_exceed_max=may_exceed, display_minimum=0
    )

    quantity = order(policy, position, pack=pack)

    assert quantity % pack == 0
    assert quantity == 0 or quantity >= minimum_order
    if quantity and days_max and not may_exceed:
        assert position + quantity <= 2 * days_max
    if not days_max or may_exceed:
        # The least that lifts the position to the target.
        assert position + quantity >= 30
        assert quantity in (0, -(-max(1, minimum_order) // pack) * pack) or (
            position + quantity - pack < 30
        )


def test_minimum_and_maximum_are_compared_with_learned_ways_on_the_same_history() -> None:
    chance = np.random.default_rng(8)
    demand = chance.poisson(chance.gamma(2.0, 1.0, 40)[:, None], (40, 400)).astype(float)
    game = Game(
        demand=demand,
        masked=np.zeros(demand.shape, dtype=bool),
        policies=[Policy(lead_time_days=3, review_days="1")] * 40,
        packs=[1] * 40,
        prices=np.full(40, 100.0),
    )

    curves = {it.name: it for it in draw_curves(game)}

    assert set(curves) == {"min_max", "days_of_cover", "negative_binomial"}
    for curve in curves.values():
        fills = [it.fill for it in curve.costs]
        assert fills == sorted(fills)
    best = find_stock_at(curves["negative_binomial"].costs, fill=0.99)
    held = find_stock_at(curves["min_max"].costs, fill=0.99)
    assert best is not None
    assert held is not None
    assert best < held
