"""Goal: a planner makes channels and groups of sites on pages, and overwrites nobody's change."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.access.builders import a_key, a_person
from tests.pool.selling import DESK, NOON, open_pool
from yipan.access.roles import Role
from yipan.pool.policy import channels as kept
from yipan.pool.policy.channels import Assigned
from yipan.pool.queries.channels import find_sites_of, get_channel, get_group, list_channels

pytestmark = pytest.mark.django_db

CHANNEL = {
    "code": "mini",
    "name": "Mini shop",
    "name_zh": "小程序商城",
    "kind": "mini_program",
    "group": "EAST",
    "hold_seconds": "600",
    "few_below": "3",
    "part_value_min": "45.50",
    "cancel_after_days": "7",
    "is_active": "on",
    "version": "0",
    "sites-TOTAL_FORMS": "2",
    "sites-INITIAL_FORMS": "0",
    "sites-0-site": "S2",
    "sites-0-is_included": "no",
    "sites-0-starts_on": "2026-03-01",
    "sites-0-ends_on": "2026-03-31",
    "sites-0-reason": "Rebuilt",
    "sites-1-site": "",
    "sites-1-is_included": "yes",
}


@pytest.fixture
def planner() -> Client:
    client = Client()
    client.force_login(a_person(Role.PLANNER, username="hu.planner"))
    return client


@pytest.fixture
def integration() -> Client:
    return Client(headers={"Authorization": f"Bearer {a_key()}"})


def test_a_channel_is_made_on_a_page_with_the_site_withdrawn_from_it(planner: Client) -> None:
    open_pool()
    assert "New channel" in planner.get("/channels/").content.decode()
    assert planner.get("/pool/new-channel").status_code == 200

    answer = planner.post("/pool/new-channel", CHANNEL)

    assert (answer.status_code, answer["Location"]) == (302, "/channels/mini")
    row = get_channel("mini")
    assert (row.name_zh, row.kind, row.hold_seconds, row.few_below) == (
        "小程序商城", "mini_program", 600, 3,
    )  # fmt: skip
    assert (row.part_value_min, row.is_active, row.version) == (4_550, True, 1)
    assert row.cancel_after_days == 7
    assert find_sites_of(channel="mini", on=date(2026, 3, 2)) == frozenset({"W1", "S1"})
    assert find_sites_of(channel="mini", on=date(2026, 4, 1)) == frozenset({"W1", "S1", "S2"})
    shown = planner.get("/channels/mini").content.decode()
    assert "Rebuilt" in shown
    assert "/pool/channels/mini/edit" in shown


def test_a_channel_that_exists_is_not_overwritten_by_a_new_one(planner: Client) -> None:
    open_pool()

    answer = planner.post("/pool/new-channel", CHANNEL | {"code": "web"})

    assert answer.status_code == 422
    assert "This code is taken." in answer.content.decode()
    assert get_channel("web").name == "web"


def test_who_read_an_older_channel_changes_nothing(planner: Client) -> None:
    open_pool()
    first = get_channel("web").version
    changed = CHANNEL | {"version": str(first), "name": "First"}
    assert planner.post("/pool/channels/web/edit", changed).status_code == 302

    late = planner.post("/pool/channels/web/edit", changed | {"name": "Second"})

    assert late.status_code == 422
    assert "resource.version_mismatch" in late.content.decode()
    assert (get_channel("web").name, get_channel("web").code) == ("First", "web")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"code": "two words"}, "Letters without accents"),
        ({"name": ""}, "This field is required."),
        ({"hold_seconds": "0"}, "greater than or equal to 1"),
        ({"part_value_min": "much"}, "This is no amount."),
        ({"group": "NOWHERE"}, "Select a valid choice"),
        ({"sites-0-ends_on": "2026-02-01"}, "It ends before it begins."),
        ({"sites-1-reason": "For nobody"}, "Choose the site."),
        ({"sites-0-site": "NONE"}, "Select a valid choice"),
        ({"version": ""}, "Save"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(
    planner: Client, wrong: dict[str, str], words: str
) -> None:
    open_pool()

    answer = planner.post("/pool/new-channel", CHANNEL | wrong)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "mini" not in {row.code for row in list_channels()}


def test_sites_one_does_not_see_stay_given_to_the_channel() -> None:
    open_pool()
    kept.save_channel(
        code="web",
        fields={"name": "web", "group": "EAST"},
        assigned=[Assigned(site="S2", is_included=False, reason="Theirs")],
        by=DESK,
        at=NOON,
    )
    client = Client()
    client.force_login(a_person(Role.PLANNER, username="wu.planner", sites=["S1"]))
    form = CHANNEL | {"version": str(get_channel("web").version), "sites-0-site": "S1"}

    assert "Theirs" not in client.get("/pool/channels/web/edit").content.decode()
    assert client.post("/pool/channels/web/edit", form).status_code == 302

    assert [(it.site, it.reason) for it in get_channel("web").assignments] == [
        ("S1", "Rebuilt"),
        ("S2", "Theirs"),
    ]


def test_a_group_of_sites_is_made_and_changed_on_its_page(planner: Client) -> None:
    assert (
        "Without groups every channel sells from all"
        in planner.get("/pool/groups").content.decode()
    )
    open_pool()
    form = {
        "code": "CITY",
        "name": "City",
        "name_zh": "市区",
        "version": "0",
        "sites": ["S1", "S2"],
    }

    assert planner.post("/pool/new-group", form).status_code == 302
    assert (get_group("CITY").sites, get_group("CITY").version) == (("S1", "S2"), 1)
    assert planner.post("/pool/new-group", form).status_code == 422
    change = form | {"version": "1", "sites": ["S1"]}
    assert planner.post("/pool/groups/CITY/edit", change).status_code == 302
    assert planner.post("/pool/groups/CITY/edit", change | {"sites": ["W1"]}).status_code == 422

    assert (get_group("CITY").sites, get_group("CITY").version) == (("S1",), 2)
    page = planner.get("/pool/groups").content.decode()
    assert "/pool/groups/CITY/edit" in page
    assert (
        "2 channels sell from this group" in planner.get("/pool/groups/EAST/edit").content.decode()
    )


def test_the_api_answers_412_where_a_group_was_changed_since(integration: Client) -> None:
    open_pool()
    before = get_group("EAST")
    body = {"name": "East", "sites": ["W1"], "version": before.version}
    address = "/api/v1/site-groups/EAST"

    first = integration.put(address, body, content_type="application/json")
    second = integration.put(address, body | {"sites": ["S1"]}, content_type="application/json")

    assert (first.status_code, second.status_code) == (204, 412)
    assert second.json()["code"] == "resource.version_mismatch"
    assert get_group("EAST").sites == ("W1",)
