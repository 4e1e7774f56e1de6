"""The proof of purchasing, seen red: each fault that is planted is named."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import buying
from tests.retailer import post_by_hand
from yipan.erp.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrderLine
from yipan.proof.purchasing import prove_on_order, prove_supplier_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def buy() -> str:
    """Order 100, of which 60 come, 5 of them damaged."""
    number = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(number, ("TEA-250", 55, 5))
    return number


def test_orders_say_what_their_receipts_say() -> None:
    buy()

    on_order, supplier = prove_on_order(), prove_supplier_account()

    assert (on_order.ok, on_order.count, on_order.examined) == (True, 0, 1)
    assert (supplier.ok, supplier.count, supplier.examined) == (True, 0, 1)


def test_a_line_that_says_another_quantity_came_is_named() -> None:
    number = buy()
    PurchaseOrderLine.objects.update(quantity_received=61)

    proved = prove_on_order()

    assert (proved.ok, proved.count) == (False, 1)
    assert proved.detail == (
        f"order {number}, SKU TEA-250: the line says 61 came, and its receipts 60"
    )


def test_a_receipt_that_lost_its_lines_is_named_by_both() -> None:
    buy()
    GoodsReceiptLine.objects.all().delete()

    on_order, supplier = prove_on_order(), prove_supplier_account()

    assert on_order.detail.endswith("the line says 60 came, and its receipts 0")
    assert supplier.detail == "SKU TEA-250: the book says -60, and receipts and returns 0"


def test_a_receipt_reversed_in_its_document_alone_is_named() -> None:
    buy()
    GoodsReceipt.objects.update(state="reversed")

    assert (prove_on_order().ok, prove_supplier_account().ok) == (False, False)


def test_goods_posted_to_the_supplier_without_a_document_are_named() -> None:
    buy()
    post_by_hand("erp", "planted/1", "supplier", 4)

    proved = prove_supplier_account()

    assert (proved.ok, proved.count) == (False, 1)
    assert proved.detail == "SKU TEA-250: the book says -56, and receipts and returns -60"
