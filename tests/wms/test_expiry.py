"""Goods whose date is over: blocked by a document, in both books, and taken from no order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests import retailer
from tests.retailer import RECEIVER, make_id, stock
from tests.wms import goods, sending
from yipan.config import clock
from yipan.wms.documents import expiry
from yipan.wms.models import Adjustment, Lot, Pick

pytestmark = pytest.mark.django_db

#: A day after the first lot of these tests may be sold for the last time.
LATER = datetime(2027, 4, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L1", "2027-04-01"),
        ("A-01-02", "MILK-1", 10, "L2", "2027-06-01"),
    )


def block() -> Adjustment | None:
    done = expiry.block(site="W1", by=RECEIVER, at=LATER, message_id=make_id("expired"))
    retailer.deliver()
    return done


def test_what_is_over_is_blocked_once_and_the_hub_follows() -> None:
    done = block()

    assert done is not None
    assert (done.adjustment_type, done.to_status, done.state) == (
        "status_change",
        "blocked",
        "posted",
    )
    assert stock("wms:W1", "on_hand/A-01-01/L1/blocked", "MILK-1") == 10
    assert stock("wms:W1", "on_hand/A-01-02/L2/available", "MILK-1") == 10
    assert stock("erp", "on_hand/W1/blocked", "MILK-1") == 10
    assert Lot.objects.get(code="L1").is_blocked is True
    assert block() is None
    assert Adjustment.objects.count() == 1


def test_an_order_that_waited_for_goods_that_are_over_gets_others() -> None:
    sending.want("OUT-1", ("MILK-1", 8))
    assert Pick.objects.get().lot == "L1"

    block()

    assert Pick.objects.filter(state="open").values_list("lot", "quantity").get() == ("L2", 8)
    assert stock("wms:W1", "on_hand/A-01-01/L1/blocked", "MILK-1") == 10
    assert stock("wms:W1", "on_hand/A-01-01/L1/reserved", "MILK-1") == 0
    assert stock("wms:W1", "on_hand/A-01-02/L2/reserved", "MILK-1") == 8


def test_the_clock_finds_them_and_may_come_again() -> None:
    clock.block_expired(int(LATER.timestamp()))
    clock.block_expired(int(LATER.timestamp()))

    assert Adjustment.objects.values_list("created_by", "reason").get() == ("clock", "expired")
    assert stock("wms:W1", "on_hand/A-01-01/L1/blocked", "MILK-1") == 10
