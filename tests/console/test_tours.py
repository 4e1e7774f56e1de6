"""Goal: whoever is new is shown around on pages of their own, may leave, and go on later."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from yipan.access.models import TourProgress
from yipan.access.roles import Role
from yipan.console.tours.progress import COOKIE, TOURS, get_stop

pytestmark = pytest.mark.django_db

OFFER = "Show me around"


@pytest.fixture(autouse=True)
def _goods() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 3))
    retailer.deliver()


def a_visitor(role: Role) -> Client:
    return a_client(role, username=role.value, sites=["W1", "S12"])


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("role", list(TOURS))
def test_every_stop_is_a_page_of_the_role_and_shows_the_way_on(role: Role) -> None:
    client = a_visitor(role)
    count = get_stop(role, 0).count

    assert 5 <= count <= 8
    for step in range(count):
        answer = client.post("/tour", {"to": str(step)}, follow=True)
        assert answer.status_code == 200, get_stop(role, step).url
        page = answer.content.decode()
        assert f"Tour, {step + 1} of {count}" in page, get_stop(role, step).url
        assert str(get_stop(role, step).content.title).replace("'", "&#x27;") in page


def test_every_role_of_people_has_a_tour() -> None:
    assert set(TOURS) == set(Role) - {Role.INTEGRATION}


def test_the_tour_is_offered_until_it_was_walked() -> None:
    client = a_visitor(Role.PLANNER)
    assert OFFER in read(client, "/")

    count = get_stop(Role.PLANNER, 0).count
    client.post("/tour", {"to": "0"})
    assert OFFER not in read(client, "/")
    done = client.post("/tour", {"to": str(count)}, follow=True)

    assert "That was the tour" in done.content.decode()
    assert OFFER not in read(client, "/")
    assert "Tour, " not in read(client, "/planning/proposals")
    assert TourProgress.objects.get().state == "finished"


def test_who_refuses_is_not_asked_again() -> None:
    client = a_visitor(Role.STORE_CLERK)

    client.post("/tour", {"leave": "1"})

    assert OFFER not in read(client, "/")


def test_a_tour_that_was_left_goes_on_where_it_was_left_on_another_device_too() -> None:
    client = a_visitor(Role.ORDER_DESK)
    client.post("/tour", {"to": "2"})
    left = client.post("/tour", {"leave": "1", "next": "/oms/orders"})
    assert left.headers["Location"] == "/oms/orders"
    assert "Tour, " not in read(client, "/oms/orders")
    client.cookies.pop(COOKIE, None)

    again = client.post("/tour")

    assert again.headers["Location"] == get_stop(Role.ORDER_DESK, 2).url
    assert (TourProgress.objects.get().step, TourProgress.objects.get().state) == (2, "walking")


def test_away_from_the_stop_there_is_a_way_back_to_it() -> None:
    client = a_visitor(Role.PLANNER)
    client.post("/tour", {"to": "1"})

    assert "Back to the tour" in read(client, "/masterdata/skus")
    assert "Back to the tour" not in read(client, "/planning/proposals")


@pytest.mark.parametrize("cookie", ["finance:1", "planner:", "planner:x", "planner:-1", "x", ":1"])
def test_a_cookie_that_is_not_ones_own_leads_nowhere(cookie: str) -> None:
    client = a_visitor(Role.PLANNER)
    client.cookies[COOKIE] = cookie

    assert "Tour, " not in read(client, "/planning/proposals")


@pytest.mark.parametrize("to", ["99999", "-1", "x", "１"])
def test_a_step_that_is_none_breaks_nothing(to: str) -> None:
    answer = a_visitor(Role.FINANCE).post("/tour", {"to": to}, follow=True)

    assert answer.status_code == 200


def test_the_way_back_leads_to_no_other_house() -> None:
    answer = a_visitor(Role.FINANCE).post("/tour", {"leave": "1", "next": "https://evil.example/"})

    assert answer.headers["Location"] == "/"
