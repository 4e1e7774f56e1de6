"""
Orders of customers at a store: from the order system's message to the customer's hands.

Li Na buys online and wants to collect at the store in Binjiang; another customer wants the
parcel sent from there. The store keeps its own book, and the hub follows by message.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.pos import fulfilling
from tests.pos.fulfilling import CODE, NUMBER, accept, an_order, list_kinds, pick, stage, tell
from tests.retailer import CLERK, NOON, make_id, stock
from yipan.erp.models import SalesIssue
from yipan.pool import promises
from yipan.pool.promises import Ask
from yipan.pool.rules import PromisedLine
from yipan.pos import queries
from yipan.pos.documents import fulfillment, fulfillment_leaving
from yipan.pos.documents.fulfillment_leaving import CodeWrong, Proof
from yipan.pos.models import StoreFulfillment
from yipan.proof.sites import compare_sites

pytestmark = pytest.mark.django_db

FLOOR = "on_hand/shop_floor/available"
SHELF = "on_hand/pickup_shelf/reserved"


def test_a_pickup_order_goes_from_the_message_to_the_customers_hands() -> None:
    # Binjiang has ten packets of tea. The order system tells the store of an order for two.
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()
    [reply] = tell(an_order(("TEA-250", 2)))
    assert reply.state == "applied"
    [waiting] = queries.list_queue(site="S12")
    assert (waiting.number, waiting.state, waiting.customer_name) == (NUMBER, "waiting", "Li N.")

    # The clerk accepts, walks, scans two packets and puts them onto shelf P-03. From here on
    # nobody can sell them: the store's book has them reserved, and no longer on the floor.
    accept()
    pick(("TEA-250", 2))
    stage(shelf="P-03")
    assert (stock("pos:S12", FLOOR), stock("pos:S12", SHELF)) == (8, 2)
    assert list_kinds("pos:S12/orders") == [
        "fulfillment_accepted",
        "fulfillment_progressed",
        "store_pickup_staged",
    ]

    # Nothing has left: the hub's book says ten, as before.
    retailer.deliver()
    assert stock("erp", "on_hand/S12/available") == 10

    # Somebody with the wrong code gets nothing. Li Na shows hers: the scan finds the order.
    with pytest.raises(CodeWrong):
        hand_over("00-00-00")
    assert queries.find_scanned(site="S12", text=CODE) == NUMBER
    hand_over(CODE)

    # Handing over posts the issue, and the hub follows: both books have eight, and agree.
    assert (stock("pos:S12", SHELF), stock("pos:S12", FLOOR)) == (0, 8)
    retailer.deliver()
    assert stock("erp", "on_hand/S12/available") == 8
    issue = SalesIssue.objects.get()
    assert (issue.ticket_number, issue.quantity) == ("HO-S12-2026-000001", 2)
    assert compare_sites().ok


def test_goods_an_order_had_reserved_leave_the_reserved_in_the_hub_too() -> None:
    # The pool has set two packets aside for the order, at the store.
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()
    line = PromisedLine(site="S12", sku="TEA-250", quantity=2)
    ask = Ask(step="reserve", number="rsv_S12", external_id=NUMBER, lines=(line,))
    promises.reserve(ask=ask, at=NOON)
    assert stock("erp", "on_hand/S12/reserved") == 2
    tell(an_order(("TEA-250", 2), reservation="rsv_S12"))
    accept()
    pick(("TEA-250", 2))

    hand_over(CODE)
    retailer.deliver()

    # What the promise set aside is what left: nobody else's goods are touched.
    assert stock("erp", "on_hand/S12/reserved") == 0
    assert stock("erp", "on_hand/S12/available") == 8
    assert compare_sites().ok


def test_an_order_to_ship_from_store_is_rejected_and_nothing_moves() -> None:
    # The store is asked to send a mug that was dropped this morning.
    retailer.open_retailer()
    retailer.open_store("S12", ("MUG-1", 1))
    retailer.deliver()
    tell(an_order(("MUG-1", 1), method="ship"))

    # The clerk says so, with a reason, and the order is somebody else's from here on.
    fulfillment.reject(
        number=NUMBER, reason="damaged", by=CLERK, at=NOON, message_id=make_id("rejected")
    )

    assert list_kinds("pos:S12/orders") == ["fulfillment_rejected"]
    told = retailer.list_envelopes("pos:S12/orders")[-1]
    assert b'"reason":"damaged"' in told.data.replace(b" ", b"")
    assert queries.list_queue(site="S12") == []
    # No book moved, and a late cancellation of the same order harms nobody.
    assert stock("pos:S12", FLOOR, "MUG-1") == 1
    tell(fulfilling.a_cancellation(), first=2)
    assert StoreFulfillment.objects.get().state == "rejected"
    retailer.deliver()
    assert stock("erp", "on_hand/S12/available", "MUG-1") == 1


def hand_over(code: str) -> None:
    fulfillment_leaving.hand_over(
        number=NUMBER,
        proof=Proof(code=code),
        by=CLERK,
        at=NOON,
        message_id=make_id("handed over"),
    )
