"""The work list of surpluses, and the undoing of a receipt, walked as people walk them."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.erp import buying
from tests.retailer import deliver, stock
from yipan.access.roles import Role
from yipan.erp.models import GoodsReceipt, ReceiptSurplus, SupplierInvoice, SupplierReturn
from yipan.erp.tasks import follow_invoices

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def test_one_proposes_and_another_decides_on_the_work_list() -> None:
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 104, 0))
    number = ReceiptSurplus.objects.get().number
    purchaser = a_client(Role.PURCHASER, username="lin")
    controller = a_client(Role.INVENTORY_CONTROLLER, username="zhao")
    assert number in purchaser.get("/erp/receipt-surpluses").content.decode()

    form = {"outcome": "return", "reason": "Not ordered."}
    purchaser.post(f"/erp/receipt-surpluses/{number}/propose", form)
    assert purchaser.post(f"/erp/receipt-surpluses/{number}/approve").status_code == 403
    assert ReceiptSurplus.objects.get().state == "proposed"
    controller.post(f"/erp/receipt-surpluses/{number}/approve")

    assert ReceiptSurplus.objects.get().state == "returned"
    assert SupplierReturn.objects.get().state == "to_ship"
    assert number not in controller.get("/erp/receipt-surpluses").content.decode()
    assert number in controller.get("/erp/receipt-surpluses?all=1").content.decode()


def test_a_receipt_is_undone_from_its_page() -> None:
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 100, 0))
    number = GoodsReceipt.objects.get().number
    controller = a_client(Role.INVENTORY_CONTROLLER, username="zhao")
    assert (
        "Have this receipt undone?"
        in controller.get(f"/erp/goods-receipts/{number}").content.decode()
    )

    form = {"correction_reason": "did_not_occur", "reason": "The truck of another shop."}
    controller.post(f"/erp/goods-receipts/{number}/ask-reversal", form)
    deliver()
    deliver()

    assert GoodsReceipt.objects.get().state == "reversed"
    assert stock("erp", "on_hand/W1/available") == 0


def test_the_clock_matches_an_invoice_when_the_rest_has_come() -> None:
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 60, 0))
    buying.bill("F-1", (order.number, "TEA-250", 100, 3_000))
    assert SupplierInvoice.objects.get().state == "differing"

    buying.receive(order.number, ("TEA-250", 40, 0))
    follow_invoices(at=retailer.NOON)

    assert SupplierInvoice.objects.get().state == "matched"
