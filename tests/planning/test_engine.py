"""The plan of a shard, told as stories of a chain. One warehouse feeds stores once a week."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from tests.planning.shards import a_place, a_shard, a_warehouse
from yipan.planning.rules.engine import plan_shard
from yipan.planning.rules.shard import Coming, Costs, Draft, Kind, Occasion, Plan


def find(plan: Plan, *, kind: Kind, site: str = "") -> list[Draft]:
    return [it for it in plan.drafts if it.kind == kind and site in ("", it.site)]


def test_a_store_is_filled_up_to_its_quantile_in_whole_packs() -> None:
    store = a_place(on_hand=3, available=3, pack=6)
    plan = plan_shard(a_shard([store, a_warehouse(on_hand=500, available=500)], [4, 0]))

    [draft] = find(plan, kind=Kind.REPLENISHMENT)
    outlook = next(it for it in plan.outlooks if it.site == "S1")

    assert draft.quantity % 6 == 0
    assert 0 <= 3 + draft.quantity - outlook.up_to < 6
    assert outlook.horizon == 9  # a week to the review after this one, two days on the way
    assert draft.reasons["bounds"] == (["pack"] if (outlook.up_to - 3) % 6 else [])
    assert draft.reasons["supply"] == 500


def test_what_is_on_its_way_is_not_ordered_again() -> None:
    arriving = a_place(on_hand=3, available=3, coming=(Coming(days=1, quantity=200),))
    plan = plan_shard(a_shard([arriving, a_warehouse(on_hand=500, available=500)], [4, 0]))

    assert find(plan, kind=Kind.REPLENISHMENT) == []


def test_a_new_store_gets_its_opening_allocation_from_a_store_like_it() -> None:
    new = a_place(site="S9", days_listed=0, like_site="S1", like_percent=50, display_minimum=2)
    old = a_place(site="S1", on_hand=60, available=60)
    plan = plan_shard(a_shard([old, new, a_warehouse(on_hand=900, available=900)], [6, 0, 0]))

    [draft] = find(plan, kind=Kind.ALLOCATION)
    looks = {it.site: it for it in plan.outlooks}

    assert draft.site == "S9"
    assert draft.reasons["borrowed"] == "TEA@S1"
    assert looks["S9"].level_milli == round(looks["S1"].level_milli / 2)
    assert draft.quantity == looks["S9"].up_to


def test_a_promotion_peak_is_ordered_for_before_it_comes() -> None:
    store, warehouse = a_place(on_hand=40, available=40), a_warehouse(on_hand=900, available=900)
    peak = Occasion(first=2, last=5, percent=300, sku="TEA")
    calm = plan_shard(a_shard([store, warehouse], [4, 0]))
    planned = plan_shard(a_shard([store, warehouse], [4, 0], occasions=[peak]))

    calm_look = next(it for it in calm.outlooks if it.site == "S1")
    look = next(it for it in planned.outlooks if it.site == "S1")

    # Four days of the nine sell four times as much: 9 + 4 * 3 ordinary days.
    assert math.isclose(look.mean_milli / calm_look.mean_milli, 21 / 9, rel_tol=0.01)
    assert find(planned, kind=Kind.REPLENISHMENT)[0].quantity > 40


def test_a_peak_that_is_past_does_not_raise_the_level() -> None:
    shard = a_shard([a_place(on_hand=50, available=50), a_warehouse()], [4, 0])
    demand = shard.demand.copy()
    demand[0, -10:-5] *= 4
    past = Occasion(first=-10, last=-6, percent=300)

    taught = plan_shard(replace(shard, demand=demand, occasions=[past])).outlooks[0]

    assert abs(taught.level_milli - plan_shard(shard).outlooks[0].level_milli) <= 1


def test_a_discontinued_item_runs_out_without_being_ordered_again() -> None:
    store = a_place(on_hand=2, available=2, is_running_out=True)
    warehouse = a_warehouse(on_hand=1, available=1, is_running_out=True)
    plan = plan_shard(a_shard([store, warehouse], [4, 0]))

    assert plan.drafts == ()
    assert plan.outlooks[0].runs_out_in == 0
    assert plan.outlooks[0].up_to == 0


def test_a_book_below_zero_orders_nothing_of_what_is_given_up() -> None:
    oversold = a_place(on_hand=-3, available=-3, is_running_out=True)
    closed = a_warehouse(on_hand=-1, available=-1, is_not_stocked=True)

    assert plan_shard(a_shard([oversold, closed], [4, 0])).drafts == ()


def test_a_late_supplier_shows_as_a_risk_and_is_ordered_around() -> None:
    on_time = a_warehouse(available=30, on_hand=30, coming=(Coming(days=2, quantity=80),))
    late = a_warehouse(available=30, on_hand=30, coming=(Coming(days=20, quantity=80),))
    early_look = plan_shard(a_shard([on_time], [4])).outlooks[0]
    late_look = plan_shard(a_shard([late], [4])).outlooks[0]

    assert early_look.runs_out_in is not None
    assert late_look.runs_out_in is not None
    assert late_look.runs_out_in < 10
    assert early_look.runs_out_in > 20
    assert find(plan_shard(a_shard([on_time], [4])), kind=Kind.PURCHASE) == []
    [around] = find(plan_shard(a_shard([late], [4])), kind=Kind.PURCHASE)
    assert around.reasons["coming_late"] == 80


def test_an_uncertain_lead_time_asks_for_more_stock() -> None:
    sure = plan_shard(a_shard([a_warehouse()], [4])).outlooks[0]
    unsure = plan_shard(a_shard([a_warehouse(lead_time_spread_days=4)], [4])).outlooks[0]

    assert unsure.mean_milli == sure.mean_milli
    assert unsure.up_to > sure.up_to + 10


def test_overstock_is_moved_instead_of_bought() -> None:
    rich = a_place(site="S1", on_hand=400, available=400)
    poor = a_place(site="S2", on_hand=0, available=0)
    empty = a_warehouse()
    plan = plan_shard(a_shard([rich, poor, empty], [3, 3, 0]))

    [move] = find(plan, kind=Kind.REBALANCING)

    assert (move.source, move.site) == ("S1", "S2")
    assert move.quantity == next(it for it in plan.outlooks if it.site == "S2").up_to
    assert find(plan, kind=Kind.PURCHASE) == []
    assert next(it for it in plan.outlooks if it.site == "S1").overstock > 0


def test_nothing_moves_that_costs_more_than_it_earns() -> None:
    rich, poor = a_place(site="S1", on_hand=400, available=400), a_place(site="S2")
    dear = Costs(handling=100_000, per_kilometer=0)
    plan = plan_shard(a_shard([rich, poor, a_warehouse()], [3, 3, 0], costs=dear))

    assert find(plan, kind=Kind.REBALANCING) == []


def test_nothing_moves_that_the_donor_sells_before_the_receiver() -> None:
    fast = a_place(site="S1", on_hand=90, available=90, method="min_max", minimum=5, maximum=10)
    slow = a_place(site="S2", on_hand=1, available=1, method="min_max", minimum=60, maximum=60)
    plan = plan_shard(a_shard([fast, slow, a_warehouse()], [60, 0.2, 0]))

    assert find(plan, kind=Kind.REBALANCING) == []


def test_minimum_order_and_cases_round_up_once() -> None:
    warehouse = a_warehouse(
        on_hand=10, available=10, minimum_order=100, supplier_pack=24,
        method="min_max", minimum=20, maximum=40, may_exceed_max=True,
    )  # fmt: skip
    plan = plan_shard(a_shard([warehouse], [2]))

    [draft] = find(plan, kind=Kind.PURCHASE)

    assert draft.quantity == 120  # 30 are missing, 100 is the least, five cases of 24
    assert draft.reasons["bounds"] == ["min_max", "pack", "minimum_order"]


def test_a_hard_maximum_takes_packs_away_and_may_leave_nothing() -> None:
    terms: dict[str, Any] = {"method": "min_max", "minimum": 20, "maximum": 40}
    fits = a_warehouse(on_hand=10, available=10, supplier_pack=12, **terms)
    none = a_warehouse(on_hand=10, available=10, supplier_pack=24, minimum_order=48, **terms)

    [draft] = find(plan_shard(a_shard([fits], [2])), kind=Kind.PURCHASE)

    assert draft.quantity == 24  # 36 would lift 10 to 46, above the maximum of 40
    assert draft.reasons["bounds"] == ["min_max", "pack", "maximum"]
    assert plan_shard(a_shard([none], [2])).drafts == ()


def test_shelf_life_limits_what_is_ordered() -> None:
    long = a_warehouse(lead_time_days=20, shelf_life_days=0)
    short = a_warehouse(lead_time_days=20, shelf_life_days=6)
    [free] = find(plan_shard(a_shard([long], [5])), kind=Kind.PURCHASE)
    [capped] = find(plan_shard(a_shard([short], [5])), kind=Kind.PURCHASE)

    assert capped.quantity < free.quantity
    assert 25 <= capped.quantity <= 35  # what sells in six days
    assert capped.reasons["bounds"][-1] == "shelf_life"


def test_a_short_warehouse_is_shared_out_where_it_is_most_likely_sold() -> None:
    busy = a_place(site="S1", pack=6, display_minimum=6)
    calm = a_place(site="S2", pack=6, display_minimum=6)
    full = a_place(site="S3", pack=6, on_hand=500, available=500)
    warehouse = a_warehouse(on_hand=40, available=40, reserve_percent=10)
    plan = plan_shard(a_shard([busy, calm, full, warehouse], [9, 1, 1, 0]))

    parts = {it.site: it.quantity for it in find(plan, kind=Kind.ALLOCATION)}

    assert sum(parts.values()) == 36  # 40 less a tenth, in packs of 6
    assert parts["S1"] > parts["S2"] >= 6
    assert "S3" not in parts


def test_pushed_goods_leave_the_warehouse_but_for_the_reserve() -> None:
    stores = [a_place(site=f"S{n}", is_pushed=True, days_max=60) for n in (1, 2)]
    warehouse = a_warehouse(on_hand=100, available=100, reserve_percent=20, is_running_out=True)
    plan = plan_shard(a_shard([*stores, warehouse], [5, 5, 0]))

    assert sum(it.quantity for it in find(plan, kind=Kind.ALLOCATION)) == 80


def test_a_segment_that_was_covered_too_little_is_given_more() -> None:
    store = a_place(on_hand=3, available=3)
    shard = a_shard([store, a_warehouse(on_hand=500, available=500)], [4, 0])
    asked = {("food", "negative_binomial"): {0.8: 0.85, 0.9: 0.94, 0.95: 0.98, 0.98: 0.993}}

    plain = next(it for it in plan_shard(shard).outlooks if it.site == "S1")
    mended_plan = plan_shard(replace(shard, asked=asked))
    mended = next(it for it in mended_plan.outlooks if it.site == "S1")

    assert mended.up_to > plain.up_to
    assert mended.mean_milli == plain.mean_milli
    assert dict(mended.quantiles)[950] == dict(plain.quantiles)[980]


def test_days_without_stock_teach_nothing() -> None:
    shard = a_shard([a_place(on_hand=5, available=5)], [6])
    demand, masked = shard.demand.copy(), shard.masked.copy()
    demand[0, -40:] = 0
    masked[0, -40:] = True

    blind = plan_shard(replace(shard, demand=demand)).outlooks[0]
    seeing = plan_shard(replace(shard, demand=demand, masked=masked)).outlooks[0]

    assert blind.level_milli < 1_500
    assert 5_000 < seeing.level_milli < 7_500
