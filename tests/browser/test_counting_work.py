"""
Goal: a shelf of ten is counted in 22 interactions, a case ends in six clicks.

Method: each task is done as a person would, and every scan, tap, click and number is counted.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.stocktake.counting import BEN, get_open, minutes, plan, see
from yipan.access.roles import Role
from yipan.recon.models import Case, CaseState
from yipan.stocktake.models import CountResult, CountSheet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHELF = {f"GOODS-{number}": number + 2 for number in range(10)}


def enter(page: Page, text: str) -> None:
    """Scan, as a wedge with Enter does; or type a number into the same box."""
    page.locator("[data-scan]").fill(text)
    page.keyboard.press("Enter")


def test_a_shelf_of_ten_is_counted_in_22(visit: Visitor, live_server: LiveServer) -> None:
    retailer.open_retailer()
    retailer.add_skus(*SHELF)
    retailer.open_store("S12", *SHELF.items())
    retailer.deliver()
    page = visit(Role.STORE_CLERK, sites=["S12"])
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(live_server.url + "/pos/counting?site=S12")
    interactions = 0

    enter(page, "FLOOR")
    interactions += 1
    page.wait_for_url("**/pos/counting/ST-*")
    for sku, quantity in SHELF.items():
        enter(page, f"69{sku}")
        expect(page.locator("#count-answer")).to_contain_text("+1")
        expect(page.locator(".hh-focus")).to_contain_text(sku)
        enter(page, str(quantity))
        expect(page.locator("#count-answer")).to_contain_text(f"{quantity} counted.")
        interactions += 2
    enter(page, "FLOOR")
    interactions += 1
    expect(page.get_by_text("Shop floor is counted.")).to_be_visible()

    assert interactions <= 22
    assert CountSheet.objects.get().state == "closed"
    assert dict(CountResult.objects.values_list("sku", "quantity")) == SHELF
    assert set(CountResult.objects.values_list("difference", flat=True)) == {0}


def test_a_case_goes_from_the_inbox_to_its_correction_in_six_clicks(
    visit: Visitor, live_server: LiveServer
) -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 40))
    retailer.deliver()
    running = plan(("shop_floor", ("TEA-250",)), kind="spot")
    see(get_open(running), ("TEA-250", 38), at=minutes(10))
    see(get_open(running), ("TEA-250", 38), by=BEN, at=minutes(20))
    retailer.deliver()
    case = Case.objects.get()
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/recon/cases")

    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_role("heading", name="Both books over time")).to_be_visible()
    # The controller knows better than the papers: a box, a cause, a button.
    page.get_by_label("Another cause").select_option("theft")
    page.get_by_role("button", name="Choose this cause").click()
    expect(page.get_by_text("chosen by ann")).to_be_visible()
    page.get_by_role("button", name="Post the proposed correction").click()
    clicks = 5
    expect(page.get_by_text("Proposed. The site posts it")).to_be_visible()
    # The worker carries the proposal to the store, and its answer back.
    retailer.deliver()
    page.reload()

    assert clicks <= 6
    expect(page.get_by_text("Closed").first).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.cause) == (CaseState.CLOSED, "theft")
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 38
    assert retailer.stock("erp", "on_hand/S12/available") == 38
