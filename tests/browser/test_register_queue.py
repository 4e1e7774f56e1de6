"""
Goal: no ticket of a register is lost, sold twice or left behind, whatever becomes of its device.

Method: typed and scanned as people do; the network and the store fail at the edge of the browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.registers import (
    forget_the_network,
    keep,
    open_register,
    open_store,
    read_tickets,
    scan,
    wait_until_sent,
)
from tests.retailer import NOON, stock
from yipan.exchange.queries import list_alterations
from yipan.messages.till import TicketLine
from yipan.pos.documents import numbered_ticket
from yipan.pos.documents.numbered_ticket import Arrival, Numbered
from yipan.pos.documents.register import Sale
from yipan.pos.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLOOR = "on_hand/shop_floor/available"


def test_a_saved_queue_is_read_once_and_a_register_without_its_storage_starts_anew(
    visit: Callable[..., Page], live_server: LiveServer, tmp_path: Path, complaints: list[str]
) -> None:
    open_store()
    page = open_register(visit, live_server)
    page.context.set_offline(True)
    scan(page, "69TEA-250")
    page.keyboard.press("F9")
    expect(page.locator("[data-unsent]").last).to_have_text("1")
    page.locator("[data-sync]").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save unsent tickets to a file").click()
    file = tmp_path / "queue.json"
    download.value.save_as(file)
    assert [ticket["sequence"] for ticket in json.loads(file.read_text())["tickets"]] == [1]
    assert [record["state"] for record in read_tickets(page)] == ["pending"]
    # The device is lost: another one reads the file.
    page.close()
    other = page.context.new_page()
    page.context.set_offline(False)
    for _ in range(2):
        other.goto(f"{live_server.url}/pos/register/import")
        other.get_by_label("File").set_input_files(file)
        other.get_by_role("button", name="Read the file").click()
        expect(other.get_by_text("S12-1-000001")).to_be_visible()
    keep(other, "register-import")

    assert Ticket.objects.count() == 1
    assert stock("pos:S12", FLOOR) == 99
    forget_the_network(complaints)


def log_out(page: Page) -> None:
    page.locator("details:has(form[data-text-unsent]) > summary").click()
    page.locator("form[data-text-unsent] button").click()


def test_nobody_logs_out_or_closes_the_day_over_unsent_tickets(
    visit: Callable[..., Page], live_server: LiveServer, complaints: list[str]
) -> None:
    open_store()
    page = open_register(visit, live_server)
    # The store cannot take tickets for now; everything else answers.
    page.route("**/api/v1/tills/*/tickets", lambda route: route.abort())
    scan(page, "69TEA-250")
    page.keyboard.press("F9")
    expect(page.locator("[data-unsent]").last).to_have_text("1")

    desk = page.context.new_page()
    desk.goto(f"{live_server.url}/pos/tickets")
    log_out(desk)
    expect(desk.get_by_text("tickets of this register are not sent.")).to_be_visible()
    desk.goto(f"{live_server.url}/pos/day?till=S12-1")
    expect(desk.get_by_text("Not sent yet.")).to_be_visible()
    # By its address the count is reached all the same, and the store refuses by the number.
    desk.goto(f"{live_server.url}/pos/day/count?till=S12-1")
    expect(desk.locator("input[name=last_sequence]")).to_have_value("1")
    desk.get_by_role("button", name="Seal the day").click()
    expect(desk.get_by_text("Tickets are not here yet.")).to_contain_text("S12-1-000001")

    page.unroute("**/api/v1/tills/*/tickets")
    page.locator("[data-sync]").click()
    page.get_by_role("button", name="Send now").click()
    wait_until_sent(page)
    desk.goto(f"{live_server.url}/pos/day/count?till=S12-1")
    expect(desk.locator("input[name=last_sequence]")).to_have_value("1")
    desk.get_by_role("button", name="Seal the day").click()
    expect(desk.locator("h1")).to_contain_text("S12-1 ·")
    desk.goto(f"{live_server.url}/pos/tickets")
    log_out(desk)
    expect(desk).to_have_url(f"{live_server.url}/login")
    forget_the_network(complaints)
    complaints[:] = [said for said in complaints if "422" not in said and "ERR_FAILED" not in said]


def test_a_copied_register_is_found_out_and_goes_on_in_a_new_epoch(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    open_store()
    page = open_register(visit, live_server)
    scan(page, "69TEA-250")
    page.keyboard.press("F9")
    wait_until_sent(page)
    # A copy of this browser's storage sold elsewhere, under the number that comes next.
    tea = TicketLine(line=1, sku="TEA-250", quantity=5, amount_minor=34_000)
    copied = Numbered(
        sale=Sale(message_id=retailer.make_id("of the copy"), lines=(tea,)),
        epoch=1,
        sequence=2,
        device_at=NOON,
    )
    numbered_ticket.take(site="S12", till_code="S12-1", tickets=[copied], arrival=Arrival(at=NOON))

    scan(page, "TEA-250")
    page.keyboard.press("F9")
    expect(page.locator("[data-done-number]")).to_have_text("S12-1-000002")
    wait_until_sent(page, "S12-1-E2-000001")
    scan(page, "69MUG-1")
    page.keyboard.press("F9")
    wait_until_sent(page, "S12-1-E2-000002")

    assert list(Ticket.objects.order_by("id").values_list("number", "quantity")) == [
        ("S12-1-000001", 1),
        ("S12-1-000002", 5),
        ("S12-1-E2-000001", 1),
        ("S12-1-E2-000002", 1),
    ]
    kept = {record["number"]: record["ticket"] for record in read_tickets(page)}
    again: Any = kept["S12-1-E2-000001"]
    assert again["printed_number"] == "S12-1-000002"
    assert stock("pos:S12", FLOOR) == 100 - 7
    assert len(list_alterations()) == 1
