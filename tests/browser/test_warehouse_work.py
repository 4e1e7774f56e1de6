"""
Goal: nobody in the warehouse needs more scans and taps for a task than the floor allows.

Method: each task is done as a person would, and every scan, tap and keyed number is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.retailer import BUYER, NOON, make_id
from tests.wms import sending
from yipan.access.roles import Role
from yipan.erp.documents.purchasing import arrival_notice
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.erp.models import PurchaseOrder
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow
from yipan.messages.erp_purchasing import Package, PackedLine
from yipan.wms.models import OutboundOrder

SSCC = "106141412345678908"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass
class Hands:
    """A person with a handheld, who counts what they do."""

    page: Page
    interactions: int = 0

    def scan(self, text: str) -> None:
        """Scan, as a wedge with Enter does."""
        self.interactions += 1
        self.page.locator("[data-scan]").fill(text)
        self.page.keyboard.press("Enter")

    def tap(self, name: str) -> None:
        """Tap a button."""
        self.interactions += 1
        self.page.get_by_role("button", name=name, exact=True).click()

    def see(self, text: str) -> None:
        """Wait until the screen says something."""
        expect(self.page.get_by_text(text).first).to_be_visible()


@pytest.fixture
def hands(visit: Visitor) -> Hands:
    retailer.open_retailer()
    records.save_bins([BinRow(site="W1", code="PACK-01", zone="PACK", zone_type="packing")])
    page = visit(Role.WAREHOUSE_WORKER, sites=["W1"])
    page.set_viewport_size({"width": 360, "height": 740})
    return Hands(page=page)


def test_three_lines_are_received_in_5(hands: Hands, live_server: LiveServer) -> None:
    order = retailer.order(("TEA-250", 24), ("SOAP-1", 10), ("MUG-1", 5))
    retailer.deliver()
    hands.page.goto(live_server.url + "/wms/receiving")

    hands.scan(order.inbound_order_number)
    hands.page.wait_for_url("**/wms/receiving/*")
    for sku, quantity in (("TEA-250", 24), ("SOAP-1", 10), ("MUG-1", 5)):
        hands.scan(f"69{sku}")
        hands.see(f"+{quantity}")
    hands.scan("CMD:POST")
    hands.see("Posted into RECV-01. The hub is told.")

    assert hands.interactions == 5
    assert retailer.stock("wms:W1", "on_hand/RECV-01/available", "MUG-1") == 5


def test_goods_are_put_away_in_2(hands: Hands, live_server: LiveServer) -> None:
    sending.stock_bins(("RECV-01", "TEA-250", 24), ("A-01-02", "TEA-250", 3))
    hands.page.goto(live_server.url + "/wms/carrying")

    hands.scan("69TEA-250")
    hands.see("The same product lies there.")
    hands.scan("A-01-02")
    hands.see("24 put into A-01-02.")

    assert hands.interactions == 2
    assert retailer.stock("wms:W1", "on_hand/A-01-02/available") == 27


def test_a_bins_content_is_moved_in_2(hands: Hands, live_server: LiveServer) -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 24), ("A-01-01", "SOAP-1", 3))
    hands.page.goto(live_server.url + "/wms/carrying")

    hands.scan("A-01-01")
    hands.see("out of A-01-01")
    hands.scan("A-01-02")
    hands.see("27 put into A-01-02.")

    assert hands.interactions == 2
    assert retailer.stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 3


def test_three_lines_are_picked_in_8_and_shipped(hands: Hands, live_server: LiveServer) -> None:
    sending.stock_bins(
        ("A-01-01", "TEA-250", 40), ("A-01-01", "MUG-1", 9), ("A-01-02", "SOAP-1", 5)
    )
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 5), ("MUG-1", 2))
    hands.page.goto(live_server.url + "/wms/picking")

    hands.scan("OUT-1")
    hands.page.wait_for_url("**/wms/picking/OUT-1")
    for one in sending.list_open("OUT-1"):
        hands.scan(one.bin_code)
        hands.see(f"Right bin. Take {one.quantity}.")
        hands.scan(f"69{one.sku}")
        hands.see(f"Picked: {one.quantity}.")
    hands.scan("PACK-01")
    hands.see("37 put down in PACK-01.")
    assert hands.interactions == 8

    # The book says that A-01-02 holds no soap any more: the question waits, and stops nobody.
    expect(hands.page.get_by_role("button", name="Empty")).to_be_visible()
    hands.tap("Ship")
    hands.page.get_by_role("dialog").get_by_role("button", name="Ship").click()
    expect(hands.page.get_by_text(re.compile("OUT-1-1 has left"))).to_be_visible()
    assert OutboundOrder.objects.get().state == "shipped"


def test_one_piece_is_scrapped_in_3(hands: Hands, live_server: LiveServer) -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    hands.page.goto(live_server.url + "/wms/adjusting")

    hands.scan("69TEA-250")
    hands.page.wait_for_url("**/wms/adjusting/*")
    hands.tap("Scrap")
    hands.see("Chosen.")
    hands.tap("Post adjustment")
    hands.see("is posted. The hub is told.")

    assert hands.interactions == 3
    assert retailer.stock("wms:W1", "scrap") == 1


def announce(order: PurchaseOrder, *packages: Package) -> None:
    """Let the supplier say what is on its way, pallet by pallet."""
    arrival_notice.announce(
        noticed=Noticed(
            site="W1",
            supplier="SUP-01",
            lines=tuple(
                NoticedLine(sku=it.sku, quantity=it.quantity, purchase_order_number=order.number)
                for package in packages
                for it in package.lines
            ),
            packages=packages,
            expected_at=NOON,
            carrier="SF",
        ),
        by=BUYER,
        at=NOON,
        message_id=make_id("on its way"),
    )
    retailer.deliver()


def test_a_pallet_is_received_in_2_by_its_license_plate_and_put_away_in_2(
    hands: Hands, live_server: LiveServer
) -> None:
    order = retailer.order(("TEA-250", 48), ("SOAP-1", 30))
    announce(
        order,
        Package(
            sscc=SSCC,
            lines=(
                PackedLine(sku="TEA-250", quantity=48),
                PackedLine(sku="SOAP-1", quantity=30),
            ),
        ),
    )
    hands.page.goto(live_server.url + "/wms/receiving")

    hands.scan(f"(00){SSCC}")
    hands.see(f"+78 in package {SSCC}")
    hands.scan("CMD:POST")
    hands.see("Posted into RECV-01. The hub is told.")
    assert hands.interactions == 2

    hands.page.goto(live_server.url + "/wms/carrying")
    hands.interactions = 0
    hands.scan(SSCC)
    hands.see("out of RECV-01")
    hands.scan("A-01-02")
    hands.see("78 put into A-01-02.")

    assert hands.interactions == 2
    assert retailer.stock("wms:W1", "on_hand/A-01-02/available", "SOAP-1") == 30
    assert retailer.stock("wms:W1", "on_hand/A-01-02/available", "TEA-250") == 48
    retailer.deliver()
    order.refresh_from_db()
    assert order.state == "received"
