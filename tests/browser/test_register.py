"""
Goal: a register sells without a network, and nothing is lost, doubled or out of order.

Method: a real browser goes offline, is reloaded from its own cache, and comes back to a network
that swallows replies after the server has booked. Both books are read afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.registers import (
    keep,
    open_register,
    open_store,
    scan,
    sell,
    wait_for_cache,
    wait_until_held,
    wait_until_sent,
)
from tests.retailer import stock
from yipan.pos.models import RegisterTicket, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FLOOR = "on_hand/shop_floor/available"
SALES = 60


@pytest.fixture
def register(visit: Callable[..., Page], live_server: LiveServer) -> Page:
    """A register of S12 with its catalog, ready to sell."""
    open_store()
    return open_register(visit, live_server)


def test_sixty_sales_offline_are_booked_once_each_and_in_order(
    register: Page, complaints: list[str]
) -> None:
    wait_for_cache(register)
    register.context.set_offline(True)
    sell(register, SALES // 2)
    expect(register.locator("[data-sync-text]")).to_contain_text(str(SALES // 2))

    # No new version of the page comes between tickets and their sending.
    wait_until_held(register, is_held=True)
    # The page is closed and opened again, and there is still no network.
    register.reload()
    expect(register.locator("[data-sync-text]")).to_contain_text(str(SALES // 2))
    keep(register, "register-offline")
    sell(register, SALES // 2)
    assert Ticket.objects.count() == 0

    # The network is back, and loses the first two replies after the server has booked.
    lost: list[int] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    register.route("**/api/v1/tills/*/tickets", lose)
    register.context.set_offline(False)
    expect(register.locator("[data-sync-text]")).to_have_text("All sent", timeout=30_000)

    wait_until_held(register, is_held=False)

    assert lost == [200, 200]
    tickets = list(Ticket.objects.order_by("id"))
    assert [ticket.number for ticket in tickets] == [
        f"S12-1-{number:06d}" for number in range(1, SALES + 1)
    ]
    assert tickets == sorted(tickets, key=lambda ticket: ticket.occurred_at)
    assert RegisterTicket.objects.count() == SALES
    assert stock("pos:S12", FLOOR) == 100 - SALES
    retailer.deliver()
    assert stock("erp", "on_hand/S12/available") == 100 - SALES
    complaints[:] = [said for said in complaints if "net::ERR" not in said]


def test_a_ticket_with_discount_gift_and_two_tenders(register: Page) -> None:
    scan(register, "2*69TEA-250")
    register.get_by_label("Scan, or type a name").fill("10%")
    register.get_by_role("button", name="Discount").click()
    expect(register.locator("[data-sum]")).to_have_text("¥122.40")
    scan(register, "69MUG-1")
    expect(register.locator("[data-sum]")).to_have_text("¥190.40")
    register.get_by_role("button", name="Gift").click()
    expect(register.locator("[data-sum]")).to_have_text("¥122.40")
    keep(register, "register")
    register.get_by_label("Cash received").fill("22.40")
    register.get_by_role("button", name="Card").click()
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000001")
    wait_until_sent(register)

    ticket = Ticket.objects.get()
    assert [
        (line["sku"], line["quantity"], line["amount_minor"], line["line_type"])
        for line in ticket.lines
    ] == [("TEA-250", 2, 12_240, "sale"), ("MUG-1", 1, 0, "gift")]
    # One scan stood for two: who looks for goods mixed up has to know.
    assert [line["multiplier_used"] for line in ticket.lines] == [True, False]
    assert [(paid["tender"], paid["amount_minor"]) for paid in ticket.tenders] == [
        ("cash", 2_240),
        ("card", 10_000),
    ]
    # The gift left the stock as a line of its own.
    assert stock("pos:S12", FLOOR, "MUG-1") == 4


def test_three_items_for_exact_cash_cost_four_and_the_next_scan_begins_anew(
    register: Page,
) -> None:
    made = 0
    for code in ("69TEA-250", "69MUG-1", "69SOAP-1"):
        scan(register, code)
        made += 1
    expect(register.locator(".register-line")).to_have_count(3)
    register.keyboard.press("F9")
    made += 1

    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000001")
    assert made == 4
    # No key closes the finished ticket: the next customer's first scan does.
    scan(register, "69TEA-250")
    expect(register.locator(".register-line")).to_have_count(1)
    expect(register.locator("[data-done]")).to_be_hidden()
    wait_until_sent(register)
    assert [len(ticket.lines) for ticket in Ticket.objects.all()] == [3]


def test_a_return_with_its_receipt_costs_four_and_goes_where_it_belongs(register: Page) -> None:
    sell(register, 1)
    wait_until_sent(register)
    retailer.deliver()

    made = 0
    for code in ("S12-1-000001", "69TEA-250"):
        scan(register, code)
        made += 1
    expect(register.locator(".register-line .sub")).to_contain_text("sellable")
    register.get_by_role("button", name="Sound or not").click()
    made += 1
    expect(register.locator(".register-line .sub")).to_contain_text("to be inspected")
    register.keyboard.press("F9")
    made += 1
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000002")
    assert made == 4
    wait_until_sent(register, "S12-1-000002")
    retailer.deliver()

    [line] = Ticket.objects.get(number="S12-1-000002").lines
    assert (line["quantity"], line["disposition"], line["original_ticket"]) == (
        -1,
        "inspect",
        "S12-1-000001",
    )
    assert stock("pos:S12", "on_hand/shop_floor/quarantine") == 1
    assert stock("erp", "on_hand/S12/quarantine") == 1


def test_a_ticket_waits_and_is_taken_up_and_one_tab_writes(register: Page) -> None:
    scan(register, "3*69TEA-250")
    register.get_by_role("button", name="Park").click()
    expect(register.get_by_text("Parked.")).to_be_visible()
    expect(register.locator(".register-line")).to_have_count(0)

    second = register.context.new_page()
    second.goto(register.url)
    expect(second.get_by_text("This till is open in another tab.")).to_be_visible()
    second.close()

    register.reload()
    register.get_by_role("button", name="Park").click()
    expect(register.locator("[data-sum]")).to_have_text("¥204.00")
    register.keyboard.press("F9")
    expect(register.locator("[data-done-number]")).to_have_text("S12-1-000001")
    wait_until_sent(register)
    assert stock("pos:S12", FLOOR) == 97


def test_any_parked_ticket_is_taken_up_and_none_is_forgotten(register: Page) -> None:
    park = register.get_by_role("button", name="Park")
    expect(register.locator("[data-parked-count]")).to_be_hidden()
    park.click()
    expect(register.get_by_text("Nothing is parked.")).to_be_visible()
    for code in ("3*69TEA-250", "69MUG-1"):
        scan(register, code)
        expect(register.locator(".register-line")).to_have_count(1)
        park.click()
        expect(register.locator(".register-line")).to_have_count(0)
    expect(register.locator("[data-parked-count]")).to_have_text("2")

    park.click()
    choices = register.locator("[data-hits] button")
    expect(choices).to_have_count(2)
    expect(choices.first).to_contain_text("MUG-1 goods")
    expect(choices.last).to_contain_text("204.00")
    keep(register, "register-parked")
    choices.last.click()
    expect(register.locator("[data-sum]")).to_have_text("¥204.00")
    expect(register.locator("[data-parked-count]")).to_have_text("1")
    register.keyboard.press("F9")
    wait_until_sent(register)

    register.locator("[data-sync]").click()
    register.locator("#sync-panel").get_by_role("button", name="Seal the day").click()
    expect(register.locator("[data-day-parked]")).to_contain_text("1 · still parked.")
    keep(register, "register-day-parked")
    assert stock("pos:S12", FLOOR) == 97
