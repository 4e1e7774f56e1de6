"""Rebalancing is optimal, with OR-Tools and without; sharing out gives to who values it most."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from yipan.planning.rules.moving import Flow, Lane, load_solver, solve, solve_by_paths
from yipan.planning.rules.sharing import Asking, share


def price(flows: Sequence[Flow], needs: Sequence[int], unmet: Sequence[int]) -> int:
    left = list(needs)
    cost = 0
    for flow in flows:
        left[flow.lane.receiver] -= flow.quantity
        cost += flow.quantity * flow.lane.cost
    assert min(left, default=0) >= 0
    return cost + sum(quantity * each for quantity, each in zip(left, unmet, strict=True))


@given(
    surplus=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    needs=st.lists(st.integers(0, 9), min_size=1, max_size=6),
    data=st.data(),
)
def test_both_solvers_find_a_plan_of_the_same_cost(
    surplus: list[int], needs: list[int], data: st.DataObject
) -> None:
    unmet = data.draw(st.lists(st.integers(1, 90), min_size=len(needs), max_size=len(needs)))
    pairs = [(a, b) for a in range(len(surplus)) for b in range(len(needs))]
    costs = data.draw(st.lists(st.integers(0, 99), min_size=len(pairs), max_size=len(pairs)))
    lanes = [Lane(donor=a, receiver=b, cost=c) for (a, b), c in zip(pairs, costs, strict=True)]
    useful = [it for it in lanes if it.cost < unmet[it.receiver]]

    by_tools = solve(surplus, needs, lanes, unmet=unmet)
    by_paths = solve_by_paths(surplus, needs, useful, unmet)

    assert load_solver() is not None
    assert price(by_tools, needs, unmet) == price(by_paths, needs, unmet)
    for donor, quantity in enumerate(surplus):
        assert sum(it.quantity for it in by_paths if it.lane.donor == donor) <= quantity


def test_the_nearest_donor_is_emptied_before_a_far_one_is_touched() -> None:
    lanes = [Lane(donor=0, receiver=0, cost=10), Lane(donor=1, receiver=0, cost=50)]

    flows = solve([4, 9], [6], lanes, unmet=[100])

    assert [(it.lane.donor, it.quantity) for it in flows] == [(0, 4), (1, 2)]


def test_a_lane_as_dear_as_going_without_is_left_unused() -> None:
    assert solve([9], [6], [Lane(donor=0, receiver=0, cost=100)], unmet=[100]) == []


@given(
    positions=st.lists(st.integers(0, 30), min_size=1, max_size=5),
    quantity=st.integers(0, 120),
    pack=st.sampled_from([1, 4, 6]),
)
def test_shares_are_whole_packs_and_never_more_than_there_is(
    positions: list[int], quantity: int, pack: int
) -> None:
    askings = [Asking(position=it, mean=8.0, ratio=1.5, most=24, floor=2) for it in positions]

    parts, value = share(askings, quantity=quantity, pack=pack)

    assert sum(parts) <= quantity
    assert all(part % pack == 0 and 0 <= part <= 24 for part in parts)
    assert 0.0 <= value <= 1.0


def test_the_emptier_of_two_equal_stores_gets_more() -> None:
    askings = [Asking(position=it, mean=10.0, ratio=1.5, most=24) for it in (0, 8)]

    parts, _ = share(askings, quantity=12, pack=4)

    assert parts == [12, 0]
