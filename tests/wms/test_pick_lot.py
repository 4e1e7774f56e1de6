"""Another lot in the hand than on the screen: the reservation moves, or it is said why not."""

from __future__ import annotations

import pytest

from tests.retailer import NOON, RECEIVER, stock
from tests.wms import goods, sending
from yipan.documents.trail import list_steps
from yipan.wms.documents.outbound import pick, pick_lot
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.pick_lot import Instead, LotExpired, LotWrong, NothingThere
from yipan.wms.models import Pick, SpotCount

pytestmark = pytest.mark.django_db

BIN = "on_hand/A-01-01"


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L1", "2027-04-01"),
        ("A-01-01", "MILK-1", 4, "L2", "2027-06-01"),
        ("A-01-01", "MILK-1", 5, "OLD", "2026-02-01"),
        ("A-01-02", "MILK-1", 9, "L3", "2027-05-01"),
    )


def open_pick(quantity: int) -> Pick:
    sending.want("OUT-1", ("MILK-1", quantity))
    return Pick.objects.get()


def take(one: Pick, lot: str, *, bin_code: str = "A-01-01") -> Pick:
    return pick_lot.take_instead(
        pick_id=one.pk, instead=Instead(bin_code=bin_code, lot=lot), by=RECEIVER, at=NOON
    )


def at(account: str) -> int:
    return stock("wms:W1", account, "MILK-1")


def test_a_lot_that_expires_later_may_be_taken_and_its_trail_says_so() -> None:
    one = open_pick(3)
    assert one.lot == "L1"

    take(one, "L2")
    pick.take(pick_id=one.pk, taking=Taking(quantity=3), by=RECEIVER, at=NOON)

    assert (at(f"{BIN}/L1/available"), at(f"{BIN}/L1/reserved")) == (10, 0)
    assert (at(f"{BIN}/L2/available"), at("on_hand/PICKING/L2/reserved")) == (1, 3)
    said = [it.reason for it in list_steps(document_type="outbound_order", number="OUT-1")]
    assert "A-01-01 L1 > A-01-01 L2" in said


def test_what_the_other_lot_does_not_have_stays_where_it_was() -> None:
    one = open_pick(6)

    take(one, "L2")

    picks = Pick.objects.order_by("id").values_list("lot", "quantity", "state")
    assert list(picks) == [("L2", 4, "open"), ("L1", 2, "open")]
    assert (at(f"{BIN}/L2/reserved"), at(f"{BIN}/L1/reserved")) == (4, 2)


def test_a_lot_that_is_over_is_left_and_nothing_moves() -> None:
    one = open_pick(3)

    with pytest.raises(LotExpired):
        take(one, "OLD")

    assert at(f"{BIN}/L1/reserved") == 3
    assert Pick.objects.get().lot == "L1"


def test_an_order_that_names_its_lot_gets_no_other() -> None:
    one = open_pick(3)
    one.line.lot = "L1"
    one.line.save()

    with pytest.raises(LotWrong) as refused:
        take(one, "L2")

    assert refused.value.facts == {"wanted": "L1", "scanned": "L2"}


def test_another_bin_gives_what_expires_first_in_it_or_says_that_it_has_none() -> None:
    one = open_pick(3)

    with pytest.raises(NothingThere):
        take(one, "L9", bin_code="A-01-02")
    moved = take(one, "", bin_code="A-01-02")

    assert (moved.bin_code, moved.lot, moved.is_bin_scanned) == ("A-01-02", "L3", True)
    assert at("on_hand/A-01-02/L3/reserved") == 3


def test_a_lot_in_the_hand_that_the_book_does_not_know_there_is_taken_and_counted() -> None:
    one = open_pick(3)

    take(one, "L3")

    assert at(f"{BIN}/L3/available") == -3
    assert at(f"{BIN}/L3/reserved") == 3
    count = SpotCount.objects.get()
    assert (count.reason, count.bin_code, count.lot, count.state) == (
        "lot_mixup",
        "A-01-01",
        "L3",
        "open",
    )
