"""
Goal: orders of customers and counts at a store, by hand in the browser, within their budgets.

Method: each scan is typed into the scan box and sent with Enter, each tap is a click, and both
are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.test_store_work import Hands
from tests.pos.fulfilling import CODE, NUMBER, accept, an_order, pick, stage, tell
from tests.retailer import stock
from yipan.access.roles import Role
from yipan.pos.models import StoreCount, StoreFulfillment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHELF = "on_hand/pickup_shelf/reserved"


@pytest.fixture
def hands(visit: Callable[..., Page], live_server: LiveServer) -> Hands:
    """A clerk at S12, for which two orders have come."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("SOAP-1", 6))
    tell(
        an_order(("TEA-250", 2), ("SOAP-1", 1)),
        an_order(("TEA-250", 1), number="FO-2026-000002", method="ship", customer_name="Wang"),
    )
    page = visit(Role.STORE_CLERK, username="chen", sites=["S12"])
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(f"{live_server.url}/pos/orders?site=S12")
    return Hands(page)


def test_an_order_is_accepted_picked_and_staged(hands: Hands) -> None:
    hands.keep("orders")
    hands.page.get_by_text("Li N.").click()
    hands.keep("order-accept")
    hands.tap("Accept")
    for sku, quantity in (("TEA-250", 1), ("TEA-250", 2), ("SOAP-1", 1)):
        hands.scan("Scan a product", f"69{sku}")
        expect(hands.page.locator("#task .hh-focus strong")).to_contain_text(sku)
        expect(hands.page.get_by_label("Picked")).to_have_value(str(quantity))
        # Two scans of the same goods are apart as a hand is.
        hands.page.wait_for_timeout(150)
    hands.keep("order-pick")
    hands.tap("Picked")
    expect(hands.page.get_by_text("The goods are set aside.")).to_be_visible()
    hands.keep("order-stage")
    hands.scan("Scan the shelf", "P-03")
    expect(hands.page.get_by_text("Ready. The customer is told.")).to_be_visible()

    assert StoreFulfillment.objects.get(number=NUMBER).shelf == "P-03"
    assert (stock("pos:S12", SHELF), stock("pos:S12", SHELF, "SOAP-1")) == (2, 1)


#: Stands in for the loudspeaker: writes down what it was to play, in Hz.
LOUDSPEAKER = """
window.played = [];
window.AudioContext = class {
    currentTime = 0;
    createOscillator() {
        const frequency = { value: 0 };
        const wave = { frequency, connect: (next) => next, stop() {} };
        return { ...wave, start() { window.played.push(frequency.value); } };
    }
    createGain() { return { gain: { value: 0 }, connect: (next) => next }; }
};
"""
LOOK_AGAIN = "() => htmx.ajax('GET', location.href, { target: '#orders', swap: 'innerHTML' })"


def test_a_new_order_is_heard_unless_the_device_is_silent(hands: Hands) -> None:
    page = hands.page
    page.add_init_script(LOUDSPEAKER)
    page.reload()
    expect(page.get_by_text("Tap once, so that new orders are heard")).to_be_visible()
    page.get_by_label("Scan a customer's code or an order").press("Shift")
    expect(page.get_by_text("Tap once, so that new orders are heard")).to_be_hidden()
    page.evaluate(LOOK_AGAIN)
    assert page.evaluate("window.played") == []

    tell(an_order(("TEA-250", 1), number="FO-2026-000003", customer_name="Zhou"), first=3)
    page.evaluate(LOOK_AGAIN)
    expect(page.get_by_text("Zhou")).to_be_visible()
    assert page.evaluate("window.played") == [660, 990]
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    hands.keep("orders-new")

    page.get_by_role("button", name="Sound for new orders").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound for new orders", pressed=False)).to_be_visible()
    page.get_by_label("Scan a customer's code or an order").press("Shift")
    tell(an_order(("TEA-250", 1), number="FO-2026-000004", customer_name="Qian"), first=4)
    page.evaluate(LOOK_AGAIN)
    expect(page.get_by_text("Qian")).to_be_visible()
    assert page.evaluate("window.played") == []


def test_handing_over_costs_a_scan_and_a_tap(hands: Hands) -> None:
    accept()
    pick(("TEA-250", 2), ("SOAP-1", 1))
    stage()

    hands.scan("Scan a customer's code or an order", CODE)
    expect(hands.page.get_by_text("P-03")).to_be_visible()
    hands.keep("order-hand-over")
    hands.tap("Handed over")
    expect(hands.page.get_by_text("Handed over. The hub is told.")).to_be_visible()

    assert hands.count == 2
    assert StoreFulfillment.objects.get(number=NUMBER).proof == "code"


def test_what_is_not_found_is_said_and_counted_blind(hands: Hands) -> None:
    accept()
    hands.page.goto(hands.page.url.replace("/pos/orders", f"/pos/orders/{NUMBER}"))
    hands.scan("Scan a product", "69TEA-250")
    expect(hands.page.get_by_label("Picked")).to_have_value("1")
    hands.tap("Picked")
    expect(hands.page.get_by_text("Something is missing")).to_be_visible()
    hands.keep("order-missing")
    hands.tap("Not there")
    expect(hands.page.get_by_text("The goods are set aside.")).to_be_visible()

    hands.page.goto(hands.page.url.replace(f"/pos/orders/{NUMBER}", "/pos/counts?site=S12"))
    hands.count = 0
    hands.page.get_by_text("SOAP-1 goods").click()
    hands.count += 1
    hands.page.get_by_label("How many are there").fill("4")
    hands.count += 1
    hands.keep("counts")
    hands.tap("Counted")
    expect(hands.page.get_by_text("is counted.")).to_be_visible()

    assert hands.count == 3
    count = StoreCount.objects.get(sku="SOAP-1")
    assert (count.quantity_counted, count.quantity_book_then) == (4, 6)
