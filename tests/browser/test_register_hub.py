"""
Goal: what the hub has to promise is asked for at the register, and what it told is kept.

Method: a real browser at a store; the hub behind it knows the receipts and the other sites'
goods. The network is taken away and comes back; both books are read afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.registers import (
    forget_the_network,
    keep,
    open_register,
    open_store,
    scan,
    sell,
    wait_until_sent,
)
from tests.retailer import CLERK, NOON, stock
from yipan.access.roles import Role
from yipan.erp.models import CustomerReturn
from yipan.oms.models import ChannelOrder
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.pos.models import StoreDay, Ticket, TillEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY_MS = 86_400_000

#: Moves the device's clock by what the test wrote down.
CLOCK = """
(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + Number(localStorage.getItem("shift") ?? 0);
})();
"""


@pytest.fixture
def register(visit: Callable[..., Page], live_server: LiveServer) -> Page:
    """A register of S12, and a store S1 that has what S12 sells."""
    open_store()
    retailer.open_store("S1", ("TEA-250", 30), ("SOAP-1", 4))
    channels.save_service(service=Service(site="S1", method="ship"), by=CLERK, at=NOON)
    retailer.deliver()
    return open_register(visit, live_server)


def approve(page: Page, reason: str) -> None:
    """A manager who sells says why."""
    dialog = page.locator("[data-override]")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Approve").click()


def test_the_hub_says_what_of_a_receipt_comes_back_and_refunds_what_was_paid(
    register: Page,
) -> None:
    # Two teas for half of their price, by a deep discount somebody allowed.
    scan(register, "2*69TEA-250")
    register.get_by_label("Scan, or type a name").fill("50%")
    register.get_by_role("button", name="Discount").click()
    register.keyboard.press("F9")
    approve(register, "torn boxes")
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000001")
    wait_until_sent(register)
    retailer.deliver()

    scan(register, "S12-1-000001")
    expect(register.locator("[data-hits]")).to_contain_text("may come back 2 / 2")
    keep(register, "register-returnable")
    # What is not on it is not taken back by it; nor is a third tea.
    scan(register, "69MUG-1")
    expect(register.locator("[data-say]")).to_contain_text("Not on this receipt")
    scan(register, "3*69TEA-250")
    expect(register.locator("[data-say]")).to_contain_text("So many did not leave on it")
    scan(register, "69TEA-250")
    expect(register.locator("[data-sum]")).to_have_text("¥−34.00")
    # It is faulty as it came: it goes back to its supplier, and is for nobody to sell.
    for _ in range(3):
        register.get_by_role("button", name="Sound or not").click()
    expect(register.locator(".register-line .sub")).to_contain_text("back to the supplier")
    register.keyboard.press("F9")
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000002")
    wait_until_sent(register, "S12-1-000002")
    retailer.deliver()

    claimed = CustomerReturn.objects.get()
    assert (claimed.state, claimed.refund_minor) == ("refunded", 3_400)
    assert stock("pos:S12", "customer") == stock("erp", "customer") == 1
    assert stock("pos:S12", "on_hand/shop_floor/blocked") == 1
    assert stock("erp", "on_hand/S12/blocked") == 1


def test_a_receipt_nobody_can_check_needs_a_second_look(
    register: Page, complaints: list[str]
) -> None:
    register.context.set_offline(True)
    scan(register, "S12-1-000077")
    expect(register.locator("[data-say]")).to_contain_text("Nobody could check this receipt")
    scan(register, "69TEA-250")
    register.keyboard.press("F9")
    expect(register.locator("[data-override-what]")).to_have_text("A return nobody could check")
    approve(register, "regular customer")
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000001")
    with register.expect_response("**/api/v1/tills/S12-1/events"):
        register.context.set_offline(False)
    wait_until_sent(register)

    assert Ticket.objects.get().lines[0]["original_ticket"] == "S12-1-000077"
    assert TillEvent.objects.get(event_type="override").reason == "regular customer"
    forget_the_network(complaints)


def test_goods_of_another_store_are_ordered_and_paid_here(
    register: Page, complaints: list[str]
) -> None:
    scan(register, "2*69SOAP-1")
    register.get_by_role("button", name="Elsewhere").click()
    dialog = register.get_by_role("dialog", name="What other sites have")
    expect(dialog).to_contain_text("As of now")
    expect(dialog.locator("[data-elsewhere-rows] li").first).to_contain_text("4")
    keep(register, "register-elsewhere")
    dialog.get_by_role("textbox", name="Customer").fill("Zhou")
    dialog.get_by_label("Address").fill("Wenyi Road 1")
    dialog.get_by_role("button", name="Order it here").click()
    expect(register.locator(".register-line .sub")).to_contain_text("order from elsewhere")

    # A promise needs the network: without it the ticket waits, and is not paid.
    register.context.set_offline(True)
    register.keyboard.press("F9")
    expect(register.locator("[data-say]")).to_contain_text("An order needs the network")
    register.context.set_offline(False)
    register.keyboard.press("F9")
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000001")
    wait_until_sent(register)
    retailer.deliver()

    order = ChannelOrder.objects.get()
    assert (order.channel, order.customer_name, order.method) == ("register", "Zhou", "ship")
    [line] = Ticket.objects.get().lines
    assert (line["line_type"], line["original_ticket"]) == ("order", order.number)
    assert stock("erp", "on_hand/S1/reserved", "SOAP-1") == 2
    assert stock("pos:S12", "on_hand/shop_floor/available", "SOAP-1") == 0

    # Without a network the figures are those of before, and say how old they are; nothing of
    # them can be ordered.
    register.context.set_offline(True)
    scan(register, "69SOAP-1")
    register.get_by_role("button", name="Elsewhere").click()
    expect(dialog).to_contain_text("No network. As it was before")
    expect(dialog.locator("[data-elsewhere-rows] li").first).to_contain_text("4")
    expect(dialog.get_by_role("button", name="Order it here")).to_be_hidden()
    dialog.get_by_role("button", name="Leave it").click()
    register.context.set_offline(False)
    forget_the_network(complaints)


def test_a_week_without_a_network_is_sealed_day_by_day_and_closes_by_itself(
    visit: Callable[..., Page], live_server: LiveServer, complaints: list[str]
) -> None:
    open_store()
    page = visit(Role.STORE_MANAGER, username="fang", sites=["S12"])
    page.add_init_script(CLOCK)
    page.goto(f"{live_server.url}/pos/register")
    page.get_by_role("button", name="Set up S12-1").click()
    expect(page.locator("[data-catalog-age]")).to_contain_text("5 ·")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)

    for day in range(7):
        page.evaluate("(ms) => localStorage.setItem('shift', ms)", (day - 7) * DAY_MS)
        sell(page, 2)
        page.locator("[data-sync]").click()
        page.get_by_role("button", name="Seal the day").click()
        sealing = page.get_by_role("dialog", name="Seal the day")
        if day == 0:
            keep(page, "register-seal")
        sealing.get_by_label("Cash").fill("136")
        sealing.get_by_role("button", name="Seal", exact=True).click()
        expect(page.locator("[data-say]")).to_contain_text("sealed, not told yet")
    assert Ticket.objects.count() == 0
    # Stock is shown without a network: as it was, less what was sold here since, with its age.
    tea = page.locator('.quick[data-sku="TEA-250"] [data-stock]')
    expect(tea).to_have_text("86")
    expect(page.locator("[data-stock-age]")).not_to_have_text("?")

    page.evaluate("() => localStorage.setItem('shift', 0)")
    page.context.set_offline(False)
    expect(page.locator("[data-sync-text]")).to_have_text("All sent", timeout=20_000)
    expect(page.locator("[data-seals] li", has_text="sealed, the hub compares")).to_have_count(5)
    retailer.deliver()
    days = StoreDay.objects.order_by("business_date")
    assert [(day.state, day.ticket_count, day.amount_minor) for day in days] == [
        ("closed", 2, 13_600)
    ] * 7
    page.locator("[data-sync]").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("[data-seals] li", has_text="closed")).to_have_count(5)
    keep(page, "register-sealed")
    forget_the_network(complaints)
