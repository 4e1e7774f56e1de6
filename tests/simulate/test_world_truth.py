"""Goal: goods in the simulated world are neither made nor lost but by what happens to them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from yipan.simulate.acts.stage import ZONE
from yipan.simulate.cast import SCALES, list_members, list_stores
from yipan.simulate.world.chance import Chance, draw_negative_binomial, draw_poisson
from yipan.simulate.world.retailer import make_retailer
from yipan.simulate.world.shopping import wish
from yipan.simulate.world.truth import Spot, Truth

NOON = datetime(2026, 3, 2, 12, tzinfo=ZONE)
PLACES = ("shop_floor", "backroom", "A-01-01")

steps = st.lists(
    st.tuples(
        st.sampled_from(("bring", "take", "shift")),
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.integers(0, 30),
    ),
    max_size=40,
)


@given(steps)
def test_what_is_there_is_the_sum_of_what_happened(steps: list[tuple[str, str, str, int]]) -> None:
    truth = Truth()
    for step, origin, goal, quantity in steps:
        spot = Spot("S1", origin, "TEA")
        if step == "bring":
            truth.bring(spot, quantity, what="x", at=NOON)
        elif step == "take":
            assert truth.take(spot, quantity, what="x", at=NOON) <= quantity
        else:
            truth.shift(spot, spot.at(goal), quantity, what="x", at=NOON)

    sums: Counter[Spot] = Counter()
    for happening in truth.log:
        assert happening.quantity > 0
        if happening.origin:
            sums[happening.origin] -= happening.quantity
        if happening.goal:
            sums[happening.goal] += happening.quantity
    assert {spot: units for spot, units in truth.iterate() if units} == {
        spot: units for spot, units in sums.items() if units
    }
    assert all(units >= 0 for _, units in truth.iterate())
    assert truth.count_site("S1", "TEA") == truth.sum_all() == truth.sum_site("S1")["TEA"]


def test_nobody_takes_what_is_not_there() -> None:
    truth = Truth()
    spot = Spot("S1", "shop_floor", "TEA")
    truth.bring(spot, 3, what="delivery", at=NOON)

    assert truth.take(spot, 5, what="sale", at=NOON) == 3
    assert truth.take(spot, 1, what="sale", at=NOON) == 0
    assert [happening.quantity for happening in truth.log] == [3, 3]


def test_numbers_drawn_have_their_mean() -> None:
    stream = Chance(1).get("x")
    assert 3.8 < mean(draw_poisson(stream, 4.0) for _ in range(2_000)) < 4.2
    assert 95 < mean(draw_poisson(stream, 100.0) for _ in range(300)) < 105
    wild = [draw_negative_binomial(stream, 4.0, spread=1.0) for _ in range(3_000)]
    assert 3.6 < mean(wild) < 4.4
    assert draw_poisson(stream, 0.0) == draw_negative_binomial(stream, 0.0, spread=1.0) == 0


def test_one_actor_more_changes_no_other() -> None:
    alone, beside = Chance(5), Chance(5)
    first = [alone.get("shoppers").random() for _ in range(5)]
    second = []
    for _ in range(5):
        beside.get("thief").random()
        second.append(beside.get("shoppers").random())
    assert first == second
    assert first != [Chance(6).get("shoppers").random() for _ in range(5)]


def test_the_same_seed_makes_the_same_retailer_and_every_pair_of_siblings_is_one() -> None:
    scale = SCALES["small"]
    one, other = (make_retailer(scale, Chance(9)) for _ in range(2))
    assert (one.goods, one.assortment, one.weights) == (
        other.goods,
        other.assortment,
        other.weights,
    )
    for good in one.goods.values():
        sibling = one.goods[good.sibling]
        assert good.code in {sibling.sibling, good.sibling}
        assert sibling.category == good.category
    for store in one.stores:
        assert len(one.assortment[store]) == len(set(one.assortment[store])) == scale.assortment


def test_shoppers_come_as_often_as_the_store_expects_and_want_what_sells() -> None:
    retailer = make_retailer(SCALES["small"], Chance(2))
    stream = Chance(2).get("shoppers")
    wanted: Counter[str] = Counter()
    tickets = 0
    for day in range(28):
        morning = NOON.replace(hour=9) + timedelta(days=day)
        evening = morning + timedelta(hours=12)
        found = wish(retailer, "S1", since=morning, until=evening, promoted="", stream=stream)
        assert [each.at for each in found] == sorted(each.at for each in found)
        assert all(morning <= each.at < evening for each in found)
        tickets += len(found)
        for each in found:
            wanted.update(dict(each.lines))
    assert 0.85 < tickets / 28 / retailer.scale.tickets < 1.15
    expected = sum(retailer.get_pace("S1", sku) for sku in retailer.assortment["S1"])
    assert 0.8 < sum(wanted.values()) / 28 / expected < 1.2
    best = retailer.assortment["S1"][:20]
    assert sum(wanted[sku] for sku in best) > sum(wanted.values()) * 0.25


def test_everybody_who_calls_is_among_the_members() -> None:
    scale = SCALES["tiny"]
    members = {member.name: member for member in list_members(scale)}
    assert len(members) == len(list_members(scale))
    for store in list_stores(scale):
        till = members[f"till:{store}-1"]
        assert (till.sites, till.source) == ((store,), f"till:{store}-1")
