"""Transfers at a store: what the hub told is counted, posted once and told."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.erp import moving
from tests.retailer import CLERK, NOON, make_id, stock
from yipan.documents import trail
from yipan.documents.states import WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.models import TransferOrder
from yipan.exchange.envelopes import seal
from yipan.foundation.refusals import NotFound
from yipan.ledger import queries as ledger
from yipan.masterdata.refusals import SkuUnknown
from yipan.messages.erp import InboundCanceled, OutboundLine, OutboundReleased
from yipan.messages.pos import TransferReceived
from yipan.pos.documents import place_move, transfer, transfer_whole
from yipan.pos.documents.place_move import Carried, NothingMoved, PlaceUnknown
from yipan.pos.documents.transfer import CountBelowZero, Counting, NothingCounted, OrderNotOpen
from yipan.pos.documents.transfer_whole import Whole
from yipan.pos.models import PlaceMove, StoreOrder, StoreTransfer, TransferScan
from yipan.pos.queries.counting import list_counted
from yipan.pos.rules import Moved

pytestmark = pytest.mark.django_db

BACKROOM = "on_hand/backroom/available"
FLOOR = "on_hand/shop_floor/available"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def a_shipment(*lines: tuple[str, int]) -> tuple[TransferOrder, StoreOrder]:
    """Ship a transfer from W1 to S12, and let the store hear of it."""
    order = moving.release(*lines)
    moving.ship(order.number, "SH-1", *lines)
    retailer.deliver()
    retailer.deliver()
    return order, StoreOrder.objects.get(site="S12")


def an_order_to_send(*lines: tuple[str, int]) -> StoreOrder:
    """Let S12 hear that it should send goods to S1."""
    moving.release(*lines, from_site="S12", to_site="S1")
    retailer.deliver()
    return StoreOrder.objects.get(site="S12")


def begin(order: StoreOrder) -> str:
    opened = transfer.open_transfer(site=order.site, order_number=order.number, by=CLERK, at=NOON)
    return opened.number


def scan(number: str, sku: str, quantity: int, *, is_damaged: bool = False) -> None:
    counting = Counting(sku=sku, quantity=quantity, is_damaged=is_damaged)
    transfer.count(number=number, counting=counting, by=CLERK, at=NOON)


def post(number: str, *, is_last: bool = True) -> StoreTransfer:
    return transfer.post(
        number=number, is_last=is_last, by=CLERK, at=NOON, message_id=make_id(number)
    )


def test_a_carton_is_taken_in_as_sent_with_one_step() -> None:
    hub_order, order = a_shipment(("TEA-250", 24), ("SOAP-1", 6))
    assert [(line["sku"], line["quantity"]) for line in order.lines] == [
        ("TEA-250", 24),
        ("SOAP-1", 6),
    ]
    number = begin(order)

    posted = transfer.move_as_asked(number=number, by=CLERK, at=NOON, message_id=make_id("as sent"))
    retailer.deliver()

    assert (stock("pos:S12", BACKROOM), stock("pos:S12", BACKROOM, "SOAP-1")) == (24, 6)
    assert (stock("pos:S12", "transfer:in"), stock("erp", "on_hand/S12/available")) == (-24, 24)
    assert moving.count_transit(hub_order.number) == 0
    assert [line["capture_mode"] for line in posted.lines] == ["bulk", "bulk"]
    order.refresh_from_db()
    hub_order.refresh_from_db()
    assert (order.state, hub_order.state) == ("moved", "received")
    posting = ledger.get_posting(book="pos:S12", origin=f"store_transfer/{number}/post")
    assert (posting.header.source, posting.header.sequence) == ("pos:S12/stock", 1)
    steps = trail.list_steps(document_type="store_transfer", number=number)
    assert [(step.step, step.actor) for step in steps] == [("post", "chen.clerk")]


def test_short_damaged_and_extra_goods_are_told_line_by_line() -> None:
    _, order = a_shipment(("TEA-250", 24))
    number = begin(order)
    scan(number, "TEA-250", 20)
    scan(number, "TEA-250", 2, is_damaged=True)
    scan(number, "MUG-1", 1)

    post(number)

    assert stock("pos:S12", BACKROOM) == 20
    assert stock("pos:S12", "on_hand/backroom/damaged") == 2
    assert stock("pos:S12", BACKROOM, "MUG-1") == 1
    [told] = moving.list_told("pos:S12/stock")
    assert told.kind == TransferReceived.kind
    assert [
        (line["sku"], line["quantity"], line.get("quantity_damaged", 0), line["quantity_expected"])
        for line in told.data["lines"]
    ] == [("TEA-250", 20, 2, 24), ("MUG-1", 1, 0, None)]
    assert (told.data["is_last"], told.data["transfer_number"]) == (True, order.document_number)
    order.refresh_from_db()
    assert order.state == "closed_short"
    # Each scan keeps how it came about: what was still to come then, by whom, on what paper.
    rows = TransferScan.objects.order_by("position").values_list(
        "sku", "quantity_expected", "capture_mode", "actor", "counterpart_document"
    )
    assert list(rows) == [
        ("TEA-250", 24, "scan", "chen.clerk", order.number),
        ("TEA-250", 24, "scan", "chen.clerk", order.number),
        ("MUG-1", None, "scan", "chen.clerk", order.number),
    ]


def test_what_comes_in_two_parts_is_taken_in_in_two_receipts() -> None:
    _, order = a_shipment(("TEA-250", 24))
    first = begin(order)
    scan(first, "TEA-250", 20)
    assert post(first, is_last=False).is_last is False
    order.refresh_from_db()
    assert order.state == "partly_moved"

    second = begin(order)
    scan(second, "TEA-250", 4)

    assert post(second, is_last=False).is_last is True
    order.refresh_from_db()
    assert order.state == "moved"
    assert stock("pos:S12", BACKROOM) == 24


def test_a_store_sends_what_the_hub_asked_for() -> None:
    retailer.open_store("S12", ("TEA-250", 10))
    hub_order = moving.release(("TEA-250", 4), from_site="S12", to_site="S1")
    retailer.deliver()
    order = StoreOrder.objects.get(site="S12")
    assert (order.order_type, order.other_site) == ("outbound", "S1")
    number = begin(order)
    scan(number, "TEA-250", 3)

    posted = post(number, is_last=True)
    retailer.deliver()
    retailer.deliver()

    assert stock("pos:S12", FLOOR) == 7
    assert stock("pos:S12", "transfer:out") == 3
    assert stock("erp", "on_hand/S12/available") == 7
    assert moving.count_transit(hub_order.number) == 3
    assert (posted.place, posted.is_last) == ("shop_floor", True)
    # The store at the other end knows what is coming.
    to_come = StoreOrder.objects.get(site="S1")
    assert (to_come.order_type, to_come.other_site) == ("inbound", "S12")
    assert [line["quantity"] for line in to_come.lines] == [3]
    order.refresh_from_db()
    assert order.state == "closed_short"
    with pytest.raises(OrderNotOpen):
        begin(order)


def test_a_count_is_corrected_taken_back_and_given_up() -> None:
    _, order = a_shipment(("TEA-250", 24))
    number = begin(order)
    with pytest.raises(NothingCounted):
        transfer.undo(number=number, at=NOON)
    with pytest.raises(SkuUnknown):
        scan(number, "NEW-1", 1)
    with pytest.raises(QuantityNotPlausible):
        scan(number, "TEA-250", 10**9)
    scan(number, "TEA-250", 24)
    counted = Moved(sku="TEA-250", quantity=20, quantity_damaged=1)
    assert transfer.correct(number=number, counted=counted, by=CLERK, at=NOON) is True
    assert transfer.correct(number=number, counted=counted, by=CLERK, at=NOON) is False
    with pytest.raises(CountBelowZero):
        scan(number, "TEA-250", -21)
    draft = StoreTransfer.objects.get()
    assert [(it.quantity, it.quantity_damaged) for it in list_counted(draft)] == [(20, 1)]

    transfer.undo(number=number, at=NOON)

    assert [(it.quantity, it.quantity_damaged) for it in list_counted(draft)] == [(20, 0)]
    transfer.cancel(number=number, by=CLERK, at=NOON)
    with pytest.raises(WrongState):
        post(number)
    assert ledger.list_balances(book="pos:S12") == []
    # Four scans and corrections stay on record, one of them taken back.
    assert draft.scans.count() == 3
    assert draft.scans.exclude(undone_at=None).count() == 1


def test_an_order_the_hub_takes_back_is_not_waited_for_and_what_comes_is_booked() -> None:
    _, order = a_shipment(("TEA-250", 24))
    canceled = InboundCanceled(
        message_id=make_id("canceled"),
        occurred_at=NOON,
        inbound_order_number=order.number,
        purchase_order_number="",
        site="S12",
        reason="The shipment did not leave.",
    )
    sequence = len(moving.list_told("erp:hub/orders:S12")) + 1

    [reply] = retailer.hear("pos", seal(canceled, source="erp:hub/orders:S12", sequence=sequence))

    assert reply.state == "applied"
    order.refresh_from_db()
    assert order.state == "canceled"
    number = begin(order)
    scan(number, "TEA-250", 24)
    post(number)
    assert stock("pos:S12", BACKROOM) == 24
    order.refresh_from_db()
    assert order.state == "canceled"


@pytest.mark.parametrize(
    ("floor", "back", "place", "left"),
    [
        (10, 10, "shop_floor", (4, 10)),
        (5, 10, "backroom", (5, 4)),
        (4, 3, "", (0, 1)),
        (0, 2, "backroom", (0, -4)),
        (0, 0, "shop_floor", (-6, 0)),
    ],
)
def test_goods_leave_from_where_the_book_says_they_lie(
    floor: int, back: int, place: str, left: tuple[int, int]
) -> None:
    retailer.open_store("S12", ("TEA-250", floor + back + 1))
    retailer.sell(("TEA-250", 1))
    if back:
        carried = Carried(
            from_place="shop_floor",
            to_place="backroom",
            lines=[Moved(sku="TEA-250", quantity=back)],
        )
        place_move.post(site="S12", carried=carried, by=CLERK, at=NOON)
    order = an_order_to_send(("TEA-250", 6))

    opened = transfer.open_transfer(site="S12", order_number=order.number, by=CLERK, at=NOON)
    sent = transfer.move_as_asked(
        number=opened.number, by=CLERK, at=NOON, message_id=make_id("sent from where it lies")
    )

    assert sent.place == place
    assert (stock("pos:S12", FLOOR), stock("pos:S12", BACKROOM)) == left


def test_a_place_somebody_names_is_where_goods_leave_from() -> None:
    retailer.open_store("S12", ("TEA-250", 10))
    order = an_order_to_send(("TEA-250", 6))
    whole = Whole(
        site="S12",
        order_number=order.number,
        lines=[Moved(sku="TEA-250", quantity=6)],
        place="backroom",
    )

    transfer_whole.move(whole=whole, by=CLERK, at=NOON, message_id=make_id("named"))

    assert (stock("pos:S12", FLOOR), stock("pos:S12", BACKROOM)) == (10, -6)


def test_goods_asked_for_out_of_a_status_that_waits_for_somebody_are_parked() -> None:
    message = OutboundReleased(
        message_id=make_id("held"),
        occurred_at=NOON,
        outbound_order_number="OUT-9",
        order_type="transfer",
        document_number="TO-9",
        site="S12",
        lines=(OutboundLine(line=1, sku="TEA-250", quantity=1, status="reserved"),),
    )

    [reply] = retailer.hear("pos", seal(message, source="erp:hub/orders:S12", sequence=1))

    assert (reply.state, reply.code) == ("parked", "store_order.status_not_sent")
    assert StoreOrder.objects.exists() is False


def test_another_stores_order_is_not_found() -> None:
    _, order = a_shipment(("TEA-250", 24))

    with pytest.raises(NotFound):
        transfer.open_transfer(site="S1", order_number=order.number, by=CLERK, at=NOON)


def test_goods_are_carried_between_backroom_and_floor_and_nobody_is_told() -> None:
    def carry(*lines: Moved, to_place: str = "shop_floor") -> PlaceMove:
        carried = Carried(from_place="backroom", to_place=to_place, lines=lines)
        return place_move.post(site="S12", carried=carried, by=CLERK, at=NOON)

    moved = carry(Moved(sku="TEA-250", quantity=6))

    assert (stock("pos:S12", BACKROOM), stock("pos:S12", FLOOR)) == (-6, 6)
    assert moved.lines == [{"sku": "TEA-250", "quantity": 6}]
    with pytest.raises(PlaceUnknown):
        carry(Moved(sku="TEA-250", quantity=6), to_place="backroom")
    with pytest.raises(PlaceUnknown):
        carry(Moved(sku="TEA-250", quantity=6), to_place="cellar")
    with pytest.raises(NothingMoved):
        carry()
    with pytest.raises(QuantityNotPlausible):
        carry(Moved(sku="TEA-250", quantity=0))
    assert PlaceMove.objects.count() == 1
