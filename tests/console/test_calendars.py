"""Goal: the office keeps the days on which sites are closed, and sees whose calendar it is."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.access.builders import a_client
from tests.masterdata.builders import a_site
from yipan.access.roles import Role
from yipan.documents import trail
from yipan.masterdata import queries, records

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    records.save_sites([a_site("S1"), a_site("S2")])
    return a_client(Role.INVENTORY_CONTROLLER, username="zhao")


def make(office: Client) -> str:
    form = {"code": "CN", "name": "China", "name_zh": "中国"}
    answer = office.post("/masterdata/new-calendar", form)
    assert answer.headers["Location"] == "/masterdata/calendars/CN"
    return "/masterdata/calendars/CN"


def test_a_calendar_is_made_its_days_closed_and_its_sites_follow(office: Client) -> None:
    address = make(office)

    office.post(f"{address}/close", {"first": "2026-10-01", "last": "2026-10-07", "name": "国庆"})
    office.post(f"{address}/sites", {"site": "S1", "follows": "1"})

    assert queries.is_trading_day("S1", date(2026, 10, 7)) is False
    assert queries.is_trading_day("S1", date(2026, 10, 8)) is True
    assert queries.is_trading_day("S2", date(2026, 10, 7)) is True
    page = office.get(f"{address}?year=2026").content.decode()
    assert page.count('class="is-closed"') == 7
    assert "国庆" in page
    [row] = queries.list_calendars()
    assert (row.closed_days, row.sites) == (7, 1)
    steps = trail.list_steps(document_type="calendar", number="CN")
    assert [(step.step, step.actor) for step in steps] == [("create", "zhao"), ("close", "zhao")]


def test_days_are_opened_again_and_a_site_is_taken_off(office: Client) -> None:
    address = make(office)
    office.post(f"{address}/close", {"first": "2026-10-01", "last": "2026-10-03"})
    office.post(f"{address}/sites", {"site": "S1", "follows": "1"})

    office.post(f"{address}/open", {"first": "2026-10-02"})
    office.post(f"{address}/sites", {"site": "S1"})

    assert list(queries.list_closed_days("CN", year=2026)) == [
        date(2026, 10, 1),
        date(2026, 10, 3),
    ]
    assert queries.get_site("S1").calendar == ""
    assert queries.is_trading_day("S1", date(2026, 10, 1)) is True


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"first": "2026-10-07", "last": "2026-10-01"}, "masterdata.days_wrong"),
        ({"first": "2026-01-01", "last": "2027-01-02"}, "masterdata.days_wrong"),
        ({"first": "yesterday"}, "Choose a first day."),
        ({}, "Choose a first day."),
    ],
)
def test_days_that_are_none_close_nothing(office: Client, form: dict[str, str], code: str) -> None:
    address = make(office)

    page = office.post(f"{address}/close", form, follow=True).content.decode()

    assert code in page
    assert queries.get_calendar("CN").closed_days == 0


def test_a_code_that_is_none_is_told_and_nothing_is_kept(office: Client) -> None:
    answer = office.post("/masterdata/new-calendar", {"code": "a/b", "name": "China"})

    assert answer.status_code == 422
    assert queries.list_calendars() == []


def test_who_may_only_read_reads(office: Client) -> None:
    address = make(office)
    clerk = a_client(Role.STORE_CLERK, username="chen", sites=["S1"])

    assert "New calendar" not in clerk.get("/masterdata/calendars").content.decode()
    assert clerk.get(address).status_code == 200
    assert clerk.post(f"{address}/close", {"first": "2026-10-01"}).status_code == 403
    assert office.get("/masterdata/calendars/NONE").status_code == 404
