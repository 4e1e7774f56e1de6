"""
Goal: what somebody buys in a shop leaves a site, or is found elsewhere, and all books agree.

Method: the order system, the warehouse, the stores and the hub talk by messages alone; each
story ends with the proof that reserved is what open promises say, and with the books compared.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import retailer
from tests.oms.ordering import (
    DESK,
    buy,
    hand_over,
    hub,
    list_parts,
    look,
    open_shop,
    pick_at_warehouse,
    pick_short,
    ship_from_warehouse,
)
from tests.pos import fulfilling
from tests.retailer import CLERK, NOON, make_id, stock
from yipan.erp.models import SalesIssue
from yipan.oms.documents import order as verbs
from yipan.oms.documents.order import BoughtLine
from yipan.oms.documents.uncovered import GRACE
from yipan.oms.tasks import send_uncovered_elsewhere, source_backorders
from yipan.pool import promises
from yipan.pool.policy import channels
from yipan.pool.promises import Ask, InsufficientStock
from yipan.pool.queries import prove_promises
from yipan.pool.rules import PromisedLine
from yipan.pos.documents import fulfillment
from yipan.proof.sites import compare_sites
from yipan.wms.documents.outbound import shipment

pytestmark = pytest.mark.django_db


def prove() -> None:
    """Prove that reserved is what open promises say, and that hub and sites agree."""
    for finding in (prove_promises(), compare_sites()):
        assert finding.ok, finding.detail


def test_an_order_ships_from_the_warehouse() -> None:
    """
    A customer buys two in the web shop. The warehouse is cheaper than a store; it is reserved
    there in the same call. The warehouse picks and ships; the hub books the issue against the
    reservation, and the order is complete.
    """
    open_shop(w1=10, s12=5)

    order = buy()
    assert list_parts(order) == [("W1", "released")]
    assert hub("W1") == (8, 2)
    number = order.fulfillments[0].number
    look(order.number)
    pick_at_warehouse(number)
    ship_from_warehouse(number)
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("completed", [("W1", "shipped")])
    assert hub("W1") == (8, 0)
    assert (stock("wms:W1", "customer"), stock("erp", "customer")) == (2, 2)
    issue = SalesIssue.objects.get(order_number=order.number)
    assert (issue.site, issue.quantity, issue.fulfillment_number) == ("W1", 2, number)
    prove()


def test_an_order_told_twice_is_taken_once() -> None:
    open_shop(w1=10)

    first, again = buy(), buy()

    assert first.number == again.number
    assert hub("W1") == (8, 2)


def test_a_store_ships_what_the_warehouse_has_not() -> None:
    """The warehouse has none. A store accepts, picks, packs and gives the parcel away."""
    open_shop(s12=5)

    order = buy()
    number = order.fulfillments[0].number
    look(order.number)
    fulfilling.accept(number)
    assert list_parts(look(order.number)) == [("S12", "accepted")]
    assert hub("S12") == (3, 2)


def test_two_stores_refuse_and_the_order_waits_until_goods_come() -> None:
    """
    The first store refuses, the second too: nobody is asked twice, nothing is lost. The order
    waits; when goods come to the warehouse they are its own at once.
    """
    open_shop(s1=3, s12=3)
    order = buy(("TEA-250", 1))
    for _ in range(2):
        part = look(order.number).fulfillments[-1]
        fulfillment.reject(
            number=part.number,
            reason="not_found",
            by=CLERK,
            at=NOON,
            message_id=make_id(f"{part.number} rejected"),
        )
    order = look(order.number)
    assert (order.state, sorted(list_parts(order))) == (
        "backordered",
        [("S1", "rejected"), ("S12", "rejected")],
    )
    assert (hub("S1"), hub("S12")) == ((3, 0), (3, 0))

    inbound = retailer.order(("TEA-250", 4)).inbound_order_number
    retailer.deliver()
    retailer.receive(inbound, ("TEA-250", 4, 0), is_last=True)
    retailer.deliver()
    assert source_backorders(at=NOON) == 1

    order = look(order.number)
    assert (order.state, list_parts(order)[-1]) == ("sourced", ("W1", "released"))
    assert [it.trigger for it in order.decisions] == ["again", "rejected", "rejected", "new"]
    prove()


def test_a_short_pick_is_sourced_elsewhere_and_nothing_is_lost() -> None:
    """
    The book of the warehouse says three, the shelf has one. The picker takes it; the other two
    are reserved in a store at once. The warehouse ships one, the store two.
    """
    open_shop(w1=3, s12=5)
    order = buy(("TEA-250", 3))
    number = order.fulfillments[0].number
    look(order.number)
    pick_short(number, 1)
    order = look(order.number)
    assert list_parts(order) == [("W1", "released"), ("S12", "released")]
    assert hub("S12") == (3, 2)
    ship_from_warehouse(number, is_last=True)
    order = look(order.number)

    assert order.state == "partly_shipped"
    assert order.fulfillments[0].lines == (("TEA-250", 3, 1, 2),)
    assert order.lines[0].quantity_waiting == 0
    assert hub("W1") == (2, 0)
    prove()


def test_a_customer_picks_up_in_a_store() -> None:
    """
    Pick-up reserves at the store at once, so that no parcel takes the goods. The store puts them
    on a shelf; the customer says the code; the hub books the issue and the order is complete.
    """
    open_shop(w1=9, s12=2)
    order = buy(("TEA-250", 2), method="pickup", pickup_site="S12")
    assert hub("S12") == (0, 2)
    other = buy(("TEA-250", 1), external_id="web-2", method="pickup", pickup_site="S12")
    assert (other.state, other.fulfillments) == ("backordered", ())

    number = order.fulfillments[0].number
    look(order.number)
    fulfilling.accept(number)
    fulfilling.pick(("TEA-250", 2), number=number)
    fulfilling.stage(number)
    assert list_parts(look(order.number)) == [("S12", "ready")]
    hand_over(number)
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("completed", [("S12", "handed_over")])
    assert hub("S12") == (0, 0)
    prove()


def test_an_order_is_split_when_no_site_has_it_all() -> None:
    open_shop(w1=2, s12=2)

    order = buy(("TEA-250", 3))

    assert [(part.site, part.lines[0][1]) for part in order.fulfillments] == [("S12", 1), ("W1", 2)]


def test_an_order_that_may_not_wait_is_refused_whole() -> None:
    open_shop(w1=1)

    with pytest.raises(InsufficientStock):
        buy(("TEA-250", 2), may_wait=False)

    assert hub("W1") == (1, 0)


def test_a_canceled_order_gives_all_back_when_the_site_has_stopped() -> None:
    open_shop(w1=5)
    order = buy()
    look(order.number)

    verbs.cancel(number=order.number, by=DESK, at=NOON, message_id=make_id("cancel"))
    assert hub("W1") == (3, 2)
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("canceled", [("W1", "canceled")])
    assert hub("W1") == (5, 0)
    prove()


def test_what_left_before_the_cancellation_came_has_left() -> None:
    open_shop(w1=5)
    order = buy()
    number = order.fulfillments[0].number
    look(order.number)
    pick_at_warehouse(number)
    ship_from_warehouse(number)

    verbs.cancel(number=order.number, by=DESK, at=NOON, message_id=make_id("cancel"))
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("completed", [("W1", "shipped")])
    assert hub("W1") == (3, 0)
    prove()


def test_a_shipment_taken_back_is_reserved_again() -> None:
    open_shop(w1=5)
    order = buy()
    number = order.fulfillments[0].number
    look(order.number)
    pick_at_warehouse(number)
    left = ship_from_warehouse(number)
    look(order.number)

    shipment.reverse(number=left, by=DESK, at=NOON, message_id=make_id("reversed"))
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("sourced", [("W1", "picked")])
    assert hub("W1") == (3, 2)
    prove()


def test_a_person_sends_it_from_elsewhere() -> None:
    open_shop(w1=5, s12=5)
    order = buy()
    look(order.number)

    verbs.send_elsewhere(
        number=order.fulfillments[0].number, by=DESK, at=NOON, message_id=make_id("elsewhere")
    )
    order = look(order.number)

    assert list_parts(order)[0] == ("W1", "canceled")
    assert order.fulfillments[1].site == "S12"
    assert (hub("W1"), hub("S12")) == ((5, 0), (3, 2))
    prove()


def test_the_hold_of_a_cart_becomes_the_order() -> None:
    open_shop(w1=2)
    line = PromisedLine(site="W1", sku="TEA-250", quantity=2)
    later = NOON.replace(hour=5)
    promises.hold(
        ask=Ask(step="hold", number="H-1", lines=(line,), expires_at=later, seconds=3600), at=NOON
    )

    order = buy(hold="H-1", may_wait=False)

    assert list_parts(order) == [("W1", "released")]
    assert hub("W1") == (0, 2)
    prove()


def test_a_decision_says_why_and_what_would_have_to_change() -> None:
    open_shop(w1=5, s1=5, s12=5)

    decision = buy().decisions[0]

    assert decision.trigger == "new"
    assert [part["site"] for part in decision.plan["parts"]] == ["W1"]
    runner_up = decision.plan["runner_up"]
    assert runner_up["sites"] == ["S1"]
    assert runner_up["difference"] > 0
    assert runner_up["by"] == runner_up["difference"] + 1


def test_two_lines_of_one_sku_are_one_demand() -> None:
    open_shop(w1=3)
    lines = (BoughtLine(sku="TEA-250", quantity=2), BoughtLine(sku="TEA-250", quantity=2))

    order = buy(lines=lines)

    assert [(line.quantity, line.quantity_placed) for line in order.lines] == [(4, 3)]
    assert hub("W1") == (0, 3)


def test_a_channel_says_what_a_part_of_a_split_order_is_worth_at_least() -> None:
    open_shop(w1=2)
    channels.save_channel(code="web", fields={"part_value_min": 10_000}, by=DESK, at=NOON)

    order = buy(("TEA-250", 1))

    assert order.decisions[0].question["weights"]["part_value_min"] == 10_000


def test_what_a_register_sold_from_under_an_order_is_sourced_before_its_picker_comes() -> None:
    """
    Two orders wait at a store for five of its six pieces; its register sells three. No sale is
    refused: the store has three left for five that are promised. Once it is clear that nothing
    else is on its way, the later order goes to another store; the earlier stays.
    """
    open_shop(s1=9, s12=6)
    first = buy(("TEA-250", 3), method="pickup", pickup_site="S12")
    later = buy(
        ("TEA-250", 2),
        external_id="web-2",
        method="pickup",
        pickup_site="S12",
        pickup_fallback="store",
    )
    look(first.number)
    retailer.sell(("TEA-250", 3))
    retailer.deliver()
    assert hub("S12") == (-2, 5)
    prove()

    assert send_uncovered_elsewhere(at=timezone.now()) == 0
    soon = timezone.now() + GRACE + timedelta(seconds=1)
    assert send_uncovered_elsewhere(at=soon) == 1
    assert send_uncovered_elsewhere(at=soon) == 0
    look(later.number)
    later = look(later.number)

    assert list_parts(later) == [("S12", "canceled"), ("S1", "released")]
    assert list_parts(look(first.number)) == [("S12", "released")]
    assert (hub("S12"), hub("S1")) == ((0, 3), (7, 2))
    assert send_uncovered_elsewhere(at=soon) == 0
    prove()
