"""Goal: one look says whether every message was heard; a parked one can be read and retried."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from yipan.access.roles import Role

pytestmark = pytest.mark.django_db

SOURCE = "till:S12-1/stock"


@pytest.fixture(autouse=True)
def _tickets() -> None:
    """A ticket that was booked, and one of a SKU nobody knows."""
    retailer.open_retailer()
    retailer.sell(("TEA-250", 1))
    retailer.sell(("NEW-1", 2))


@pytest.fixture
def controller() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER)


def test_a_source_shows_its_numbers_and_what_is_open(controller: Client) -> None:
    page = controller.get("/exchange/")

    [view] = [view for view in page.context["rows"] if view.row.source == SOURCE]
    assert (view.row.highest_seen, view.row.watermark, view.row.parked) == (2, 2, 1)
    assert view.state == "parked"
    assert page.context["count_parked"] == 1


def test_sources_can_be_narrowed_down_to_what_is_wrong(controller: Client) -> None:
    parked = controller.get("/exchange/?state=parked").context["rows"]
    gaps = controller.get("/exchange/?state=gap").context["rows"]
    named = controller.get("/exchange/?q=POS:S12").context["rows"]

    assert [view.row.source for view in parked] == [SOURCE]
    assert gaps == []
    assert {view.row.source for view in named} == {"pos:S12/stock"}


def test_sources_can_be_taken_along_as_a_file(controller: Client) -> None:
    text = controller.get("/exchange/?format=csv&state=parked").content.decode("utf-8-sig")

    [_head, row] = text.splitlines()
    assert row.rpartition(",")[0] == f"{SOURCE},pos,parked,2,2,1,0,1,0,0,0"


def test_a_parked_message_says_why_and_what_it_holds(controller: Client) -> None:
    listed = controller.get("/exchange/parked").content.decode()
    shown = controller.get(f"/exchange/messages/{SOURCE}/2").content.decode()

    assert "masterdata.sku_unknown" in listed
    assert "NEW-1" in listed
    assert "&quot;sku&quot;: &quot;NEW-1&quot;" in shown
    assert "Try again" in shown


def test_trying_again_books_it_once_the_cause_is_gone(controller: Client) -> None:
    still = controller.post(
        "/exchange/parked/try-again", {"source": SOURCE, "sequence": "2"}, follow=True
    )
    retailer.add_skus("NEW-1")
    booked = controller.post(
        "/exchange/parked/try-again", {"source": SOURCE, "sequence": "2"}, follow=True
    )

    assert "Nothing could be booked: the causes are still there." in still.content.decode()
    assert booked.redirect_chain == [(f"/exchange/messages/{SOURCE}/2", 302)]
    assert "1 message is booked now." in booked.content.decode()
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available", "NEW-1") == -2
    assert controller.get("/exchange/parked").context["rows"] == []


def test_whoever_may_only_look_cannot_try_again() -> None:
    admin = a_client(Role.ADMIN)

    shown = admin.get(f"/exchange/messages/{SOURCE}/2")
    tried = admin.post("/exchange/parked/try-again", {"source": SOURCE, "sequence": "2"})

    assert shown.status_code == 200
    assert "Try again" not in shown.content.decode()
    assert tried.status_code == 403


def test_sources_of_other_sites_do_not_exist() -> None:
    reader = a_client(Role.INVENTORY_CONTROLLER, sites=["W1"])

    assert reader.get(f"/exchange/sources/{SOURCE}").status_code == 404
    assert reader.get(f"/exchange/messages/{SOURCE}/2").status_code == 404
    assert reader.get("/exchange/parked").context["rows"] == []
    assert reader.get("/exchange/").context["rows"] == []


def test_a_source_nobody_heard_is_not_found(controller: Client) -> None:
    assert controller.get("/exchange/sources/wms:W9/stock").status_code == 404
    assert controller.get(f"/exchange/messages/{SOURCE}/99").status_code == 404


def test_gaps_are_shown_as_ranges_of_numbers(controller: Client) -> None:
    for _ in range(5):
        retailer.sell(("TEA-250", 1))
    envelopes = retailer.list_envelopes("pos:S12/stock")
    retailer.hear("erp", envelopes[0], envelopes[2], envelopes[-1])

    page = controller.get("/exchange/sources/pos:S12/stock").content.decode()

    assert '<span class="badge tone-bad">2</span>' in page
    assert '<span class="badge tone-bad">4–5</span>' in page
