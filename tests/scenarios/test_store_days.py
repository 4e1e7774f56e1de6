"""
Three days of a store.

A transfer arrives short, and what is missing has an owner; a store sells what its book does not
have, and the book shows it; a ticket is lost on the way to the hub, and the day close finds it
by its number.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.erp import moving
from tests.retailer import CLERK, NOON, deliver, hear, list_envelopes, make_id, sell, stock
from yipan.erp.models import DayClose, TransferDifference
from yipan.ledger import queries as ledger
from yipan.pos.documents import store_day, transfer
from yipan.pos.documents.transfer import Counting
from yipan.pos.models import StoreDay, StoreOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def test_a_transfer_is_received_short_and_the_missing_part_has_an_owner() -> None:
    # 24 packs leave the warehouse. The store counts 20 sound and 1 crushed.
    order = moving.release(("TEA-250", 24))
    moving.ship(order.number, "SH-1", ("TEA-250", 24))
    deliver()
    deliver()
    to_come = StoreOrder.objects.get()
    number = transfer.open_transfer(
        site="S12", order_number=to_come.number, by=CLERK, at=NOON
    ).number
    for quantity, is_damaged in ((20, False), (1, True)):
        counting = Counting(sku="TEA-250", quantity=quantity, is_damaged=is_damaged)
        transfer.count(number=number, counting=counting, by=CLERK, at=NOON)
    transfer.post(number=number, is_last=True, by=CLERK, at=NOON, message_id=make_id("short"))
    deliver()

    # Both books have what came; 3 are still on the way, in a document that somebody owns.
    assert stock("pos:S12", "on_hand/backroom/available") == 20
    assert stock("erp", "on_hand/S12/available") == 20
    assert stock("pos:S12", "on_hand/backroom/damaged") == 1
    assert stock("erp", "on_hand/S12/damaged") == 1
    assert moving.count_transit(order.number) == 3
    difference = TransferDifference.objects.get()
    assert [(line.sku, line.quantity_missing) for line in difference.lines.all()] == [
        ("TEA-250", 3)
    ]


def test_a_sale_below_zero_is_booked_and_shows() -> None:
    retailer.open_store("S12", ("TEA-250", 1))

    sell(("TEA-250", 3))
    deliver()

    # The goods were in the customer's hand: the book was wrong before, and now it shows.
    for book in ("pos:S12", "erp"):
        [short] = ledger.list_shortfalls(book=book)
        assert (short.sku, short.quantity) == ("TEA-250", -2)


def test_a_ticket_lost_on_the_way_is_found_by_its_number_at_the_day_close() -> None:
    for quantity in (1, 2, 3):
        sell(("TEA-250", quantity))
    day = store_day.seal(
        till="S12-1",
        day=date(2026, 3, 2),
        counted={"cash": 40_800},
        by=CLERK,
        at=NOON,
        message_id=make_id("sealed"),
    )
    first, _lost, third, sealed = list_envelopes("pos:S12/stock")

    # The second message never arrives; everything around it does.
    hear("erp", first, third, sealed)

    close = DayClose.objects.get()
    assert (close.result, close.need) == ("need", [2])
    assert (close.ours["ticket_count"], close.theirs["ticket_count"]) == (2, 3)
    assert stock("erp", "on_hand/S12/available") == -4

    # The store hears which one, sends it again, and tells of its day once more.
    [answer] = list_envelopes("erp:hub/orders:S12")
    hear("pos", answer)
    day.refresh_from_db()
    assert (day.state, day.need) == ("sealed", [2])
    deliver()
    deliver()

    day.refresh_from_db()
    close.refresh_from_db()
    assert (close.result, close.rounds, day.state) == ("match", 2, "closed")
    assert stock("erp", "on_hand/S12/available") == -6
    assert StoreDay.objects.count() == 1
