"""
Story: what was posted wrongly is undone, and both books say so.

A receipt was keyed on the wrong order, a store took in a carton that was not its own, an
opening was counted twice, a scrap was somebody else's. Nobody edits or deletes anything:
each document is reversed with a reason, the hub hears of it and does the same, the goods
are expected again, and what the reversed goods were worth goes out as it came in.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.valuing import use_method, value_all, worth
from tests.retailer import CLERK, NOON, RECEIVER, deliver, make_id, stock
from yipan.documents import reversals, trail
from yipan.documents.reversals import DID_NOT_OCCUR, INCORRECT_DATA, ReasonMissing
from yipan.documents.states import WrongState
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.models import (
    Adjustment,
    GoodsReceipt,
    PurchaseOrder,
    StockOpening,
    TransferOrder,
    TransferReceipt,
)
from yipan.erp.rules.costing import Method
from yipan.ledger.moves import Trace
from yipan.pos.documents import adjustment as store_adjustment
from yipan.pos.documents import stock_opening as store_opening
from yipan.pos.documents import transfer, transfer_reversal
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.pos.models import StoreAdjustment, StoreOrder
from yipan.proof.run import find_first_break, prove
from yipan.wms.documents.inbound import receipt_reversal
from yipan.wms.documents.stock import stock_opening as warehouse_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models import InboundOrder, Receipt

pytestmark = pytest.mark.django_db

WRONG = reversals.write_reason(cause=INCORRECT_DATA, words="Keyed on the wrong order.")
LEAD = Trace(actor="li.lead", device="desk-3", reason=WRONG)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def undo(receipt: Receipt, by: Trace = LEAD) -> None:
    receipt_reversal.reverse(
        number=receipt.number, by=by, at=NOON, message_id=make_id(f"{receipt.number} undone")
    )
    deliver()


def order_at(unit_cost_minor: int, *, quantity: int) -> PurchaseOrder:
    """Order tea at a price."""
    line = OrderedLine(sku="TEA-250", quantity=quantity, unit_cost_minor=unit_cost_minor)
    ordered = Ordered(site="W1", supplier="SUP-01", lines=(line,))
    number = purchase_order.create(ordered=ordered, by=retailer.BUYER, at=NOON).number
    purchase_order.approve(number=number, by=retailer.CHECKER, at=NOON)
    return purchase_order.send(
        number=number, by=retailer.BUYER, at=NOON, message_id=make_id(f"{number} sent")
    )


def require_proof() -> None:
    findings = list(prove())
    assert find_first_break(findings) is None


def test_a_receipt_is_undone_in_both_books_and_its_goods_are_expected_again() -> None:
    order = retailer.order(("TEA-250", 100))
    deliver()
    first = retailer.receive(order.inbound_order_number, ("TEA-250", 60, 0))
    second = retailer.receive(order.inbound_order_number, ("TEA-250", 38, 2))
    deliver()
    assert PurchaseOrder.objects.get().state == "received"

    undo(second)

    assert stock("wms:W1", "on_hand/RECV-01/available") == 60
    assert stock("wms:W1", "on_hand/RECV-01/damaged") == 0
    assert stock("erp", "on_hand/W1/available") == 60
    assert stock("erp", "on_hand/W1/damaged") == 0
    assert InboundOrder.objects.get().state == "partly_received"
    bought = PurchaseOrder.objects.get()
    assert (bought.state, bought.closed_at) == ("partly_received", None)
    assert list(bought.lines.values_list("quantity_received", "quantity_damaged")) == [(60, 0)]
    undo(first)
    assert InboundOrder.objects.get().state == "released"
    assert PurchaseOrder.objects.get().state == "sent"
    assert set(GoodsReceipt.objects.values_list("state", flat=True)) == {"reversed"}
    told = trail.list_steps(
        document_type="goods_receipt", number=GoodsReceipt.objects.latest("id").number
    )
    assert [(step.step, step.actor, step.reason) for step in told] == [
        ("post", "wang.worker", ""),
        ("reverse", "li.lead", WRONG),
    ]
    require_proof()


def test_a_last_delivery_that_closed_the_order_opens_it_again_but_a_person_s_word_stands() -> None:
    order = retailer.order(("TEA-250", 100))
    deliver()
    last = retailer.receive(order.inbound_order_number, ("TEA-250", 10, 0), is_last=True)
    deliver()
    assert PurchaseOrder.objects.get().state == "closed_short"

    undo(last)

    assert PurchaseOrder.objects.get().state == "sent"
    assert InboundOrder.objects.get().state == "released"
    again = retailer.receive(order.inbound_order_number, ("TEA-250", 10, 0))
    deliver()
    purchase_order.close_short(
        number=order.number, by=retailer.BUYER, at=NOON, message_id=make_id("enough")
    )
    deliver()
    undo(again)
    assert PurchaseOrder.objects.get().state == "closed_short"
    assert InboundOrder.objects.get().state == "closed_short"
    assert stock("erp", "on_hand/W1/available") == 0


def test_no_reason_or_a_second_time_is_refused_and_nothing_changes() -> None:
    order = retailer.order(("TEA-250", 100))
    deliver()
    receipt = retailer.receive(order.inbound_order_number, ("TEA-250", 60, 0))
    deliver()

    with pytest.raises(ReasonMissing):
        undo(receipt, by=Trace(actor="li.lead", reason="oops"))
    assert stock("wms:W1", "on_hand/RECV-01/available") == 60
    undo(receipt)
    with pytest.raises(WrongState):
        undo(receipt)

    assert stock("wms:W1", "on_hand/RECV-01/available") == 0
    assert stock("erp", "on_hand/W1/available") == 0


def test_a_reversal_waits_for_its_receipt_and_a_repeat_changes_nothing() -> None:
    order = retailer.order(("TEA-250", 100))
    deliver()
    receipt = retailer.receive(order.inbound_order_number, ("TEA-250", 60, 0))
    receipt_reversal.reverse(
        number=receipt.number, by=LEAD, at=NOON, message_id=make_id("undone early")
    )
    told, undone = retailer.list_envelopes("wms:W1/stock")

    first = retailer.hear("erp", undone)
    assert (first[0].state, GoodsReceipt.objects.count()) == ("waiting", 0)
    retailer.hear("erp", told)
    retailer.hear("erp", told, undone)

    assert GoodsReceipt.objects.get().state == "reversed"
    assert stock("erp", "on_hand/W1/available") == 0
    assert PurchaseOrder.objects.get().state == "sent"


def test_value_goes_out_at_what_it_came_in_for() -> None:
    use_method(Method.FIFO)
    cheap = order_at(2_500, quantity=10)
    deliver()
    dear = order_at(3_500, quantity=10)
    deliver()
    wrong = retailer.receive(cheap.inbound_order_number, ("TEA-250", 10, 0))
    retailer.receive(dear.inbound_order_number, ("TEA-250", 10, 0))
    deliver()
    value_all()
    assert worth() == [("W1", 20, 60_000)]

    undo(wrong)
    value_all()

    assert worth() == [("W1", 10, 35_000)]
    require_proof()


def test_a_store_undoes_what_it_took_in_and_the_goods_are_in_transit_again() -> None:
    number = moving.release(("TEA-250", 10)).number
    moving.ship(number, "SH-1", ("TEA-250", 10))
    deliver()
    asked = StoreOrder.objects.get(site="S12")
    came = transfer.open_transfer(site="S12", order_number=asked.number, by=CLERK, at=NOON)
    transfer.move_as_asked(number=came.number, by=CLERK, at=NOON, message_id=make_id("came"))
    deliver()
    assert TransferOrder.objects.get().state == "received"
    assert moving.count_transit(number) == 0

    transfer_reversal.reverse(number=came.number, by=LEAD, at=NOON, message_id=make_id("not ours"))
    deliver()

    assert stock("pos:S12", "on_hand/backroom/available") == 0
    assert stock("erp", "on_hand/S12/available") == 0
    assert moving.count_transit(number) == 10
    assert TransferOrder.objects.get().state == "shipped"
    assert TransferReceipt.objects.get().state == "reversed"
    assert StoreOrder.objects.get(site="S12").state == "released"
    require_proof()


def test_a_store_s_shipment_that_did_not_leave_is_undone() -> None:
    retailer.open_store("S12", ("TEA-250", 20))
    number = moving.release(("TEA-250", 8), from_site="S12", to_site="S1").number
    deliver()
    asked = StoreOrder.objects.get(site="S12")
    sent = transfer.open_transfer(site="S12", order_number=asked.number, by=CLERK, at=NOON)
    transfer.move_as_asked(number=sent.number, by=CLERK, at=NOON, message_id=make_id("sent"))
    deliver()
    assert moving.count_transit(number) == 8

    transfer_reversal.reverse(number=sent.number, by=LEAD, at=NOON, message_id=make_id("stayed"))
    deliver()

    assert stock("pos:S12", "on_hand/shop_floor/available") == 20
    assert stock("erp", "on_hand/S12/available") == 20
    assert moving.count_transit(number) == 0
    assert StoreOrder.objects.get(site="S12").state == "released"
    require_proof()


def test_openings_are_taken_back() -> None:
    opened = retailer.open_store("S12", ("TEA-250", 20))
    begun = warehouse_opening.post(
        site="W1",
        stock=[BinStock(bin_code="A-01-01", sku="TEA-250", quantity=7)],
        by=RECEIVER,
        at=NOON,
        message_id=make_id("begun"),
    )
    deliver()

    twice = Trace(
        actor="li.lead", reason=reversals.write_reason(cause=DID_NOT_OCCUR, words="Counted twice.")
    )
    store_opening.reverse(number=opened.number, by=twice, at=NOON, message_id=make_id("1"))
    warehouse_opening.reverse(number=begun.number, by=twice, at=NOON, message_id=make_id("2"))
    deliver()

    assert stock("pos:S12", "on_hand/shop_floor/available") == 0
    assert stock("wms:W1", "on_hand/A-01-01/available") == 0
    assert stock("erp", "on_hand/S12/available") == 0
    assert stock("erp", "on_hand/W1/available") == 0
    assert set(StockOpening.objects.values_list("state", flat=True)) == {"reversed"}
    require_proof()


def test_an_adjustment_of_a_store_is_undone_and_the_hub_posts_the_opposite() -> None:
    retailer.open_store("S12", ("TEA-250", 20))
    scrapped = store_adjustment.post(
        wanted=Wanted(
            site="S12",
            adjustment_type="scrap",
            goods=[AdjustedGoods(sku="TEA-250", quantity=2)],
        ),
        by=CLERK,
        at=NOON,
        message_id=make_id("scrapped"),
    )
    deliver()
    value_all()
    assert stock("erp", "on_hand/S12/available") == 18

    store_adjustment.reverse(number=scrapped.number, by=LEAD, at=NOON, message_id=make_id("whole"))
    deliver()
    value_all()

    assert StoreAdjustment.objects.get().state == "reversed"
    assert stock("pos:S12", "on_hand/shop_floor/available") == 20
    assert stock("erp", "on_hand/S12/available") == 20
    assert stock("erp", "scrap") == 0
    found = {row.site_number: (row.state, row.reverses) for row in Adjustment.objects.all()}
    assert found == {
        scrapped.number: ("reversed", ""),
        f"{scrapped.number}-R": ("posted", scrapped.number),
    }
    require_proof()
