"""Goal: sourcing keeps to what a site can do: orders a day, regions, cut-offs, opening hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.oms.ordering import DESK, buy, list_parts, open_shop
from tests.retailer import NOON
from yipan.masterdata import queries as masterdata
from yipan.masterdata import records
from yipan.oms.models import FulfillmentOrder
from yipan.oms.queries.exceptions import list_exceptions
from yipan.oms.queries.orders import OrderDetail
from yipan.pool.policy import channels, opening_hours
from yipan.pool.policy.channels import Carrier, Service
from yipan.pool.policy.opening_hours import Opening, Special

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


def say(site: str, method: str = "ship", **fields: Any) -> None:
    service = Service(site=site, method=method, **fields)
    channels.save_service(service=service, by=DESK, at=NOON)


def why_not(order: OrderDetail, site: str) -> str:
    [found] = [it for it in order.decisions[0].plan["candidates"] if it["site"] == site]
    return str(found["rejected"])


def test_a_site_that_is_full_for_today_is_seen_and_left_out() -> None:
    open_shop(s1=9, s12=9)
    say("S1", capacity=1)
    say("S12", parcel_cost_minor=5_000)

    first, second = buy(external_id="web-1"), buy(external_id="web-2")

    assert (list_parts(first), list_parts(second)) == (
        [("S1", "released")],
        [("S12", "released")],
    )
    assert why_not(second, "S1") == "capacity"
    plan = second.decisions[0].plan
    assert (plan["constraint"], plan["constraint_site"]) == ("capacity", "S1")


def test_what_only_waits_for_the_next_day_of_a_full_site_needs_nobody_for_a_while() -> None:
    open_shop(s1=9)
    say("S1", capacity=1)

    buy(external_id="web-1")
    full = buy(external_id="web-2")
    short = buy(("MUG-1", 1), ("TEA-250", 1), external_id="web-3")

    def look_at(days: int) -> list[tuple[str, str]]:
        found = list_exceptions(at=NOON + timedelta(days=days), kinds=["unfulfillable"])
        return [(it.order, it.text) for it in found]

    assert full.state == "backordered"
    assert look_at(1) == [(short.number, "MUG-1")]
    assert look_at(2) == [
        (full.number, "TEA-250"),
        (short.number, "MUG-1"),
        (short.number, "TEA-250"),
    ]


@pytest.mark.parametrize(("day_starts_at", "site"), [(time(4), "S1"), (time(4, 1), "S12")])
def test_a_site_is_full_for_its_own_business_day(day_starts_at: time, site: str) -> None:
    """At noon in Hangzhou it is four in the morning at the store in Lisbon."""
    open_shop(s1=9, s12=9)
    lisbon = replace(
        masterdata.get_site("S1"), time_zone="Europe/Lisbon", day_starts_at=day_starts_at
    )
    records.save_sites([lisbon])
    say("S1", capacity=1)
    say("S12", parcel_cost_minor=5_000)
    evening = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # March 2 in Hangzhou, March 1 in Lisbon

    first, second = buy(external_id="web-1", at=evening), buy(external_id="web-2")

    assert [part.site for part in (*first.fulfillments, *second.fulfillments)] == ["S1", site]


def test_a_site_sends_nothing_to_a_region_it_does_not_serve() -> None:
    open_shop(s1=9, s12=9)
    say("S1", regions_denied=("Tibet",))
    say("S12", parcel_cost_minor=5_000)

    far, near = (
        buy(external_id="web-1", region="Tibet"),
        buy(external_id="web-2", region="Zhejiang"),
    )

    assert (far.fulfillments[0].site, near.fulfillments[0].site) == ("S12", "S1")
    assert why_not(far, "S1") == "region"


def test_past_its_cut_off_or_closed_for_the_day_a_site_competes_with_its_next_day() -> None:
    open_shop(s1=9, s12=9)
    say("S1", transit_days=1)
    say("S12", transit_days=1)
    week = [Opening(weekday=day, opens_at=time(5), closes_at=time(6)) for day in range(7)]
    opening_hours.save_week(site="S1", week=week, by=DESK, at=NOON)

    order = buy(external_id="web-1", preset="fastest")
    alone = buy(("TEA-250", 8), external_id="web-2")

    # The first store has closed for today: the other is a day earlier.
    assert (order.fulfillments[0].site, order.fulfillments[0].due_on) == (
        "S12",
        TODAY + timedelta(days=1),
    )
    # It is no less a candidate for that: what the other has too little of, it sends a day later.
    assert (alone.fulfillments[0].site, alone.fulfillments[0].due_on) == (
        "S1",
        TODAY + timedelta(days=2),
    )
    codes = [it["code"] for it in alone.decisions[0].question["whens"]["S1"]["entries"]]
    assert codes == ["start", "after_hours", "opens", "ready", "transit"]


def test_a_pick_up_is_promised_for_an_hour_and_its_store_is_told() -> None:
    open_shop(s1=9)
    say("S1", method="pickup", handling_minutes=90)
    week = [Opening(weekday=day, opens_at=time(8), closes_at=time(22)) for day in range(7)]
    opening_hours.save_week(site="S1", week=week, by=DESK, at=NOON)

    [part] = buy(method="pickup", pickup_site="S1").fulfillments

    assert (part.ready_at, part.due_on) == (NOON + timedelta(minutes=90), TODAY)
    closed = Special(date=TODAY, reason="stock count")
    opening_hours.save_day(site="S1", special=closed, by=DESK, at=NOON)
    [other] = buy(method="pickup", pickup_site="S1", external_id="web-2").fulfillments
    assert other.due_on == TODAY + timedelta(days=1)


def test_the_carrier_and_its_cut_off_go_along_with_the_order() -> None:
    open_shop(s1=9)
    late = Carrier(name="SF", cutoff_at=time(23, 59), transit_days=1)
    say("S1", carriers=(late,))

    [part] = buy().fulfillments

    assert (part.carrier, part.due_on) == ("SF", TODAY + timedelta(days=1))
    row = FulfillmentOrder.objects.get()
    assert row.leave_by is not None
    assert NOON < row.leave_by < NOON + timedelta(days=1)
