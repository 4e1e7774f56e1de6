"""Goal: whoever scrolls a long list still reads what its columns are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from yipan.access.roles import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("goods"),
]


def find_top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return round(box["y"])


def test_the_head_of_a_list_stays_under_the_bar_and_in_a_wide_one_in_its_frame(
    visit: Visitor, live_server: LiveServer
) -> None:
    for _each in range(12):
        retailer.draft(("TEA-250", 1))
    page = visit(Role.PURCHASER)
    page.set_viewport_size({"width": 1600, "height": 400})
    page.goto(f"{live_server.url}/erp/purchase-orders")
    wrap = page.locator(".table-wrap")

    expect(wrap).to_have_attribute("data-fits", "true")
    page.locator("tbody tr").last.scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 100
    assert find_top(page, "thead th") == 48

    # Narrower than its columns, the list scrolls in a frame no higher than the window.
    page.evaluate("document.querySelector('table').style.minWidth = '3000px'")
    expect(wrap).to_have_attribute("data-fits", "false")
    page.locator("tbody tr").last.scroll_into_view_if_needed()
    assert wrap.evaluate("it => it.scrollTop") > 0
    assert abs(find_top(page, "thead th") - find_top(page, ".table-wrap")) <= 1
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
