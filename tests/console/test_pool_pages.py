"""Goal: the pages of the pool show the same waterfall as the API, and rules are made and ended."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.pool.selling import a_rule, bring, open_pool
from yipan.access.roles import Role
from yipan.pool.queries.channels import list_rules, list_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> Client:
    client = Client()
    client.force_login(a_person(Role.PLANNER, username="hu.planner"))
    return client


def test_the_waterfall_ends_in_what_may_be_sold(planner: Client) -> None:
    open_pool()
    bring("SCARF", W1=1_234, S1=2)
    a_rule("buffer", channel="web", quantity=36)

    page = planner.get("/pool/sellable?sku=SCARF&channel=web").content.decode()

    assert "On hand 1,236, Buffer 36, Sellable 1,200" in page.replace("−", "").replace("-", "")
    assert "1,200 may be promised." in page


@pytest.mark.parametrize("query", ["", "?sku=NONE", "?sku=SCARF&by=never&method=fly&channel=x"])
def test_what_is_not_known_is_said_in_words(planner: Client, query: str) -> None:
    open_pool()

    assert planner.get(f"/pool/sellable{query}").status_code == 200


def test_a_rule_is_made_on_the_page_and_ended_again(planner: Client) -> None:
    open_pool()
    form = {"kind": "quota", "sku": "SCARF", "channel": "web", "quantity": "12", "reason": "Fair"}

    planner.post("/pool/rules/add", form)

    [rule] = list_rules()
    assert (rule.kind, rule.quantity, rule.created_by) == ("quota", 12, "hu.planner")
    assert "Fair" in planner.get("/pool/rules").content.decode()
    planner.post(f"/pool/rules/{rule.id}/end")
    assert list_rules() == []


def test_rules_are_made_for_days_with_a_priority_and_looked_for(planner: Client) -> None:
    open_pool()
    form = {"kind": "buffer", "sku": "SCARF", "site": "S1", "quantity": "2", "reason": "Spring"}
    days = {"starts_on": "2999-01-01", "ends_on": "2999-01-31", "priority": "−5"}

    planner.post("/pool/rules/add", form | days)

    [rule] = list_rules()
    assert (str(rule.starts_on), str(rule.ends_on), rule.priority) == (*list(days.values())[:2], -5)
    assert "to come" in planner.get("/pool/rules").content.decode()
    for query, is_there in (
        ("?sku=SCARF&site=S1", True),
        ("?sku=MUG", False),
        ("?site=S2", False),
        ("?channel=web", False),
    ):
        assert ("Spring" in planner.get(f"/pool/rules{query}").content.decode()) is is_there
    for wrong in ({"starts_on": "soon"}, {"priority": "high"}, {"priority": "1001"}):
        planner.post("/pool/rules/add", form | wrong)
        assert list_rules() == [rule]


def test_a_rule_that_lacks_something_is_refused_in_words(planner: Client) -> None:
    open_pool()

    answer = planner.post("/pool/rules/add", {"kind": "quota", "quantity": "12"}, follow=True)

    assert "selling_rule.incomplete" in answer.content.decode()
    assert list_rules() == []


def test_a_planner_says_until_when_a_site_ships_and_promise_dates_go_by_it(planner: Client) -> None:
    open_pool()
    page = planner.get("/pool/services?method=pickup").content.decode()
    assert "as usual" in page

    form = {"is_open": "on", "cutoff_at": "16:30", "handling_days": "1", "transit_days": "2"}
    form |= {"capacity": "40", "regions_denied": "新疆，西藏", "parcel_cost": "4.50"}
    planner.post("/pool/services/S1/ship", form)

    [row] = list_services(method="ship")
    assert (row.site, row.cutoff_at, row.handling_days, row.capacity) == ("S1", time(16, 30), 1, 40)
    assert (row.regions_denied, row.parcel_cost_minor) == (("新疆", "西藏"), 450)
    for wrong in ({"cutoff_at": "noon"}, {"capacity": "many"}, {"unit_cost": "4,5,x"}):
        planner.post("/pool/services/S1/ship", form | wrong)
        assert list_services(method="ship") == [row]
    place = {"latitude": "30.274100", "longitude": "−120.5"}
    for wrong in ({"latitude": "91"}, {"longitude": "180.5"}, {"longitude": ""}, {"latitude": "N"}):
        planner.post("/pool/services/S1/ship", form | place | wrong)
        assert list_services(method="ship") == [row]
    planner.post("/pool/services/S1/pickup", {"is_open": "on"})
    planner.post("/pool/services/S1/ship", form | place)
    assert {(it.latitude, it.longitude) for it in list_services()} == {(30.2741, -120.5)}
    assert 'value="30.2741"' in planner.get("/pool/services?method=ship_to_store").content.decode()
    planner.post("/pool/services/S1/ship", {})
    [row] = list_services(method="ship")
    assert (row.is_open, row.cutoff_at, row.capacity) == (False, None, None)
