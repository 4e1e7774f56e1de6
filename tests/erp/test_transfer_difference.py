"""What came too little, too late or too much of a transfer, and how it is settled (调拨差异单)."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.moving import (
    count_transit,
    get_order,
    list_quantities,
    release,
    ship,
    take_in,
)
from tests.retailer import CHECKER, NOON, deliver, stock
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.transfers import transfer_difference
from yipan.erp.documents.transfers.transfer_difference import (
    MoreThanMissing,
    NothingSettled,
    SettledLine,
)
from yipan.erp.models import (
    TransferDifference,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def test_what_came_too_much_is_a_difference_from_outside() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 12, 0))
    deliver()

    assert get_order(order.number).state == "closed"
    assert stock("erp", "on_hand/S12/available") == 12
    assert count_transit(order.number) == 0
    assert stock("erp", "transfer_difference") == -2
    assert list_quantities(order.number) == (10, 10, 12, 0, 0, 2)


def test_what_is_missing_becomes_a_difference_and_is_settled() -> None:
    order = release(("TEA-250", 10), ("MUG-1", 5))
    ship(order.number, "SH-1", ("TEA-250", 10), ("MUG-1", 5))
    take_in(order.number, "RC-1", ("TEA-250", 7, 0), ("MUG-1", 5, 0))
    deliver()
    document = TransferDifference.objects.get()
    assert document.state == "open"
    assert [(it.sku, it.quantity_missing) for it in document.lines.all()] == [("TEA-250", 3)]
    assert get_order(order.number).state == "partly_received"

    transfer_difference.assign(number=document.number, owner="zhao", by=CHECKER, at=NOON)
    transfer_difference.settle(
        number=document.number,
        lines=[
            SettledLine(sku="TEA-250", quantity=2, outcome="claim_carrier"),
            SettledLine(sku="TEA-250", quantity=1, outcome="write_off"),
        ],
        reference="SF-778",
        by=CHECKER,
        at=NOON,
    )

    document.refresh_from_db()
    assert (document.state, document.owner) == ("settled", "zhao")
    assert get_order(order.number).state == "closed"
    assert count_transit(order.number) == 0
    assert stock("erp", "carrier_claim") == 2
    assert stock("erp", "transfer_loss") == 1
    assert list_quantities(order.number) == (10, 10, 7, 0, 3, 0)


def test_no_more_is_settled_than_is_missing() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 9, 0))
    deliver()
    number = TransferDifference.objects.get().number

    for lines, refusal in (
        ([SettledLine(sku="TEA-250", quantity=2, outcome="write_off")], MoreThanMissing),
        ([SettledLine(sku="MUG-1", quantity=1, outcome="write_off")], MoreThanMissing),
        ([SettledLine(sku="TEA-250", quantity=1, outcome="forget")], NothingSettled),
        ([SettledLine(sku="TEA-250", quantity=-1, outcome="found")], QuantityNotPlausible),
        ([], NothingSettled),
    ):
        with pytest.raises(refusal):
            transfer_difference.settle(
                number=number, lines=lines, reference="", by=CHECKER, at=NOON
            )

    assert count_transit(order.number) == 1
    assert TransferDifference.objects.get().settlements.count() == 0


def test_goods_that_came_late_settle_the_difference_by_themselves() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 8, 0))
    deliver()
    assert TransferDifference.objects.get().state == "open"

    take_in(order.number, "RC-2", ("TEA-250", 2, 0))
    deliver()

    document = TransferDifference.objects.get()
    line = document.lines.get()
    assert document.state == "settled"
    assert (line.quantity_missing, line.quantity_came, line.quantity_settled) == (2, 2, 0)
    assert get_order(order.number).state == "received"
    assert count_transit(order.number) == 0


def test_goods_that_came_after_they_were_written_off_are_booked_all_the_same() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 8, 0))
    deliver()
    number = TransferDifference.objects.get().number
    lines = [SettledLine(sku="TEA-250", quantity=2, outcome="write_off")]
    transfer_difference.settle(number=number, lines=lines, reference="", by=CHECKER, at=NOON)

    take_in(order.number, "RC-2", ("TEA-250", 2, 0))
    deliver()

    assert stock("erp", "on_hand/S12/available") == 10
    assert count_transit(order.number) == 0
    assert list_quantities(order.number) == (10, 10, 10, 0, 2, 2)
    assert get_order(order.number).state == "closed"


def test_two_shipments_are_expected_one_by_one() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 6), is_last=False)
    ship(order.number, "SH-2", ("TEA-250", 4))
    deliver()
    told = moving.list_told("erp:hub/orders:S12")
    assert [it.data["inbound_order_number"] for it in told] == [
        f"{order.number}-1",
        f"{order.number}-2",
    ]

    # The first one came short, and the second is on its way: one difference, of the first.
    take_in(order.number, "RC-1", ("TEA-250", 5, 0))
    deliver()
    assert TransferDifference.objects.get().lines.get().quantity_missing == 1
    assert count_transit(order.number) == 5

    take_in(order.number, "RC-2", ("TEA-250", 4, 0), inbound=f"{order.number}-2")
    deliver()
    assert TransferDifference.objects.get().lines.get().quantity_missing == 1
    assert count_transit(order.number) == 1
