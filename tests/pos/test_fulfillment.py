"""Orders of customers at a store: each step, what it moves, what it tells, what it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import retailer
from tests.pos import fulfilling
from tests.pos.fulfilling import CODE, NUMBER, accept, an_order, list_kinds, pick, stage, tell
from tests.retailer import CLERK, NOON, make_id, stock
from yipan.documents import trail
from yipan.documents.states import WrongState
from yipan.ledger.moves import Trace
from yipan.messages.wms import Parcel
from yipan.pos import queries, tasks
from yipan.pos.documents import fulfillment, fulfillment_leaving, fulfillment_picking
from yipan.pos.documents.fulfillment import AcceptTimeOver, ReasonUnknown
from yipan.pos.documents.fulfillment_leaving import (
    CodeWrong,
    NotForShipping,
    NothingToPutBack,
    ParcelsMissing,
    Proof,
    PutBackUnknown,
)
from yipan.pos.documents.fulfillment_picking import (
    NotForPickup,
    NothingPicked,
    NotOnOrder,
    PickedEnough,
    Scan,
)
from yipan.pos.models import FulfillmentScan, StoreDifference, StoreFulfillment

pytestmark = pytest.mark.django_db

FLOOR = "on_hand/shop_floor/available"
SHELF = "on_hand/pickup_shelf/reserved"
PACKING = "on_hand/packing/reserved"
ORDERS = "pos:S12/orders"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("SOAP-1", 6))


def hand_over(code: str = CODE, *, is_manager: bool = False, reason: str = "") -> StoreFulfillment:
    return fulfillment_leaving.hand_over(
        number=NUMBER,
        proof=Proof(code=code, is_manager=is_manager),
        by=Trace(actor=CLERK.actor, device=CLERK.device, reason=reason),
        at=NOON,
        message_id=make_id("handed over"),
    )


def get() -> StoreFulfillment:
    return StoreFulfillment.objects.get(number=NUMBER)


def test_a_pickup_is_accepted_picked_staged_and_handed_over_by_its_code() -> None:
    [reply] = tell(an_order(("TEA-250", 2), ("SOAP-1", 1), reservation="rsv_1"))
    assert reply.state == "applied"
    accept()
    pick(("TEA-250", 2), ("SOAP-1", 1))
    assert (stock("pos:S12", FLOOR), stock("pos:S12", SHELF)) == (8, 2)
    stage()
    assert queries.find_scanned(site="S12", text="732018") == NUMBER

    with pytest.raises(CodeWrong):
        hand_over("73-20-19")
    handed = hand_over("73 20 18")

    assert (stock("pos:S12", SHELF), stock("pos:S12", "customer")) == (0, 2)
    assert (handed.state, handed.proof, handed.shipment_number) == (
        "handed_over",
        "code",
        "HO-S12-2026-000001",
    )
    assert list_kinds(ORDERS) == [
        "fulfillment_accepted",
        "fulfillment_progressed",
        "store_pickup_staged",
    ]
    told = retailer.list_envelopes("pos:S12/stock")[-1]
    assert told.kind == "pos.store_pickup_handed_over.v1"
    assert (handed.source, handed.sequence) == ("pos:S12/stock", told.sequence)
    steps = trail.list_steps(document_type="store_fulfillment", number=NUMBER)
    assert [step.step for step in steps] == ["release", "accept", "pick", "stage", "hand_over"]
    with pytest.raises(WrongState):
        hand_over()


def test_a_manager_vouches_with_a_reason_when_the_code_is_lost() -> None:
    tell(an_order())
    accept()
    pick(("TEA-250", 2))
    stage()
    with pytest.raises(CodeWrong):
        hand_over("", is_manager=True)
    with pytest.raises(CodeWrong):
        hand_over("", reason="The phone is empty.")

    assert hand_over("", is_manager=True, reason="The phone is empty.").proof == "manager"


def test_an_order_to_be_shipped_leaves_by_parcel() -> None:
    tell(an_order(method="ship", carrier="SF", ship_to_name="Li Na"))
    accept()
    pick(("TEA-250", 2))
    assert stock("pos:S12", PACKING) == 2
    with pytest.raises(NotForPickup):
        stage()
    with pytest.raises(NotForPickup):
        hand_over()
    with pytest.raises(ParcelsMissing):
        fulfillment_leaving.ship(
            number=NUMBER, parcels=[], by=CLERK, at=NOON, message_id=make_id("shipped")
        )

    shipped = fulfillment_leaving.ship(
        number=NUMBER,
        parcels=[Parcel(sscc="", carrier="SF", tracking="SF123")],
        by=CLERK,
        at=NOON,
        message_id=make_id("shipped"),
    )

    assert shipped.state == "shipped"
    assert (stock("pos:S12", PACKING), stock("pos:S12", "customer")) == (0, 2)
    told = retailer.list_envelopes("pos:S12/stock")[-1]
    assert told.kind == "pos.goods_shipped.v1"


def test_a_pickup_is_not_shipped() -> None:
    tell(an_order())
    accept()
    pick(("TEA-250", 2))

    with pytest.raises(NotForShipping):
        fulfillment_leaving.ship(
            number=NUMBER,
            parcels=[Parcel(sscc="1")],
            by=CLERK,
            at=NOON,
            message_id=make_id("shipped"),
        )


def test_what_is_not_found_is_told_and_has_to_be_counted() -> None:
    tell(an_order(("TEA-250", 3), ("SOAP-1", 2)))
    accept()

    picked = pick(("TEA-250", 3))

    assert [line["quantity_short"] for line in picked.lines] == [0, 2]
    short = retailer.list_envelopes(ORDERS)[-1]
    assert short.kind == "pos.pick_shorted.v1"
    [count] = queries.list_counts(site="S12")
    assert (count.sku.code, count.reason, count.partner_number) == ("SOAP-1", "short_pick", NUMBER)
    difference = StoreDifference.objects.get()
    assert (difference.difference_type, difference.quantity_book, difference.quantity_seen) == (
        "short_pick",
        6,
        0,
    )
    # The book stays as it is until somebody has counted.
    assert stock("pos:S12", FLOOR, "SOAP-1") == 6


def test_an_order_of_which_nothing_is_found_ends_here() -> None:
    tell(an_order())
    accept()

    assert pick().state == "closed_short"

    assert stock("pos:S12", FLOOR) == 10
    assert get().closed_at == NOON


def test_a_pick_takes_no_more_than_wanted_and_is_taken_back() -> None:
    tell(an_order())

    def scan(sku: str, quantity: int) -> None:
        fulfillment_picking.pick(
            number=NUMBER, scan=Scan(sku=sku, quantity=quantity), by=CLERK, at=NOON
        )

    with pytest.raises(WrongState):
        scan("TEA-250", 1)
    accept()
    with pytest.raises(NothingPicked):
        fulfillment_picking.undo(number=NUMBER, at=NOON)
    with pytest.raises(NotOnOrder):
        scan("MUG-1", 1)
    scan("TEA-250", 2)
    kept = FulfillmentScan.objects.get()
    assert (kept.quantity_expected, kept.was_expected_shown, kept.actor, kept.recorded_at) == (
        2,
        True,
        "chen.clerk",
        NOON,
    )
    with pytest.raises(PickedEnough):
        scan("TEA-250", 1)
    with pytest.raises(PickedEnough):
        scan("TEA-250", -3)

    fulfillment_picking.undo(number=NUMBER, at=NOON)

    assert queries.get_fulfillment(NUMBER).quantity_picked == 0
    assert stock("pos:S12", FLOOR) == 10


def test_goods_come_from_the_backroom_where_only_that_has_enough() -> None:
    retailer.post_by_hand("pos:S12", "hand/1", "on_hand/backroom/available", 30)
    tell(an_order(("TEA-250", 12)))
    accept()

    pick(("TEA-250", 12))

    assert (stock("pos:S12", FLOOR), stock("pos:S12", "on_hand/backroom/available")) == (10, 18)


def test_an_order_is_given_back_with_a_reason() -> None:
    tell(an_order())
    with pytest.raises(ReasonUnknown):
        fulfillment.reject(
            number=NUMBER, reason="other", by=CLERK, at=NOON, message_id=make_id("no")
        )
    with pytest.raises(ReasonUnknown):
        fulfillment.reject(
            number=NUMBER, reason="mood", by=CLERK, at=NOON, message_id=make_id("no")
        )

    fulfillment.reject(number=NUMBER, reason="damaged", by=CLERK, at=NOON, message_id=make_id("no"))

    assert (get().state, get().reject_reason) == ("rejected", "damaged")
    assert list_kinds(ORDERS) == ["fulfillment_rejected"]
    with pytest.raises(WrongState):
        accept()


def test_what_nobody_accepts_in_time_is_given_back_by_the_clock() -> None:
    tell(an_order(accept_until=(NOON + timedelta(minutes=30)).isoformat()))
    late = NOON + timedelta(minutes=31)
    assert tasks.sweep_orders(at=NOON) == 0
    with pytest.raises(AcceptTimeOver):
        fulfillment.accept(number=NUMBER, by=CLERK, at=late, message_id=make_id("late"))
    assert get().state == "waiting"

    assert tasks.sweep_orders(at=late) == 1
    assert tasks.sweep_orders(at=late) == 0

    assert (get().state, get().reject_reason) == ("rejected", "too_late")


def test_a_pickup_nobody_collects_expires_and_is_put_back() -> None:
    tell(an_order(("TEA-250", 2), ("SOAP-1", 1)))
    accept()
    pick(("TEA-250", 2), ("SOAP-1", 1))
    stage()
    assert tasks.sweep_orders(at=NOON + timedelta(hours=72)) == 0
    assert tasks.sweep_orders(at=NOON + timedelta(hours=73)) == 1
    assert get().state == "expired"
    with pytest.raises(PutBackUnknown):
        put_back({"TEA-250": "blocked"})

    put_back({"SOAP-1": "damaged"})

    assert (stock("pos:S12", FLOOR), stock("pos:S12", SHELF)) == (10, 0)
    assert stock("pos:S12", "on_hand/shop_floor/damaged", "SOAP-1") == 1
    assert list_kinds(ORDERS)[-2:] == ["store_pickup_expired", "store_pickup_returned"]
    assert retailer.list_envelopes("pos:S12/stock")[-1].kind == "pos.adjustment_posted.v1"
    with pytest.raises(WrongState):
        put_back({})


def put_back(statuses: dict[str, str]) -> StoreFulfillment:
    return fulfillment_leaving.put_back(
        number=NUMBER, statuses=statuses, by=CLERK, at=NOON, message_id=make_id("put back")
    )


def test_a_customer_who_comes_late_still_gets_the_goods() -> None:
    tell(an_order())
    accept()
    pick(("TEA-250", 2))
    stage()
    tasks.sweep_orders(at=NOON + timedelta(hours=73))

    assert hand_over().state == "handed_over"


def test_an_untouched_order_is_canceled_and_nothing_has_to_be_put_back() -> None:
    tell(an_order())

    tell(fulfilling.a_cancellation(), first=2)

    assert (get().state, get().is_to_put_back) == ("canceled", False)
    with pytest.raises(NothingToPutBack):
        put_back({})


def test_a_picked_order_is_canceled_and_waits_to_be_put_back() -> None:
    tell(an_order())
    accept()
    pick(("TEA-250", 2))

    tell(fulfilling.a_cancellation(), first=2)

    assert (get().state, get().is_to_put_back) == ("canceled", True)
    assert [row.number for row in queries.list_queue(site="S12")] == [NUMBER]
    put_back({})
    assert stock("pos:S12", FLOOR) == 10
    assert queries.list_queue(site="S12") == []


def test_a_cancellation_after_the_handover_comes_too_late_and_says_so() -> None:
    tell(an_order())
    accept()
    pick(("TEA-250", 2))
    hand_over()

    tell(fulfilling.a_cancellation(), first=2)

    assert get().state == "handed_over"
    answer = retailer.list_envelopes(ORDERS)[-1]
    assert b"store_fulfillment.too_late" in answer.data
    assert stock("pos:S12", "customer") == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "drone"}, "store_fulfillment.method_unknown"),
        ({"lines": ()}, "store_fulfillment.lines_missing"),
        ({"accept_until": "noon"}, "document.date_unreadable"),
        ({"accept_until": "2026-03-02T12:00:00"}, "document.date_unreadable"),
    ],
)
def test_an_order_that_cannot_be_read_is_parked(changes: dict[str, Any], code: str) -> None:
    [reply] = tell(an_order(**changes))

    assert (reply.state, reply.code) == ("parked", code)
    assert StoreFulfillment.objects.count() == 0


def test_an_order_told_twice_is_one_and_another_content_under_its_number_is_parked() -> None:
    tell(an_order())
    assert tell(an_order())[0].state == "duplicate"

    [reply] = tell(an_order(message_id=make_id("again")), first=2)

    assert (reply.state, reply.code) == ("parked", "document.number_reused")
