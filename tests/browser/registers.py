"""What tests of the register share: a store ready to sell, and hands at its keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from yipan.access.roles import Role
from yipan.pos.documents import register_settings
from yipan.pos.documents.register_settings import Setup

TILL = "S12-1"


def open_register(
    visit: Callable[..., Page],
    live_server: LiveServer,
    *roles: Role,
    username: str = "fang",
    goods: int = 5,
) -> Page:
    """Open a register of S12 that is new to this browser, and wait until it may sell."""
    page = visit(*(roles or (Role.STORE_MANAGER,)), username=username, sites=["S12"])
    page.goto(f"{live_server.url}/pos/register")
    page.get_by_role("button", name=f"Set up {TILL}").click()
    wait_until_ready(page, goods)
    return page


def open_store(*, may_approve_alone: bool = True) -> None:
    """Write the retailer's master data, and begin the book of S12, where one person works."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 100), ("MUG-1", 5))
    setup = Setup(may_approve_alone=may_approve_alone)
    register_settings.save(site="S12", setup=setup, by="fang", at=retailer.NOON)


def wait_until_ready(page: Page, goods: int = 5) -> None:
    """Wait until the register may number tickets and has its goods on the disk."""
    expect(page.locator("[data-register][data-ready]")).to_have_count(1)
    expect(page.locator("[data-catalog-age]")).to_contain_text(f"{goods} ·")
    page.wait_for_load_state("networkidle")


def wait_until_sent(page: Page, number: str = f"{TILL}-000001") -> None:
    """Wait until the store has answered a ticket."""
    expect(page.locator("[data-recent] li", has_text=number)).to_contain_text("Sent")


def wait_for_cache(page: Page) -> None:
    """Wait until the worker holds the page and what it is made of."""
    page.wait_for_function(
        """async () => {
            const cache = await caches.open("yipan-register-2");
            const kept = (await cache.keys()).map((each) => new URL(each.url).pathname);
            return ["/pos/register", "/static/pos/outbox.js", "/static/pos/register.js"]
                .every((path) => kept.includes(path));
        }"""
    )


def wait_until_held(page: Page, *, is_held: bool) -> None:
    """Wait until the worker holds the version it has, or lets go of it."""
    page.wait_for_function(
        """async (isHeld) => {
            const cache = await caches.open("yipan-register-2");
            return Boolean(await cache.match("/pos/held")) === isHeld;
        }""",
        arg=is_held,
    )


def scan(page: Page, text: str) -> None:
    """Put a code into the scan box, as a scanner does."""
    box = page.get_by_label("Scan, or type a name")
    box.fill(text)
    box.press("Enter")


def sell(page: Page, times: int) -> None:
    """Sell one tea after the other, by turns by barcode and by code: no scan is an echo."""
    for place in range(times):
        scan(page, "TEA-250" if place % 2 else "69TEA-250")
        expect(page.locator(".register-line")).to_have_count(1)
        page.keyboard.press("F9")
        expect(page.locator(".register-line")).to_have_count(0)


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("YIPAN_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def read_tickets(page: Page) -> list[dict[str, object]]:
    """Return the records of tickets this browser keeps."""
    records: list[dict[str, object]] = page.evaluate(
        """async (name) => {
            const { Storage } = await import("/static/pos/storage.js");
            return new Storage(name).list("tickets");
        }""",
        TILL,
    )
    return records


def forget_the_network(complaints: list[str]) -> None:
    """What the browser says of a network that was taken away is no fault of the page."""
    complaints[:] = [said for said in complaints if "net::ERR" not in said]
