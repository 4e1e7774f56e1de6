"""The inbox, the case and the accuracy of the books, as people and machines see them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.recon.test_cases import look
from yipan.access.roles import Role
from yipan.recon.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def controller() -> Client:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()
    look(6)
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao"))
    return client


def test_the_inbox_shows_what_is_open_and_filters_it(controller: Client) -> None:
    number = Case.objects.get().number

    assert number in controller.get("/recon/cases").content.decode()
    assert number in controller.get("/recon/cases?kind=book_vs_count").content.decode()
    assert number not in controller.get("/recon/cases?kind=book_vs_book").content.decode()
    assert number not in controller.get("/recon/cases?state=closed").content.decode()
    assert controller.get("/recon/cases?after=nonsense&state=nonsense").status_code == 200


def test_from_the_inbox_to_the_end_of_a_case(controller: Client) -> None:
    number = Case.objects.get().number
    page = controller.get(f"/recon/cases/{number}").content.decode()
    assert "−4" in page

    controller.post("/recon/cases/assign", {"number": [number]})
    refused = controller.post(f"/recon/cases/{number}/close", {"reason": ""}, follow=True)
    assert "recon.case_without_reason" in refused.content.decode()
    controller.post(
        f"/recon/cases/{number}/correct", {"document": "AD-1", "quantity": "-4", "cause": "theft"}
    )
    controller.post(f"/recon/cases/{number}/close", {"reason": ""})

    found = Case.objects.get()
    assert (found.state, found.owner, found.closing_reason) == ("closed", "zhao", "AD-1")
    assert controller.post(f"/recon/cases/{number}/explain").status_code == 302
    assert controller.post("/recon/cases/compare").status_code == 302


def test_accuracy_is_told_by_site(controller: Client) -> None:
    page = controller.get("/recon/accuracy").content.decode()

    assert "Binjiang" in page
    assert ">–<" in page


def test_machines_read_and_settle_cases_too(controller: Client) -> None:
    [row] = controller.get("/api/v1/cases").json()["data"]
    number = row["number"]
    told = controller.get(f"/api/v1/cases/{number}").json()

    assert (row["quantity"], row["kind"]) == (-4, "book_vs_count")
    assert sum(part["quantity"] for part in told["parts"]) == -4
    assert controller.get("/api/v1/cases/DC-2026-999999").status_code == 404
    closed = controller.post(
        f"/api/v1/cases/{number}/close",
        {"reason": "found behind the counter"},
        content_type="application/json",
        headers={"Idempotency-Key": "close-1"},
    )
    assert closed.json()["state"] == "closed"


@pytest.mark.usefixtures("controller")
def test_a_manager_sees_the_own_stores_cases_alone_and_settles_none() -> None:
    number = Case.objects.get().number
    here, there = Client(), Client()
    here.force_login(a_person(Role.STORE_MANAGER, username="wu", sites=["S12"]))
    there.force_login(a_person(Role.STORE_MANAGER, username="li", sites=["S1"]))

    assert here.get(f"/recon/cases/{number}").status_code == 200
    assert there.get(f"/recon/cases/{number}").status_code == 404
    assert number not in there.get("/recon/cases").content.decode()
    assert here.post(f"/recon/cases/{number}/close", {"reason": "nothing"}).status_code == 403
