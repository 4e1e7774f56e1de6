"""Transfer orders (调拨单): each step, each refusal, and messages in any order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.moving import count_transit, release, ship, ship_from_store, take_in, unship
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id, stock
from yipan.documents import trail
from yipan.documents.states import OwnApproval, WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.transfers import transfer_difference, transfer_order
from yipan.erp.documents.transfers.transfer_difference import (
    MoreThanMissing,
    NothingSettled,
    SettledLine,
)
from yipan.erp.documents.transfers.transfer_order import (
    LinesMissing,
    NothingOpen,
    SiteToItself,
    SkuRepeated,
    Transferred,
    TransferredLine,
)
from yipan.erp.models import (
    TransferDifference,
    TransferOrder,
    TransferReceipt,
    TransferShipment,
)
from yipan.exchange.models import InboxMessage
from yipan.masterdata.refusals import SiteUnknown, SkuUnknown, VersionMismatch
from yipan.messages import wms

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def get(number: str) -> TransferOrder:
    return TransferOrder.objects.get(number=number)


def line_of(number: str, sku: str = "TEA-250") -> tuple[int, int, int, int, int, int]:
    line = get(number).lines.get(sku=sku)
    return (
        line.quantity_ordered,
        line.quantity_shipped,
        line.quantity_received,
        line.quantity_damaged,
        line.quantity_settled,
        line.quantity_excess,
    )


def test_a_released_transfer_tells_the_sender_and_nobody_else() -> None:
    order = release(("TEA-250", 10), ("MUG-1", 4))

    assert order.state == "released"
    (told,) = moving.list_told("erp:hub/orders:W1")
    assert told.kind == "erp.outbound_released.v1"
    assert told.data["order_type"] == "transfer"
    assert told.data["document_number"] == order.number
    assert told.data["outbound_order_number"] == f"OUT-{order.number}"
    assert told.data["ship_to"] == "S12"
    assert [(it["line"], it["sku"], it["quantity"]) for it in told.data["lines"]] == [
        (1, "TEA-250", 10),
        (2, "MUG-1", 4),
    ]
    assert moving.list_told("erp:hub/orders:S12") == []
    steps = trail.list_steps(document_type="transfer_order", number=order.number)
    assert [step.step for step in steps] == ["create", "approve", "release"]


def test_nobody_approves_their_own_transfer() -> None:
    order = moving.draft(("TEA-250", 10))

    with pytest.raises(OwnApproval):
        transfer_order.approve(number=order.number, by=BUYER, at=NOON)

    assert get(order.number).state == "draft"


def test_a_draft_cannot_be_released() -> None:
    order = moving.draft(("TEA-250", 10))

    with pytest.raises(WrongState):
        transfer_order.release(
            number=order.number, by=BUYER, at=NOON, message_id=make_id("too early")
        )

    assert moving.list_told("erp:hub/orders:W1") == []


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (Transferred(from_site="W1", to_site="W1", lines=()), SiteToItself),
        (Transferred(from_site="W1", to_site="S12", lines=()), LinesMissing),
        (Transferred(from_site="W1", to_site="S99", lines=()), SiteUnknown),
        (
            Transferred(
                from_site="W1", to_site="S12", lines=(TransferredLine(sku="NONE", quantity=1),)
            ),
            SkuUnknown,
        ),
        (
            Transferred(
                from_site="W1", to_site="S12", lines=(TransferredLine(sku="MUG-1", quantity=1),) * 2
            ),
            SkuRepeated,
        ),
        (
            Transferred(
                from_site="W1", to_site="S12", lines=(TransferredLine(sku="MUG-1", quantity=0),)
            ),
            QuantityNotPlausible,
        ),
    ],
)
def test_what_cannot_be_moved_is_refused(wanted: Transferred, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        transfer_order.create(wanted=wanted, by=BUYER, at=NOON)

    assert not TransferOrder.objects.exists()


def test_a_repeated_external_id_returns_the_first_draft() -> None:
    lines = (TransferredLine(sku="MUG-1", quantity=1),)
    wanted = Transferred(from_site="W1", to_site="S12", lines=lines, external_id="PLAN-7")

    first = transfer_order.create(wanted=wanted, by=BUYER, at=NOON)
    second = transfer_order.create(wanted=wanted, by=BUYER, at=NOON)

    assert first.number == second.number
    assert TransferOrder.objects.count() == 1


def test_an_edit_from_an_older_version_is_refused() -> None:
    order = moving.draft(("TEA-250", 10))
    wanted = Transferred(
        from_site="W1", to_site="S1", lines=(TransferredLine(sku="MUG-1", quantity=3),)
    )
    transfer_order.edit(number=order.number, wanted=wanted, version=1, by=BUYER, at=NOON)

    with pytest.raises(VersionMismatch):
        transfer_order.edit(number=order.number, wanted=wanted, version=1, by=BUYER, at=NOON)

    assert get(order.number).to_site == "S1"
    assert [line.sku for line in get(order.number).lines.all()] == ["MUG-1"]


def test_shipped_and_received_in_full() -> None:
    order = release(("TEA-250", 10))

    ship(order.number, "SH-1", ("TEA-250", 10))
    deliver()

    assert get(order.number).state == "shipped"
    assert stock("erp", "on_hand/W1/available") == -10
    assert count_transit(order.number) == 10
    (inbound,) = moving.list_told("erp:hub/orders:S12")
    assert inbound.kind == "erp.inbound_released.v1"
    assert inbound.data["order_type"] == "transfer"
    assert inbound.data["inbound_order_number"] == f"{order.number}-1"
    assert inbound.data["transfer_number"] == order.number
    assert inbound.data["from_site"] == "W1"
    assert inbound.data["shipment_number"] == "SH-1"
    (line,) = inbound.data["lines"]
    assert (line["line"], line["sku"], line["quantity_expected"]) == (1, "TEA-250", 10)

    take_in(order.number, "RC-1", ("TEA-250", 10, 0))
    deliver()

    assert get(order.number).state == "received"
    assert count_transit(order.number) == 0
    assert stock("erp", "on_hand/S12/available") == 10
    assert line_of(order.number) == (10, 10, 10, 0, 0, 0)
    assert not TransferDifference.objects.exists()


def test_damaged_goods_came_and_are_no_difference() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 7, 3))
    deliver()

    assert get(order.number).state == "received"
    assert stock("erp", "on_hand/S12/available") == 7
    assert stock("erp", "on_hand/S12/damaged") == 3
    assert line_of(order.number) == (10, 10, 10, 3, 0, 0)
    assert not TransferDifference.objects.exists()


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
            (get(order.number).state, line_of(order.number), count_transit(order.number), left)
        )

    assert ends == {("partly_received", (10, 10, 9, 1, 0, 0), 1, 1)}


def test_a_receipt_before_its_shipment_takes_transit_below_zero_and_back() -> None:
    order = release(("TEA-250", 10))

    take_in(order.number, "RC-1", ("TEA-250", 10, 0))
    deliver()
    assert count_transit(order.number) == -10
    assert stock("erp", "on_hand/S12/available") == 10
    assert get(order.number).state == "partly_received"
    assert not TransferDifference.objects.exists()

    ship(order.number, "SH-1", ("TEA-250", 10))
    deliver()
    assert count_transit(order.number) == 0
    assert get(order.number).state == "received"
    assert line_of(order.number) == (10, 10, 10, 0, 0, 0)


def test_what_came_too_much_is_a_difference_from_outside() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 12, 0))
    deliver()

    assert get(order.number).state == "closed"
    assert stock("erp", "on_hand/S12/available") == 12
    assert count_transit(order.number) == 0
    assert stock("erp", "transfer_difference") == -2
    assert line_of(order.number) == (10, 10, 12, 0, 0, 2)


def test_what_is_missing_becomes_a_difference_and_is_settled() -> None:
    order = release(("TEA-250", 10), ("MUG-1", 5))
    ship(order.number, "SH-1", ("TEA-250", 10), ("MUG-1", 5))
    take_in(order.number, "RC-1", ("TEA-250", 7, 0), ("MUG-1", 5, 0))
    deliver()
    document = TransferDifference.objects.get()
    assert document.state == "open"
    assert [(it.sku, it.quantity_missing) for it in document.lines.all()] == [("TEA-250", 3)]
    assert get(order.number).state == "partly_received"

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
    assert get(order.number).state == "closed"
    assert count_transit(order.number) == 0
    assert stock("erp", "carrier_claim") == 2
    assert stock("erp", "transfer_loss") == 1
    assert line_of(order.number) == (10, 10, 7, 0, 3, 0)


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
    assert get(order.number).state == "received"
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
    assert line_of(order.number) == (10, 10, 10, 0, 2, 2)
    assert get(order.number).state == "closed"


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
    assert get(order.number).state == "released"
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

    order = get("S12-T-0001")
    assert (order.is_reported, order.from_site, order.to_site) == (True, "S12", "S1")
    assert order.state == "shipped"
    assert TransferShipment.objects.get().warnings == [
        {"code": "transfer.unknown", "sku": "", "quantity": 0}
    ]
    assert count_transit("S12-T-0001", "MUG-1") == 3
    assert line_of("S12-T-0001", "MUG-1") == (0, 3, 0, 0, 0, 0)

    take_in("S12-T-0001", "S1-RC-1", ("MUG-1", 3, 0), site="S1")
    deliver()
    assert get("S12-T-0001").state == "received"
    assert stock("erp", "on_hand/S1/available", "MUG-1") == 3


def test_a_number_of_our_series_that_was_never_given_out_stays_free() -> None:
    ship("TO-2026-000001", "SH-1", ("MUG-1", 3))
    deliver()

    assert TransferOrder.objects.get().number == "X-TO-2026-000001"
    assert moving.draft(("TEA-250", 1)).number == "TO-2026-000001"


def test_a_shipment_of_a_canceled_transfer_is_booked_with_a_warning() -> None:
    order = release(("TEA-250", 10))
    transfer_order.cancel(number=order.number, by=BUYER, at=NOON, message_id=make_id("no"))
    assert [it.kind for it in moving.list_told("erp:hub/orders:W1")] == [
        "erp.outbound_released.v1",
        "erp.outbound_canceled.v1",
    ]

    ship(order.number, "SH-1", ("TEA-250", 12), ("MUG-1", 1))
    deliver()

    codes = [it["code"] for it in TransferShipment.objects.get().warnings]
    assert codes == [
        "transfer.not_released",
        "transfer.more_than_ordered",
        "transfer.sku_not_ordered",
    ]
    assert get(order.number).state == "shipped"


def test_a_transfer_of_which_goods_left_is_not_canceled_but_closed() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 6), is_last=False)
    deliver()
    assert get(order.number).state == "partly_shipped"

    with pytest.raises(WrongState):
        transfer_order.cancel(number=order.number, by=BUYER, at=NOON, message_id=make_id("no"))
    transfer_order.close(number=order.number, by=BUYER, at=NOON, message_id=make_id("enough"))

    assert get(order.number).state == "shipped"
    assert moving.list_told("erp:hub/orders:W1")[-1].kind == "erp.outbound_canceled.v1"
    take_in(order.number, "RC-1", ("TEA-250", 6, 0))
    deliver()
    assert get(order.number).state == "received"


def test_there_is_nothing_to_close_when_the_sender_is_done() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 6, 0), is_last=False)
    deliver()

    with pytest.raises(NothingOpen):
        transfer_order.close(number=order.number, by=BUYER, at=NOON, message_id=make_id("no"))


def test_a_warehouse_receives_a_transfer_and_no_purchase() -> None:
    order = release(("TEA-250", 10), from_site="S12", to_site="W1")
    ship_from_store(order.number, "SH-1", ("TEA-250", 10), ship_to="W1")
    moving.take_in_at_warehouse(order.number, "W1-RC-1", ("TEA-250", 7, 2, 1))
    deliver()

    assert stock("erp", "on_hand/W1/available") == 7
    assert stock("erp", "on_hand/W1/damaged") == 2
    assert stock("erp", "on_hand/W1/blocked") == 1
    assert TransferReceipt.objects.get().order.number == order.number
    assert get(order.number).state == "received"


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
