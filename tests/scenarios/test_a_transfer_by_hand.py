"""
Goods go from the warehouse to a store, by the hands of people in three systems.

The office releases a transfer, pickers gather it bin by bin, the store counts what the truck
brings. One bin holds less than its book says; the rest comes from another. At every step the
warehouse's book, the store's book and the hub's agree on what each knows.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.retailer import BUYER, CLERK, NOON, RECEIVER, make_id, stock
from tests.wms import sending
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.models import TransferOrder
from yipan.exchange.models import Stream
from yipan.ledger.lines import list_told_lines
from yipan.pos.documents import transfer
from yipan.pos.models import StoreOrder
from yipan.wms.documents.outbound import pick
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.models import OutboundOrder, SpotCount

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "TEA-250", 30))


def deliver_all() -> None:
    """Deliver until nothing is left: an answer may ask for another message."""
    while retailer.deliver():
        pass


def test_a_transfer_with_a_short_pick_arrives_and_all_books_agree() -> None:
    number = moving.release(("TEA-250", 50)).number
    deliver_all()
    order = OutboundOrder.objects.get(document_number=number)
    first, second = sending.list_open(order.number)
    assert [(it.bin_code, it.quantity) for it in (first, second)] == [
        ("A-01-01", 40),
        ("A-01-02", 10),
    ]

    # In A-01-01 there are 35, whatever its book says; the 5 come from A-01-02.
    pick.short(
        pick_id=first.pk,
        taking=Taking(quantity=35),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("short"),
    )
    for each in sending.list_open(order.number):
        sending.take(each)
    shipped = sending.ship(order.number)
    deliver_all()

    assert (shipped.is_last, SpotCount.objects.get().bin_code) == (True, "A-01-01")
    assert stock("erp", "on_hand/W1/available") == 20
    assert stock("erp", f"in_transit/{number}/available") == 50
    assert stock("wms:W1", "transfer:out") == 50

    store_order = StoreOrder.objects.get(site="S12")
    opened = transfer.open_transfer(site="S12", order_number=store_order.number, by=CLERK, at=NOON)
    transfer.move_as_asked(number=opened.number, by=CLERK, at=NOON, message_id=make_id("in"))
    deliver_all()

    assert TransferOrder.objects.get().state == "received"
    assert stock("pos:S12", "on_hand/backroom/available") == 50
    assert stock("erp", "on_hand/S12/available") == 50
    assert stock("erp", f"in_transit/{number}/available") == 0
    for source, book in (("wms:W1/stock", "wms:W1"), ("pos:S12/stock", "pos:S12")):
        last = Stream.objects.get(source=source).last_sequence
        said, heard = (
            list_told_lines(book=name, source=source, first=1, last=last) for name in (book, "erp")
        )
        assert said == heard


def test_a_transfer_canceled_during_picking_leaves_all_goods_at_the_sender() -> None:
    number = moving.release(("TEA-250", 50)).number
    deliver_all()
    order = OutboundOrder.objects.get(document_number=number)
    sending.take(sending.list_open(order.number)[0])

    transfer_order.cancel(number=number, by=BUYER, at=NOON, message_id=make_id("canceled"))
    deliver_all()

    order.refresh_from_db()
    assert order.state == "canceled"
    assert stock("wms:W1", "on_hand/PICKING/available") == 40
    assert stock("wms:W1", "on_hand/A-01-02/available") == 30
    assert stock("erp", "on_hand/W1/available") == 70
    assert stock("erp", f"in_transit/{number}/available") == 0
