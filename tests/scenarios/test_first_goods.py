"""
The first goods: from a purchase order into three separate books, and out through a register.

Each system keeps its own book and hears of the others by messages alone. After each step the
book of whoever acted is right at once; the hub's follows when the message arrives.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import deliver, order, receive, sell, stock
from yipan.documents import trail
from yipan.erp.models import GoodsReceipt, PurchaseOrder, SalesIssue
from yipan.ledger import queries as ledger
from yipan.pos.models import Ticket
from yipan.wms.models import InboundOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def test_97_of_100_arrive_and_one_is_sold() -> None:
    # A purchaser orders 100 packs of tea. Somebody else approves. The order is sent.
    purchase = order(("TEA-250", 100))
    assert purchase.state == "sent"
    assert not InboundOrder.objects.exists()

    # The message arrives: the warehouse expects the goods.
    assert deliver() > 0
    inbound = InboundOrder.objects.get()
    assert inbound.purchase_order_number == purchase.number
    assert inbound.state == "released"

    # The truck brings 97, and 2 of them are crushed. The warehouse's book rises at once ...
    receipt = receive(inbound.number, ("TEA-250", 95, 2))
    assert stock("wms:W1", "on_hand/RECV-01/available") == 95
    assert stock("wms:W1", "on_hand/RECV-01/damaged") == 2
    # ... and the hub knows nothing yet.
    assert stock("erp", "on_hand/W1/available") == 0

    # The message arrives: the hub's book follows, and the order stays open for 3.
    assert deliver() > 0
    assert stock("erp", "on_hand/W1/available") == 95
    assert stock("erp", "on_hand/W1/damaged") == 2
    purchase.refresh_from_db()
    line = purchase.lines.get()
    assert purchase.state == "partly_received"
    assert line.quantity_ordered - line.quantity_received == 3

    # A store sells one. (It never got any: see the test of the oversold store below.)
    ticket = sell(("TEA-250", 1))
    assert ticket.reply_state == "applied"
    assert stock("pos:S12", "on_hand/shop_floor/available") == -1
    assert stock("erp", "on_hand/S12/available") == 0
    assert deliver() > 0
    assert stock("erp", "on_hand/S12/available") == -1

    # Every number opens: posting, document, message, person.
    posting = ledger.get_posting(book="erp", origin=f"goods_receipt/{receipt.number}/post")
    assert [movement.quantity for movement in posting.movements] == [95, 2]
    assert posting.header.actor == "wang.worker"
    assert posting.header.device == "handheld-7"
    assert (posting.header.source, posting.header.sequence) == ("wms:W1/stock", 1)
    of_site = ledger.get_posting(book="wms:W1", origin=f"receipt/{receipt.number}/post")
    assert (of_site.header.source, of_site.header.sequence) == ("wms:W1/stock", 1)
    document = GoodsReceipt.objects.get()
    assert document.message_id == receipt.message_id
    assert [
        step.step
        for step in trail.list_steps(document_type="purchase_order", number=purchase.number)
    ] == ["create", "approve", "send", "receive"]
    issue = SalesIssue.objects.get()
    sold = ledger.get_posting(book="erp", origin=f"sales_issue/{issue.number}/post")
    assert (sold.header.source, sold.header.sequence) == ("pos:S12/stock", 1)
    assert sold.header.actor == "chen.clerk"
    assert sold.header.device == "S12-1"


def test_several_receipts_fill_an_order() -> None:
    purchase = order(("TEA-250", 100), ("SOAP-1", 10))
    deliver()

    receive(purchase.inbound_order_number, ("TEA-250", 60, 0))
    receive(purchase.inbound_order_number, ("TEA-250", 40, 0), ("SOAP-1", 10, 0))
    deliver()

    purchase.refresh_from_db()
    assert purchase.state == "received"
    assert GoodsReceipt.objects.count() == 2
    assert stock("erp", "on_hand/W1/available") == 100
    assert InboundOrder.objects.get().state == "received"


def test_the_last_receipt_closes_the_order_short() -> None:
    purchase = order(("TEA-250", 100))
    deliver()

    receive(purchase.inbound_order_number, ("TEA-250", 97, 0), is_last=True)
    deliver()

    purchase.refresh_from_db()
    assert purchase.state == "closed_short"
    assert InboundOrder.objects.get().state == "closed_short"


def test_too_much_is_booked_and_the_surplus_blocked_in_both_books() -> None:
    # 100 ordered from a supplier whose tolerance is 5 percent; 110 come.
    purchase = order(("TEA-250", 100), supplier="SUP-02")
    deliver()

    receive(purchase.inbound_order_number, ("TEA-250", 110, 0))
    deliver()

    assert stock("wms:W1", "on_hand/RECV-01/available") == 105
    assert stock("wms:W1", "on_hand/RECV-01/blocked") == 5
    assert stock("erp", "on_hand/W1/available") == 105
    assert stock("erp", "on_hand/W1/blocked") == 5
    purchase.refresh_from_db()
    assert purchase.state == "received"
    assert GoodsReceipt.objects.get().warnings == [
        {"code": "receipt.tolerance_exceeded", "sku": "TEA-250", "quantity": 5}
    ]


def test_goods_nobody_ordered_are_blocked_and_told() -> None:
    purchase = order(("TEA-250", 100))
    deliver()

    receive(purchase.inbound_order_number, ("TEA-250", 100, 0), ("MUG-1", 6, 0))
    deliver()

    assert stock("erp", "on_hand/W1/blocked", "MUG-1") == 6
    assert stock("erp", "on_hand/W1/available", "MUG-1") == 0
    assert GoodsReceipt.objects.get().warnings == [
        {"code": "receipt.sku_not_ordered", "sku": "MUG-1", "quantity": 0}
    ]


def test_receipts_that_arrive_the_wrong_way_round_add_up_all_the_same() -> None:
    purchase = order(("TEA-250", 100))
    deliver()
    receive(purchase.inbound_order_number, ("TEA-250", 60, 0))
    receive(purchase.inbound_order_number, ("TEA-250", 40, 0))
    first, second = retailer.list_envelopes("wms:W1/stock")

    [late] = retailer.hear("erp", second)
    [early] = retailer.hear("erp", first)
    [again] = retailer.hear("erp", first)

    assert (late.state, late.applied_sequence) == ("applied", 0)
    assert (early.state, early.applied_sequence) == ("applied", 2)
    assert (again.state, again.applied_sequence) == ("duplicate", 2)
    assert stock("erp", "on_hand/W1/available") == 100
    purchase.refresh_from_db()
    assert purchase.state == "received"
    deliver()
    assert stock("erp", "on_hand/W1/available") == 100


def test_a_ticket_with_an_unknown_sku_waits_and_is_booked_when_there_is_one() -> None:
    ticket = sell(("NEW-1", 2))

    assert (ticket.reply_state, ticket.reply_code) == ("parked", "masterdata.sku_unknown")
    assert Ticket.objects.count() == 0
    # Others are not held up.
    assert sell(("TEA-250", 1)).reply_state == "applied"

    retailer.add_skus("NEW-1")
    assert retailer.retry_parked() == 1
    deliver()

    assert stock("pos:S12", "on_hand/shop_floor/available", "NEW-1") == -2
    assert stock("erp", "on_hand/S12/available", "NEW-1") == -2
    assert stock("erp", "on_hand/S12/available", "TEA-250") == -1


def test_an_oversold_store_goes_below_zero_and_is_seen() -> None:
    retailer.open_store("S12", ("TEA-250", 3))
    deliver()

    sell(("TEA-250", 5))
    deliver()

    assert stock("pos:S12", "on_hand/shop_floor/available") == -2
    assert stock("erp", "on_hand/S12/available") == -2
    assert [(row.account, row.quantity) for row in ledger.list_shortfalls(book="pos:S12")] == [
        ("on_hand/shop_floor/available", -2)
    ]
    assert [(row.account, row.quantity) for row in ledger.list_shortfalls(book="erp")] == [
        ("on_hand/S12/available", -2)
    ]


def test_a_return_brings_goods_back_into_both_books() -> None:
    retailer.open_store("S12", ("TEA-250", 3))
    sell(("TEA-250", 2))

    sell(("TEA-250", -1), ("SOAP-1", 1))
    deliver()

    assert stock("pos:S12", "on_hand/shop_floor/available") == 2
    assert stock("erp", "on_hand/S12/available") == 2
    assert stock("erp", "on_hand/S12/available", "SOAP-1") == -1
    assert Ticket.objects.order_by("id").last().ticket_type == "exchange"  # type: ignore[union-attr]


def test_a_canceled_order_is_no_longer_expected_and_goods_that_come_are_blocked() -> None:
    purchase = order(("TEA-250", 100))
    deliver()
    retailer.cancel(purchase.number)
    deliver()
    assert InboundOrder.objects.get().state == "canceled"

    receive(purchase.inbound_order_number, ("TEA-250", 20, 0))
    deliver()

    assert stock("wms:W1", "on_hand/RECV-01/blocked") == 20
    assert stock("erp", "on_hand/W1/blocked") == 20
    assert PurchaseOrder.objects.get().state == "canceled"
    assert GoodsReceipt.objects.get().warnings == [
        {"code": "receipt.order_not_open", "sku": "", "quantity": 0}
    ]
