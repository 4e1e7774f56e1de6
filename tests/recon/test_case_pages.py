"""The inbox, the case and the accuracy of the books, as people and machines see them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.recon.test_cases import look, write_off
from tests.recon.test_healing import LATER, SOURCE, book_in_hub
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.ledger.moves import Trace
from yipan.recon.documents import case as cases
from yipan.recon.documents import comparing, counting
from yipan.recon.models import Case
from yipan.recon.queries.between import read_between
from yipan.recon.rules.proposing import get_quantity_to_post

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
    typed = {"document": "AD-1", "quantity": "-4", "cause": "theft"}
    said = controller.post(f"/recon/cases/{number}/correct", typed, follow=True)
    assert "recon.correction_unknown" in said.content.decode()
    write_off(4, number="AD-1")
    controller.post(f"/recon/cases/{number}/correct", typed)
    controller.post(f"/recon/cases/{number}/close", {"reason": ""})

    found = Case.objects.get()
    assert (found.state, found.owner, found.closing_reason) == ("closed", "zhao", "AD-1")
    assert controller.post(f"/recon/cases/{number}/explain").status_code == 302
    assert controller.post("/recon/cases/compare").status_code == 302


def test_of_many_marked_cases_all_are_taken_or_none(controller: Client) -> None:
    open_case = Case.objects.get()
    look(7, sku="SOAP-1")
    closed = Case.objects.exclude(pk=open_case.pk).get()
    cases.close(number=closed.number, by=Trace(actor="zhao", reason="Seen."), at=NOON)

    numbers = [open_case.number, closed.number]
    page = controller.post("/recon/cases/assign", {"number": numbers}, follow=True)

    assert "document.wrong_state" in page.content.decode()
    assert set(Case.objects.values_list("owner", flat=True)) == {""}


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


def test_a_person_chooses_another_cause_and_it_stays(controller: Client) -> None:
    case = Case.objects.get()
    found = case.finding["parts"]

    said = controller.post(f"/recon/cases/{case.number}/choose", {"cause": "theft"}, follow=True)

    assert "chosen by zhao" in said.content.decode()
    counting.explain_open(sites={case.site})
    case.refresh_from_db()
    assert (case.cause, case.state, case.finding["chosen"]["by"]) == ("theft", "explained", "zhao")
    # The finding of the engine stands beside it, and all of it is a loss now.
    assert case.finding["parts"] == found
    assert get_quantity_to_post(case.finding, quantity=case.quantity) == case.quantity
    # What is noted for it is noted under what was chosen: from that priors are learned.
    write_off(4, number="AD-1")
    noted = cases.correct(
        number=case.number,
        document="AD-1",
        cause="",
        quantity=case.quantity,
        by=Trace(actor="zhao"),
        at=NOON,
    )
    assert [row.cause for row in noted.corrections.all()] == ["theft"]


def test_a_cause_that_is_none_is_refused(controller: Client) -> None:
    number = Case.objects.get().number

    said = controller.post(
        f"/api/v1/cases/{number}/choose",
        {"cause": "gremlins"},
        content_type="application/json",
        headers={"Idempotency-Key": "choose-1"},
    )

    assert (said.status_code, said.json()["code"]) == (422, "recon.cause_unknown")
    assert "chosen" not in Case.objects.get().finding


@pytest.mark.parametrize(
    ("chosen", "posted"), [("theft", -5), ("miskey", -2), ("unrecorded_use", 0), ("", -2)]
)
def test_what_was_chosen_decides_what_is_a_loss(chosen: str, posted: int) -> None:
    finding: dict[str, object] = {
        "parts": [
            {"cause": "miskey", "quantity": -3, "correction": "reverse_and_repost"},
            {"cause": "shrinkage", "quantity": -2, "correction": "stocktake"},
        ]
    }
    if chosen:
        finding["chosen"] = {"cause": chosen}

    assert get_quantity_to_post(finding, quantity=-5) == posted


def test_a_doubled_message_is_seen_between_the_books_and_healed_first(controller: Client) -> None:
    retailer.sell(("TEA-250", 2))
    retailer.deliver()
    book_in_hub("again/1/post", 2, sequence=retailer.list_envelopes(SOURCE)[-1].sequence)
    comparing.compare(at=LATER)
    case = Case.objects.get(kind="book_vs_book")

    between = read_between(case.number, now=LATER)
    page = controller.get(f"/recon/cases/{case.number}").content.decode()

    # The paper that parted the books is the first change between them.
    assert [row.quantity for row in between.changes if row.book == "erp"][:2] == [-2, -2]
    assert between.hub.opening + sum(row.quantity for row in between.hub.changes) == 6
    assert page.count("Reverse the second posting") == 2
    first = page.split("Reverse the second posting")[0].rpartition("<button")[2]
    assert first.startswith(' class="button button-primary"')
    assert "Choose this cause" not in page
