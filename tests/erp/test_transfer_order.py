"""Transfer orders (调拨单): each step, each refusal, and messages in any order."""

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
    ship_from_store,
    take_in,
)
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id, stock
from yipan.documents import trail
from yipan.documents.states import OwnApproval, WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.transfers import transfer_order
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
from yipan.masterdata.refusals import SiteUnknown, SkuUnknown, VersionMismatch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


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

    assert get_order(order.number).state == "draft"


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
    with pytest.raises(VersionMismatch):
        transfer_order.approve(number=order.number, version=1, by=CHECKER, at=NOON)

    assert get_order(order.number).to_site == "S1"
    assert [line.sku for line in get_order(order.number).lines.all()] == ["MUG-1"]


def test_shipped_and_received_in_full() -> None:
    order = release(("TEA-250", 10))

    ship(order.number, "SH-1", ("TEA-250", 10))
    deliver()

    assert get_order(order.number).state == "shipped"
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

    assert get_order(order.number).state == "received"
    assert count_transit(order.number) == 0
    assert stock("erp", "on_hand/S12/available") == 10
    assert list_quantities(order.number) == (10, 10, 10, 0, 0, 0)
    assert not TransferDifference.objects.exists()


def test_damaged_goods_came_and_are_no_difference() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 10))
    take_in(order.number, "RC-1", ("TEA-250", 7, 3))
    deliver()

    assert get_order(order.number).state == "received"
    assert stock("erp", "on_hand/S12/available") == 7
    assert stock("erp", "on_hand/S12/damaged") == 3
    assert list_quantities(order.number) == (10, 10, 10, 3, 0, 0)
    assert not TransferDifference.objects.exists()


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
    assert get_order(order.number).state == "shipped"


def test_a_transfer_of_which_goods_left_is_not_canceled_but_closed() -> None:
    order = release(("TEA-250", 10))
    ship(order.number, "SH-1", ("TEA-250", 6), is_last=False)
    deliver()
    assert get_order(order.number).state == "partly_shipped"

    with pytest.raises(WrongState):
        transfer_order.cancel(number=order.number, by=BUYER, at=NOON, message_id=make_id("no"))
    transfer_order.close(number=order.number, by=BUYER, at=NOON, message_id=make_id("enough"))

    assert get_order(order.number).state == "shipped"
    assert moving.list_told("erp:hub/orders:W1")[-1].kind == "erp.outbound_canceled.v1"
    take_in(order.number, "RC-1", ("TEA-250", 6, 0))
    deliver()
    assert get_order(order.number).state == "received"


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
    assert get_order(order.number).state == "received"
