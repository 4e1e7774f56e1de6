"""
Goal: every story of the lab can be walked by the keyboard to its end and back, with a fault too.

The runs were made once through the real doors and written down (`tests.lab.telling`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from tests.lab.telling import keep_recorded
from yipan.access.roles import Role
from yipan.lab.models import LabRun
from yipan.simulate.stories import STORIES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
TALLER = "document.documentElement.scrollHeight - window.innerHeight"


def walk(page: Page) -> int:
    """Step to the end by the arrow key; return how many steps there are."""
    at = page.locator("[data-lab-at]")
    count = int(at.inner_text().split("/")[1])
    for number in range(2, count + 1):
        page.keyboard.press("ArrowRight")
        expect(at).to_have_text(f"{number} / {count}")
        assert page.evaluate(OVERFLOW) <= 0
    expect(page.locator("[data-lab-next]")).to_be_disabled()
    return count


def test_every_story_is_walked_forward_back_and_with_a_fault(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.set_viewport_size({"width": 1440, "height": 900})
    for story in STORIES:
        fault = story.faults[0]
        keep_recorded(story.code)
        keep_recorded(story.code, fault)
        page.goto(f"{live_server.url}/lab/{story.code}/")

        count = walk(page)
        expect(page.locator(".lab-caption.lab-end")).to_be_visible()
        expect(page.locator("[data-lab-equal='yes']")).to_be_visible()
        page.keyboard.press("ArrowLeft")
        expect(page.locator("[data-lab-at]")).to_have_text(f"{count - 1} / {count}")
        page.keyboard.press("Home")
        expect(page.locator("[data-lab-at]")).to_have_text(f"1 / {count}")
        expect(page).to_have_url(re.compile(r"\?step=0$"))

        page.locator(f"[data-lab-fault={fault}]").click()
        expect(page.locator(f"[data-lab-fault={fault}]")).to_have_attribute("aria-current", "true")
        walk(page)
        expect(page.locator("[data-lab-equal='yes']")).to_be_visible()
        expect(page.locator("[data-lab-case]:not([data-lab-case=closed])")).to_have_count(0)


#: What is cut off of the books at a step on a big screen, in pixels.
CUT = "(it => it.scrollHeight - it.clientHeight)(document.querySelector('.lab-books'))"


def test_all_stories_are_shown_on_a_big_screen_one_after_the_other(
    visit: Visitor, live_server: LiveServer
) -> None:
    for story in STORIES:
        keep_recorded(story.code)
    first, *others = STORIES
    page = visit(Role.INVENTORY_CONTROLLER)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/lab/{first.code}/")

    page.keyboard.press("w")
    for number, story in enumerate([first, *others], start=1):
        page.wait_for_url(f"**/lab/{story.code}/?wall*")
        expect(page.locator(".lab-cover-number")).to_have_text(f"Story {number} of {len(STORIES)}")
        expect(page.locator("#lab")).to_be_hidden()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#lab")).to_be_visible()
        at = page.locator("[data-lab-at]")
        count = int(at.inner_text().split("/")[1])
        for step in range(1, count + 1):
            expect(at).to_have_text(f"{step} / {count}")
            assert page.evaluate(TALLER) <= 0
            assert page.evaluate(CUT) <= 0, (story.code, step)
            page.keyboard.press("ArrowRight")
    # After the last comes the first again.
    page.wait_for_url(f"**/lab/{first.code}/?wall*")
    expect(page.locator(".lab-cover-number")).to_have_text(f"Story 1 of {len(STORIES)}")

    page.keyboard.press("Escape")
    page.wait_for_url(f"**/lab/{first.code}/")


def test_a_big_screen_plays_on_and_tells_a_story_with_a_fault(
    visit: Visitor, choose: Callable[..., None], live_server: LiveServer
) -> None:
    keep_recorded("sample")
    keep_recorded("sample", "stolen")
    keep_recorded("miskey")
    page = visit(Role.WAREHOUSE_LEAD, sites=["W1"])
    choose(language="zh-hans", theme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/lab/sample/?wall")
    assert page.evaluate(OVERFLOW) <= 0

    page.locator(".lab-cover [data-lab-go]").nth(1).click()
    expect(page.locator("h1")).to_contain_text("五盏灯被偷")
    page.wait_for_url(re.compile("fault=stolen"))
    page.locator("[data-lab-begin=play]").click()
    expect(page.locator("[data-lab-play]")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(OVERFLOW) <= 0
    page.keyboard.press("Home")
    expect(page.locator("[data-lab-at]")).to_contain_text("1 / ")
    expect(page.locator("[data-lab-at]")).to_contain_text("2 / ", timeout=15_000)


def test_a_story_plays_by_itself_and_fits_a_phone(
    visit: Visitor, choose: Callable[..., None], live_server: LiveServer
) -> None:
    keep_recorded("miskey")
    page = visit(Role.WAREHOUSE_LEAD, sites=["W1"])
    choose(language="zh-hans", theme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/lab/miskey/?step=4")
    assert page.evaluate(OVERFLOW) <= 0

    page.locator("[data-lab-play]").click()
    expect(page.locator("[data-lab-at]")).to_have_text("6 / 9")
    expect(page.locator("[data-lab-play]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-lab-play]").click()
    expect(page.locator("[data-lab-play]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-lab-case]")).to_contain_text("录入错误")


def test_opening_a_story_for_the_first_time_asks_for_a_run(
    visit: Visitor, live_server: LiveServer
) -> None:
    page = visit(Role.PLANNER)
    page.goto(f"{live_server.url}/lab/offline/")

    expect(page.locator("#lab")).to_contain_text("The story begins in a moment")
    expect(page.locator("#lab")).to_have_attribute("hx-trigger", "every 1s")
    assert LabRun.objects.get().state == "waiting"

    # A worker tells it meanwhile; the page comes by itself.
    keep_recorded("offline")
    expect(page.locator("[data-lab-at]")).to_have_text("1 / 9")
