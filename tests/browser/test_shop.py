"""
Goal: a shopper buys in the demo shop, picks a store, and the store hands over; and the shop never
shows what cannot be promised.

Method: a phone-sized browser without a log-in, beside the clerk's at the store; goods that others
buy meanwhile go through the same verbs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.oms.ordering import DESK, hub, open_shop
from tests.pos import fulfilling
from tests.retailer import NOON, make_id
from yipan.access.roles import Role
from yipan.channels.documents import publication
from yipan.channels.documents.publication import Manner
from yipan.oms.documents import order
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.models import ChannelOrder
from yipan.pool.queries import prove_promises

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"phone": (390, 780), "tablet": (1024, 768), "desktop": (1440, 900)}


@pytest.fixture
def shopper(context: BrowserContext, visit: Callable[..., Page], live_server: LiveServer) -> Page:
    """Somebody on a phone, without a log-in; `visit` asserts that the browser complained not."""
    page = visit(Role.STORE_CLERK, username="chen", sites=["S12"])
    context.clear_cookies()
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(f"{live_server.url}/shop/")
    return page


@pytest.fixture(autouse=True)
def goods() -> None:
    """Six packets of tea at S12, none in the warehouse, and a web shop that sells them."""
    open_shop(s12=6)
    publication.save(
        channel="web",
        manner=Manner(methods=("ship", "pickup"), has_shop=True),
        by=DESK,
        at=NOON,
    )


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("YIPAN_SHOTS"):
        page.screenshot(path=Path(folder) / f"shop-{name}.png", full_page=True)


def buy_elsewhere(quantity: int) -> None:
    """Let somebody else buy so many packets, to be picked up at S12."""
    order.take(
        bought=Bought(
            channel="web",
            external_id=f"else-{quantity}",
            lines=(BoughtLine(sku="TEA-250", quantity=quantity),),
            method="pickup",
            pickup_site="S12",
            may_wait=False,
        ),
        by=DESK,
        at=timezone.now(),
        message_id=make_id(f"else {quantity}"),
    )


def fits(page: Page) -> bool:
    """Tell whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def buy_at_the_store(shopper: Page) -> None:
    """Buy a packet of tea, to be picked up at S12."""
    shopper.get_by_role("link", name="TEA-250").click()
    keep(shopper, "product")
    shopper.get_by_role("button", name="Pick up here").click()
    expect(shopper.get_by_text("is in your basket.")).to_be_visible()
    expect(shopper.locator(".pick:has(:checked)")).to_contain_text("Binjiang")
    keep(shopper, "basket")
    shopper.get_by_role("button", name="Go to checkout").click()
    expect(shopper.locator("#held")).to_contain_text("All of it is yours until")
    assert hub("S12") == (5, 0)
    shopper.get_by_label("Your name").fill("Li Na")
    keep(shopper, "checkout")
    shopper.get_by_role("button", name="Order now").click()
    expect(shopper.get_by_text("Thank you. Your order is placed.")).to_be_visible()
    keep(shopper, "order")


def test_a_shopper_picks_a_store_and_the_store_hands_over(
    shopper: Page, visit: Callable[..., Page], live_server: LiveServer
) -> None:
    buy_at_the_store(shopper)
    assert hub("S12") == (5, 1)
    [part] = ChannelOrder.objects.get().fulfillments.all()
    assert (part.site, part.method, part.order.customer_name) == ("S12", "pickup", "Li Na")
    address = shopper.url

    retailer.deliver()
    fulfilling.accept(part.number)
    fulfilling.pick(("TEA-250", 1), number=part.number)
    fulfilling.stage(part.number)
    retailer.deliver()
    shopper.goto(address)
    expect(shopper.get_by_text("Say this code at the counter")).to_be_visible()
    code = shopper.locator("#pickup-code").inner_text()
    keep(shopper, "ready")

    clerk = visit(Role.STORE_CLERK, username="lin", sites=["S12"])
    clerk.set_viewport_size({"width": 390, "height": 780})
    clerk.goto(f"{live_server.url}/pos/orders?site=S12")
    box = clerk.get_by_placeholder("Scan a customer's code or an order")
    box.fill(code)
    box.press("Enter")
    clerk.get_by_role("button", name="Handed over").click()
    expect(clerk.get_by_text("Handed over. The hub is told.")).to_be_visible()
    retailer.deliver()

    shopper.goto(address)
    expect(shopper.locator("#order").get_by_text("Picked up").first).to_be_visible()
    expect(shopper.locator("#pickup-code")).to_have_count(0)
    assert (ChannelOrder.objects.get().state, hub("S12")) == ("completed", (5, 0))
    assert prove_promises().ok


def test_what_is_sold_elsewhere_meanwhile_is_said_and_shown_no_more(
    shopper: Page, live_server: LiveServer
) -> None:
    shopper.get_by_role("link", name="TEA-250").click()
    shopper.get_by_role("button", name="Pick up here").click()
    buy_elsewhere(6)

    shopper.get_by_role("button", name="Go to checkout").click()

    expect(shopper.get_by_text("has just sold out there.")).to_be_visible()
    expect(shopper.get_by_text("Sold out in the meantime.")).to_be_visible()
    expect(shopper.get_by_role("button", name="Go to checkout")).to_be_disabled()
    keep(shopper, "sold-out")
    shopper.goto(f"{live_server.url}/shop/")
    expect(shopper.get_by_text("Nothing here right now")).to_be_visible()
    shopper.goto(f"{live_server.url}/shop/products/TEA-250")
    expect(shopper.get_by_text("This product is sold out.")).to_be_visible()
    expect(shopper.get_by_role("button", name="Pick up here")).to_have_count(0)
    assert ChannelOrder.objects.count() == 1


def test_what_is_in_the_checkout_nobody_else_gets_and_few_left_is_said(
    shopper: Page, context: BrowserContext, live_server: LiveServer
) -> None:
    buy_elsewhere(4)
    shopper.reload()
    expect(shopper.get_by_text("Only 2 left")).to_be_visible()
    shopper.get_by_role("link", name="TEA-250").click()
    shopper.get_by_role("button", name="Pick up here").click()
    shopper.get_by_label("Quantity").fill("5")
    shopper.get_by_role("button", name="Edit").click()
    expect(shopper.get_by_text("Only 2 of")).to_be_visible()
    shopper.get_by_role("button", name="Go to checkout").click()
    expect(shopper.locator("#held")).to_contain_text("All of it is yours until")

    context.clear_cookies()
    shopper.goto(f"{live_server.url}/shop/")

    expect(shopper.get_by_text("Nothing here right now")).to_be_visible()
    assert hub("S12") == (0, 4)


def test_an_order_is_changed_and_canceled(shopper: Page) -> None:
    shopper.get_by_role("link", name="TEA-250").click()
    for _ in range(3):
        shopper.get_by_role("button", name="Pick up here").click()
        expect(shopper.get_by_text("is in your basket.")).to_be_visible()
        shopper.locator(".line-name").click()
    shopper.get_by_role("link", name="Basket").click()
    shopper.get_by_role("button", name="Go to checkout").click()
    shopper.get_by_label("Your name").fill("Li Na")
    shopper.get_by_role("button", name="Order now").click()
    assert hub("S12") == (3, 3)
    shopper.get_by_label("Quantity").fill("1")
    shopper.get_by_role("button", name="Change my order").click()
    expect(shopper.get_by_text("Changed. The team was told.")).to_be_visible()
    retailer.deliver()
    assert hub("S12") == (5, 1)

    shopper.get_by_role("button", name="Cancel my order").click()
    shopper.get_by_role("button", name="Yes, cancel it").click()
    expect(shopper.get_by_text("What has left meanwhile can be given back.")).to_be_visible()
    retailer.deliver()
    shopper.reload()

    expect(shopper.get_by_text("This order is canceled.")).to_be_visible()
    assert (ChannelOrder.objects.get().state, hub("S12")) == ("canceled", (6, 0))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_fits_every_width(
    shopper: Page, choose: Callable[..., None], live_server: LiveServer, language: str
) -> None:
    shopper.goto(f"{live_server.url}/shop/products/TEA-250")
    shopper.locator(".store button").click()
    choose(language=language)
    for name, (width, height) in SIZES.items():
        shopper.set_viewport_size({"width": width, "height": height})
        for path in ("", "products/TEA-250", "basket", "checkout", "orders", "?q=zzz"):
            shopper.goto(f"{live_server.url}/shop/{path}")
            assert fits(shopper), f"{name} {path}"
            keep(shopper, f"{language}-{name}-{path.strip('?').replace('/', '-') or 'catalog'}")
