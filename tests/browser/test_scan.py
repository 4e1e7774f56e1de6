"""
Goal: a scan is never lost, never doubled, and never lands in a quantity.

Method: keys as a scanner with a wedge sends them, all at once, against the receiving task. A
person types far slower.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from yipan.access.roles import Role
from yipan.wms.models import ReceiptScan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Keys within a millisecond of each other, as the browser would handle them: what is not
#: prevented is written where the focus is, and Enter sends the form of the field.
WEDGE = """
([text, end]) => {
  const press = (key) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (const key of text) if (press(key)) document.execCommand("insertText", false, key);
  if (end && press(end)) document.activeElement.form?.requestSubmit();
}
"""
CODE = "69TEA-250"

#: Milliseconds after which the same code is another package: more than a device echoes.
NEXT_PACKAGE = 120


@pytest.fixture
def task(visit: Visitor, live_server: LiveServer) -> Page:
    """The count of an order of 100 packs of tea, each scan counting one."""
    retailer.open_retailer()
    purchase = retailer.order(("TEA-250", 100), ("SOAP-1", 24))
    retailer.deliver()
    page = visit(Role.WAREHOUSE_WORKER, sites=["W1"])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + "/wms/receiving")
    scan(page, purchase.inbound_order_number)
    page.wait_for_url("**/wms/receiving/*")
    page.get_by_role("button", name="The first scan takes what is expected").click()
    expect(page.get_by_role("button", name="Each scan counts one package")).to_be_visible()
    return page


def scan(page: Page, text: str, *, end: str = "Enter") -> None:
    """Send keys as a scanner does, whatever has the focus."""
    page.evaluate(WEDGE, [text, end])


def scan_the_next(page: Page, text: str) -> None:
    """Scan the next package of the same goods, as fast as a hand can."""
    page.wait_for_timeout(NEXT_PACKAGE)
    scan(page, text)


def expect_counted(page: Page, quantity: int) -> None:
    expect(page.locator("input[name=sound]")).to_have_value(str(quantity))


def test_a_scan_counts_and_the_box_is_ready_for_the_next(task: Page) -> None:
    scan(task, CODE)
    expect_counted(task, 1)
    expect(task.locator("[data-scan]")).to_be_focused()
    expect(task.locator("[data-scan]")).to_have_value("")

    scan_the_next(task, CODE)

    expect_counted(task, 2)


def test_a_scan_into_a_quantity_is_a_scan_and_leaves_the_quantity(task: Page) -> None:
    scan(task, CODE)
    expect_counted(task, 1)
    task.locator("input[name=damaged]").click()

    scan_the_next(task, CODE)

    expect_counted(task, 2)
    expect(task.locator("input[name=damaged]")).to_have_value("0")
    assert ReceiptScan.objects.filter(is_damaged=True).count() == 0


def test_a_scanner_without_a_suffix_is_understood(task: Page) -> None:
    task.locator("h1").click()

    scan(task, CODE, end="")

    expect_counted(task, 1)


def test_one_scan_echoed_at_once_counts_once(task: Page) -> None:
    scan(task, CODE)
    scan(task, CODE)
    task.wait_for_load_state("networkidle")

    expect_counted(task, 1)
    assert ReceiptScan.objects.count() == 1


def test_what_is_typed_slowly_stays_where_it_is_typed(task: Page) -> None:
    scan(task, CODE)
    expect_counted(task, 1)
    field = task.locator("input[name=damaged]")
    field.click()
    field.press("Control+a")

    task.keyboard.type("12", delay=90)
    task.keyboard.press("Enter")

    expect(task.locator("input[name=damaged]")).to_have_value("12")
    expect_counted(task, 1)


def test_twenty_scans_in_a_row_are_twenty(task: Page) -> None:
    for _ in range(20):
        scan_the_next(task, CODE)

    expect_counted(task, 20)
    assert ReceiptScan.objects.count() == 20


def test_an_unknown_code_says_so_and_counts_nothing(task: Page) -> None:
    scan(task, "4006381333931")

    expect(task.locator(".hh-message.tone-bad")).to_be_visible()
    assert ReceiptScan.objects.count() == 0
