"""
Sourcing rules of a channel: tried, used, kept in versions, and read when an order is decided.

Goal: who tunes the rules changes what is decided from then on, and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.access.builders import a_client
from tests.oms.ordering import DESK, buy, open_shop
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.foundation.refusals import NotFound
from yipan.oms.documents import sourcing_rules
from yipan.oms.documents.sourcing_rules import RulesChanged, WeightUnusable
from yipan.oms.models import SourcingRules
from yipan.oms.queries.hopeful import list_hopeful
from yipan.oms.queries.orders import OrderDetail
from yipan.oms.queries.sourcing_rules import Ruled, RulesRow, find_rules, weigh
from yipan.oms.rules.sourcing import PRESETS

pytestmark = pytest.mark.django_db

WITHOUT_STORES = Ruled(preset="fewest_parcels", parcel=500, with_stores=False)


def use(ruled: Ruled, *, version: int = 0, channel: str = "web") -> RulesRow:
    by = replace(DESK, reason="Stores are full")
    return sourcing_rules.use(channel=channel, ruled=ruled, version=version, by=by, at=NOON)


def list_sites(order: OrderDetail) -> list[str]:
    return [part.site for part in order.fulfillments]


@given(preset=st.sampled_from(["", "unheard_of", *PRESETS]))
def test_without_rules_of_its_own_a_channel_weighs_as_the_house_does(preset: str) -> None:
    assert weigh(Ruled(), preset=preset) == PRESETS.get(preset, PRESETS["cheapest"])


@given(
    preset=st.sampled_from(sorted(PRESETS)),
    parcel=st.none() | st.integers(0, 10**6),
    day=st.none() | st.integers(0, 10**6),
)
def test_rules_change_what_they_say_and_nothing_else(
    preset: str, parcel: int | None, day: int | None
) -> None:
    weights = weigh(Ruled(preset=preset, parcel=parcel, day=day))

    usual = PRESETS[preset]
    assert weights == replace(
        usual,
        parcel=usual.parcel if parcel is None else parcel,
        day=usual.day if day is None else day,
    )


def test_an_order_is_decided_by_the_rules_in_use_and_says_so() -> None:
    """Two pieces lie in a store alone: it sends them, until stores send nothing."""
    open_shop(s12=5)
    before = buy(external_id="before")

    use(WITHOUT_STORES)
    after = buy(external_id="after")
    other = buy(external_id="other", preset="nearest")

    assert (list_sites(before), before.decisions[0].question["rules_version"]) == (["S12"], 0)
    assert before.decisions[0].question["weights"]["parcel"] == PRESETS["cheapest"].parcel
    assert list_sites(after) == []
    asked, plan = after.decisions[0].question, after.decisions[0].plan
    assert (asked["rules_version"], asked["weights"]["parcel"]) == (1, 500)
    assert plan["weights"] == "fewest_parcels"
    assert {it["site"]: it["rejected"] for it in plan["candidates"]}["S12"] == "store"
    # An order that names rules of its own is weighed by them, within what the channel allows.
    assert other.decisions[0].plan["weights"] == "nearest"
    assert list_sites(other) == []


def test_what_a_customer_fetches_in_a_store_is_not_kept_from_it() -> None:
    open_shop(s12=5)
    use(WITHOUT_STORES)

    order = buy(method="pickup", pickup_site="S12")

    assert list_sites(order) == ["S12"]


def test_every_version_is_kept_and_the_same_rules_make_none() -> None:
    open_shop()

    first = use(WITHOUT_STORES)
    again = use(WITHOUT_STORES)
    second = use(Ruled(), version=1)

    assert (first.version, again.version, second.version) == (1, 1, 2)
    assert find_rules("web").ruled == Ruled()
    assert find_rules("other") == RulesRow(channel="other")
    kept = SourcingRules.objects.order_by("version")
    assert [(it.version, it.preset, it.written_by, it.reason) for it in kept] == [
        (1, "fewest_parcels", DESK.actor, "Stores are full"),
        (2, "cheapest", DESK.actor, "Stores are full"),
    ]


def test_rules_that_cannot_be_used_are_refused_and_nothing_changes() -> None:
    open_shop()
    use(WITHOUT_STORES)

    with pytest.raises(RulesChanged) as changed:
        use(Ruled(), version=0)
    with pytest.raises(WeightUnusable):
        use(Ruled(day=-1), version=1)
    with pytest.raises(NotFound):
        use(Ruled(), channel="nowhere")

    assert changed.value.facts["current_version"] == 1
    assert find_rules("web").ruled == WITHOUT_STORES


def test_the_rules_are_read_once_for_a_run_over_many_orders() -> None:
    open_shop(w1=1)
    numbers = [buy(("TEA-250", 4), external_id=f"web-{it}").number for it in range(3)]

    with CaptureQueriesContext(
        connection,
    ) as asked:
        list_hopeful(numbers, at=NOON)

    assert sum("oms_sourcingrules" in it["sql"] for it in asked.captured_queries) == 1


def test_a_planner_tries_rules_sees_what_changes_and_uses_them() -> None:
    open_shop(s12=5)
    order = buy()
    planner = a_client(Role.PLANNER)
    tried = {"channel": "web", "preset": "fastest", "parcel": "4.20", "no_split": "on"}

    page = planner.get("/oms/shadow", tried).content.decode()
    used = planner.post(
        "/oms/shadow/use", {**tried, "version": "0", "reason": "Promise day"}, follow=True
    ).content.decode()
    late = planner.post("/oms/shadow/use", {"channel": "web", "version": "0"}, follow=True)
    slips = [
        planner.post("/oms/shadow/use", slip | {"version": "1"}, follow=True)
        for slip in ({"preset": "nearest"}, {"channel": "web", "parcel": "much"})
    ]
    told = planner.get("/api/v1/sourcing/rules?channel=web").json()

    assert 'data-dialog="use-rules"' in page
    assert "nobody chose others" in page
    assert 'data-dialog="use-rules"' not in used
    assert "Promise day" in used
    assert "sourcing_rules.changed" in late.content.decode()
    assert "Choose a channel" in slips[0].content.decode()
    assert "This is no amount" in slips[1].content.decode()
    assert (told["version"], told["preset"], told["parcel"], told["may_split"]) == (
        1,
        "fastest",
        420,
        False,
    )
    decided = a_client(Role.ORDER_DESK, username="mei").get(f"/oms/orders/{order.number}")
    assert "Cheapest" in decided.content.decode()


def test_who_may_not_set_how_stock_is_sold_uses_no_rules() -> None:
    open_shop()
    desk = a_client(Role.ORDER_DESK)

    page = desk.get("/oms/shadow?channel=web&preset=fastest").content.decode()
    refused = desk.post("/oms/shadow/use", {"channel": "web", "preset": "fastest"})

    assert 'data-dialog="use-rules"' not in page
    assert refused.status_code == 403
    assert not SourcingRules.objects.exists()
