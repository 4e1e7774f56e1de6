"""
Goal: an order for what is not there waits for it, gets it before anybody else, or is told no.

Method: an order of the web shop before its goods; what the supplier and the customer change
meanwhile; after each story all books agree.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import retailer
from tests.oms.ordering import (
    DESK,
    buy,
    hub,
    list_parts,
    look,
    open_shop,
    prove,
)
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id
from yipan.erp.documents.purchasing import purchase_change, purchase_order
from yipan.erp.documents.purchasing.purchase_change import Wanted
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.models import PurchaseOrder
from yipan.foundation.refusals import NotFound
from yipan.oms.documents import order as verbs
from yipan.oms.documents import order_change
from yipan.oms.models import SourcingDecision
from yipan.oms.queries.exceptions import count_exceptions, list_exceptions
from yipan.oms.tasks import cancel_aged, source_backorders
from yipan.pool.models import Channel
from yipan.pool.policy import channels
from yipan.pool.queries.selling import list_pegs

pytestmark = pytest.mark.django_db
SOON, LATER = NOON.date() + timedelta(days=3), NOON.date() + timedelta(days=20)


def test_an_order_waits_for_goods_that_come_and_gets_them_before_anybody_else() -> None:
    """
    Nothing is there; five come on Thursday. The order is reserved on them. When they come, they
    are its own before a later order can take them, and it is sent at once.
    """
    open_shop(w1=0)
    inbound = order_from_supplier(5).inbound_order_number
    deliver()
    first = buy(("TEA-250", 4))
    assert first.state == "backordered"
    [peg] = list_pegs(today=NOON.date())
    assert (peg.quantity, peg.external_id, peg.is_at_risk) == (4, f"{first.number}-wait", False)
    # One is left of what comes: the next order gets that one, and no more.
    second = buy(("TEA-250", 3), external_id="web-2")
    # What is reserved on goods that come in time needs nobody; the rest of the second order does.
    to_look_at = [(it.kind, it.order, it.quantity) for it in list_exceptions(at=NOON)]
    assert to_look_at == [("unfulfillable", second.number, 2)]
    assert sum(peg.quantity for peg in list_pegs(today=NOON.date())) == 5

    retailer.receive(inbound, ("TEA-250", 5, 0), is_last=True)
    deliver()
    assert hub("W1") == (0, 5)
    hasty = buy(("TEA-250", 1), external_id="web-3")
    assert hasty.state == "backordered"
    source_backorders(at=NOON)

    first = look(first.number)
    assert (first.state, list_parts(first)) == ("sourced", [("W1", "released")])
    assert first.lines[0].quantity_placed == 4
    prove()


def test_an_order_of_a_channel_that_was_closed_is_still_sent_and_keeps_no_other_waiting() -> None:
    """The web shop closes for good. What was ordered there before is owed all the same."""
    open_shop(w1=0)
    first = buy(("TEA-250", 2))
    assert first.state == "backordered"
    Channel.objects.filter(code="web").update(is_active=False)
    with pytest.raises(NotFound):
        buy(("TEA-250", 1), external_id="web-2")
    inbound = order_from_supplier(5).inbound_order_number
    deliver()
    retailer.receive(inbound, ("TEA-250", 5, 0), is_last=True)
    deliver()

    source_backorders(at=NOON)

    assert list_parts(look(first.number)) == [("W1", "released")]
    prove()


def test_a_supplier_delays_and_what_it_hits_is_shown_and_saved_where_it_can_be() -> None:
    """
    Two orders wait for the same delivery. The supplier moves it by two weeks: the more urgent
    order takes what lies in a store that has some by now; the other one is shown at risk.
    """
    open_shop(w1=0)
    ordered = order_from_supplier(4)
    deliver()
    urgent = buy(("TEA-250", 2), priority=5)
    patient = buy(("TEA-250", 2), external_id="web-2")
    retailer.open_store("S12", ("TEA-250", 2))
    deliver()

    purchase_change.propose(
        number=ordered.number,
        wanted=Wanted(lines=(OrderedLine(sku="TEA-250", quantity=4),), expected_on=LATER),
        version=ordered.version,
        by=BUYER,
        at=NOON,
        message_id=make_id("delayed"),
    )
    risks = list_pegs(today=NOON.date(), only_at_risk=True)
    assert [peg.external_id for peg in risks] == [f"{patient.number}-wait"]
    told = [(it.kind, it.order, it.quantity) for it in list_exceptions(at=NOON)]
    assert told == [("at_risk", patient.number, 2)]
    assert count_exceptions(at=NOON)["at_risk"] == 1
    assert count_exceptions(at=NOON, sites=["S1"])["at_risk"] == 0

    source_backorders(at=NOON)
    assert list_parts(look(urgent.number)) == [("S12", "released")]
    assert look(patient.number).state == "backordered"
    prove()


def test_what_waits_for_too_long_is_canceled_and_warned_of_before() -> None:
    open_shop(w1=1)
    order = buy(("TEA-250", 3), cancel_on=SOON)
    day_before = NOON + timedelta(days=2)
    assert cancel_aged(at=day_before) == 0
    assert "expiring" in {it.kind for it in list_exceptions(at=day_before)}

    assert cancel_aged(at=NOON + timedelta(days=3)) == 1

    order = look(order.number)
    assert [(line.quantity_canceled, line.quantity_placed) for line in order.lines] == [(2, 1)]
    assert order.state == "sourced"
    prove()


def test_a_channel_says_how_long_an_order_waits_that_names_no_day_itself() -> None:
    open_shop(w1=1)
    channels.save_channel(code="web", fields={"cancel_after_days": 2}, by=DESK, at=NOON)
    usual = buy(("TEA-250", 3))
    patient = buy(("TEA-250", 3), external_id="web-2", cancel_on=SOON)
    assert (usual.cancel_on, patient.cancel_on) == (NOON.date() + timedelta(days=2), SOON)

    assert cancel_aged(at=NOON + timedelta(days=1)) == 0
    assert cancel_aged(at=NOON + timedelta(days=2)) == 1

    assert [line.quantity_canceled for line in look(usual.number).lines] == [2]
    assert [line.quantity_canceled for line in look(patient.number).lines] == [0]
    again = buy(("TEA-250", 3))
    assert again.number == usual.number
    prove()


def test_who_wants_less_of_what_waits_holds_less_of_what_is_to_come() -> None:
    open_shop(w1=0)
    order_from_supplier(5)
    deliver()
    order = buy(("TEA-250", 4))

    order_change.reduce(
        number=order.number, wanted={1: 1}, by=DESK, at=NOON, message_id=make_id("less")
    )

    assert [peg.quantity for peg in list_pegs(today=NOON.date())] == [1]
    assert look(order.number).state == "backordered"
    prove()


def test_an_order_nobody_can_fill_is_not_decided_again_every_minute() -> None:
    open_shop(s12=2)
    order = buy(("TEA-250", 1))
    fulfilling_number = look(order.number).fulfillments[0].number
    verbs.send_elsewhere(
        number=fulfilling_number, by=DESK, at=NOON, message_id=make_id("elsewhere")
    )
    look(order.number)
    before = SourcingDecision.objects.count()

    for _ in range(3):
        source_backorders(at=NOON)

    assert SourcingDecision.objects.count() == before
    prove()


def order_from_supplier(quantity: int) -> PurchaseOrder:
    """Buy so much tea, to come on Thursday."""
    ordered = Ordered(
        site="W1",
        supplier="SUP-01",
        lines=(OrderedLine(sku="TEA-250", quantity=quantity),),
        expected_on=SOON,
    )
    number = purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number
    purchase_order.approve(number=number, by=CHECKER, at=NOON)
    return purchase_order.send(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} sent")
    )
