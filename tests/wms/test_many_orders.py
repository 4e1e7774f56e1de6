"""
Goal: what a warehouse says of many orders at once is what it would say of each: picks taken as
listed, shipments that leave, refusals that hold nobody up; said twice it is said once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import retailer
from tests.retailer import NOON, RECEIVER, deliver, make_id, stock
from tests.wms import sending
from yipan.exchange.models import OutboxMessage
from yipan.ledger.moves import Trace
from yipan.masterdata.models import Site, Sku
from yipan.messages import oms
from yipan.proof.run import prove
from yipan.wms.documents.outbound import pick_claim, pick_many, shipment_many
from yipan.wms.documents.outbound.pick_many import Walked
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.documents.outbound.shipment_many import Sent
from yipan.wms.models import OutboundOrder, Pick, Shipment
from yipan.wms.queries import picking

pytestmark = pytest.mark.django_db

AT_PICKING = "on_hand/PICKING/reserved"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(
        ("A-01-01", "TEA-250", 40), ("A-01-02", "TEA-250", 10), ("A-01-02", "MUG-1", 30)
    )


def take(*orders: str) -> list[Walked]:
    return pick_many.take_all(site="W1", orders=orders, by=RECEIVER, at=NOON)


def ship(*orders: str, **more: object) -> list[Sent]:
    asked = [
        (Shipping(order=it, **more), make_id(f"{it} left"))  # type: ignore[arg-type]
        for it in orders
    ]
    return shipment_many.ship_all(site="W1", asked=asked, by=RECEIVER, at=NOON)


def get_state(number: str) -> str:
    return str(OutboundOrder.objects.get(number=number).state)


def list_told(kind: str) -> list[dict[str, object]]:
    rows = OutboxMessage.objects.filter(kind=kind).order_by("recorded_at", "sequence")
    return list(rows.values_list("data", flat=True))


def test_a_walk_is_taken_as_listed_and_its_orders_leave() -> None:
    sending.want("OUT-1", ("TEA-250", 45), ("MUG-1", 2))
    sending.want("OUT-2", ("MUG-1", 5))

    walked = take("OUT-1", "OUT-2")

    assert walked == [
        Walked(order="OUT-1", picks=3, pieces=47, picks_left=0),
        Walked(order="OUT-2", picks=1, pieces=5, picks_left=0),
    ]
    assert (stock("wms:W1", AT_PICKING, "TEA-250"), stock("wms:W1", AT_PICKING, "MUG-1")) == (45, 7)
    assert (get_state("OUT-1"), get_state("OUT-2")) == ("picked", "picked")
    one = Pick.objects.get(order__number="OUT-2")
    assert (one.capture_mode, one.quantity_picked, one.quantity_entered) == ("bulk", 5, 5)
    assert (one.quantity_expected, one.actor, one.place) == (5, RECEIVER.actor, "PICKING")
    assert one.sequence == OutboundOrder.objects.get(number="OUT-2").postings_count == 2

    sent = ship("OUT-1", "OUT-2")
    deliver()

    assert [(it.order, it.shipment) for it in sent] == [("OUT-1", "OUT-1-1"), ("OUT-2", "OUT-2-1")]
    assert (get_state("OUT-1"), get_state("OUT-2")) == ("shipped", "shipped")
    told = {it["shipment_number"]: it for it in list_told("wms.goods_shipped.v1")}
    lines = told["OUT-1-1"]["lines"]
    assert [(it["line"], it["quantity"]) for it in lines] == [(1, 45), (2, 2)]  # type: ignore[attr-defined]
    assert stock("wms:W1", AT_PICKING, "TEA-250") == 0
    assert [it.check for it in prove() if not it.ok] == []


def test_said_twice_it_is_done_once() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    take("OUT-1")
    [first] = ship("OUT-1", external_id="T-1")

    assert take("OUT-1") == []
    [again] = ship("OUT-1", external_id="T-1")
    [closed] = ship("OUT-1")

    assert again.shipment == first.shipment
    assert closed.refusal is not None
    assert closed.refusal.code == "document.wrong_state"
    assert Shipment.objects.count() == 1


def test_one_outside_number_for_two_orders_of_a_call_is_one_shipment() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    sending.want("OUT-2", ("MUG-1", 5))
    take("OUT-1", "OUT-2")

    first, second = ship("OUT-1", "OUT-2", external_id="T-1")

    assert (first.shipment, second.shipment) == ("OUT-1-1", "OUT-1-1")
    assert Shipment.objects.count() == 1
    assert get_state("OUT-2") == "picked"


def test_what_one_order_refuses_takes_nothing_from_the_others() -> None:
    sending.want("OUT-1", ("TEA-250", 60), may_be_partial=False)
    sending.want("OUT-2", ("MUG-1", 5))
    sending.want("OUT-3", ("MUG-1", 5))
    take("OUT-1", "OUT-2")

    sent = ship("OUT-1", "OUT-2", "OUT-3", "OUT-9")

    codes = [it.refusal.code if it.refusal else it.shipment for it in sent]
    assert codes == [
        "shipment.must_be_whole",
        "OUT-2-1",
        "shipment.nothing_to_ship",
        "resource.not_found",
    ]
    assert (get_state("OUT-1"), get_state("OUT-3")) == ("picked", "released")


def test_an_order_sent_for_good_gives_back_what_is_still_set_aside() -> None:
    sending.want("OUT-1", ("TEA-250", 5), ("MUG-1", 5))
    Sku.objects.filter(code="MUG-1").update(is_serial_tracked=True)
    [walked] = take("OUT-1")
    assert (walked.picks, walked.picks_left) == (1, 1)

    ship("OUT-1", is_last=True)

    assert get_state("OUT-1") == "closed_short"
    assert stock("wms:W1", "on_hand/A-01-02/reserved", "MUG-1") == 0
    assert stock("wms:W1", "on_hand/A-01-02/available", "MUG-1") == 30


def test_what_a_colleague_has_just_claimed_is_left_to_them() -> None:
    sending.want("OUT-1", ("MUG-1", 5))
    colleague = Trace(actor="user:2")
    pick_claim.claim_next(walk="OUT-1", by=colleague, at=NOON)

    assert [it.picks_left for it in take("OUT-1")] == [1]

    later = NOON + pick_claim.CLAIM + timedelta(seconds=1)
    [walked] = pick_many.take_all(site="W1", orders=["OUT-1"], by=RECEIVER, at=later)
    assert (walked.pieces, walked.picks_left) == (5, 0)


def test_orders_of_another_site_are_not_touched() -> None:
    sending.want("OUT-1", ("MUG-1", 5))

    assert pick_many.take_all(site="W2", orders=["OUT-1"], by=RECEIVER, at=NOON) == []
    sent = shipment_many.ship_all(
        site="W2", asked=[(Shipping(order="OUT-1"), make_id("x"))], by=RECEIVER, at=NOON
    )

    assert [it.refusal.code for it in sent if it.refusal] == ["resource.not_found"]
    assert get_state("OUT-1") == "released"


def want_fulfillments(*numbers: str, quantity: int) -> None:
    """Let the order system want some orders sent, all heard in one run."""
    for number in numbers:
        sending.tell(
            oms.FulfillmentReleased(
                message_id=make_id(f"{number} wanted"),
                occurred_at=NOON,
                fulfillment_number=number,
                order_number=f"C-{number}",
                site="W1",
                method="ship",
                lines=(
                    oms.FulfillmentLine(line=1, sku="TEA-250", quantity=quantity),
                    oms.FulfillmentLine(line=2, sku="MUG-1", quantity=1),
                ),
            ),
            source="oms:hub/orders:W1",
        )
    deliver()


def test_orders_heard_in_one_run_are_set_aside_in_their_order_and_told_one_by_one() -> None:
    want_fulfillments("F-1", "F-2", "F-3", quantity=20)

    covered = {
        number: sum(it.quantity for it in sending.list_open(number) if it.sku == "TEA-250")
        for number in ("F-1", "F-2", "F-3")
    }
    # Of 50 the first two get all they want, the third what is left.
    assert covered == {"F-1": 20, "F-2": 20, "F-3": 10}
    told = [
        (it["outbound_order_number"], it["code"]) for it in list_told("wms.outbound_progressed.v1")
    ]
    assert told == [("F-1", ""), ("F-2", ""), ("F-3", "outbound_order.stock_short")]


def test_four_orders_cost_hardly_more_statements_than_one() -> None:
    costs = []
    for first, count in ((0, 1), (1, 4)):
        numbers = [f"F-{first + it}" for it in range(count)]
        want_fulfillments(*numbers, quantity=1)
        with CaptureQueriesContext(connection) as asked:
            take(*numbers)
            ship(*numbers)
        costs.append(len(asked))

    assert costs[1] <= costs[0] + 2


def test_picks_of_today_are_those_of_the_warehouses_own_day() -> None:
    Site.objects.filter(code="W1").update(time_zone="Europe/Berlin")
    sending.want("OUT-1", ("TEA-250", 5))
    evening = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)  # 20:00 in Berlin, 03:00 in Hangzhou

    pick_many.take_all(site="W1", orders=["OUT-1"], by=RECEIVER, at=evening)

    assert picking.get_work("W1", today=date(2026, 3, 1)).picks_today == 1
    assert picking.get_work("W1", today=date(2026, 3, 2)).picks_today == 0
