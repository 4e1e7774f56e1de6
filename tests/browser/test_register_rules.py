"""
Goal: at the register, promotions give what the hub's rule gives, and a second person approves
what one may not do alone.

Method: the modules of the page are called with the cases of the Python rule; the rest is typed
and scanned as people do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict
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
    scan,
    wait_until_sent,
)
from tests.pos.test_promotions import CASES, make
from tests.retailer import NOON, stock
from yipan.access.roles import Role
from yipan.foundation.promotions import Line, Promotion, apply_promotions
from yipan.masterdata import promotions
from yipan.pos.documents import register_settings
from yipan.pos.models import Ticket, TillEvent
from yipan.pos.rules.weighed import DEFAULT_PATTERNS, get_check_digit, read_weighed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLOOR = "on_hand/shop_floor/available"
APPLY = """async (cases) => {
    const { applyPromotions } = await import("/static/pos/promotions.js");
    return cases.map(({ lines, promotions }) => applyPromotions(lines, promotions));
}"""
READ = """async ({ codes, patterns }) => {
    const { readWeighed } = await import("/static/pos/weighed.js");
    return codes.map((code) => readWeighed(code, patterns));
}"""


def write_rule(row: Promotion) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if not name.startswith("valid")}


def write_line(line: Line) -> dict[str, Any]:
    return asdict(line)


def expect_the_same(page: Page, baskets: list[tuple[list[Line], list[Promotion]]]) -> None:
    told = page.evaluate(
        APPLY,
        [
            {
                "lines": [write_line(line) for line in lines],
                "promotions": list(map(write_rule, rules)),
            }
            for lines, rules in baskets
        ],
    )
    for (lines, rules), found in zip(baskets, told, strict=True):
        wanted = apply_promotions(lines, rules)
        assert found["discounts"] == [asdict(each) for each in wanted.discounts]
        assert found["gifts"] == [asdict(each) for each in wanted.gifts]


def test_the_browser_reckons_promotions_as_the_hub_does(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    retailer.open_retailer()
    page = visit(Role.STORE_MANAGER, username="fang", sites=["S12"])
    page.goto(f"{live_server.url}/pos/tickets")
    written = [
        (
            [Line(sku=a, category=b, quantity=c, price_minor=d) for a, b, c, d in case["lines"]],
            [make(each) for each in case["promotions"]],
        )
        for case in CASES
    ]
    expect_the_same(page, written)

    chance = random.Random(20_260_302)
    expect_the_same(page, [make_basket(chance) for _ in range(2_000)])


def test_the_browser_reads_labels_of_scales_as_the_store_does(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    retailer.open_retailer()
    page = visit(Role.STORE_MANAGER, username="fang", sites=["S12"])
    page.goto(f"{live_server.url}/pos/tickets")
    chance = random.Random(20_260_302)
    patterns = [*DEFAULT_PATTERNS, "22AAAAAPPPPPWWWWWC", "02AAAAXPPPPPC", "28AAAAWWWWWW"]
    codes = [make_label(chance.choice(patterns), chance) for _ in range(1_000)]
    codes += ["TEA-250", "4006381333931", "", "2"]

    told = page.evaluate(READ, {"codes": codes, "patterns": patterns})

    wanted = [read_weighed(code, patterns) for code in codes]
    assert [each and each.weight_grams for each in wanted] == [
        it and it.get("grams") for it in told
    ]
    assert [each and each.price_minor for each in wanted] == [it and it.get("minor") for it in told]
    assert [each and each.barcode for each in wanted] == [it and it["barcode"] for it in told]
    assert sum(each is not None for each in wanted) > 200


def make_label(pattern: str, chance: random.Random) -> str:
    """Return a label of a layout; half of them have a wrong check digit."""
    digits = "".join(
        sign if sign.isdecimal() else str(chance.randint(0, 9)) for sign in pattern[:-1]
    )
    is_right = chance.random() < 0.5
    return digits + str(get_check_digit(digits) if is_right else chance.randint(0, 9))


def make_basket(chance: random.Random) -> tuple[list[Line], list[Promotion]]:
    lines = [
        Line(
            sku=chance.choice("ABC"),
            category=chance.choice(["", "food", "food/tea", "foodstuff"]),
            quantity=chance.randint(-2, 12),
            price_minor=chance.choice([0, 1, 99, 500, 500, 1_990, chance.randint(0, 99_999)]),
        )
        for _ in range(chance.randint(0, 6))
    ]
    rules = [
        Promotion(
            code=code,
            kind=chance.choice(["percent", "amount", "n_for_m", "gift"]),
            percent=chance.randint(1, 100),
            amount_minor=chance.randint(1, 3_000),
            buy_quantity=chance.randint(2, 5),
            pay_quantity=chance.randint(0, 1),
            gift_sku="G",
            gift_quantity=chance.randint(1, 3),
            skus=chance.choice([(), ("A",), ("A", "B")]),
            categories=chance.choice([(), ("food",)]),
            priority=chance.randint(0, 2),
        )
        for code in chance.sample("PQRST", chance.randint(0, 4))
    ]
    return lines, rules


def test_a_promotion_and_its_gift_are_given_without_a_network(
    visit: Callable[..., Page], live_server: LiveServer, complaints: list[str]
) -> None:
    open_store()
    promotions.save(
        Promotion(
            code="TEA-BAG",
            kind="gift",
            name="A bag for three teas",
            skus=("TEA-250",),
            buy_quantity=3,
            gift_sku="BAG-1",
            gift_quantity=1,
        )
    )
    promotions.save(Promotion(code="TEN", kind="percent", name="Ten off", percent=10))
    page = open_register(visit, live_server)
    page.context.set_offline(True)

    scan(page, "3*69TEA-250")
    expect(page.locator("[data-sum]")).to_have_text("¥183.60")
    expect(page.locator(".register-line")).to_have_count(2)
    expect(page.locator(".register-line").nth(1)).to_contain_text("TEA-BAG")
    keep(page, "register-promotion")
    page.keyboard.press("F9")
    expect(page.locator(".register-line")).to_have_count(0)
    page.context.set_offline(False)
    wait_until_sent(page)

    lines = Ticket.objects.get().lines
    assert [
        (line["sku"], line["quantity"], line["amount_minor"], line["line_type"], line["promotion"])
        for line in lines
    ] == [("TEA-250", 3, 18_360, "sale", "TEN"), ("BAG-1", 1, 0, "gift", "TEA-BAG")]
    assert stock("pos:S12", FLOOR, "BAG-1") == -1
    forget_the_network(complaints)


def test_a_deep_discount_needs_a_second_person_and_their_code(
    visit: Callable[..., Page], live_server: LiveServer, complaints: list[str]
) -> None:
    open_store()
    visit(Role.STORE_MANAGER, username="boss", sites=["S12"]).close()
    register_settings.set_code(username="boss", code="246810", at=NOON)
    page = open_register(visit, live_server, Role.STORE_CLERK, username="chen")
    page.context.set_offline(True)
    scan(page, "69TEA-250")
    page.get_by_label("Scan, or type a name").fill("50%")
    page.get_by_role("button", name="Discount").click()
    page.keyboard.press("F9")

    dialog = page.locator("[data-override]")
    expect(dialog).to_be_visible()
    keep(page, "register-override")
    dialog.get_by_label("Code or badge").fill("111222")
    dialog.get_by_label("Reason").fill("torn box")
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog.get_by_text("Nobody who may approve here has this code.")).to_be_visible()
    dialog.get_by_label("Code or badge").fill("246810")
    dialog.get_by_role("button", name="Approve").click()
    expect(page.locator("[data-done-change]")).to_have_text("0.00")
    with page.expect_response("**/api/v1/tills/*/events"):
        page.context.set_offline(False)
    wait_until_sent(page)

    assert Ticket.objects.get().total_minor == 3_400
    event = TillEvent.objects.get()
    assert (event.event_type, event.actor, event.approved_by, event.reason, event.subject) == (
        "override",
        "chen",
        "boss",
        "torn box",
        "S12-1-000001",
    )
    forget_the_network(complaints)


def test_who_sells_does_not_approve_and_is_told_what_to_do(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    open_store(may_approve_alone=False)
    page = open_register(visit, live_server)
    register_settings.set_code(username="fang", code="135790", at=NOON)
    scan(page, "69TEA-250")
    page.get_by_role("button", name="Void").click()

    dialog = page.locator("[data-override]")
    expect(dialog.get_by_text("Nobody else has a code to approve with")).to_be_visible()
    expect(dialog.get_by_role("link", name="Set my own code")).to_be_visible()
    keep(page, "register-override-nobody")
    dialog.get_by_label("Code or badge").fill("135790")
    dialog.get_by_label("Reason").fill("went away")
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog.get_by_text("Nobody who may approve here has this code.")).to_be_visible()

    assert Ticket.objects.exists() is False


def test_a_ticket_that_is_given_up_keeps_its_number(
    visit: Callable[..., Page], live_server: LiveServer
) -> None:
    open_store()
    page = open_register(visit, live_server)
    scan(page, "69TEA-250")
    page.get_by_role("button", name="Void").click()
    page.locator("[data-override]").get_by_label("Reason").fill("went away")
    page.locator("[data-override]").get_by_role("button", name="Approve").click()
    expect(page.locator(".register-line")).to_have_count(0)
    wait_until_sent(page)
    scan(page, "TEA-250")
    page.keyboard.press("F9")
    wait_until_sent(page, "S12-1-000002")

    assert list(Ticket.objects.order_by("id").values_list("number", "ticket_type")) == [
        ("S12-1-000001", "void"),
        ("S12-1-000002", "sale"),
    ]
    assert stock("pos:S12", FLOOR) == 99
