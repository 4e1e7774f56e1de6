"""Packages, arrivals, goods matched later, goods that come back, and pictures of what came."""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import goods
from yipan.documents.states import WrongState
from yipan.erp.models import GoodsReceipt, PurchaseOrder
from yipan.exchange.models import OutboxMessage
from yipan.foundation.refusals import NotFound
from yipan.proof.sites import compare_sites
from yipan.wms.documents import photo
from yipan.wms.documents.inbound import package_counting, receipt, receipt_matching
from yipan.wms.documents.inbound.package_counting import Inside, PackageCounted, PackageUnknown
from yipan.wms.documents.inbound.receipt import Counting, DispositionMissing, Opening
from yipan.wms.documents.inbound.receipt_matching import AlreadyMatched, ArrivedBefore
from yipan.wms.documents.photo import PhotoTooLarge, PhotoUnreadable, Subject
from yipan.wms.documents.stock import package
from yipan.wms.documents.stock.package import PackageOpened
from yipan.wms.models import InboundOrder, Inspection, Package, Photo, ReceiptLine
from yipan.wms.rules import Counted

pytestmark = pytest.mark.django_db

SSCC = "106141412345678908"


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()


def tea(sound: int = 0, damaged: int = 0, **more: object) -> Counted:
    return Counted(sku="TEA-250", quantity_sound=sound, quantity_damaged=damaged, **more)  # type: ignore[arg-type]


def carry(to_bin: str) -> None:
    package.carry(site="W1", sscc=SSCC, to_bin=to_bin, by=RECEIVER, at=NOON)


def test_one_scan_moves_all_inside_a_package_until_it_is_opened() -> None:
    soap = Counted(sku="SOAP-1", quantity_sound=6, quantity_damaged=0, package_id=SSCC)
    goods.receive(tea(24, 1, package_id=SSCC), soap, tea(3, lot="L7"))

    carry("A-01-01")

    assert stock("wms:W1", "on_hand/A-01-01/available") == 24
    assert stock("wms:W1", "on_hand/A-01-01/damaged") == 1
    assert stock("wms:W1", "on_hand/A-01-01/available", "SOAP-1") == 6
    assert stock("wms:W1", "on_hand/RECV-01/L7/available") == 3
    assert Package.objects.get().bin_code == "A-01-01"

    package.open_package(site="W1", sscc=SSCC, by=RECEIVER, at=NOON)
    with pytest.raises(PackageOpened):
        carry("A-01-02")
    with pytest.raises(NotFound):
        package.open_package(site="W1", sscc="106141412345678915", by=RECEIVER, at=NOON)
    assert stock("wms:W1", "on_hand/A-01-01/available") == 24


def test_an_announced_package_is_counted_whole_and_once() -> None:
    number = receipt.open_receipt(opening=Opening(site="W1"), by=RECEIVER, at=NOON).number
    inside = [
        Inside(sku="TEA-250", quantity=24),
        Inside(sku="MILK-1", quantity=6, lot="L1", expires_on=date(2027, 6, 1)),
    ]
    count = {"number": number, "sscc": SSCC, "by": RECEIVER, "at": NOON}

    with pytest.raises(PackageUnknown):
        package_counting.count(inside=[], **count)  # type: ignore[arg-type]
    assert package_counting.count(inside=inside, **count) == 30  # type: ignore[arg-type]
    with pytest.raises(PackageCounted):
        package_counting.count(inside=inside, **count)  # type: ignore[arg-type]
    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("whole"))

    assert stock("wms:W1", "on_hand/RECV-01/L1/available", "MILK-1") == 6
    assert set(ReceiptLine.objects.values_list("capture_mode", "package_id")) == {("bulk", SSCC)}
    assert Package.objects.get().lines.count() == 2


def test_wrong_goods_are_blocked_and_told_apart_from_surplus() -> None:
    order = retailer.order(("TEA-250", 10))
    retailer.deliver()

    posted = goods.receive(tea(9, 1, quantity_wrong=2), order=order.inbound_order_number)

    line = ReceiptLine.objects.get(receipt=posted)
    assert (line.quantity_sound, line.quantity_damaged, line.quantity_blocked) == (7, 1, 4)
    assert line.quantity_wrong == 2
    assert stock("erp", "on_hand/W1/blocked") == 4
    assert compare_sites().ok


def test_goods_that_came_blind_count_for_their_order_once_somebody_says_so() -> None:
    order = retailer.order(("TEA-250", 10))
    retailer.deliver()
    posted = goods.receive(tea(6), supplier="")
    match = {"number": posted.number, "by": RECEIVER, "at": NOON, "message_id": make_id("matched")}

    with pytest.raises(NotFound):
        receipt_matching.match(inbound_order_number="IN-NONE", **match)  # type: ignore[arg-type]
    receipt_matching.match(inbound_order_number=order.inbound_order_number, **match)  # type: ignore[arg-type]
    retailer.deliver()

    inbound = InboundOrder.objects.get()
    assert (inbound.state, inbound.lines.get().quantity_received) == ("partly_received", 6)
    order.refresh_from_db()
    assert (order.state, order.lines.get().quantity_received) == ("partly_received", 6)
    assert GoodsReceipt.objects.get().purchase_order_number == order.number
    with pytest.raises(AlreadyMatched):
        receipt_matching.match(inbound_order_number=order.inbound_order_number, **match)  # type: ignore[arg-type]
    assert PurchaseOrder.objects.get().lines.get().quantity_received == 6
    assert stock("erp", "on_hand/W1/available") == 6


def test_a_delivery_arrives_once_before_it_is_counted() -> None:
    order = retailer.order(("TEA-250", 10))
    retailer.deliver()
    number = order.inbound_order_number
    arrival = {"number": number, "dock": " D-3 ", "by": RECEIVER, "at": NOON}

    receipt_matching.arrive(message_id=make_id("arrived"), **arrival)  # type: ignore[arg-type]

    inbound = InboundOrder.objects.get()
    assert (inbound.dock, inbound.arrived_by, inbound.state) == ("D-3", RECEIVER.actor, "released")
    told = OutboxMessage.objects.get(kind="wms.inbound_arrived.v1")
    assert told.data["dock"] == "D-3"
    with pytest.raises(ArrivedBefore):
        receipt_matching.arrive(message_id=make_id("again"), **arrival)  # type: ignore[arg-type]
    goods.receive(tea(10), order=number)
    with pytest.raises(WrongState):
        receipt_matching.arrive(message_id=make_id("late"), **arrival)  # type: ignore[arg-type]


def test_what_a_customer_sends_back_goes_where_its_disposition_says() -> None:
    goods.receive(
        tea(3, 1, quantity_inspect=2),
        supplier="",
        order_type="customer_return",
        partner_document="SO-17",
    )

    assert stock("wms:W1", "on_hand/RET-01/available") == 3
    assert stock("wms:W1", "on_hand/RET-01/damaged") == 1
    assert stock("wms:W1", "on_hand/RET-01/quarantine") == 2
    assert stock("wms:W1", "customer") == -6
    assert stock("erp", "customer") == -6
    assert stock("erp", "on_hand/W1/quarantine") == 2
    told = OutboxMessage.objects.get(kind="wms.customer_return_received.v1").data
    assert told["order_number"] == "SO-17"
    assert [(it["disposition"], it["quantity"]) for it in told["lines"]] == [
        ("sellable", 3),
        ("inspect", 2),
        ("scrap", 1),
    ]
    assert Inspection.objects.values_list("reason", "quantity").get() == ("return", 2)
    assert compare_sites().ok


def test_goods_that_came_back_are_not_counted_before_somebody_says_what_becomes_of_them() -> None:
    opening = Opening(site="W1", order_type="customer_return", partner_document="SO-17")
    number = receipt.open_receipt(opening=opening, by=RECEIVER, at=NOON).number

    counting = Counting(sku="TEA-250", quantity=1)
    with pytest.raises(DispositionMissing):
        receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)

    counting = Counting(sku="TEA-250", quantity=1, disposition="scrap")
    receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)
    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("back"))
    assert stock("wms:W1", "on_hand/RET-01/damaged") == 1


def test_a_picture_is_kept_once_and_only_when_it_is_one() -> None:
    posted = goods.receive(tea(1, 1))
    subject = Subject(site="W1", document_type="receipt", number=posted.number, sku="TEA-250")
    picture = b"\xff\xd8\xff\xe0" + b"x" * 100

    first = photo.add(subject=subject, content=picture, by=RECEIVER, at=NOON)
    second = photo.add(subject=subject, content=picture, by=RECEIVER, at=NOON)

    assert first.pk == second.pk
    assert (first.media_type, first.size, first.taken_by) == ("image/jpeg", 104, RECEIVER.actor)
    for content, refusal in (
        (b"<svg onload=alert(1)>", PhotoUnreadable),
        (b"", PhotoUnreadable),
        (picture * 40_000, PhotoTooLarge),
    ):
        with pytest.raises(refusal):
            photo.add(subject=subject, content=content, by=RECEIVER, at=NOON)
    assert Photo.objects.count() == 1


def test_a_line_keeps_the_evidence_of_its_last_scan() -> None:
    order = retailer.order(("TEA-250", 10))
    retailer.deliver()
    opening = Opening(site="W1", inbound_order_number=order.inbound_order_number)
    number = receipt.open_receipt(opening=opening, by=RECEIVER, at=NOON).number
    counting = Counting(
        sku="TEA-250",
        quantity=10,
        capture_mode="bulk",
        text="69TEA-250",
        pack_size=1,
        was_expected_shown=True,
    )
    receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)

    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("kept"))

    line = ReceiptLine.objects.get()
    assert (line.capture_mode, line.quantity_expected, line.was_expected_shown) == (
        "bulk",
        10,
        True,
    )
    assert (line.counterpart_document, line.counterpart_line) == (order.number, 1)
    assert (line.barcode_scanned, line.quantity_entered, line.units_per_pack) == (
        "69TEA-250",
        10,
        1,
    )
    assert (line.actor, line.device, line.occurred_at, line.recorded_at) == (
        RECEIVER.actor,
        RECEIVER.device,
        NOON,
        NOON,
    )
