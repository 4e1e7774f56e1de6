"""
What the prices of invoices do to the value of goods: those billed take it, as they come.

Figures are worked out by hand: the legal entity keeps its stock first in, first out, so that each
receipt has a cost of its own.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import buying
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id
from yipan.erp.documents.purchasing import receipt_reversal, supplier_invoice
from yipan.erp.documents.value import invoice_value, landed_cost
from yipan.erp.documents.value.landed_cost import Cost, ReceiptReversed
from yipan.erp.models import GoodsReceipt, LandedCost, SupplierInvoice
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.queries import value_states
from yipan.erp.rules.invoice import find_billed
from yipan.ledger.moves import Trace

pytestmark = pytest.mark.django_db

AGREED = Trace(actor="fan.finance", reason="Agreed.")


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def list_costs() -> list[tuple[dict[str, int], int]]:
    rows = LandedCost.objects.order_by("id")
    return list(rows.values_list("quantities", "amount_minor"))


def list_receipts() -> list[str]:
    return list(GoodsReceipt.objects.order_by("id").values_list("number", flat=True))


def approve(invoice: SupplierInvoice) -> None:
    supplier_invoice.approve(number=invoice.number, by=AGREED, at=NOON)


def test_goods_are_billed_in_the_order_in_which_they_came() -> None:
    came = [("R-1", 60), ("R-2", 30), ("R-3", 10)]

    assert find_billed(came=came, first=0, last=60) == {"R-1": 60}
    assert find_billed(came=came, first=50, last=95) == {"R-1": 10, "R-2": 30, "R-3": 5}
    assert find_billed(came=came, first=100, last=120) == {}


def test_each_invoice_changes_the_value_of_its_own_receipt() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 60, 0))
    buying.receive(order, ("TEA-250", 40, 0))
    buying.value()
    first, second = list_receipts()

    # The first truck is billed as ordered, the second one 1.00 dearer a piece.
    buying.bill("F-1", (order, "TEA-250", 60, 3_000))
    dearer = buying.bill("F-2", (order, "TEA-250", 40, 3_100))
    assert list_costs() == []
    approve(dearer)

    assert first != second
    assert list_costs() == [({second: 40}, 4_000)]
    assert value_states.get_value("MAIN", "TEA-250") == (100, 304_000)


def test_goods_billed_before_they_come_take_the_price_when_they_do() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 80, 0))
    buying.value()
    approve(buying.bill("F-1", (order, "TEA-250", 100, 3_100)))
    [first] = list_receipts()
    assert list_costs() == [({first: 80}, 8_000)]
    assert invoice_value.settle_all(at=NOON) == 0

    buying.receive(order, ("TEA-250", 20, 0))
    assert invoice_value.settle_all(at=NOON) == 0  # not valued yet
    buying.value()
    assert invoice_value.settle_all(at=NOON) == 1

    _, second = list_receipts()
    assert list_costs()[1] == ({second: 20}, 2_000)
    assert SupplierInvoice.objects.get().lines.get().quantity_settled == 100
    assert value_states.get_value("MAIN", "TEA-250") == (100, 310_000)
    assert invoice_value.settle_all(at=NOON) == 0


def test_a_receipt_that_was_undone_takes_no_cost() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 100, 0))
    buying.value()
    [receipt] = list_receipts()
    cost = Cost(
        entity="MAIN",
        cost_type=CostType.FREIGHT,
        basis=CostBasis.VALUE,
        amount_minor=5_000,
        occurred_on=NOON.date(),
        receipts=(receipt,),
    )
    draft = landed_cost.create(cost=cost, by=BUYER, at=NOON)
    receipt_reversal.ask(
        number=receipt,
        by=Trace(actor=CHECKER.actor, reason="did_not_occur: another truck"),
        at=NOON,
        message_id=make_id("undo"),
    )
    deliver()
    deliver()
    buying.value()

    with pytest.raises(ReceiptReversed):
        landed_cost.create(cost=cost, by=BUYER, at=NOON)
    with pytest.raises(ReceiptReversed):
        landed_cost.post(number=draft.number, by=BUYER, at=NOON)

    assert LandedCost.objects.get().state == "draft"
    assert value_states.get_value("MAIN", "TEA-250") == (0, 0)


def test_an_invoice_for_goods_that_were_undone_waits_for_others() -> None:
    order = buying.order(("TEA-250", 100, 3_000)).number
    buying.receive(order, ("TEA-250", 100, 0))
    receipt_reversal.ask(
        number=list_receipts()[0],
        by=Trace(actor=CHECKER.actor, reason="did_not_occur: another truck"),
        at=NOON,
        message_id=make_id("undo"),
    )
    deliver()
    deliver()
    approve(buying.bill("F-1", (order, "TEA-250", 100, 3_100)))
    assert list_costs() == []

    buying.receive(order, ("TEA-250", 100, 0))
    buying.value()

    assert invoice_value.settle_all(at=NOON) == 1
    assert list_costs() == [({list_receipts()[1]: 100}, 10_000)]
