"""
Buying tea: a delivery in parts, a box too many, goods that go back, an invoice that is wrong.

Every step is taken by the person whose work it is. In the end the hub's book, the warehouse's
book, what is on order and what goods are worth say the same thing.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import buying
from tests.retailer import BUYER, CHECKER, NOON, RECEIVER, deliver, make_id, stock
from yipan.documents.states import OwnApproval
from yipan.erp import queries
from yipan.erp.documents.purchasing import (
    receipt_reversal,
    receipt_surplus,
    supplier_invoice,
    supplier_return,
)
from yipan.erp.documents.purchasing.receipt_reversal import AskedAlready
from yipan.erp.documents.purchasing.supplier_return import Returned, ReturnedLine
from yipan.erp.models import (
    GoodsReceipt,
    LandedCost,
    ReceiptSurplus,
    SupplierReturn,
)
from yipan.erp.queries import value_states
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.proof.purchasing import prove_on_order, prove_supplier_account
from yipan.proof.sites import compare_sites
from yipan.wms.documents.outbound import pick
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.models import InboundOrder, Pick

pytestmark = pytest.mark.django_db

CONTROLLER = ("inventory_controller",)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def prove() -> None:
    for finding in (compare_sites(), prove_on_order(), prove_supplier_account()):
        assert finding.ok, finding.detail


def pick_and_ship(outbound: str) -> None:
    """Pick what is set aside for an order at W1, and let it leave."""
    for row in Pick.objects.filter(order__number=outbound, state="open").order_by("id"):
        pick.take(pick_id=row.pk, taking=Taking(quantity=row.quantity), by=RECEIVER, at=NOON)
    buying.ship(outbound)


def test_partial_receipts_with_tolerance_and_a_short_close() -> None:
    # The supplier may bring five in a hundred more, and three less are no reason to wait.
    buying.allow(tolerance_over_percent=5, tolerance_under_quantity=3)
    order = buying.order(("TEA-250", 100, 3_000), ("MUG-1", 50, 1_000))
    assert queries.list_quantities_on_order() == {("W1", "MUG-1"): 50, ("W1", "TEA-250"): 100}

    # The first truck brings 60 packs of tea. The rest is still on order.
    buying.receive(order.number, ("TEA-250", 60, 0))
    assert buying.get(order.number).state == "partly_received"
    assert queries.list_quantities_on_order() == {("W1", "MUG-1"): 50, ("W1", "TEA-250"): 40}

    # The second one brings 38: two are missing, which is within the tolerance. Nobody waits for
    # them, though the mugs are still to come.
    buying.receive(order.number, ("TEA-250", 38, 0))
    assert buying.get(order.number).state == "partly_received"
    assert queries.list_quantities_on_order() == {("W1", "MUG-1"): 50}

    # Of the mugs 30 come, and the warehouse says that these were the last: closed short.
    buying.receive(order.number, ("MUG-1", 28, 2), is_last=True)
    assert buying.get(order.number).state == "closed_short"
    assert queries.list_quantities_on_order() == {}
    assert stock("erp", "on_hand/W1/available") == 98
    assert stock("erp", "on_hand/W1/available", "MUG-1") == 28
    assert stock("erp", "on_hand/W1/damaged", "MUG-1") == 2
    prove()


def test_an_order_that_came_within_its_tolerance_closes_by_itself() -> None:
    buying.allow(tolerance_under_percent=2)
    order = buying.order(("TEA-250", 100, 3_000))

    buying.receive(order.number, ("TEA-250", 98, 0))

    closed = buying.get(order.number)
    assert (closed.state, closed.lines.get().is_closed) == ("received", True)
    assert queries.list_quantities_on_order() == {}
    prove()


def test_a_surplus_is_blocked_until_two_people_have_decided_to_keep_it() -> None:
    buying.allow(tolerance_over_percent=5)
    order = buying.order(("TEA-250", 100, 3_000))

    # 110 packs come. 105 are sold at once, the other five are set aside in both books.
    buying.receive(order.number, ("TEA-250", 110, 0))
    assert stock("erp", "on_hand/W1/available") == 105
    assert stock("erp", "on_hand/W1/blocked") == 5
    surplus = ReceiptSurplus.objects.get()
    assert (surplus.state, surplus.quantity, surplus.sku) == ("open", 5, "TEA-250")

    # The purchaser wants to keep them, and may not decide that alone.
    why = Trace(actor="lin.purchaser", reason="They sell.")
    receipt_surplus.propose(number=surplus.number, outcome="accept", by=why, at=NOON)
    with pytest.raises(OwnApproval):
        receipt_surplus.approve(
            number=surplus.number, roles=CONTROLLER, by=why, at=NOON, message_id=make_id("own")
        )
    receipt_surplus.approve(
        number=surplus.number, roles=CONTROLLER, by=CHECKER, at=NOON, message_id=make_id("keep")
    )

    # The order's line says now what came beyond its tolerance; the warehouse is ordered to free
    # the goods, does it, and tells.
    assert buying.get(order.number).lines.get().quantity_ordered == 105
    assert stock("erp", "on_hand/W1/blocked") == 5
    deliver()
    deliver()
    assert stock("erp", "on_hand/W1/available") == 110
    assert stock("erp", "on_hand/W1/blocked") == 0
    assert stock("wms:W1", "on_hand/RECV-01/available") == 110
    assert InboundOrder.objects.get().lines.get().quantity_expected == 105
    assert ReceiptSurplus.objects.get().state == "kept"
    prove()


def test_a_product_nobody_ordered_goes_back_to_its_supplier() -> None:
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 100, 0), ("BAG-1", 7, 0))
    surplus = ReceiptSurplus.objects.get()
    assert (surplus.sku, surplus.quantity, surplus.is_ordered) == ("BAG-1", 7, False)

    why = Trace(actor="lin.purchaser", reason="Nobody ordered bags.")
    receipt_surplus.propose(number=surplus.number, outcome="return", by=why, at=NOON)
    receipt_surplus.approve(
        number=surplus.number, roles=CONTROLLER, by=CHECKER, at=NOON, message_id=make_id("back")
    )
    deliver()
    returned = SupplierReturn.objects.get()
    assert (returned.state, returned.created_by, returned.approved_by) == (
        "to_ship",
        "lin.purchaser",
        "zhao.controller",
    )

    # The warehouse takes them from where they lie blocked, and they leave its book and the hub's.
    pick_and_ship(returned.outbound_order_number)
    assert stock("wms:W1", "on_hand/RECV-01/blocked", "BAG-1") == 0
    assert stock("erp", "on_hand/W1/blocked", "BAG-1") == 0
    assert SupplierReturn.objects.get().state == "shipped"
    prove()


def test_damaged_goods_are_returned_and_a_credit_is_expected() -> None:
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 90, 10))
    buying.value()
    assert value_states.get_value("MAIN", "TEA-250") == (100, 300_000)

    # The purchaser asks, the controller allows, the warehouse is told.
    wanted = Returned(
        site="W1",
        supplier="SUP-01",
        purchase_order_number=order.number,
        reason="Torn boxes.",
        lines=(ReturnedLine(sku="TEA-250", quantity=10, status=StockStatus.DAMAGED),),
    )
    number = supplier_return.create(wanted=wanted, by=BUYER, at=NOON).number
    with pytest.raises(OwnApproval):
        supplier_return.approve(number=number, by=BUYER, at=NOON)
    supplier_return.approve(number=number, by=CHECKER, at=NOON)
    supplier_return.release(number=number, by=CHECKER, at=NOON, message_id=make_id("released"))
    deliver()
    assert stock("erp", "on_hand/W1/damaged") == 10

    # What leaves is the damaged ten. Sound goods stay, and the credit is what was paid for them.
    pick_and_ship(f"OUT-{number}")
    assert stock("erp", "on_hand/W1/damaged") == 0
    assert stock("erp", "on_hand/W1/available") == 90
    [line] = queries.get_return(number).lines
    assert (line.quantity_shipped, line.credit_minor) == (10, 30_000)
    buying.value()
    assert value_states.get_value("MAIN", "TEA-250") == (90, 270_000)

    # An invoice for all hundred asks for ten too many.
    invoice = buying.bill("F-1", (order.number, "TEA-250", 100, 3_000))
    assert invoice.state == "differing"
    prove()


def test_an_invoice_that_asks_for_too_much_is_accepted_with_a_reason() -> None:
    buying.allow(tolerance_price_percent=1)
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 80, 0))
    buying.value()

    # 80 packs came at 30.00; the supplier bills a hundred at 31.50.
    invoice = buying.bill("F-77", (order.number, "TEA-250", 100, 3_150))
    [line] = queries.get_invoice(invoice.number).lines
    assert [(it.code, it.expected, it.found) for it in line.differences] == [
        ("supplier_invoice.quantity_above_received", 80, 100),
        ("supplier_invoice.price_above", 3_000, 3_150),
    ]
    assert LandedCost.objects.count() == 0

    # The other twenty come: matched again, the price alone differs.
    buying.receive(order.number, ("TEA-250", 20, 0))
    buying.value()
    supplier_invoice.match(number=invoice.number, by=BUYER, at=NOON)
    [line] = queries.get_invoice(invoice.number).lines
    assert [it.code for it in line.differences] == ["supplier_invoice.price_above"]

    # Finance accepts it with a reason, not who wrote it; the goods are worth what they cost.
    agreed = "Price agreed by telephone."
    with pytest.raises(OwnApproval):
        supplier_invoice.approve(
            number=invoice.number, by=Trace(actor=BUYER.actor, reason=agreed), at=NOON
        )
    supplier_invoice.approve(
        number=invoice.number, by=Trace(actor="fan.finance", reason=agreed), at=NOON
    )
    cost = LandedCost.objects.get()
    assert (cost.cost_type, cost.amount_minor, cost.state) == ("price", 15_000, "posted")
    assert value_states.get_value("MAIN", "TEA-250") == (100, 315_000)
    assert GoodsReceipt.objects.count() == 2
    prove()


def test_a_receipt_booked_by_mistake_is_undone_in_both_books_when_the_hub_asks() -> None:
    buying.allow(tolerance_over_percent=5)
    order = buying.order(("TEA-250", 100, 3_000))
    buying.receive(order.number, ("TEA-250", 110, 0))
    assert buying.get(order.number).state == "received"
    receipt = GoodsReceipt.objects.get()

    # The controller sees that the truck was another one's, and asks the warehouse to undo it.
    why = Trace(actor="zhao.controller", reason="did_not_occur: the truck of another shop")
    receipt_reversal.ask(number=receipt.number, by=why, at=NOON, message_id=make_id("undo"))
    with pytest.raises(AskedAlready):
        receipt_reversal.ask(number=receipt.number, by=why, at=NOON, message_id=make_id("again"))
    assert stock("erp", "on_hand/W1/available") == 105
    deliver()
    deliver()

    # Nothing is left of it in either book; the order waits again, and nobody has to decide.
    assert GoodsReceipt.objects.get().state == "reversed"
    for account in ("available", "blocked"):
        assert stock("erp", f"on_hand/W1/{account}") == 0
        assert stock("wms:W1", f"on_hand/RECV-01/{account}") == 0
    assert buying.get(order.number).state == "sent"
    assert queries.list_quantities_on_order() == {("W1", "TEA-250"): 100}
    assert ReceiptSurplus.objects.get().state == "canceled"
    prove()
