"""
Goal: paper and customer see what was sold, and no sale waits for a printer.

Method: sold at the register, with printing and the bridge caught at the edge of the browser.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.registers import (
    keep,
    open_register,
    open_store,
    scan,
    wait_until_sent,
)
from tests.retailer import NOON
from yipan.pos.documents import register_settings
from yipan.pos.documents.register_settings import Setup
from yipan.pos.models import TillEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BRIDGE = "http://127.0.0.1:9123/print"
#: ESC p 0, 50 ms on, 500 ms off: the pulse on which a cash drawer opens.
PULSE = b"\x1bp\x00\x19\xfa"


def test_a_receipt_goes_to_the_bridge_as_bytes_and_a_reprint_says_so(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    open_store()
    setup = Setup(bridge_url=BRIDGE, receipt_header="滨江路 1 号", receipt_footer="谢谢")
    register_settings.save(site="S12", setup=setup, by="fang", at=NOON)
    printed: list[bytes] = []

    def take(route: Route) -> None:
        printed.append(route.request.post_data_buffer or b"")
        route.fulfill(status=200)

    page = open_register(visit, live_server)
    page.route(BRIDGE, take)
    # The bridge is among what the page may speak to since the setup is there.
    page.locator("[data-sync]").click()
    page.get_by_label("Print each receipt").check()
    page.keyboard.press("Escape")
    scan(page, "2*69TEA-250")
    page.keyboard.press("F9")
    wait_until_sent(page)
    page.get_by_text("Last tickets").click()
    with page.expect_response("**/api/v1/tills/*/events"), page.expect_response(BRIDGE):
        page.get_by_role("button", name="Print").click()

    first, again = printed
    text = first.decode("gb18030", errors="replace")
    assert first.startswith(b"\x1b@")
    assert first.endswith(b"\x1dVB\x03")
    assert "滨江路 1 号" in text
    assert "谢谢" in text
    assert "2 x 68.00" in text
    assert "CNY 136.00" in text
    assert b"\x1dkI\x0e{BS12-1-000001" in first
    assert "COPY" not in text
    assert "*** COPY ***" in again.decode("gb18030", errors="replace")
    assert TillEvent.objects.get().event_type == "reprint"


def choose_printing(page: Page, *, is_on: bool) -> None:
    """Choose whether each receipt is printed, by hand."""
    page.locator("[data-sync]").click()
    page.get_by_label("Print each receipt").set_checked(is_on)
    page.keyboard.press("Escape")


def open_beside_bridge(
    visit: Callable[..., Page], live_server: LiveServer
) -> tuple[Page, list[bytes]]:
    """Open a register whose printer answers; return it with what the printer is sent."""
    open_store()
    setup = Setup(bridge_url=BRIDGE)
    register_settings.save(site="S12", setup=setup, by="fang", at=NOON)
    sent: list[bytes] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data_buffer or b"")
        route.fulfill(status=200)

    page = open_register(visit, live_server)
    page.route(BRIDGE, take)
    return page, sent


def test_the_drawer_opens_for_cash_alone(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    page, sent = open_beside_bridge(visit, live_server)
    choose_printing(page, is_on=False)
    scan(page, "69TEA-250")
    page.get_by_role("button", name="Card").click()
    wait_until_sent(page)
    scan(page, "69TEA-250")
    with page.expect_response(BRIDGE):
        page.keyboard.press("F9")
    wait_until_sent(page, "S12-1-000002")
    choose_printing(page, is_on=True)
    scan(page, "69TEA-250")
    with page.expect_response(BRIDGE):
        page.keyboard.press("F9")
    wait_until_sent(page, "S12-1-000003")

    pulse, receipt = sent
    assert pulse == PULSE
    assert receipt.startswith(b"\x1b@" + PULSE)


def test_the_drawer_opens_by_a_key_that_asks_why_and_for_cash_in(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    page, sent = open_beside_bridge(visit, live_server)
    page.get_by_role("button", name="Drawer").click()
    dialog = page.locator("[data-drawer]")
    dialog.get_by_label("Reason").fill("change for the bakery")
    keep(page, "register-drawer")
    with page.expect_response("**/api/v1/tills/*/events"), page.expect_response(BRIDGE):
        dialog.get_by_role("button", name="Open the drawer").click()
    expect(page.get_by_text("The drawer is open.")).to_be_visible()
    page.goto(f"{live_server.url}/pos/day")
    page.get_by_label("Amount").fill("200")
    page.get_by_role("button", name="Write down").click()
    expect(page.locator(".hh-item .amount")).to_have_text("¥200.00")

    assert sent == [PULSE, PULSE]
    event = TillEvent.objects.get()
    assert (event.event_type, event.reason) == ("drawer", "change for the bakery")


def test_without_a_bridge_the_browser_prints_and_no_sale_waits_for_it(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    open_store()
    page = open_register(visit, live_server)
    page.evaluate("() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; }")
    page.locator("[data-sync]").click()
    page.get_by_label("Print each receipt").check()
    keep(page, "register-sync")
    page.keyboard.press("Escape")
    scan(page, "69TEA-250")
    page.keyboard.press("F9")
    wait_until_sent(page)

    assert page.evaluate("window.printed") == 1
    paper = page.locator("[data-paper]")
    assert "S12-1-000001" in (paper.text_content() or "")
    assert paper.locator("svg rect").count() > 40
    page.emulate_media(media="print")
    expect(paper).to_be_visible()
    expect(page.locator("[data-sum]")).to_be_hidden()
    keep(page, "register-paper")
    page.emulate_media(media="screen")


def test_the_customer_sees_the_last_line_and_the_change(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    open_store()
    page = open_register(visit, live_server)
    display = page.context.new_page()
    display.goto(f"{live_server.url}/pos/display?till=S12-1")
    expect(display.get_by_text("Welcome")).to_be_visible()
    scan(page, "69TEA-250")
    expect(display.locator("[data-total]")).to_have_text("¥ 68.00")
    expect(display.locator("[data-lines] li")).to_have_count(1)
    keep(display, "display")
    page.get_by_label("Cash received").fill("100")
    page.get_by_label("Cash received").press("Enter")
    expect(display.get_by_text("Thank you")).to_be_visible()
    expect(display.locator("[data-change]")).to_have_text("¥ 32.00")
    wait_until_sent(page)
