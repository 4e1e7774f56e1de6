"""What sites tell of transfers, in any order, twice, too early, or of what nobody ordered."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.moving import (
    count_transit,
    get_order,
    list_quantities,
    release,
    ship,
    ship_from_store,
    take_in,
    unship,
)
from tests.retailer import NOON, deliver, make_id, stock
from yipan.erp.models import (
    TransferDifference,
    TransferOrder,
    TransferShipment,
)
from yipan.exchange.models import InboxMessage
from yipan.messages import wms

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def test_all_orders_of_hearing_lead_to_the_same_books() -> None:
    told: list[Callable[[str], None]] = [
        lambda number: ship(number, f"{number}/SH-1", ("TEA-250", 6), is_last=False),
        lambda number: ship(number, f"{number}/SH-2", ("TEA-250", 4)),
        lambda number: take_in(number, f"{number}/RC-1", ("TEA-250", 5, 0), inbound=""),
        lambda number: take_in(number, f"{number}/RC-2", ("TEA-250", 3, 1), inbound=""),
    ]
    ends = set()
    for way in permutations(told):
        order = release(("TEA-250", 10))
        for each in way:
            each(order.number)
            deliver()
        document = TransferDifference.objects.get(order=order, state="open")
        missing = document.lines.get()
        left = missing.quantity_missing - missing.quantity_came
        ends.add(
            (
                get_order(order.number).state,
                list_quantities(order.number),
                count_transit(order.number),
                left,
            )
        )

    assert ends == {("partly_received", (10, 10, 9, 1, 0, 0), 1, 1)}


def test_a_receipt_before_its_shipment_takes_transit_below_zero_and_back() -> None:
    order = release(("TEA-250", 10))

    take_in(order.number, "RC-1", ("TEA-250", 10, 0))
    deliver()
    assert count_transit(order.number) == -10
    assert stock("erp", "on_hand/S12/available") == 10
    assert get_order(order.number).state == "partly_received"
    assert not TransferDifference.objects.exists()

    ship(order.number, "SH-1", ("TEA-250", 10))
    deliver()
    assert count_transit(order.number) == 0
    assert get_order(order.number).state == "received"
    assert list_quantities(order.number) == (10, 10, 10, 0, 0, 0)


def test_a_message_told_twice_changes_nothing() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    deliver()
    envelopes = retailer.list_envelopes("wms:W1/stock")

    retailer.hear("erp", *envelopes)

    assert TransferShipment.objects.count() == 1
    assert count_transit(order.number) == 10


def test_a_number_used_again_for_other_goods_waits_for_a_person() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    deliver()

    message = wms.GoodsShipped(
        message_id=make_id("another one"),
        occurred_at=NOON,
        shipment_number="SH-1",
        outbound_order_number="",
        order_type="transfer",
        document_number=order.number,
        site="W1",
        lines=(wms.ShippedLine(line=1, sku="TEA-250", quantity=9),),
    )
    moving.tell("wms:W1/stock", message)
    deliver()

    assert InboxMessage.objects.get(state="parked").code == "document.number_reused"
    assert count_transit(order.number) == 10


def test_a_reversed_shipment_comes_back_and_the_receiver_is_told() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    unship(order.number, "SH-1", ("TEA-250", 10))
    deliver()

    assert TransferShipment.objects.get().state == "reversed"
    assert count_transit(order.number) == 0
    assert stock("erp", "on_hand/W1/available") == 0
    assert get_order(order.number).state == "released"
    assert [it.kind for it in moving.list_told("erp:hub/orders:S12")] == [
        "erp.inbound_released.v1",
        "erp.inbound_canceled.v1",
    ]


def test_a_reversal_heard_before_its_shipment_is_kept_for_it() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    unship(order.number, "SH-1", ("TEA-250", 10))
    first, second = retailer.list_envelopes("wms:W1/stock")

    retailer.hear("erp", second)
    assert count_transit(order.number) == 0
    retailer.hear("erp", first)

    assert TransferShipment.objects.get().state == "reversed"
    assert count_transit(order.number) == 0
    assert stock("erp", "on_hand/W1/available") == 0
    assert moving.list_told("erp:hub/orders:S12") == []


def test_goods_of_a_transfer_nobody_ordered_are_booked_with_a_warning() -> None:
    ship_from_store("S12-T-0001", "S12-SH-1", ("MUG-1", 3))
    deliver()

    order = get_order("S12-T-0001")
    assert (order.is_reported, order.from_site, order.to_site) == (True, "S12", "S1")
    assert order.state == "shipped"
    assert TransferShipment.objects.get().warnings == [
        {"code": "transfer.unknown", "sku": "", "quantity": 0}
    ]
    assert count_transit("S12-T-0001", "MUG-1") == 3
    assert list_quantities("S12-T-0001", "MUG-1") == (0, 3, 0, 0, 0, 0)

    take_in("S12-T-0001", "S1-RC-1", ("MUG-1", 3, 0), site="S1")
    deliver()
    assert get_order("S12-T-0001").state == "received"
    assert stock("erp", "on_hand/S1/available", "MUG-1") == 3


def test_a_number_of_our_series_that_was_never_given_out_stays_free() -> None:
    ship("TO-2026-000001", "SH-1", ("MUG-1", 3))
    deliver()

    assert TransferOrder.objects.get().number == "X-TO-2026-000001"
    assert moving.draft(("TEA-250", 1)).number == "TO-2026-000001"


def test_goods_that_left_for_another_reason_wait_and_are_not_lost() -> None:
    message = wms.GoodsShipped(
        message_id=make_id("to a borrower"),
        occurred_at=NOON,
        shipment_number="SH-9",
        outbound_order_number="OUT-9",
        order_type="loan",
        document_number="FO-9",
        site="W1",
        lines=(wms.ShippedLine(line=1, sku="TEA-250", quantity=9),),
    )
    moving.tell("wms:W1/stock", message)
    deliver()

    assert InboxMessage.objects.get(state="parked").code == "shipment.order_type_unknown"
    assert not TransferOrder.objects.exists()
