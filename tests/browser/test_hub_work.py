"""
Goal: what only a browser shows of the hub's work: a price that follows the supplier, a grid under
the keyboard and under a paste, and decisions that ask for a reason before they are taken.

Method: each step as a person takes it; what was written is read from the documents.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.erp import adjusting, buying
from tests.wms import sending
from yipan.access.roles import Role
from yipan.erp.models import Adjustment, Allocation, PurchaseOrder, SupplierInvoice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("goods"),
]

PASTE = """
([cell, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const said = { clipboardData: data, bubbles: true, cancelable: true };
  const pasted = new ClipboardEvent("paste", said);
  document.querySelector(`input[aria-label="${cell}"]`).dispatchEvent(pasted);
}
"""


def test_an_order_takes_the_price_of_the_supplier_that_is_chosen(
    visit: Visitor, live_server: LiveServer
) -> None:
    buying.sell_at(("TEA-250", 2_800), supplier="SUP-01", case_size=12, minimum_quantity=30)
    buying.sell_at(("TEA-250", 2_700), supplier="SUP-02", case_size=20)
    page = visit(Role.PURCHASER, username="lin")
    page.goto(live_server.url + "/erp/purchase-orders/new")

    page.get_by_label("Supplier").select_option("SUP-02")
    page.get_by_label("Add a product").press_sequentially("TEA-250")
    expect(page.locator(".order-hit.is-first")).to_contain_text("TEA-250")
    page.get_by_label("Add a product").press("Enter")
    expect(page.get_by_label("Unit cost TEA-250")).to_have_value("27.00")
    expect(page.get_by_label("Quantity TEA-250")).to_have_value("20")
    page.get_by_label("One case more").click()
    expect(page.locator("[data-total-value]")).to_have_text("1,080.00")
    page.get_by_role("button", name="Write order").click()

    expect(page.get_by_text("Written. Another person has to approve it.")).to_be_visible()
    order = PurchaseOrder.objects.order_by("-id")[0]
    line = order.lines.get()
    assert (order.supplier, line.quantity_ordered, line.unit_cost_minor) == ("SUP-02", 40, 2_700)
    assert line.unit_cost_list_minor == 2_700


def test_an_invoice_that_differs_is_accepted_by_another_with_a_reason(
    visit: Visitor, live_server: LiveServer
) -> None:
    order = PurchaseOrder.objects.get(state="partly_received").number
    buyer = visit(Role.PURCHASER, username="lin")
    buyer.goto(f"{live_server.url}/erp/purchase-orders/{order}")
    buyer.get_by_role("link", name="Write invoice").click()
    buyer.get_by_label("Invoice number").fill("F-77")
    buyer.get_by_label("Quantity billed TEA-250").fill("100")
    buyer.get_by_label("Price billed TEA-250").fill("1.00")
    buyer.get_by_role("button", name="Write and match").click()
    expect(
        buyer.get_by_text("Written. Something differs: look at the lines marked.")
    ).to_be_visible()
    expect(buyer.get_by_text("More than came")).to_be_visible()
    expect(buyer.get_by_role("button", name="Approve")).to_have_count(0)
    address = buyer.url

    finance = visit(Role.FINANCE, username="fan")
    finance.goto(address)
    finance.get_by_role("button", name="Approve").click()
    reason = finance.get_by_role("textbox", name="Reason")
    expect(reason).to_be_visible()
    # Without a reason the dialog stays, and nothing is decided.
    finance.locator("dialog[open]").get_by_role("button", name="Approve").click()
    expect(reason).to_be_visible()
    reason.fill("The rest comes tomorrow.")
    finance.locator("dialog[open]").get_by_role("button", name="Approve").click()
    expect(finance.get_by_text("Approved. It may be paid as it is.")).to_be_visible()
    assert SupplierInvoice.objects.get().approved_by == "fan"


def test_the_grid_of_an_allocation_is_filled_by_keyboard_and_by_paste(
    visit: Visitor, live_server: LiveServer
) -> None:
    sending.stock_bins(("A-01-01", "MUG-1", 240), ("A-01-02", "SOAP-1", 240))
    retailer.deliver()
    page = visit(Role.PLANNER, username="pan")
    page.goto(live_server.url + "/erp/allocations/new")
    page.get_by_label("Add products").fill("MUG-1 SOAP-1")
    page.get_by_role("button", name="Add rows").click()

    # By keyboard: right, down, and nothing is written on the way.
    page.get_by_label("MUG-1 S1", exact=True).click()
    page.keyboard.type("24")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("48")
    page.keyboard.press("Enter")
    expect(page.get_by_label("SOAP-1 S12", exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("SOAP-1 S1", exact=True)).to_be_focused()

    # A block of a spreadsheet fills to the right and down from where it is pasted.
    page.evaluate(PASTE, ["MUG-1 S1", "72\t24\n48\t96\n"])
    expect(page.get_by_label("MUG-1 S1", exact=True)).to_have_value("72")
    expect(page.get_by_label("SOAP-1 S12", exact=True)).to_have_value("96")
    page.get_by_role("button", name="Share out").click()

    page.wait_for_url(re.compile(r"/erp/allocations/AL-"))
    needs = Allocation.objects.get().lines.order_by("sku", "to_site")
    assert list(needs.values_list("sku", "to_site", "quantity_needed")) == [
        ("MUG-1", "S1", 72),
        ("MUG-1", "S12", 24),
        ("SOAP-1", "S1", 48),
        ("SOAP-1", "S12", 96),
    ]


def test_an_adjustment_is_approved_by_a_second_person_alone(
    visit: Visitor, live_server: LiveServer
) -> None:
    adjusting.submit("W1-AD-9", ("TEA-250", 2), by="zhao")
    retailer.deliver()
    address = live_server.url + "/erp/adjustments/W1-AD-9"

    own = visit(Role.INVENTORY_CONTROLLER, username="zhao")
    own.goto(address)
    expect(own.get_by_text("somebody else has to decide")).to_be_visible()
    expect(own.get_by_role("button", name="Approve")).to_have_count(0)

    other = visit(Role.INVENTORY_CONTROLLER, username="qian")
    other.goto(address)
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("Decided. The site is told.")).to_be_visible()
    assert Adjustment.objects.get().decided_by == "qian"
