"""Goal: the control tower moves when something happens, leads on, and shows people around."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.fastlane.doors import open_doors
from yipan.access.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

ON_HAND = "Pieces on hand"
LIVE_MS = 20_000


@pytest.fixture
def stream(
    goods: None,  # noqa: ARG001
    live_server: LiveServer,
    settings: Any,
    tmp_path: Path,
) -> Iterator[None]:
    """Open the fastlane beside the test's server, as an operator runs it, and tell the page."""
    # The page comes from another port than one below, and its session is signed by the test.
    known = {"YIPAN_ORIGINS": live_server.url, "YIPAN_SECRET_KEY": settings.SECRET_KEY}
    with open_doors("fastlane", home=tmp_path, **known) as ports:
        settings.YIPAN_LIVE_URL = f"http://localhost:{ports['fastlane']}/live"
        yield


def test_the_tower_moves_by_itself_and_leads_on(
    stream: None,  # noqa: ARG001
    visit: Visitor,
    live_server: LiveServer,
) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(live_server.url)
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=LIVE_MS)
    figure = page.locator(".key-figure", has_text=ON_HAND)
    before = int(figure.get_attribute("data-figure") or "0")

    # Two pieces of before are still on their way to the hub; with these three it books five.
    retailer.sell(("TEA-250", 3))
    retailer.deliver()

    expect(figure).to_have_attribute("data-figure", str(before - 5), timeout=LIVE_MS)
    page.locator("#site-S12").click()
    page.wait_for_url("**/?focus=S12")
    page.locator(".tower-site").get_by_role("link", name=re.compile("below zero")).click()
    page.wait_for_url("**/books/")
    # A page that listens is never idle: it is closed before the browser is.
    page.close()


def test_the_tower_is_walked_by_keys_and_hung_on_a_wall(
    goods: None,  # noqa: ARG001
    visit: Visitor,
    live_server: LiveServer,
) -> None:
    page = visit(Role.PLANNER)
    page.goto(live_server.url)
    page.locator("#site-W1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#site-W1")).not_to_be_focused()
    expect(page.locator(".net-site:focus")).to_have_count(1)
    page.locator("#site-S12").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?focus=S12")

    page.keyboard.press("w")
    page.wait_for_url("**/?wall")
    for width, height in ((1440, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        scrolls = "document.documentElement.scrollHeight > innerHeight"
        assert page.evaluate(scrolls) is False, (width, height)
    page.keyboard.press("Escape")

    page.wait_for_url(live_server.url + "/")


def test_whoever_is_new_is_shown_around(
    goods: None,  # noqa: ARG001
    visit: Visitor,
    choose: Callable[..., None],
    live_server: LiveServer,
) -> None:
    choose(language="zh-hans")
    page = visit(Role.ORDER_DESK)
    page.goto(live_server.url)
    page.get_by_role("button", name="开始导览").click()

    for number in range(1, 8):
        expect(page.locator(".tour-count")).to_have_text(f"导览 {number} / 7")
        page.locator("[data-tour-next]").click()

    expect(page.locator(".notices")).to_contain_text("导览结束")
    expect(page.get_by_role("button", name="开始导览")).to_have_count(0)
