"""Policies are inherited term by term, guarded by versions, and tried before they are saved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from tests import retailer
from tests.access.builders import a_client
from tests.planning import world
from tests.planning.world import PLANNER, TODAY, set_terms
from yipan.access.roles import Role
from yipan.ledger import months
from yipan.masterdata import queries as masterdata
from yipan.masterdata import records
from yipan.masterdata.models import Category
from yipan.masterdata.refusals import SkuUnknown, VersionMismatch
from yipan.planning.documents import event, policy
from yipan.planning.documents.event import EventWrong, Happening
from yipan.planning.documents.policy import Scope, ScopeWrong, TermWrong
from yipan.planning.models import DemandEvent, PolicyLayer
from yipan.planning.queries import effects
from yipan.planning.rules.policies import Layer, list_reviews, resolve
from yipan.planning.rules.policies import Policy as Terms
from yipan.planning.views.policy_effect import compare_sides


def test_the_special_counts_before_the_general_term_by_term() -> None:
    layers = [
        Layer(terms={"source": "W1", "lead_time_days": 3}),
        Layer(terms={"lead_time_days": 2, "service_permille": 950}, category="food"),
        Layer(terms={"service_permille": 990}, category="food/tea"),
        Layer(terms={"service_permille": 900}, site="S1"),
        Layer(terms={"display_minimum": 9}, sku="TEA"),
        Layer(terms={"display_minimum": 7}, sku="TEA", site="S2"),
    ]

    def ask(site: str) -> Terms:
        return resolve(layers, sku="TEA", category="food/tea", site=site, site_type="store")[0]

    assert (ask("S3").source, ask("S3").lead_time_days) == ("W1", 2)
    assert (ask("S3").service_permille, ask("S1").service_permille) == (990, 900)
    assert (ask("S1").display_minimum, ask("S2").display_minimum) == (9, 7)


def test_a_branch_is_not_a_name_that_begins_alike() -> None:
    layer = Layer(terms={}, category="food")

    assert layer.holds_for(sku="A", category="food/tea", site="S1", site_type="store")
    assert not layer.holds_for(sku="A", category="foodless", site="S1", site_type="store")


@pytest.mark.parametrize(
    ("days", "weekday", "waits"),
    [("", 3, (0, 1)), ("1", 1, (0, 7)), ("135", 2, (1, 3)), ("7", 1, (6, 13))],
)
def test_order_days_tell_the_next_chance_and_the_one_after(
    days: str, weekday: int, waits: tuple[int, int]
) -> None:
    assert list_reviews(Terms(review_days=days), weekday=weekday) == waits


@pytest.mark.django_db
def test_a_wrong_term_is_refused_and_nothing_is_kept() -> None:
    retailer.open_retailer()
    wrong: tuple[dict[str, object], ...] = (
        {"service_permille": 1_000},
        {"lead_time_days": "three"},
        {"review_days": "18"},
        {"method": "guess"},
        {"source": "NOBODY"},
        {"is_pushed": 1},
        {"no_such_term": 1},
    )

    for terms in wrong:
        with pytest.raises(TermWrong):
            set_terms(Scope(site_type="store"), **terms)
    with pytest.raises(ScopeWrong):
        set_terms(Scope(category="food", sku="TEA-250"), minimum=1)
    with pytest.raises(SkuUnknown):
        set_terms(Scope(sku="NO-SUCH"), minimum=1)

    assert PolicyLayer.objects.count() == 0


@pytest.mark.django_db
def test_nobody_overwrites_what_another_changed_meanwhile() -> None:
    retailer.open_retailer()
    scope = Scope(site_type="store")
    for version, days in ((0, 2), (1, 3)):
        policy.save_layer(
            scope=scope, terms={"lead_time_days": days}, version=version, by=PLANNER, at=TODAY
        )

    with pytest.raises(VersionMismatch):
        policy.save_layer(scope=scope, terms={"lead_time_days": 9}, version=1, by=PLANNER, at=TODAY)

    assert PolicyLayer.objects.get().terms == {"lead_time_days": 3}


@pytest.mark.django_db
def test_an_event_without_an_end_in_reach_is_refused() -> None:
    retailer.open_retailer()
    begin = TODAY.date()

    with pytest.raises(EventWrong):
        event.save_event(
            happening=Happening(
                name="Ever", starts_on=begin, ends_on=begin.replace(year=begin.year + 3), percent=5
            ),
            by=PLANNER,
            at=TODAY,
        )

    assert DemandEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_setting_is_tried_on_history_before_it_is_saved() -> None:
    world.open_chain()
    world.follow()
    scope = ("", "store", "", "")

    tried = effects.compare(
        scope=scope, terms={"source": "W1", "service_permille": 999}, today=TODAY.date()
    )
    answer = a_client(Role.PLANNER).post(
        "/planning/policies/try", {"site_type": "store", "source": "W1", "service_permille": "99.9"}
    )

    assert tried["places"] == 6
    assert tried["then"]["days_of_stock"] > tried["now"]["days_of_stock"]
    assert tried["then"]["lost"] <= tried["now"]["lost"]
    assert "On the last half year it would have meant" in answer.content.decode()
    assert PolicyLayer.objects.get(site_type="store").terms["source"] == "W1"


@pytest.mark.django_db
def test_a_policy_of_a_warehouse_is_tried_on_what_its_stores_sold() -> None:
    world.open_chain()
    world.follow()
    scope = ("", "warehouse", "", "")
    terms = {"source": "SUP-01", "review_days": "135", "lead_time_days": 7}

    tried = effects.compare(
        scope=scope, terms={**terms, "service_permille": 600}, today=TODAY.date()
    )

    assert tried["places"] == 3
    assert tried["now"]["stock"] > tried["then"]["stock"] > 0
    assert tried["now"]["lost"] <= tried["then"]["lost"]
    assert tried["now"]["orders_per_week"] > 0


@pytest.mark.django_db
def test_too_short_a_history_says_how_many_days_are_missing() -> None:
    retailer.open_retailer()
    # At noon there: soon after midnight a store's day is still that of the evening before.
    noon = timezone.localtime(TODAY).replace(hour=12, minute=0, second=0, microsecond=0)
    first = noon - 30 * world.DAY
    months.open_months(today=first.date())
    world.post(
        world.make_fact("open", first, "TEA-250", ("opening", "S1"), 90),
        world.make_fact("sale", first + world.DAY, "TEA-250", ("S1", "customer"), 3),
    )
    world.follow()
    client = a_client(Role.PLANNER)
    terms = {"site_type": "store", "source": "W1"}

    tested = client.get("/planning/backtests").content.decode()
    tried = client.post("/planning/policies/try", terms).content.decode()

    assert "30 of 273 days are known; 243 are missing" in tested
    assert "30 days are known here, 61 are missing" in tried


@pytest.mark.django_db
def test_the_form_shows_percent_and_what_is_inherited_from_whom() -> None:
    retailer.open_retailer()
    world.set_terms(Scope(site_type="store"), source="W1", service_permille=960)
    tea = masterdata.find_skus(["TEA-250"])["TEA-250"]
    records.save_skus([replace(tea, category="food/tea")], at=TODAY)
    Category.objects.filter(code="food/tea").update(name="Tea")
    world.set_terms(Scope(category="food/tea"), service_permille=985, display_minimum=4)
    layer = world.set_terms(Scope(sku="TEA-250", site="S1"), lane_minimum_minor=12_050)
    client = a_client(Role.PLANNER)

    page = client.get(f"/planning/policies/edit?layer={layer.pk}").content.decode()
    chosen = client.get(
        "/planning/policies/edit?sku=SOAP-1&site=S12&minimum=7", headers={"HX-Request": "true"}
    ).content.decode()

    level = find_input(page, "service_permille")
    assert 'placeholder="98.5"' in level
    assert 'value=""' in level
    assert "Tea · all sites" in page
    assert 'value="120.50"' in find_input(page, "lane_minimum_minor")
    assert 'placeholder="96.0"' in find_input(chosen, "service_permille")
    assert 'value="7"' in find_input(chosen, "minimum")
    assert "All products · all stores" in chosen
    assert "<html" not in chosen


@pytest.mark.django_db
def test_what_was_typed_stays_where_it_is_wrong_and_nothing_is_saved() -> None:
    retailer.open_retailer()
    client = a_client(Role.PLANNER)
    typed = {
        "sku": "TEA-250", "service_permille": "97.25", "minimum": "many", "review_days": ["1", "4"],
        "source": "W9", "reason": "Spring",
    }  # fmt: skip

    refused = client.post("/planning/policies/save", typed)
    unknown = client.post("/planning/policies/save", {"sku": "NONE", "minimum": "3"})
    page = refused.content.decode()

    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert PolicyLayer.objects.count() == 0
    assert 'value="97.25"' in find_input(page, "service_permille")
    assert 'aria-invalid="true"' in find_input(page, "service_permille")
    assert "A number from 50.0 to 99.9, with one digit behind the point at most." in page
    assert 'value="many"' in find_input(page, "minimum")
    assert "There is no supplier and no site of this code." in page
    assert 'value="Spring"' in page
    assert page.count("checked") == 2
    assert 'value="3"' in find_input(unknown.content.decode(), "minimum")


@pytest.mark.django_db
def test_percent_weekdays_and_money_are_kept_as_they_are_counted() -> None:
    retailer.open_retailer()
    client = a_client(Role.PLANNER)

    saved = client.post(
        "/planning/policies/save",
        {
            "sku": "TEA-250", "service_permille": "97,5", "lane_minimum_minor": "120.5",
            "review_days": ["1", "3", "5"], "is_pushed": "no",
        },
    )  # fmt: skip

    assert saved.status_code == 302
    assert PolicyLayer.objects.get().terms == {
        "service_permille": 975, "lane_minimum_minor": 12_050, "review_days": "135",
        "is_pushed": False,
    }  # fmt: skip


def test_an_effect_is_told_in_a_sentence_and_in_bars_that_say_which_way_is_better() -> None:
    now = {
        "fill": 0.962,
        "days_of_stock": 8.34,
        "value": 1_200_000.0,
        "orders_per_week": 1.5,
        "lost": 412,
    }
    then = {
        "fill": 0.978,
        "days_of_stock": 10.02,
        "value": 1_420_000.0,
        "orders_per_week": 1.5,
        "lost": 100,
    }

    more = compare_sides({"now": now, "then": then})
    less = compare_sides({"now": then, "then": now})

    assert more["said"] == "312 pieces more would have been sold, from a stock of 1.7 days more."
    assert less["said"] == "312 pieces fewer would have been sold, from a stock of 1.7 days less."
    assert [(it["change_text"], it["tone"]) for it in more["figures"]] == [
        ("+1.6", "good"),
        ("+1.7", "warn"),
        ("+2,200", "warn"),
        ("±0", ""),
    ]  # fmt: skip
    assert compare_sides({"now": None, "then": None}) == {}


def find_input(page: str, name: str) -> str:
    """Return the field of a term, as it is written."""
    begin = page.index(f'id="id_{name}"')
    return page[begin : page.index(">", begin)]
