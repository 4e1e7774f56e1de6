"""
Goal: stock work of a store within the taps and scans it may cost, by hand in the browser.

Method: each scan is typed into the scan box and sent with Enter, each tap is a click, and both
are counted; the budgets are those of the floor.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.erp import moving
from tests.retailer import stock
from yipan.access.roles import Role
from yipan.pos.models import StoreAdjustment, StoreOrder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BACKROOM = "on_hand/backroom/available"
FLOOR = "on_hand/shop_floor/available"


class Hands:
    """A person with a scanner at a handheld, whose scans and taps are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def scan(self, label: str, text: str) -> None:
        """Scan something: one interaction."""
        box = self.page.get_by_label(label)
        box.fill(text)
        box.press("Enter")
        self.count += 1

    def tap(self, name: str) -> None:
        """Tap a button: one interaction."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.count += 1

    def keep(self, name: str) -> None:
        """Keep a picture of the page where somebody wants to look at it."""
        if folder := os.environ.get("YIPAN_SHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.fixture
def hands(visit: Callable[..., Page], live_server: LiveServer) -> Hands:
    """A clerk at S12, to which a transfer of three products is on its way."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    order = moving.release(("TEA-250", 24), ("SOAP-1", 6), ("MUG-1", 2))
    moving.ship(order.number, "SH-1", ("TEA-250", 24), ("SOAP-1", 6), ("MUG-1", 2))
    retailer.deliver()
    retailer.deliver()
    page = visit(Role.STORE_CLERK, username="chen", sites=["S12"])
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(f"{live_server.url}/pos/receiving?site=S12")
    return Hands(page)


def test_a_carton_as_sent_costs_a_scan_and_a_tap(hands: Hands) -> None:
    hands.keep("receiving")

    hands.scan("Scan a carton or transfer", StoreOrder.objects.get().number)
    hands.tap("All as sent")
    expect(hands.page.get_by_text("Posted into the backroom. The hub is told.")).to_be_visible()

    assert hands.count == 2
    assert stock("pos:S12", BACKROOM) == 24
    assert stock("pos:S12", BACKROOM, "SOAP-1") == 6


def test_three_products_one_by_one_cost_five(hands: Hands) -> None:
    hands.scan("Scan a carton or transfer", StoreOrder.objects.get().number)
    for place, sku in enumerate(("TEA-250", "SOAP-1", "MUG-1"), start=1):
        hands.scan("Scan a product", f"69{sku}")
        expect(hands.page.locator("#task strong")).to_contain_text(sku)
        expect(hands.page.locator(".hh-item.is-done")).to_have_count(place - 1)
    hands.keep("counting")
    hands.tap("Post")
    expect(hands.page.get_by_text("Posted into the backroom. The hub is told.")).to_be_visible()

    assert hands.count == 5
    assert stock("pos:S12", BACKROOM, "MUG-1") == 2


def test_what_is_missing_is_asked_about_before_it_is_posted(hands: Hands) -> None:
    hands.scan("Scan a carton or transfer", StoreOrder.objects.get().number)
    hands.scan("Scan a product", "69TEA-250")
    expect(hands.page.get_by_label("Sound")).to_have_value("24")
    hands.tap("Post")
    expect(hands.page.get_by_text("Something is missing")).to_be_visible()
    hands.keep("missing")
    hands.tap("Nothing more")
    expect(hands.page.get_by_text("Posted into the backroom. The hub is told.")).to_be_visible()

    assert StoreOrder.objects.get().state == "closed_short"


def test_scrap_costs_a_scan_and_two_taps(hands: Hands) -> None:
    hands.page.goto(hands.page.url.replace("/pos/receiving", "/pos/stock-work"))

    hands.scan("Scan a product", "69TEA-250")
    hands.page.get_by_text("Scrap", exact=True).click()
    hands.count += 1
    hands.keep("stock-work")
    hands.tap("Post")
    expect(hands.page.get_by_text("is posted. The hub is told.")).to_be_visible()

    assert hands.count == 3
    assert StoreAdjustment.objects.get().state == "posted"
    assert stock("pos:S12", FLOOR) == 9


def test_a_day_is_closed_in_three_screens_and_the_manager_sees_it(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 1))
    retailer.sell(("TEA-250", 2))
    page = visit(Role.STORE_MANAGER, username="fang", sites=["S12"])
    hands = Hands(page)

    page.goto(f"{live_server.url}/pos/day")
    page.get_by_label("Amount").fill("200")
    page.get_by_role("button", name="Write down").click()
    expect(page.locator(".hh-item .amount")).to_have_text("¥200.00")
    expect(page.get_by_text("Nothing is unsent on this device.")).to_be_visible()
    hands.keep("day")
    page.get_by_role("link", name="Close the day").click()
    page.get_by_label("Cash").fill("195.50")
    hands.keep("day-count")
    page.get_by_role("button", name="Seal the day").click()
    expect(page.locator(".total-row .value").last).to_have_text("−¥4.50")
    retailer.deliver()
    retailer.deliver()
    page.reload()
    expect(page.locator(".badge", has_text="Closed")).to_be_visible()
    hands.keep("store-day")

    page.goto(f"{live_server.url}/pos/store")
    expect(page.get_by_role("heading", name="Below zero")).to_be_visible()
    expect(page.get_by_role("link", name="TEA-250 goods").first).to_be_visible()
    hands.keep("manager")
    page.goto(f"{live_server.url}/pos/days")
    expect(page.get_by_role("cell", name="S12-1", exact=True)).to_be_visible()
