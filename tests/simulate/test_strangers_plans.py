"""Goal: a plan written from its page alone does what it says, and hears of what it says in vain."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from yipan.simulate.acts.stage import ZONE, Stage
from yipan.simulate.acts.storework import StoreWork
from yipan.simulate.cast import SCALES, list_stores, list_warehouses
from yipan.simulate.plans.idle import find_idle
from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.plans.reading import PlanUnfit, load_plan, read_plan
from yipan.simulate.plans.striking import Faults
from yipan.simulate.world.chance import Chance
from yipan.simulate.world.retailer import list_categories, make_retailer
from yipan.simulate.world.truth import FLOOR, Spot, Truth

PLANS = Path(__file__).parent / "plans"
TINY = SCALES["tiny"]


def tell_idle(rule: str, *, days: int = 3) -> list[str]:
    plan = read_plan(f"version: 1\nname: mine\nfaults:\n  - {{{rule}}}\n", file="mine.yaml")
    sites = dict.fromkeys(list_warehouses(TINY), "warehouse")
    sites |= dict.fromkeys(list_stores(TINY), "store")
    return find_idle(plan, sites=sites, goods=list_categories(TINY), days=days)


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_strangers_plan_loads_and_nothing_of_it_is_in_vain(path: Path) -> None:
    plan = load_plan(path)

    assert plan.rules
    # One scale is of the demo alone, and its sites begin with the second.
    for scale in (it for it in SCALES.values() if it.first == 1):
        sites = dict.fromkeys(list_warehouses(scale), "warehouse")
        sites |= dict.fromkeys(list_stores(scale), "store")
        assert find_idle(plan, sites=sites, goods=list_categories(scale), days=2) == []


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("fault: theft, per_day: 1, sites: [S9]", "no site suits; there are W1, S1, S2"),
        ("fault: miskey/digits, per_thousand: 1, sites: [S1]", "warehouses alone (W1)"),
        ("fault: cloned_till, per_day: 1, site_kind: warehouse", "stores alone (S1, S2)"),
        ("fault: theft, per_day: 1, categories: [perfume]", "the categories are drink, food/dairy"),
        ("fault: theft, once_at: day 9 18:00", "the run has 3 days"),
        ("fault: theft, per_day: 1, days: 4-9", "the run has 3 days"),
        ("fault: crash, per_thousand: 9, hours: '09:00-12:00'", "12:00, 15:00, 18:00, 21:00"),
        ("fault: miskey/digits, per_thousand: 9, hours: '11:00-17:00'", "come at 7:00, 10:00"),
    ],
)
def test_what_can_never_happen_is_told_before_the_run(rule: str, says: str) -> None:
    [told] = tell_idle(rule)

    assert told.startswith("mine.yaml, line 4: faults[0] (")
    assert says in told


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("fault: theft, per_day: 1, sites: [S1, S9]", "faults[0].sites names what is not in"),
        ("fault: theft, per_day: 1, skus: ['G0*', T1]", "this run: T1."),
        ("fault: theft, per_day: 1, categories: [drink, perfume]", "this run: perfume."),
    ],
)
def test_a_code_that_nobody_has_is_told_beside_those_that_are_there(rule: str, says: str) -> None:
    [told] = tell_idle(rule)

    assert told.startswith("mine.yaml, line 4: faults[0].")
    assert says in told


def test_what_may_happen_is_not_told() -> None:
    assert tell_idle("fault: theft, per_day: 1, sites: ['S[2-9]'], categories: [home/*]") == []
    assert (
        tell_idle("fault: network_outage, sites: [W1], once_at: [day 1 18:00, day 9 18:00]") == []
    )


def test_goods_are_refused_where_a_fault_does_not_ask_for_them() -> None:
    rule = "{fault: missing_document, per_thousand: 5, categories: [drink]}"

    with pytest.raises(PlanUnfit) as refused:
        read_plan(f"version: 1\nname: x\nfaults:\n  - {rule}\n", file="x.yaml")

    assert str(refused.value) == (
        "x.yaml, line 4: faults[0].categories is not asked: "
        "missing_document happens to a delivery to a store, whatever is in it."
    )
    assert [name for name in ("theft", "miscount", "crash") if KINDS[name].asks_goods] == [
        "theft",
        "miscount",
    ]


def test_thieves_and_testers_take_from_the_shelf_the_plan_names() -> None:
    chance = Chance(3)
    plan, retailer = load_plan(PLANS / "thieves-and-testers.yaml"), make_retailer(TINY, chance)
    truth, faults = Truth(), Faults(plan, chance)
    evening = datetime(2026, 3, 2, 21, tzinfo=ZONE)
    for sku in retailer.assortment["S1"]:
        truth.bring(Spot("S1", FLOOR, sku), 100, what="delivery", at=evening)
    # Nothing here is told to any system: nobody writes anything down.
    nobody = cast("Any", None)
    stage = Stage(
        systems=nobody, retailer=retailer, truth=truth, chance=chance, faults=faults, now=evening
    )
    for day in range(1, 31):
        stage.day = day
        faults.begin_day(day=day, midnight=evening.replace(hour=0), sites=[("S1", "store")])
    chance.get("staff/S1").seed(2)  # with which nobody writes anything off that evening

    StoreWork(stage, nobody).happen("S1")

    gone = [each for each in truth.log if each.what in {"theft", "unrecorded_use"}]
    assert {each.what for each in gone} == {"theft", "unrecorded_use"}
    assert len(gone) > 20
    assert {retailer.goods[each.origin.sku].category for each in gone if each.origin} == {
        "home/care"
    }


def test_who_takes_anything_takes_what_shoppers_want() -> None:
    retailer = make_retailer(TINY, Chance(3))
    draws = [place / 50 for place in range(50)]

    assert [retailer.pick_sku_among("S1", at, lambda _: True) for at in draws] == [
        retailer.pick_sku("S1", at) for at in draws
    ]
    assert retailer.pick_sku_among("S1", 0.5, lambda _: False) == ""
