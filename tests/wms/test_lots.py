"""Goods told apart by lot and date: in the accounts, at the dock, in bins, on the way out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import goods, sending
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.wms import queries
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Counting, NothingCounted, Opening, SerialDoubled
from yipan.wms.documents.outbound import outbound_order
from yipan.wms.documents.stock import bin_move
from yipan.wms.models import Inspection, Lot, Pick, ReceiptLine, Serial
from yipan.wms.queries.lots import list_lot_stock
from yipan.wms.rules import Counted, Shifted, get_account, read_account
from yipan.wms.rules.places import Place

pytestmark = pytest.mark.django_db

DOCK = "on_hand/RECV-01"


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()


def milk(quantity: int, lot: str = "", ends: str = "") -> Counted:
    return Counted(
        sku="MILK-1",
        quantity_sound=quantity,
        quantity_damaged=0,
        lot=lot,
        expires_on=date.fromisoformat(ends) if ends else None,
    )


@given(
    bin_code=st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=8),
    lot=st.text(st.characters(exclude_characters="\0"), max_size=12),
    status=st.sampled_from(list(StockStatus)),
)
@pytest.mark.django_db(transaction=False)
def test_an_account_is_read_as_it_was_written(bin_code: str, lot: str, status: StockStatus) -> None:
    account = get_account(bin_code=bin_code, status=status, lot=lot)

    assert read_account(account) == Place(bin_code=bin_code, status=status, lot=lot)


def test_two_lots_of_one_delivery_lie_apart_in_the_warehouse_and_together_in_the_hub() -> None:
    posted = goods.receive(milk(12, "L1", "2026-06-01"), milk(24, "L2", "2026-07-01"))

    assert stock("wms:W1", f"{DOCK}/L1/available", "MILK-1") == 12
    assert stock("wms:W1", f"{DOCK}/L2/available", "MILK-1") == 24
    assert stock("erp", "on_hand/W1/available", "MILK-1") == 36
    lines = list(posted.lines.order_by("id").values_list("lot", "expires_on", "quantity_sound"))
    assert lines == [("L1", date(2026, 6, 1), 12), ("L2", date(2026, 7, 1), 24)]
    rows = queries.list_stock(site="W1", text="L2", today=date(2026, 6, 30))
    assert [(row.lot, row.quantity, row.days_left) for row in rows] == [("L2", 24, 1)]


def test_a_lot_belongs_to_one_product_and_keeps_its_earlier_date() -> None:
    goods.receive(milk(1, "L1", "2026-06-01"))
    goods.receive(milk(1, "L1", "2026-05-20"), milk(1, "L1", "2026-08-01"))
    other = Counted(sku="TEA-250", quantity_sound=5, quantity_damaged=0, lot="L1")
    goods.receive(other)

    known = Lot.objects.order_by("sku").values_list("sku", "code", "expires_on")
    assert list(known) == [("MILK-1", "L1", date(2026, 5, 20)), ("TEA-250", "L1", None)]


def test_goods_known_by_their_date_alone_are_called_after_it() -> None:
    goods.receive(milk(6, "", "2026-09-30"))

    # Milk has lots, too: without one it waits. The date is kept all the same.
    assert stock("wms:W1", f"{DOCK}/EXP20260930/available", "MILK-1") == 6


def test_milk_without_lot_or_date_is_booked_and_waits_until_somebody_names_it() -> None:
    goods.receive(milk(6))

    assert stock("wms:W1", f"{DOCK}/quarantine", "MILK-1") == 6
    assert stock("erp", "on_hand/W1/quarantine", "MILK-1") == 6
    assert stock("erp", "on_hand/W1/available", "MILK-1") == 0
    waiting = Inspection.objects.get()
    assert (waiting.reason, waiting.quantity, waiting.state) == ("lot_unknown", 6, "open")


def test_a_count_without_a_lot_is_named_before_it_is_posted() -> None:
    number = receipt.open_receipt(opening=Opening(site="W1"), by=RECEIVER, at=NOON).number
    counting = Counting(sku="MILK-1", quantity=6)
    receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)
    name = {"sku": "MILK-1", "lot": " L9 ", "expires_on": date(2026, 9, 1)}

    named = receipt.name_lot(number=number, by=RECEIVER, at=NOON, **name)  # type: ignore[arg-type]

    assert named == 6
    with pytest.raises(NothingCounted):
        receipt.name_lot(number=number, by=RECEIVER, at=NOON, **name)  # type: ignore[arg-type]
    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("named"))
    assert stock("wms:W1", f"{DOCK}/L9/available", "MILK-1") == 6


def test_goods_that_are_over_are_blocked_in_both_books() -> None:
    posted = goods.receive(milk(4, "OLD", "2026-03-01"), milk(5, "L2", "2026-03-02"))

    assert stock("wms:W1", f"{DOCK}/OLD/blocked", "MILK-1") == 4
    assert stock("wms:W1", f"{DOCK}/L2/available", "MILK-1") == 5
    assert stock("erp", "on_hand/W1/blocked", "MILK-1") == 4
    assert ReceiptLine.objects.get(receipt=posted, lot="OLD").note == "expired"


def test_what_expires_first_goes_first_and_what_is_over_never() -> None:
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L2", "2027-05-01"),
        ("A-01-02", "MILK-1", 10, "L1", "2027-04-01"),
        ("A-01-02", "MILK-1", 10, "OLD", "2026-03-01"),
    )

    sending.want("OUT-1", ("MILK-1", 25))

    picks = Pick.objects.order_by("id").values_list("bin_code", "lot", "quantity")
    assert list(picks) == [("A-01-02", "L1", 10), ("A-01-01", "L2", 10)]
    assert stock("wms:W1", "on_hand/A-01-02/OLD/available", "MILK-1") == 10
    assert outbound_order.reserve(number="OUT-1", by=RECEIVER, at=NOON) == 5


def test_a_line_that_names_a_lot_gets_that_lot() -> None:
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L2", "2027-05-01"),
        ("A-01-02", "MILK-1", 10, "L1", "2027-04-01"),
    )
    order = sending.want("OUT-1", ("MILK-1", 1))
    line = order.lines.get()
    line.lot, line.quantity_ordered = "L2", 4
    line.save()

    outbound_order.reserve(number="OUT-1", by=RECEIVER, at=NOON)

    assert Pick.objects.filter(lot="L2").get().quantity == 3


def test_shipped_goods_are_told_by_lot() -> None:
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L2", "2027-05-01"),
        ("A-01-02", "MILK-1", 10, "L1", "2027-04-01"),
    )
    sending.want("OUT-1", ("MILK-1", 12))
    for one in sending.list_open("OUT-1"):
        sending.take(one)

    done = sending.ship("OUT-1")

    lines = done.lines.order_by("lot").values_list("line", "lot", "quantity", "expires_on")
    assert list(lines) == [
        (1, "L1", 10, date(2027, 4, 1)),
        (1, "L2", 2, date(2027, 5, 1)),
    ]
    assert done.order.lines.get().quantity_shipped == 12
    assert stock("wms:W1", "on_hand/A-01-01/L2/available", "MILK-1") == 8


def test_a_lot_stays_a_lot_when_it_is_carried_and_a_move_can_be_taken_back() -> None:
    goods.receive(milk(12, "L1", "2027-06-01"))
    shift = Shifted(sku="MILK-1", from_bin="RECV-01", to_bin="B-01-01", quantity=12, lot="L1")

    move = bin_move.post(site="W1", shifts=[shift], by=RECEIVER, at=NOON)

    assert move.move_type == "putaway"
    assert stock("wms:W1", "on_hand/B-01-01/L1/available", "MILK-1") == 12
    bin_move.reverse(number=move.number, by=RECEIVER, at=NOON)
    assert stock("wms:W1", "on_hand/B-01-01/L1/available", "MILK-1") == 0
    assert stock("wms:W1", f"{DOCK}/L1/available", "MILK-1") == 12


def test_a_serial_is_counted_once_and_follows_its_piece() -> None:
    number = receipt.open_receipt(opening=Opening(site="W1"), by=RECEIVER, at=NOON).number
    counting = Counting(sku="PHONE-1", quantity=1, serial="S-1")
    receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)

    with pytest.raises(SerialDoubled):
        receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)

    posted = receipt.post(
        number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("serials")
    )
    assert posted.lines.get().serials == ["S-1"]
    assert Serial.objects.values_list("serial", "came_with", "left_with").get() == (
        "S-1",
        number,
        "",
    )


def test_lots_are_listed_with_what_expires_first_on_top() -> None:
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L2", "2027-05-01"),
        ("A-01-02", "MILK-1", 7, "L1", "2027-04-01"),
    )
    sending.want("OUT-1", ("MILK-1", 3))

    rows = list_lot_stock(site="W1", today=date(2027, 3, 2))
    soon = list_lot_stock(site="W1", today=date(2027, 3, 2), within_days=30)

    assert [(row.lot.code, row.quantity, row.quantity_free, row.days_left) for row in rows] == [
        ("L1", 7, 4, 30),
        ("L2", 10, 10, 60),
    ]
    assert [row.lot.code for row in soon] == ["L1"]


def test_the_hub_and_the_warehouse_agree_after_lots_came_and_went() -> None:
    goods.receive(milk(12, "L1", "2027-06-01"), milk(3), milk(2, "OLD", "2026-02-01"))
    sending.want("OUT-1", ("MILK-1", 5), order_type="transfer", ship_to="S1")
    for one in sending.list_open("OUT-1"):
        sending.take(one)
    sending.ship("OUT-1")
    retailer.deliver()

    rows = ledger.list_balances(book="wms:W1", sku="MILK-1", prefix="on_hand/")
    site = ledger.list_balances(book="erp", sku="MILK-1", prefix="on_hand/W1/")
    assert sum(row.quantity for row in rows) == sum(row.quantity for row in site) == 12
