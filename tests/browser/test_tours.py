"""Goal: every stop of every tour points at what is there and can be seen, on a phone, too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from yipan.console.tours.progress import TOURS

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = ((1440, 900), (390, 844))
REST_MS = 5_000

#: What is wrong with a stop as it is seen now; one load of the page serves both widths.
LOOK = """() => {
  const wrong = [];
  const target = document.querySelector(".tour").dataset.tourTarget;
  const mark = document.querySelector(".tour-mark");
  if (!target) wrong.push("no target");
  else if (!mark) wrong.push(`nothing is marked of ${target}`);
  else {
    if (!mark.matches(target)) wrong.push(`something else is marked than ${target}`);
    mark.scrollIntoView({ block: "nearest" });
    const box = mark.getBoundingClientRect();
    const [top, end] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (box.width < 8 || end - top < 8) wrong.push(`${target} is not in sight`);
    const [x, y] = [Math.min(box.left + box.width / 2, innerWidth - 1), (top + end) / 2];
    const seen = document.elementFromPoint(x, y);
    if (!seen || !(mark.contains(seen) || seen.contains(mark))) wrong.push(`${target} is covered`);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the screen");
  return wrong;
}"""


#: The same once what moves has come to rest: what is wrong for some frames only is not wrong.
LOOK_AT_REST = f"""async () => {{
  const look = {LOOK};
  const end = Date.now() + {REST_MS};
  let wrong = look();
  while (wrong.length && Date.now() < end) {{
    await new Promise(requestAnimationFrame);
    wrong = look();
  }}
  return wrong;
}}"""


def walk(page: Page, address: str) -> list[str]:
    """Walk a tour from its offer to its end, and return what is wrong with its stops."""
    wrong = []
    page.goto(address)
    page.locator(".tour-offer button[name='to']").click()
    tour = page.locator(".tour[data-tour-stop]")
    count = int(tour.get_attribute("data-tour-of") or "0")
    assert count >= 5
    for number in range(1, count + 1):
        expect(tour).to_have_attribute("data-tour-stop", str(number))
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            expect(page.locator("[data-tour-next]")).to_be_in_viewport()
            where = f"{page.url.removeprefix(address) or '/'} at {width}"
            wrong += [f"{where}: {each}" for each in page.evaluate(LOOK_AT_REST)]
        page.locator("[data-tour-next]").click()
    expect(page.locator(".notices .notice")).to_be_visible()
    expect(tour).to_have_count(0)
    return wrong


def test_every_stop_of_every_tour_points_at_what_can_be_seen(
    goods: None,  # noqa: ARG001
    visit: Visitor,
    choose: Callable[..., None],
    live_server: LiveServer,
) -> None:
    found = {}
    for place, role in enumerate(TOURS):
        choose(language=("en", "zh-hans")[place % 2], theme=("light", "dark")[place % 2])
        page = visit(role, username=role.value, sites=["W1", "S12"])
        found[role.value] = walk(page, live_server.url)
        page.close()

    assert {role: wrong for role, wrong in found.items() if wrong} == {}
