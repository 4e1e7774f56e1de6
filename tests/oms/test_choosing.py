"""
Goal: the chosen sites are the cheapest there are, and the stored question gives the same answer.

Method: small orders over a few sites against a search through all ways there are.
"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.oms.rules.choosing import UNFILLED, Option, choose, choose_any, count_cost
from yipan.oms.rules.network import Line, Network, list_stock
from yipan.oms.rules.sourcing import PRESETS, Candidate, Wanted, Weights, measure_km, plan

COSTS = st.integers(min_value=0, max_value=50)


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Option], list[int]]:
    """Draw sites with what each line costs there, and what an unfilled line costs."""
    count = draw(st.integers(min_value=1, max_value=4))
    sites = draw(st.integers(min_value=0, max_value=4))
    options = [
        Option(
            site,
            draw(COSTS),
            tuple(draw(st.one_of(st.none(), COSTS)) for _ in range(count)),
        )
        for site in range(sites)
    ]
    return options, [draw(st.integers(min_value=1, max_value=200)) for _ in range(count)]


def search(options: list[Option], penalties: list[int]) -> int:
    """Return the least cost of all ways to send the lines."""
    ways = product([UNFILLED, *(it.site for it in options)], repeat=len(penalties))
    return min(
        count_cost(way, options, penalties)
        for way in ways
        if all(
            site == UNFILLED or options[site].units[place] is not None
            for place, site in enumerate(way)
        )
    )


@given(questions())
def test_the_choice_is_the_cheapest_of_all_ways(question: tuple[list[Option], list[int]]) -> None:
    options, penalties = question

    choice = choose(options, penalties)

    assert choice.cost == search(options, penalties)
    assert count_cost(choice.sites, options, penalties) == choice.cost


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, list[Line]]:
    """Draw a small network of one region, and an order of distinct SKUs."""
    sites, skus = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stock = {(site, sku): draw(st.integers(0, 3)) for site in range(sites) for sku in range(skus)}
    held = {key: quantity for key, quantity in stock.items() if quantity}
    network = Network(
        fixed=[[draw(COSTS) for _ in range(sites)]],
        unit=[[draw(COSTS) for _ in range(sites)]],
        stock=list_stock(held, skus=skus),
        capacity=[draw(st.one_of(st.none(), st.integers(0, 1))) for _ in range(sites)],
        penalty=60,
    )
    return network, [Line(sku, draw(st.integers(1, 3))) for sku in range(skus)]


@given(networks())
def test_what_is_not_looked_at_could_not_have_been_cheaper(
    drawn: tuple[Network, list[Line]],
) -> None:
    network, lines = drawn
    options = [
        Option(
            site,
            network.fixed[0][site],
            tuple(
                network.unit[0][site] * line.quantity
                if network.stock[line.sku].get(site, 0) >= line.quantity
                else None
                for line in lines
            ),
        )
        for site, left in enumerate(network.capacity)
        if left != 0
    ]
    penalties = [network.penalty * line.quantity for line in lines]

    assert network.decide(0, lines).cost == choose(options, penalties).cost


def test_a_long_order_pays_for_a_parcel_once() -> None:
    option = Option(0, 100, tuple([1] * 20))

    choice = choose_any([option], [500] * 20)

    assert (choice.cost, set(choice.sites)) == (120, {0})


def a_site(name: str, *, kilometers: float = 100.0, rejected: str = "", **free: int) -> Candidate:
    return Candidate(site=name, free=free, kilometers=kilometers, rejected=rejected)


FREE = Weights(parcel=100, kilometer=1.0, unit=0, store_parcel=0, store_unit=0, day=0)
TEA = Wanted(line=1, sku="TEA", quantity=3, value=300)
CUP = Wanted(line=2, sku="CUP", quantity=1, value=10)


def test_one_parcel_from_farther_away_beats_two_from_nearby() -> None:
    sites = [a_site("A", kilometers=10, TEA=9), a_site("B", kilometers=10, CUP=9)]
    sites.append(a_site("C", kilometers=100, TEA=9, CUP=9))

    found = plan([TEA, CUP], sites, weights=FREE)

    assert {part.site for part in found.parts} == {"C"}
    assert found.cost == 200
    assert found.runner_up is not None
    assert (found.runner_up.sites, found.runner_up.difference) == (("A", "B"), 20)


def test_making_the_runner_up_so_much_cheaper_makes_it_win() -> None:
    sites = [a_site("A", kilometers=10, TEA=9), a_site("B", kilometers=30, TEA=9)]
    runner_up = plan([TEA], sites, weights=FREE).runner_up
    assert runner_up is not None

    cheaper = [sites[0], a_site("B", kilometers=30 - runner_up.by, TEA=9)]

    assert {part.site for part in plan([TEA], cheaper, weights=FREE).parts} == {"B"}


def test_a_line_no_site_has_whole_is_cut_and_no_piece_is_sent_twice() -> None:
    found = plan([TEA], [a_site("A", TEA=2), a_site("B", TEA=2)], weights=FREE)

    assert [(part.site, part.quantity) for part in found.parts] == [("A", 1), ("B", 2)]
    assert plan([TEA], [a_site("A", TEA=2)], weights=FREE).unfilled[0].quantity == 1


def test_what_a_quota_forbids_waits_whatever_lies_at_the_sites() -> None:
    limited = Wanted(line=1, sku="TEA", quantity=3, limit=2)

    found = plan([limited], [a_site("A", TEA=9)], weights=FREE)

    assert [it.quantity for it in (*found.parts, *found.unfilled)] == [2, 1]


def test_the_rejection_that_costs_most_is_named() -> None:
    sites = [a_site("A", kilometers=1, rejected="capacity", TEA=9), a_site("B", TEA=9)]

    found = plan([TEA], sites, weights=FREE)

    assert (found.constraint, found.constraint_site) == ("capacity", "A")


@pytest.mark.parametrize(("minimum", "sites"), [(0, {"A", "B"}), (50, {"C"})])
def test_a_part_must_be_worth_its_parcel(minimum: int, sites: set[str]) -> None:
    candidates = [a_site("A", kilometers=10, TEA=9), a_site("B", kilometers=10, CUP=9)]
    candidates.append(a_site("C", kilometers=900, TEA=9, CUP=9))
    weights = Weights(
        parcel=100, kilometer=1.0, unit=0, store_parcel=0, store_unit=0, part_value_min=minimum
    )

    found = plan([TEA, CUP], candidates, weights=weights)

    assert {part.site for part in found.parts} == sites


def test_the_presets_weigh_the_same_costs_differently() -> None:
    near = Candidate(site="NEAR", free={"TEA": 9}, kilometers=10, days=3)
    fast = Candidate(site="FAST", free={"TEA": 9}, kilometers=700, days=1)

    chosen = {
        name: plan([TEA], [near, fast], weights=PRESETS[name]).parts[0].site
        for name in ("nearest", "fastest")
    }

    assert chosen == {"nearest": "NEAR", "fastest": "FAST"}


def test_distances_are_those_of_the_globe() -> None:
    hangzhou, shanghai = (30.27, 120.16), (31.23, 121.47)

    assert measure_km(hangzhou, shanghai) == pytest.approx(164, abs=2)
    assert measure_km(hangzhou, None) is None
