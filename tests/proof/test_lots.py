"""The proof of lots names a lot nobody knows, and a reservation without a pick."""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.retailer import NOON
from tests.wms import goods, sending
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move
from yipan.proof.lots import prove_lots
from yipan.wms.rules import Counted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()
    goods.receive(
        Counted(
            sku="MILK-1",
            quantity_sound=9,
            quantity_damaged=1,
            lot="L1",
            expires_on=date(2027, 6, 1),
        )
    )
    sending.want("OUT-1", ("MILK-1", 4))
    retailer.deliver()


def plant(from_account: str, to_account: str) -> None:
    move = Move(sku="MILK-1", from_account=from_account, to_account=to_account, quantity=2)
    posting.post_fact(
        book="wms:W1",
        posting=FactPosting(origin="planted/1/post", occurred_at=NOON, moves=[move]),
    )


def test_lots_and_picks_in_order_are_said_to_be_so() -> None:
    assert [(it.ok, it.count) for it in prove_lots()] == [(True, 0), (True, 0)]


def test_a_lot_nobody_registered_is_named() -> None:
    plant("on_hand/RECV-01/L1/available", "on_hand/RECV-01/L9/available")

    lots, picks = prove_lots()

    assert (lots.ok, lots.count, picks.ok) == (False, 1, True)
    assert lots.detail == "site W1, SKU MILK-1: lot L9 lies there, and is no lot of it"


def test_a_reservation_without_a_pick_is_named() -> None:
    plant("on_hand/RECV-01/L1/available", "on_hand/RECV-01/L1/reserved")

    lots, picks = prove_lots()

    assert (lots.ok, picks.ok, picks.count) == (True, False, 1)
    assert picks.detail == "site W1, SKU MILK-1, lot 'L1': 6 reserved in the book, 4 by picks"
