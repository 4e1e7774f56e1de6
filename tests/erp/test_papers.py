"""
Goal: the documents of the hub come on paper from page and API, in the language asked for.

Method: the PDF that is answered is read back as text.
"""

from __future__ import annotations

import io

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pypdf import PdfReader

from tests import retailer
from tests.access.builders import a_client, a_key
from tests.erp import adjusting, moving
from tests.retailer import deliver
from yipan.access.roles import Role
from yipan.documents.printing import engine
from yipan.erp.models import Adjustment, GoodsReceipt

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


@pytest.fixture
def controller() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER, username="zhao")


def read(answer: HttpResponseBase) -> str:
    """Return all text of a paper."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    content = b"".join(answer)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_purchase_order_in_both_languages(controller: Client) -> None:
    number = retailer.order(("TEA-250", 100), ("SOAP-1", 12)).number

    answer = controller.get(f"/erp/purchase-orders/{number}/paper")
    english = read(answer)
    chinese = read(controller.get(f"/erp/purchase-orders/{number}/paper?language=zh-hans"))

    assert answer.headers["Content-Disposition"] == f'inline; filename="{number}.pdf"'
    for words in ("Purchase order", number, "Longjing Tea", "Hangzhou DC", "TEA-250 goods", "100"):
        assert words in english
    for words in ("采购订单", number, "龙井茶业", "杭州中心仓", "TEA-250 商品", "112"):
        assert words in chinese
    assert "Draft" not in english
    assert (
        f"/erp/purchase-orders/{number}/paper"
        in controller.get(f"/erp/purchase-orders/{number}").content.decode()
    )


def test_a_draft_says_that_it_is_one(controller: Client) -> None:
    number = retailer.draft(("TEA-250", 100)).number

    assert "Draft" in read(controller.get(f"/erp/purchase-orders/{number}/paper"))


def test_a_transfer_note_lists_what_went_with_a_code_per_line(controller: Client) -> None:
    number = moving.release(("TEA-250", 10), ("MUG-1", 4)).number
    moving.ship(number, "SH-1", ("TEA-250", 9))
    deliver()

    text = read(controller.get(f"/erp/transfers/{number}/paper?language=zh-hans"))

    for words in (
        "调拨单",
        number,
        "杭州中心仓",
        "滨江店",
        "69TEA-250",
        "69MUG-1",
        "SH-1",
        "14",
        "9",
    ):
        assert words in text


def test_an_adjustment_shows_its_value_only_to_who_may_see_cost(controller: Client) -> None:
    adjusting.submit("A-1", ("TEA-250", 3))
    deliver()
    number = Adjustment.objects.get().number
    desk = a_client(Role.ORDER_DESK, username="desk")

    seen = read(controller.get(f"/erp/adjustments/{number}/paper"))
    hidden = read(desk.get(f"/erp/adjustments/{number}/paper"))

    assert "Not approved yet" in seen
    assert "CNY 90.00" in seen
    assert "CNY" not in hidden
    assert "Count sheet 7" in hidden


def test_a_goods_receipt_says_what_came(controller: Client) -> None:
    order = retailer.order(("TEA-250", 100))
    deliver()
    retailer.receive(order.inbound_order_number, ("TEA-250", 95, 2))
    deliver()
    number = GoodsReceipt.objects.get().number

    text = read(controller.get(f"/erp/goods-receipts/{number}/paper"))

    for words in ("Goods receipt", number, order.number, "95", "2", "97", "wang.worker"):
        assert words in text


def test_a_machine_gets_the_same_paper(controller: Client) -> None:
    number = retailer.order(("TEA-250", 100)).number
    machine = Client(headers={"Authorization": f"Bearer {a_key(Role.PURCHASER)}"})

    told = machine.get(f"/api/v1/purchase-orders/{number}/paper?language=en")
    shown = controller.get(f"/erp/purchase-orders/{number}/paper?language=en")

    assert told.content == shown.content


def test_an_unknown_language_and_an_unknown_number_are_problems(controller: Client) -> None:
    number = retailer.order(("TEA-250", 100)).number

    for query, status, code in (
        (f"{number}/paper?language=fr", 422, "printing.language_unknown"),
        ("PO-1999-1/paper", 404, "resource.not_found"),
    ):
        answer = controller.get(f"/api/v1/purchase-orders/{query}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_server_without_printing_says_so_on_the_page(
    controller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = retailer.order(("TEA-250", 100)).number
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)

    page = controller.get(f"/erp/purchase-orders/{number}/paper")
    told = controller.get(f"/api/v1/purchase-orders/{number}/paper")

    assert page.status_code == told.status_code == 503
    assert "yipan[pdf]" in page.content.decode()
    assert told.json()["code"] == "printing.not_installed"
