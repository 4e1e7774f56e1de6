"""Counting and posting at the dock: nothing is lost, nothing is refused that came."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import NOON, RECEIVER, make_id, stock
from yipan.access.roles import Role
from yipan.documents.states import WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.models import GoodsReceipt
from yipan.foundation.refusals import NotFound
from yipan.ledger import queries as ledger
from yipan.masterdata import records
from yipan.masterdata.refusals import BinUnknown, SkuUnknown
from yipan.masterdata.rows import BarcodeRow, SkuRow
from yipan.wms import queries
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import (
    Correction,
    CountBelowZero,
    Counting,
    NothingCounted,
    Opening,
)
from yipan.wms.documents.stock import bin_move, stock_opening
from yipan.wms.documents.stock.bin_move import SameBin
from yipan.wms.documents.stock.stock_opening import BinStock, NothingOpened
from yipan.wms.models import BinMove, Receipt, WarehouseOpening
from yipan.wms.queries.scans import ScanAmbiguous
from yipan.wms.rules import Counted, Shifted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def begin(order: str = "") -> str:
    opening = Opening(site="W1", inbound_order_number=order)
    return receipt.open_receipt(opening=opening, by=RECEIVER, at=NOON).number


def count(number: str, sku: str, quantity: int, *, is_damaged: bool = False) -> None:
    counting = Counting(sku=sku, quantity=quantity, is_damaged=is_damaged)
    receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)


def post(number: str, *, is_last: bool = False) -> Receipt:
    return receipt.post(
        number=number, is_last=is_last, by=RECEIVER, at=NOON, message_id=make_id(number)
    )


def test_scans_add_up_and_the_last_one_can_be_taken_back() -> None:
    number = begin()
    count(number, "TEA-250", 24)
    count(number, "TEA-250", 1, is_damaged=True)
    count(number, "SOAP-1", 5)

    undone = receipt.undo(number=number, at=NOON)

    assert (undone.sku, undone.quantity) == ("SOAP-1", 5)
    [line] = queries.get_count_task(number).lines
    assert (line.sku.code, line.quantity_sound, line.quantity_damaged) == ("TEA-250", 24, 1)
    # What was taken back stays as evidence.
    scans = queries.get_receipt(number).scans
    assert [(scan.sku, scan.is_undone) for scan in scans] == [
        ("SOAP-1", True),
        ("TEA-250", False),
        ("TEA-250", False),
    ]


def test_taking_back_more_than_there_is_is_refused() -> None:
    number = begin()
    with pytest.raises(NothingCounted):
        receipt.undo(number=number, at=NOON)
    count(number, "TEA-250", 3)

    with pytest.raises(CountBelowZero) as refused:
        count(number, "TEA-250", -4)

    assert refused.value.facts == {"sku": "TEA-250", "counted": 3, "quantity": -4}
    [line] = queries.get_count_task(number).lines
    assert line.quantity_sound == 3


def test_a_figure_beyond_all_sense_and_an_unknown_product_are_refused() -> None:
    number = begin()

    with pytest.raises(QuantityNotPlausible):
        count(number, "TEA-250", 10**12)
    with pytest.raises(SkuUnknown):
        count(number, "NO-SUCH", 1)

    assert queries.get_count_task(number).lines == ()


def test_a_keyed_figure_replaces_the_count_and_is_on_record() -> None:
    order = retailer.order(("TEA-250", 100))
    retailer.deliver()
    number = begin(order.inbound_order_number)
    count(number, "TEA-250", 100)
    correction = Correction(sku="TEA-250", quantity_sound=95, quantity_damaged=2)

    assert receipt.correct(number=number, correction=correction, by=RECEIVER, at=NOON) is True
    assert receipt.correct(number=number, correction=correction, by=RECEIVER, at=NOON) is False

    posted = post(number)
    [line] = posted.lines.all()
    assert (line.quantity_sound, line.quantity_damaged, line.capture_mode) == (95, 2, "key")
    assert stock("wms:W1", "on_hand/RECV-01/available") == 95


def test_wrong_goods_counted_by_mistake_are_keyed_back_on_the_page() -> None:
    order = retailer.order(("TEA-250", 100))
    retailer.deliver()
    number = begin(order.inbound_order_number)
    count(number, "TEA-250", 100)
    worker = a_client(Role.WAREHOUSE_WORKER, username="wang", sites=["W1"])
    page = worker.get(f"/wms/receiving/{number}").content.decode()
    assert 'name="wrong"' not in page
    worker.post(f"/wms/receiving/{number}", {"scan": "69TEA-250", "condition": "wrong"})
    page = worker.get(f"/wms/receiving/{number}").content.decode()
    assert 'name="wrong"' in page

    keyed = {"sku": "TEA-250", "sound": "100", "damaged": "0", "wrong": "0"}
    said = worker.post(f"/wms/receiving/{number}/correct", keyed).content.decode()

    assert "Corrected." in said
    [line] = queries.get_count_task(number).lines
    assert (line.quantity_total, line.quantity_wrong) == (100, 0)
    refused = worker.post(f"/wms/receiving/{number}/correct", keyed | {"wrong": "x"})
    assert "A quantity is a number" in refused.content.decode()


def test_a_blind_receipt_is_booked_in_both_books_without_an_order() -> None:
    number = begin()
    count(number, "TEA-250", 7)
    count(number, "TEA-250", 1, is_damaged=True)

    post(number)
    retailer.deliver()

    booked = GoodsReceipt.objects.get()
    assert (booked.purchase_order_number, booked.warnings) == ("", [])
    assert stock("erp", "on_hand/W1/available") == 7
    assert stock("erp", "on_hand/W1/damaged") == 1


def test_a_receipt_is_posted_once_and_then_final() -> None:
    number = begin()
    count(number, "TEA-250", 7)
    post(number)

    with pytest.raises(WrongState):
        post(number)
    with pytest.raises(WrongState):
        count(number, "TEA-250", 1)
    with pytest.raises(WrongState):
        receipt.cancel(number=number, by=RECEIVER, at=NOON)

    assert stock("wms:W1", "on_hand/RECV-01/available") == 7


def test_a_count_that_was_given_up_posts_nothing() -> None:
    number = begin()
    count(number, "TEA-250", 7)

    receipt.cancel(number=number, by=RECEIVER, at=NOON)

    with pytest.raises(WrongState):
        post(number)
    assert ledger.list_balances(book="wms:W1") == []


def test_nothing_counted_is_nothing_to_post_unless_it_closes_an_order() -> None:
    with pytest.raises(NothingCounted):
        post(begin(), is_last=True)
    order = retailer.order(("TEA-250", 100))
    retailer.deliver()

    posted = post(begin(order.inbound_order_number), is_last=True)
    retailer.deliver()

    order.refresh_from_db()
    assert (posted.state, order.state) == ("posted", "closed_short")
    assert ledger.list_balances(book="wms:W1") == []


def test_an_order_of_another_site_is_not_found() -> None:
    order = retailer.order(("TEA-250", 100))
    retailer.deliver()

    with pytest.raises(NotFound):
        receipt.open_receipt(
            opening=Opening(site="S12", inbound_order_number=order.inbound_order_number),
            by=RECEIVER,
            at=NOON,
        )


def test_a_machine_repeats_itself_without_harm() -> None:
    for _ in range(2):
        receipt.receive(
            opening=Opening(site="W1", external_id="DN-77"),
            counted=[Counted(sku="TEA-250", quantity_sound=4, quantity_damaged=0)],
            is_last=False,
            by=RECEIVER,
            at=NOON,
            message_id=make_id("machine"),
        )

    assert Receipt.objects.count() == 1
    assert stock("wms:W1", "on_hand/RECV-01/available") == 4


def test_a_scan_is_a_command_an_order_a_product_or_a_bin() -> None:
    order = retailer.order(("TEA-250", 100))
    retailer.deliver()

    def kind(text: str) -> tuple[str, str]:
        found = queries.resolve_scan("W1", text)
        return found.kind, found.value or (found.sku.code if found.sku else "")

    assert kind("cmd:undo") == ("command", "undo")
    assert kind(order.inbound_order_number) == ("order", order.inbound_order_number)
    assert kind(order.number.lower()) == ("order", order.inbound_order_number)
    assert kind("69TEA-250") == ("product", "TEA-250")
    assert kind("tea-250") == ("product", "TEA-250")
    assert kind("a-01-01") == ("bin", "A-01-01")
    assert queries.resolve_scan("W1", "169TEA-250").pack_size == 24
    for text in ("TEA", "A-01", "", "69TEA-2500"):
        with pytest.raises(queries.ScanUnknown):
            queries.resolve_scan("W1", text)


def test_a_scan_with_two_meanings_is_asked_about() -> None:
    # The barcode of one product is written like the code of another.
    records.save_skus(
        [
            SkuRow(code="6900001", name="A"),
            SkuRow(code="B", name="B", barcodes=(BarcodeRow(code="6900001"),)),
        ],
        at=NOON,
    )

    with pytest.raises(ScanAmbiguous) as refused:
        queries.resolve_scan("W1", "6900001")

    assert refused.value.facts["products"] == ["B", "6900001"]


def test_goods_move_from_bin_to_bin_and_the_hub_sees_no_change() -> None:
    number = begin()
    count(number, "TEA-250", 95)
    post(number)
    retailer.deliver()
    shift = Shifted(sku="TEA-250", from_bin="RECV-01", to_bin="A-01-01", quantity=90)

    move = bin_move.post(site="W1", shifts=[shift], by=RECEIVER, at=NOON)

    assert move.number == "BM-W1-2026-000001"
    assert stock("wms:W1", "on_hand/RECV-01/available") == 5
    assert stock("wms:W1", "on_hand/A-01-01/available") == 90
    assert retailer.deliver() == 0
    assert stock("erp", "on_hand/W1/available") == 95
    assert [(row.bin_code, row.quantity) for row in queries.list_stock(site="W1")] == [
        ("A-01-01", 90),
        ("RECV-01", 5),
    ]


@pytest.mark.parametrize(
    ("shift", "refusal"),
    [
        (Shifted(sku="TEA-250", from_bin="A-01-01", to_bin="A-01-01", quantity=1), SameBin),
        (Shifted(sku="TEA-250", from_bin="A-01-01", to_bin="Z-9", quantity=1), BinUnknown),
        (Shifted(sku="NO", from_bin="A-01-01", to_bin="A-01-02", quantity=1), SkuUnknown),
        (
            Shifted(sku="TEA-250", from_bin="A-01-01", to_bin="A-01-02", quantity=0),
            QuantityNotPlausible,
        ),
    ],
)
def test_a_move_that_cannot_have_happened_is_refused(
    shift: Shifted, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        bin_move.post(site="W1", shifts=[shift], by=RECEIVER, at=NOON)

    assert BinMove.objects.count() == 0


def test_more_is_moved_than_the_book_says_and_the_bin_goes_below_zero() -> None:
    shift = Shifted(sku="TEA-250", from_bin="A-01-01", to_bin="A-01-02", quantity=3)

    bin_move.post(site="W1", shifts=[shift], by=RECEIVER, at=NOON)

    [short] = ledger.list_shortfalls(book="wms:W1")
    assert (short.account, short.quantity) == ("on_hand/A-01-01/available", -3)


def test_a_warehouse_begins_its_book_and_the_hub_follows() -> None:
    with pytest.raises(NothingOpened):
        stock_opening.post(site="W1", stock=[], by=RECEIVER, at=NOON, message_id=make_id("o"))
    stock_opening.post(
        site="W1",
        stock=[
            BinStock(bin_code="A-01-01", sku="TEA-250", quantity=40),
            BinStock(bin_code="A-01-02", sku="TEA-250", quantity=2),
        ],
        by=RECEIVER,
        at=NOON,
        message_id=make_id("o"),
    )

    retailer.deliver()

    assert stock("wms:W1", "on_hand/A-01-02/available") == 2
    assert stock("erp", "on_hand/W1/available") == 42
    assert WarehouseOpening.objects.get().number == "OS-W1-2026-000001"
