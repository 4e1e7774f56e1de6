"""
Goal: the first goods move through three books by hand, in the browser, as the README says.

Method: each person in a browser of their own: a purchaser orders, a controller approves, a
worker scans at the dock, a clerk sells at the register. Messages are delivered in between, as
the worker process would. Every number is read off the screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.access.builders import a_person
from yipan.access.roles import Role
from yipan.erp.models import PurchaseOrder
from yipan.wms.models import InboundOrder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenFor = Callable[..., Page]

DESK, HANDHELD, TILL = (1360, 900), (400, 800), (1024, 768)


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def open_for(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[OpenFor]:
    """Return what opens a browser of its own for a person of some role."""
    contexts: list[BrowserContext] = []

    def open_browser(
        *roles: Role, username: str, sites: list[str] | None = None, size: tuple[int, int]
    ) -> Page:
        client = Client()
        client.force_login(a_person(*roles, username=username, sites=sites or []))
        [session] = client.cookies.values()
        width, height = size
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}
        )
        contexts.append(context)
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


def test_the_first_goods_by_hand(open_for: OpenFor) -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()

    number = write_an_order_of_100(open_for(Role.PURCHASER, username="lin", size=DESK))
    approve_it(open_for(Role.INVENTORY_CONTROLLER, username="zhao", size=DESK), number)
    buyer = open_for(Role.PURCHASER, username="he", size=DESK)
    send_it(buyer, number)
    retailer.deliver()
    receive_97(open_for(Role.WAREHOUSE_WORKER, username="wang", sites=["W1"], size=HANDHELD))
    assert retailer.stock("wms:W1", "on_hand/RECV-01/available") == 95
    assert retailer.stock("wms:W1", "on_hand/RECV-01/damaged") == 2
    assert retailer.stock("erp", "on_hand/W1/available") == 0

    retailer.deliver()
    assert retailer.stock("erp", "on_hand/W1/available") == 95
    assert retailer.stock("erp", "on_hand/W1/damaged") == 2
    look_behind_the_numbers(buyer, number)

    sell_two(open_for(Role.STORE_CLERK, username="chen", sites=["S12"], size=TILL))
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 8
    assert retailer.stock("erp", "on_hand/S12/available") == 10
    retailer.deliver()
    assert retailer.stock("erp", "on_hand/S12/available") == 8


def write_an_order_of_100(buyer: Page) -> str:
    """The purchaser finds the tea by typing, and cannot approve what was written."""
    buyer.goto("/erp/purchase-orders/new")
    buyer.get_by_label("Add a product").press_sequentially("TEA-250")
    expect(buyer.locator(".order-hit.is-first")).to_contain_text("TEA-250")
    buyer.get_by_label("Add a product").press("Enter")
    quantity = buyer.get_by_label("Quantity TEA-250")
    expect(quantity).to_be_focused()
    quantity.fill("2.5 箱")
    quantity.press("Tab")
    expect(quantity).to_have_value("60")
    quantity.fill("100")
    expect(buyer.locator("[data-total-value]")).to_have_text("3,000.00")
    buyer.get_by_role("button", name="Write order").click()
    expect(buyer.get_by_text("Written. Another person has to approve it.")).to_be_visible()
    number = PurchaseOrder.objects.get().number
    expect(buyer.get_by_role("heading", name=number)).to_be_visible()
    expect(buyer.get_by_role("button", name="Approve")).to_have_count(0)
    return number


def approve_it(controller: Page, number: str) -> None:
    """Another person approves."""
    controller.goto(f"/erp/purchase-orders/{number}")
    controller.get_by_role("button", name="Approve").click()
    expect(controller.get_by_text("Approved. The order can be sent.")).to_be_visible()


def send_it(buyer: Page, number: str) -> None:
    """A purchaser sends what was approved."""
    buyer.goto(f"/erp/purchase-orders/{number}")
    buyer.get_by_role("button", name="Send").click()
    expect(buyer.get_by_text("Sent. The warehouse is told what to expect.")).to_be_visible()


def receive_97(worker: Page) -> None:
    """The worker scans order and tea, keys 95 sound and 2 damaged, and posts."""
    worker.goto("/wms/receiving")
    worker.get_by_label("Scan an order").fill(InboundOrder.objects.get().number)
    worker.keyboard.press("Enter")
    worker.get_by_label("Scan a product").fill("69TEA-250")
    worker.keyboard.press("Enter")
    expect(worker.get_by_label("Sound")).to_have_value("100")
    # The scan box takes the focus back when the answer has settled; nobody types before.
    expect(worker.get_by_label("Scan a product")).to_be_focused()
    worker.wait_for_function("document.querySelectorAll('.htmx-settling').length === 0")
    worker.get_by_label("Sound").fill("95")
    expect(worker.get_by_label("Sound")).to_have_value("95")
    worker.get_by_label("Damaged", exact=True).fill("2")
    worker.get_by_role("button", name="Apply").click()
    expect(worker.get_by_text("97 of 100")).to_be_visible()
    worker.get_by_role("button", name="Post receipt").first.click()
    worker.get_by_role("dialog").get_by_role("button", name="Post receipt").click()
    expect(worker.get_by_text("Posted into RECV-01. The hub is told.")).to_be_visible()


def look_behind_the_numbers(buyer: Page, number: str) -> None:
    """The order is open for 3, and its numbers open into the posting and the message."""
    buyer.goto(f"/erp/purchase-orders/{number}")
    expect(buyer.locator(".badge", has_text="Partly received")).to_be_visible()
    expect(buyer.locator(".total-row .value")).to_have_text(["100", "97", "3", "¥3,000.00"])
    buyer.get_by_role("link", name=re.compile("^Goods receipt GR-W1")).click()
    expect(buyer.locator("h1")).to_contain_text("GR-W1")
    expect(buyer.get_by_text("wms:W1/stock #1")).to_be_visible()


def sell_two(clerk: Page) -> None:
    """The clerk sets the register up, scans twice the tea, and takes the exact cash."""
    clerk.goto("/pos/register")
    clerk.get_by_role("button", name="Set up S12-1").click()
    clerk.wait_for_load_state("networkidle")
    scan = clerk.get_by_label("Scan, or type a name")
    scan.fill("2*69TEA-250")
    scan.press("Enter")
    expect(clerk.locator("[data-sum]")).to_have_text("¥136.00")
    clerk.keyboard.press("F9")
    expect(clerk.locator("[data-done-number]")).to_have_text("S12-1-000001")
    expect(clerk.locator("[data-recent] li").first).to_contain_text("Sent")


def test_the_register_guards_quantities_and_keeps_a_ticket_until_it_is_answered(
    open_for: OpenFor, complaints: list[str]
) -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    clerk = open_for(Role.STORE_CLERK, username="chen", sites=["S12"], size=(1024, 768))
    clerk.goto("/pos/register")
    clerk.get_by_role("button", name="Set up S12-1").click()
    clerk.wait_for_load_state("networkidle")
    scan = clerk.get_by_label("Scan, or type a name")

    # A barcode in front of the sign, and a figure beyond all sense, are no quantities.
    for text in ("100000*69TEA-250", "0*69TEA-250"):
        scan.fill(text)
        scan.press("Enter")
        expect(clerk.get_by_text("A quantity is a number up to 99,999")).to_be_visible()
    expect(clerk.locator(".register-line")).to_have_count(0)
    scan.fill("no such thing")
    scan.press("Enter")
    expect(clerk.get_by_text("No product is written like that.")).to_be_visible()

    # The network goes away: the sale is finished all the same, and sent when it is back.
    scan.fill("69TEA-250")
    scan.press("Enter")
    clerk.context.set_offline(True)
    clerk.keyboard.press("F9")
    expect(clerk.locator("[data-sync-text]")).to_contain_text("Waiting for the network · 1")
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 10
    clerk.context.set_offline(False)
    expect(clerk.locator("[data-sync-text]")).to_have_text("All sent")
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 9
    complaints[:] = [said for said in complaints if "ERR_INTERNET_DISCONNECTED" not in said]


def test_a_ticket_outlives_a_lost_session_and_a_closed_page(
    open_for: OpenFor, complaints: list[str]
) -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    clerk = open_for(Role.STORE_CLERK, username="chen", sites=["S12"], size=TILL)
    clerk.goto("/pos/register")
    clerk.get_by_role("button", name="Set up S12-1").click()
    clerk.wait_for_load_state("networkidle")
    session = clerk.context.cookies()

    clerk.context.clear_cookies()
    clerk.get_by_label("Scan, or type a name").fill("69TEA-250")
    clerk.keyboard.press("Enter")
    clerk.keyboard.press("F9")
    expect(clerk.locator("[data-sync-text]")).to_have_text("Log in again to send · 1")
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 10

    # Logged in again, on a page opened anew: the ticket is still there, and goes out once.
    clerk.context.add_cookies(session)  # type: ignore[arg-type]
    clerk.reload()
    expect(clerk.locator("[data-sync-text]")).to_have_text("All sent")
    expect(clerk.locator("[data-recent] li").first).to_contain_text("S12-1-000001")
    expect(clerk.locator("[data-recent] li").first).to_contain_text("Sent")
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 9
    complaints[:] = [said for said in complaints if "401" not in said]


def test_a_scan_is_taken_back_and_damaged_lasts_for_one(open_for: OpenFor) -> None:
    retailer.open_retailer()
    purchase = retailer.order(("TEA-250", 100))
    retailer.deliver()
    worker = open_for(Role.WAREHOUSE_WORKER, username="wang", sites=["W1"], size=(400, 800))
    worker.goto("/wms/receiving")
    worker.get_by_label("Scan an order").fill(purchase.number)
    worker.keyboard.press("Enter")
    worker.get_by_role("button", name="The first scan takes what is expected").click()
    expect(worker.get_by_role("button", name="Each scan counts one package")).to_be_visible()
    scan = worker.get_by_label("Scan a product")

    scan.fill("169TEA-250")
    worker.keyboard.press("Enter")
    expect(worker.get_by_label("Sound")).to_have_value("24")
    worker.get_by_role("button", name="Damaged").click()
    scan.fill("TEA-250")
    scan.press("Enter")
    expect(worker.get_by_label("Damaged", exact=True)).to_have_value("1")
    # The same code at once would be an echo of the scanner, as it should be.
    worker.wait_for_timeout(400)
    scan.fill("TEA-250")
    scan.press("Enter")
    expect(worker.get_by_label("Sound")).to_have_value("25")
    worker.get_by_role("button", name="Undo").click()
    expect(worker.get_by_label("Sound")).to_have_value("24")
    scan.fill("SOAP-1")
    scan.press("Enter")
    expect(worker.get_by_text("Not on this order: booked as blocked.")).to_be_visible()
    scan.fill("nothing")
    scan.press("Enter")
    expect(
        worker.get_by_text("No order, product, barcode or bin of this site is written like that.")
    ).to_be_visible()
