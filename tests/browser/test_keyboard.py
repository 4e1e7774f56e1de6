"""Goal: whoever never touches a mouse gets everywhere, and always knows where the focus is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from yipan.access.roles import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("goods"),
]


def test_ctrl_k_finds_a_sku_and_opens_its_books(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/")

    page.keyboard.press("Control+k")
    expect(page.locator("#palette-hits [role=option]").first).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.type("tea-250")
    expect(page.locator("#palette-hits .title").first).to_have_text("TEA-250 goods")
    page.keyboard.press("Enter")

    page.wait_for_url("**/books/TEA-250")


def test_the_arrows_go_round_and_escape_closes(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/")
    page.keyboard.press("Control+k")
    selected = page.locator("#palette-hits [aria-selected=true] .title")
    expect(selected).to_have_text("Home")

    page.keyboard.press("ArrowDown")
    expect(selected).to_have_text("Books side by side")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(selected).not_to_have_text("Home")

    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_typed_fast_enter_waits_for_the_hits_of_these_words(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/")

    page.keyboard.press("Control+k")
    page.keyboard.type("parked", delay=0)
    page.keyboard.press("Enter")

    page.wait_for_url("**/exchange/")


def test_a_list_is_walked_with_j_and_k_and_opened_with_enter(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tr.is-current th")).to_have_text("MUG-1")
    page.keyboard.press("Enter")

    page.wait_for_url("**/books/MUG-1")


def test_a_slash_goes_to_the_search_of_the_list(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/")

    page.keyboard.press("/")
    page.keyboard.type("soap")
    page.keyboard.press("Enter")

    page.wait_for_url("**/books/?q=soap")
    expect(page.locator("[data-list-search]")).to_have_value("soap")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_letters_typed_into_a_field_are_letters(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/")

    page.locator("[data-list-search]").click()
    page.keyboard.type("jkx/?n")

    expect(page.locator("[data-list-search]")).to_have_value("jkx/?n")
    expect(page.locator("tr.is-current")).to_have_count(0)


def test_the_first_stop_leads_past_the_rail(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#content")).to_be_focused()


def test_every_stop_of_the_focus_can_be_seen(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/TEA-250")

    for _ in range(30):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


def test_a_menu_opens_walks_and_closes_with_the_focus_back(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/")
    summary = page.locator("summary", has_text="Appearance")

    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=theme][value=system]")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("[name=theme][value=system]")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_theme_changes_where_it_stands_and_is_kept(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/TEA-250")

    page.locator("summary", has_text="Appearance").click()
    with page.expect_response("**/preferences"):
        page.locator("[name=theme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_rail_folds_and_stays_folded(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/")

    with page.expect_response("**/preferences"):
        page.locator(".rail-toggle").click()
    page.goto(live_server.url + "/books/")

    rail = page.locator(".rail").bounding_box()
    assert rail is not None
    assert rail["width"] == 56


def test_the_language_switch_keeps_the_place(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url + "/books/erp/TEA-250/postings?account=on_hand/W1/damaged")

    page.get_by_role("button", name="中文").click()
    page.wait_for_load_state()

    expect(page).to_have_url(re.compile(r"postings\?account=on_hand/W1/damaged$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_on_a_phone_the_rail_is_a_drawer(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + "/")
    link = page.locator(".rail-link", has_text="Books side by side")
    expect(link).to_be_hidden()

    page.get_by_role("button", name="Open menu").click()
    link.click()

    page.wait_for_url("**/books/")
    expect(page.locator(".rail-link", has_text="Home")).to_be_hidden()
