"""
Goal: every page comes out right in both languages and all themes, on every width.

Method: open each page in Chromium under the real content policy; no message on the console,
nothing wider than the window, nothing that moves after it was painted.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from yipan.access.roles import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("goods"),
]

OFFICE = (
    Role.INVENTORY_CONTROLLER,
    Role.PURCHASER,
    Role.FINANCE,
    Role.ORDER_DESK,
    Role.PLANNER,
    Role.ADMIN,
)

PAGES = (
    "/",
    "/design",
    "/books/",
    "/books/?q=zzz",
    "/books/TEA-250",
    "/books/TEA-250?time=recorded",
    "/books/RICE-5",
    "/books/erp/TEA-250/postings",
    "/books/pos:S12/TEA-250/postings?account=on_hand/shop_floor/available",
    "/exchange/",
    "/exchange/?state=gap",
    "/exchange/parked",
    "/exchange/sources/till:S12-1/stock",
    "/exchange/messages/till:S12-1/stock/2",
    "/exchange/messages/wms:W1/stock/1",
    "/access/people",
    "/access/keys",
    "/access/audit",
    "/access/account",
    "/erp/purchase-orders",
    "/erp/goods-receipts",
    "/wms/inbound-orders",
)

WIDTHS = (360, 768, 1024, 1440, 1920)

#: The sum of the shifts since the page was opened, as the browser counts them.
SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 60);
})
"""

#: Bytes of our own styles and scripts that a first visit loads; libraries do not count.
OWN_BYTES = """
() => performance.getEntriesByType("resource")
  .filter((entry) => /\\/console\\/[^/]+\\.(css|js)/.test(entry.name))
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
"""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_every_page_renders_without_a_word_on_the_console(
    language: str,
    theme: str,
    visit: Visitor,
    choose: Callable[..., None],
    live_server: LiveServer,
) -> None:
    page = visit(*OFFICE)
    choose(language=language, theme=theme)

    for path in PAGES:
        answer = page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")

        assert answer is not None
        assert answer.status == 200, path
        assert page.locator("html").get_attribute("lang") == language, path
        assert page.locator("html").get_attribute("data-theme") == theme, path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate(
            "document.querySelectorAll('[style], style, script:not([src])').length"
        ) == (_count_styles_by_charts(page)), path


def _count_styles_by_charts(page: Page) -> int:
    """Return how many elements a chart has styled by script, which the policy allows."""
    count: int = page.evaluate(
        "document.querySelectorAll("
        "'[data-chart] [style], [data-chart][style], #vg-tooltip-element[style]').length"
    )
    return count


def test_no_page_is_wider_than_its_window_or_moves_after_it_was_painted(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(*OFFICE)
    too_wide = []
    moving = []

    for path in PAGES:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + path)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((path, width))
            if page.evaluate(SHIFTS) > 0.01:
                moving.append((path, width))

    assert too_wide == []
    assert moving == []


def test_a_first_visit_loads_less_than_100_kilobytes_of_our_own(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(*OFFICE)

    page.goto(live_server.url + "/books/TEA-250")
    page.wait_for_load_state("networkidle")

    assert 40_000 < page.evaluate(OWN_BYTES) < 100_000


def test_charts_are_drawn_and_have_a_table_behind(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(*OFFICE)
    page.goto(live_server.url + "/books/TEA-250")
    page.locator("#levels").scroll_into_view_if_needed()

    page.locator("#levels svg").wait_for()
    page.get_by_role("button", name="Show table").click()

    assert page.locator("#levels").is_hidden()
    assert page.locator("#levels-table tbody tr").count() == 4


def test_without_the_bundle_the_table_is_shown(
    visit: Visitor, complaints: list[str], live_server: LiveServer
) -> None:
    page = visit(*OFFICE)
    page.route("**/vendor/vega.js", lambda route: route.fulfill(status=404))

    page.goto(live_server.url + "/books/TEA-250")
    page.locator("#levels-table").scroll_into_view_if_needed()
    page.locator("#over-time").scroll_into_view_if_needed()

    page.locator("#levels-table").wait_for(state="visible")
    # The browser reports the missing file; our script does not.
    assert all("404" in said for said in complaints)
    complaints.clear()


def test_the_policy_is_strict_on_every_page(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(*OFFICE)

    for path in PAGES:
        answer = page.goto(live_server.url + path)
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
