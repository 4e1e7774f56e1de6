"""Goods on their way out: set aside, picked, short, canceled, shipped; each number in the book."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import sending
from yipan.documents.states import WrongState
from yipan.exchange.models import OutboxMessage
from yipan.ledger import queries as ledger
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow
from yipan.messages import oms
from yipan.wms.documents.outbound import outbound_order, pick, pick_claim, shipment, wave
from yipan.wms.documents.outbound.pick import BinWrong, NothingPicked, PickTaken, Taking, TooMuch
from yipan.wms.documents.outbound.shipment import MustBeWhole, NothingToShip, Shipping
from yipan.wms.documents.outbound.wave import Gathering, NoOrders
from yipan.wms.documents.stock import bin_move
from yipan.wms.models import OutboundOrder, Pick, SpotCount
from yipan.wms.rules import Shifted

pytestmark = pytest.mark.django_db

A1, A2 = "on_hand/A-01-01", "on_hand/A-01-02"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "TEA-250", 10))


def at(account: str, sku: str = "TEA-250") -> int:
    return stock("wms:W1", account, sku)


def get_state(number: str = "OUT-1") -> str:
    return str(OutboundOrder.objects.get(number=number).state)


def list_told(kind: str) -> list[dict[str, object]]:
    return list(
        OutboxMessage.objects.filter(kind=kind)
        .order_by("recorded_at", "sequence")
        .values_list("data", flat=True)
    )


def test_a_released_order_sets_goods_aside_where_they_lie() -> None:
    order = sending.want("OUT-1", ("TEA-250", 45))

    assert [(it.bin_code, it.quantity) for it in sending.list_open("OUT-1")] == [
        ("A-01-01", 40),
        ("A-01-02", 5),
    ]
    assert (at(f"{A1}/available"), at(f"{A1}/reserved")) == (0, 40)
    assert (at(f"{A2}/available"), at(f"{A2}/reserved")) == (5, 5)
    assert order.state == "released"
    # What is set aside is still there: the hub is told nothing of its stock.
    assert stock("erp", "on_hand/W1/available") == 50
    [told] = list_told("wms.outbound_progressed.v1")
    assert (told["state"], told["code"]) == ("released", "")


def test_what_is_not_there_is_not_promised_and_can_be_set_aside_later() -> None:
    sending.want("OUT-1", ("TEA-250", 60))

    assert sum(it.quantity for it in sending.list_open("OUT-1")) == 50
    [told] = list_told("wms.outbound_progressed.v1")
    assert told["code"] == "outbound_order.stock_short"

    sending.stock_bins(("A-01-02", "TEA-250", 7))
    assert outbound_order.reserve(number="OUT-1", by=RECEIVER, at=NOON) == 3
    assert at(f"{A2}/reserved") == 17


def test_two_orders_never_get_the_same_goods() -> None:
    sending.want("OUT-1", ("TEA-250", 30))
    sending.want("OUT-2", ("TEA-250", 30))

    assert sum(it.quantity for it in sending.list_open("OUT-2")) == 20
    assert (at(f"{A1}/available"), at(f"{A2}/available")) == (0, 0)


def test_picked_and_shipped_goods_leave_the_book_with_the_message_that_tells_of_it() -> None:
    sending.want("OUT-1", ("TEA-250", 45))
    for one in sending.list_open("OUT-1"):
        sending.take(one, tote="TOTE-7")
    assert get_state() == "picked"
    assert at("on_hand/TOTE-7/reserved") == 45

    done = sending.ship("OUT-1")

    assert (done.number, done.is_last, get_state()) == ("OUT-1-1", True, "shipped")
    assert at("on_hand/TOTE-7/reserved") == 0
    posting = ledger.get_posting(book="wms:W1", origin="shipment/OUT-1-1/post")
    assert [(it.to_account, it.quantity) for it in posting.movements] == [
        ("supplier", 40),
        ("supplier", 5),
    ]
    assert (posting.header.source, posting.header.sequence) == (done.source, done.sequence)
    [told] = list_told("wms.goods_shipped.v1")
    assert told["is_last"] is True
    assert [(line["sku"], line["quantity"]) for line in told["lines"]] == [  # type: ignore[attr-defined]
        ("TEA-250", 45)
    ]


def test_shipments_in_parts_are_numbered_and_the_last_one_says_so() -> None:
    sending.want("OUT-1", ("TEA-250", 45))
    first, second = sending.list_open("OUT-1")
    sending.take(first)
    one = sending.ship("OUT-1")
    assert (one.number, one.is_last, get_state()) == ("OUT-1-1", False, "partly_shipped")

    with pytest.raises(NothingToShip):
        sending.ship("OUT-1")
    sending.take(second)
    two = sending.ship("OUT-1")

    assert (two.number, two.is_last, get_state()) == ("OUT-1-2", True, "shipped")
    with pytest.raises(WrongState):
        sending.ship("OUT-1")


def test_an_order_that_may_not_be_sent_in_parts_waits_for_all_of_it() -> None:
    sending.want("OUT-1", ("TEA-250", 45), may_be_partial=False)
    sending.take(sending.list_open("OUT-1")[0])

    with pytest.raises(MustBeWhole):
        sending.ship("OUT-1")

    assert at("on_hand/PICKING/reserved") == 40


def test_closing_an_order_short_gives_the_rest_back() -> None:
    sending.want("OUT-1", ("TEA-250", 45))
    sending.take(sending.list_open("OUT-1")[0])

    done = sending.ship("OUT-1", is_last=True)

    assert (done.is_last, get_state()) == (True, "closed_short")
    assert (at(f"{A2}/available"), at(f"{A2}/reserved")) == (10, 0)


def test_a_short_pick_takes_the_rest_elsewhere_and_leaves_a_count_and_a_message() -> None:
    sending.want("OUT-1", ("TEA-250", 38))
    [one] = sending.list_open("OUT-1")

    count = pick.short(
        pick_id=one.pk,
        taking=Taking(quantity=30),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("short"),
    )

    assert [(it.bin_code, it.quantity) for it in sending.list_open("OUT-1")] == [("A-01-02", 8)]
    assert (count.bin_code, count.reason, count.state, count.quantity_book) == (
        "A-01-01",
        "short_pick",
        "open",
        10,
    )
    [told] = list_told("wms.pick_shorted.v1")
    assert (told["quantity_found"], told["quantity_missing"], told["count_task"]) == (
        30,
        0,
        count.number,
    )
    # The bin is in doubt: no other order is sent there until somebody has counted.
    sending.want("OUT-2", ("TEA-250", 5))
    assert [it.bin_code for it in sending.list_open("OUT-2")] == ["A-01-02"]


def test_what_no_bin_has_is_told_as_missing_and_the_order_ends_without_it() -> None:
    sending.want("OUT-1", ("TEA-250", 50))
    first, second = sending.list_open("OUT-1")
    sending.take(first)

    pick.short(
        pick_id=second.pk,
        taking=Taking(quantity=4),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("short"),
    )

    [told] = list_told("wms.pick_shorted.v1")
    assert (told["quantity_found"], told["quantity_missing"]) == (4, 6)
    done = sending.ship("OUT-1")
    assert (done.is_last, get_state()) == (True, "closed_short")
    assert sum(line.quantity for line in done.lines.all()) == 44


def test_a_wrong_bin_and_too_much_are_refused_and_nothing_moves() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    [one] = sending.list_open("OUT-1")

    with pytest.raises(BinWrong) as refused:
        pick.scan_bin(pick_id=one.pk, bin_code="A-01-02", by=RECEIVER, at=NOON)
    with pytest.raises(TooMuch):
        sending.take(one, 6)

    assert refused.value.facts == {"scanned": "A-01-02", "expected": "A-01-01"}
    assert at(f"{A1}/reserved") == 5


def test_a_part_may_be_taken_first_and_the_rest_later() -> None:
    sending.want("OUT-1", ("TEA-250", 30))
    [one] = sending.list_open("OUT-1")

    sending.take(one, 24)
    [rest] = sending.list_open("OUT-1")
    sending.take(rest)

    assert (rest.quantity, at("on_hand/PICKING/reserved"), get_state()) == (6, 30, "picked")


def test_the_last_pick_can_be_taken_back_and_a_skipped_one_comes_last() -> None:
    sending.want("OUT-1", ("TEA-250", 45))
    first, second = sending.list_open("OUT-1")
    pick.skip(pick_id=first.pk)
    assert [it.bin_code for it in sending.list_open("OUT-1")] == ["A-01-02", "A-01-01"]
    sending.take(second)

    back = pick.undo(pick_ids=[first.pk, second.pk], by=RECEIVER, at=NOON)

    assert (back.bin_code, at(f"{A2}/reserved"), at("on_hand/PICKING/reserved")) == (
        "A-01-02",
        5,
        0,
    )
    with pytest.raises(NothingPicked):
        pick.undo(pick_ids=[first.pk, second.pk], by=RECEIVER, at=NOON)


def test_an_order_canceled_during_picking_gives_back_what_is_picked_and_what_is_not() -> None:
    sending.want("OUT-1", ("TEA-250", 45))
    first, second = sending.list_open("OUT-1")
    sending.take(first)

    order = sending.cancel("OUT-1")

    assert order.state == "canceled"
    assert at("on_hand/PICKING/available") == 40
    assert (at(f"{A2}/available"), at(f"{A2}/reserved")) == (10, 0)
    with pytest.raises(PickTaken):
        sending.take(second)
    with pytest.raises(WrongState):
        sending.ship("OUT-1")
    assert stock("erp", "on_hand/W1/available") == 50


def test_a_cancel_that_comes_too_late_changes_nothing_and_says_so() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    sending.take(sending.list_open("OUT-1")[0])
    sending.ship("OUT-1")

    order = sending.cancel("OUT-1")

    assert order.state == "shipped"
    assert list_told("wms.outbound_progressed.v1")[-1]["code"] == "outbound_order.too_late"


def test_a_shipment_that_did_not_leave_is_reversed_and_told() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    sending.take(sending.list_open("OUT-1")[0], tote="TOTE-7")
    done = sending.ship("OUT-1")

    back = shipment.reverse(number=done.number, by=RECEIVER, at=NOON, message_id=make_id("back"))

    assert (back.state, get_state(), at("on_hand/TOTE-7/reserved")) == ("reversed", "picked", 5)
    [told] = list_told("wms.shipment_reversed.v1")
    assert told["shipment_number"] == "OUT-1-1"
    with pytest.raises(WrongState):
        shipment.reverse(number=done.number, by=RECEIVER, at=NOON, message_id=make_id("again"))
    assert sending.ship("OUT-1").number == "OUT-1-2"


def test_an_emptied_bin_is_asked_about_and_both_answers_are_observations() -> None:
    sending.want("OUT-1", ("TEA-250", 50))
    first, second = [sending.take(one) for one in sending.list_open("OUT-1")]
    assert (first.is_empty_asked, second.is_empty_asked) == (True, True)

    yes = pick.answer_empty(
        pick_id=first.pk, quantity_left=0, by=RECEIVER, at=NOON, message_id=make_id("yes")
    )
    no = pick.answer_empty(
        pick_id=second.pk, quantity_left=3, by=RECEIVER, at=NOON, message_id=make_id("no")
    )

    assert (yes.state, yes.quantity_found, yes.quantity_book) == ("counted", 0, 0)
    assert (no.state, no.quantity_found, no.reason) == ("open", 3, "zero_check")
    told = list_told("wms.count_recorded.v1")
    assert [(one["count_number"], one["count_type"]) for one in told] == [
        (yes.number, "zero_check"),
        (no.number, "zero_check"),
    ]
    lines = [dict(one["lines"][0]) for one in told]  # type: ignore[index]
    assert [(line["quantity_counted"], line["quantity_book"]) for line in lines] == [(0, 0), (3, 0)]
    assert [line["place"] for line in lines] == [first.bin_code, second.bin_code]


def test_a_wave_gathers_open_orders_and_each_pick_has_one_picker() -> None:
    sending.want("OUT-1", ("TEA-250", 5), carrier="SF", priority=1)
    sending.want("OUT-2", ("TEA-250", 5), carrier="SF", priority=9)
    sending.want("OUT-3", ("TEA-250", 5), carrier="JD")
    planned = wave.plan(gathering=Gathering(site="W1", carrier="SF"), by=RECEIVER, at=NOON)
    wave.release(number=planned.number, by=RECEIVER, at=NOON)

    numbers = [order.number for order in planned.orders.order_by("-priority")]
    assert numbers == ["OUT-2", "OUT-1"]
    with pytest.raises(NoOrders):
        wave.plan(gathering=Gathering(site="W1", carrier="SF"), by=RECEIVER, at=NOON)
    mine = pick_claim.claim_next(walk=planned.number, by=RECEIVER, at=NOON)
    assert mine is not None
    # Both orders take from one bin: whoever stands there takes for both.
    assert set(Pick.objects.filter(claimed_by=RECEIVER.actor).values_list("bin_code")) == {
        ("A-01-01",)
    }
    assert pick_claim.claim_next(walk=planned.number, by=RECEIVER, at=NOON) == mine
    assert pick_claim.claim_next(walk=planned.number, by=retailer.CLERK, at=NOON) is None

    wave.cancel(number=planned.number, by=RECEIVER, at=NOON)
    assert OutboundOrder.objects.filter(wave=None).count() == 3


def test_a_customers_order_is_picked_like_any_other_and_leaves_to_the_customer() -> None:
    sending.tell(
        oms.FulfillmentReleased(
            message_id=make_id("FO-1"),
            occurred_at=NOON,
            fulfillment_number="FO-1",
            order_number="SO-1",
            site="W1",
            method="ship",
            lines=(oms.FulfillmentLine(line=1, sku="TEA-250", quantity=2),),
            cut_off_at="2026-03-02T18:00:00+08:00",
            priority=5,
        ),
        source="oms:hub/orders:W1",
    )
    retailer.deliver()
    sending.take(sending.list_open("FO-1")[0])
    sending.ship("FO-1")

    assert ledger.get_quantity(book="wms:W1", account="customer", sku="TEA-250") == 2
    assert get_state("FO-1") == "shipped"


def test_a_repeated_shipment_of_a_machine_is_the_first_one() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    sending.take(sending.list_open("OUT-1")[0])
    shipping = Shipping(order="OUT-1", external_id="DN-1")

    first, again = (
        shipment.ship(shipping=shipping, by=RECEIVER, at=NOON, message_id=make_id("m"))
        for _ in range(2)
    )

    assert first.pk == again.pk
    assert at("on_hand/PICKING/reserved") == 0


def test_what_came_first_goes_first() -> None:
    # A-00-01 comes first on the walk, but its tea came later.
    records.save_bins([BinRow(site="W1", code="A-00-01", zone="A", zone_type="picking")])
    later = NOON.replace(day=4)
    bin_move.post(
        site="W1",
        shifts=[Shifted(sku="TEA-250", from_bin="A-01-02", to_bin="A-00-01", quantity=10)],
        by=RECEIVER,
        at=later,
    )

    sending.want("OUT-1", ("TEA-250", 41))

    assert {it.bin_code: it.quantity for it in sending.list_open("OUT-1")} == {
        "A-01-01": 40,
        "A-00-01": 1,
    }


def test_no_doubt_is_raised_where_nothing_is_short() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    [one] = sending.list_open("OUT-1")

    with pytest.raises(TooMuch):
        pick.short(
            pick_id=one.pk,
            taking=Taking(quantity=5),
            by=RECEIVER,
            at=NOON,
            message_id=make_id("short"),
        )

    assert SpotCount.objects.count() == 0
