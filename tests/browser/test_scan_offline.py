"""
Goal: a handheld that loses its network loses no scan, doubles none, and puts none elsewhere.

Method: the browser is taken off the line in the middle of a task, the page is loaded anew, and
answers are lost after the warehouse has booked them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect
from playwright.sync_api import TimeoutError as TimedOut
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.browser.test_scan import scan
from tests.browser.test_warehouse_work import Hands
from tests.wms import sending
from yipan.access.roles import Role
from yipan.wms.models import BinMove, Pick, ReceiptScan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT_SECONDS_MAX = 60.0


@pytest.fixture(autouse=True)
def _forget_the_network(complaints: list[str]) -> Iterator[None]:
    """A browser complains of each call that nobody answers: that is what is tried here."""
    yield
    complaints[:] = [said for said in complaints if "net::ERR" not in said]


@pytest.fixture
def worker(visit: Visitor, complaints: list[str]) -> Iterator[Page]:
    retailer.open_retailer()
    page = visit(Role.WAREHOUSE_WORKER, sites=["W1"])
    page.set_viewport_size({"width": 360, "height": 740})
    yield page
    page.context.set_offline(False)
    page.wait_for_load_state("networkidle")
    complaints[:] = [said for said in complaints if "net::ERR" not in said]


def open_count(page: Page, address: str) -> None:
    """Begin to count an order of tea and soap, each scan counting one package."""
    purchase = retailer.order(("TEA-250", 40), ("SOAP-1", 40))
    retailer.deliver()
    page.goto(address + "/wms/receiving")
    scan(page, purchase.inbound_order_number)
    page.wait_for_url("**/wms/receiving/*")
    page.get_by_role("button", name="The first scan takes what is expected").click()
    expect(page.get_by_role("button", name="Each scan counts one package")).to_be_visible()
    wait_until_kept(page, page.url)


def wait_until_kept(page: Page, *addresses: str) -> None:
    """Wait until the worker has taken the page over, and some addresses lie in its cache."""
    script = """async (addresses) => {
      const cache = await caches.open("yipan-handheld-1");
      const kept = (await cache.keys()).map((each) => each.url);
      return [navigator.serviceWorker.controller !== null, kept];
    }"""
    give_up_at = time.monotonic() + KEPT_SECONDS_MAX
    while True:
        is_taken_over, kept = page.evaluate(script)
        if is_taken_over and set(addresses) <= set(kept):
            return
        if time.monotonic() > give_up_at:
            told = f"taken over: {is_taken_over}, kept: {kept}, never: {addresses}"
            raise TimedOut(told)
        page.wait_for_timeout(50)


def expect_unsent(page: Page, count: int) -> None:
    unsent = page.locator("[data-queue-unsent]")
    if count:
        expect(unsent.locator("b")).to_have_text(str(count))
    else:
        expect(unsent).to_be_hidden(timeout=15_000)


def test_scans_without_a_network_outlive_the_page_and_are_counted_once(
    worker: Page, live_server: LiveServer
) -> None:
    open_count(worker, live_server.url)
    Hands(page=worker).scan("69TEA-250")
    expect(worker.locator("input[name=sound]")).to_have_value("1")

    worker.context.set_offline(True)
    for number, code in enumerate(("69TEA-250", "169TEA-250", "69SOAP-1"), start=1):
        scan(worker, code)
        expect_unsent(worker, number)
    expect(worker.get_by_text("No network. What you scan is kept")).to_be_visible()
    expect(worker.locator("[data-offline]")).to_be_visible()
    # The last one was a slip, and nobody has heard of it yet.
    scan(worker, "69MUG-1")
    expect_unsent(worker, 4)
    worker.get_by_role("button", name="Undo").click()
    expect(worker.get_by_text("Taken back: 69MUG-1")).to_be_visible()
    # Nobody posts a receipt from which scans are missing.
    worker.get_by_role("button", name="Post receipt").first.click()
    worker.get_by_role("dialog").get_by_role("button", name="Post receipt").click()
    expect(worker.get_by_text("Your scans are not sent yet.")).to_be_attached()
    worker.reload()
    expect_unsent(worker, 3)
    scan(worker, "69SOAP-1")
    expect_unsent(worker, 4)
    assert ReceiptScan.objects.count() == 1

    worker.context.set_offline(False)

    expect_unsent(worker, 0)
    counted = ReceiptScan.objects.order_by("position").values_list("sku", "quantity")
    assert list(counted) == [
        ("TEA-250", 1),
        ("TEA-250", 1),
        ("TEA-250", 24),
        ("SOAP-1", 1),
        ("SOAP-1", 1),
    ]
    rows = ReceiptScan.objects.order_by("position")
    numbers = [row.device_sequence or 0 for row in rows]
    assert numbers == sorted(numbers)
    assert numbers[0] > 0
    # When it happened is what the device says, not when the network was back.
    assert all(row.occurred_at is not None and row.occurred_at < row.at for row in rows)


def test_an_answer_that_was_lost_is_asked_for_again_and_the_scan_counts_once(
    worker: Page, live_server: LiveServer
) -> None:
    open_count(worker, live_server.url)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    worker.route("**/wms/receiving/*", lose, times=1)
    scan(worker, "69TEA-250")
    expect(worker.get_by_text("No network. What you scan is kept")).to_be_visible()
    assert ReceiptScan.objects.count() == 1
    worker.get_by_role("button", name="Send now").click()

    expect_unsent(worker, 0)
    expect(worker.locator("input[name=sound]")).to_have_value("1")
    assert ReceiptScan.objects.count() == 1


def test_what_builds_on_a_refused_scan_waits_for_a_person(
    worker: Page, live_server: LiveServer
) -> None:
    sending.stock_bins(("RECV-01", "TEA-250", 24), ("A-01-01", "SOAP-1", 5))
    worker.goto(live_server.url + "/wms/carrying")
    worker.wait_for_load_state("networkidle")

    # The first code is none of ours; what follows would take up the content of a bin instead.
    worker.context.set_offline(True)
    for code in ("6900000000001", "A-01-01", "A-01-02"):
        scan(worker, code)
    expect_unsent(worker, 3)
    worker.context.set_offline(False)

    expect(worker.get_by_text("Some scans were not taken.")).to_be_visible()
    expect(worker.locator("[data-queue] li[data-state=refused]")).to_have_count(1)
    expect(worker.locator("[data-queue] li[data-state=stopped]")).to_have_count(2)
    assert BinMove.objects.count() == 0
    worker.get_by_role("button", name="Dismiss").click()
    expect(worker.locator("[data-queue]")).to_be_hidden()

    # Put away by two scans without a network, and booked when it is back.
    worker.context.set_offline(True)
    for number, code in enumerate(("69TEA-250", "A-01-02"), start=1):
        scan(worker, code)
        expect_unsent(worker, number)
    worker.context.set_offline(False)
    expect_unsent(worker, 0)
    expect(worker.get_by_text("24 put into A-01-02.")).to_be_visible()
    assert retailer.stock("wms:W1", "on_hand/A-01-02/available") == 24
    assert retailer.stock("wms:W1", "on_hand/A-01-01/available", "SOAP-1") == 5


def test_a_task_that_was_only_listed_is_picked_without_a_network(
    worker: Page, live_server: LiveServer
) -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 5))
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 2))
    worker.goto(live_server.url + "/wms/picking")
    style = worker.locator("link[rel=stylesheet]").last.evaluate("it => it.href")
    wait_until_kept(worker, live_server.url + "/wms/picking/OUT-1", style)
    # Looking ahead claims nothing: a colleague may still begin with the first bin.
    assert set(Pick.objects.values_list("claimed_by", flat=True)) == {""}

    worker.context.set_offline(True)
    worker.locator("a.hh-item").click()
    worker.wait_for_url("**/wms/picking/OUT-1")
    expect(worker.locator(".hh-focus .bin")).to_have_text("A-01-01")
    for number, code in enumerate(("A-01-01", "69TEA-250", "A-01-02", "69SOAP-1"), start=1):
        scan(worker, code)
        expect_unsent(worker, number)
    assert Pick.objects.filter(state="open").count() == 2
    worker.context.set_offline(False)

    expect_unsent(worker, 0)
    expect(worker.locator("[data-queue]")).to_be_hidden()
    picked = Pick.objects.order_by("id").values_list("sku", "state", "quantity_picked")
    assert sorted(picked) == [("SOAP-1", "picked", 2), ("TEA-250", "picked", 30)]
