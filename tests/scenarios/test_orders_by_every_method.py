"""
Goal: an order comes to its customer by every method, and comes back, and all books agree.

Parcel from a warehouse and from a store, pick-up and rejection are told in
`test_orders_of_a_shop.py`. Here: goods that go to a store for their customer, orders a register
takes for what another site has, several parcels, goods that are still to come, and returns.
"""

from __future__ import annotations

import pytest

from tests.oms.ordering import (
    DESK,
    buy,
    hand_over,
    hub,
    list_parts,
    look,
    open_shop,
    pick_at_warehouse,
    prove,
    ship_from_warehouse,
    take_in_at_store,
)
from tests.pos import fulfilling
from tests.retailer import CLERK, NOON, RECEIVER, deliver, make_id, stock
from yipan.erp.models import TransferOrder
from yipan.messages.till import TicketLine
from yipan.messages.wms import Parcel
from yipan.oms.documents import order as verbs
from yipan.oms.documents import order_return
from yipan.oms.documents.order_return import Announced, BroughtBack, ReturnTooMuch
from yipan.oms.models import OrderReturn
from yipan.pos.documents import fulfillment_leaving, register
from yipan.pos.documents.register import Sale
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.stock.counting import Counting, Opening
from yipan.wms.models import OutboundOrder

pytestmark = pytest.mark.django_db


def send_to_store(quantity: int = 2) -> str:
    """Buy what only the warehouse has, to be fetched at S12, and let it leave the warehouse."""
    order = buy(("TEA-250", quantity), method="ship_to_store", pickup_site="S12")
    look(order.number)
    outbound = OutboundOrder.objects.get(order_type="transfer").number
    pick_at_warehouse(outbound)
    ship_from_warehouse(outbound, is_last=True)
    look(order.number)
    return order.number


def test_goods_go_to_the_store_where_their_customer_fetches_them() -> None:
    """
    The store in Binjiang has no tea; the warehouse has. The customer wants to fetch it in
    Binjiang. The hub makes a transfer of it; the reservation travels with the goods, so that
    nobody in the store can sell them, and is there when the customer comes.
    """
    open_shop(w1=10)
    order = buy(("TEA-250", 2), method="ship_to_store", pickup_site="S12")
    assert (hub("W1"), hub("S12")) == ((8, 2), (0, 0))
    look(order.number)

    # Wave, pick, ship: the warehouse's book falls, the goods are on their way and still promised.
    transfer = TransferOrder.objects.get()
    assert (transfer.state, transfer.external_id) == ("released", order.fulfillments[0].number)
    pick_at_warehouse(transfer.outbound_order_number)
    ship_from_warehouse(transfer.outbound_order_number, is_last=True)
    order = look(order.number)
    assert list_parts(order) == [("S12", "in_transit")]
    assert (hub("W1"), hub("S12")) == ((8, 0), (0, 0))
    assert stock("erp", f"pool/transfer_order-{transfer.number}-TEA-250/reserved") == 2
    prove()

    # The store takes the box in: it is reserved there at once, and the store is asked to stage it.
    take_in_at_store("S12", transfer.number, ("TEA-250", 2))
    order = look(order.number)
    assert hub("S12") == (0, 2)
    assert list_parts(order) == [("S12", "released")]
    other = buy(("TEA-250", 1), external_id="w-2", method="pickup", pickup_site="S12")
    assert other.state == "backordered"

    number = order.fulfillments[0].number
    fulfilling.accept(number)
    fulfilling.pick(("TEA-250", 2), number=number)
    fulfilling.stage(number)
    assert list_parts(look(order.number)) == [("S12", "ready")]
    hand_over(number)
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("completed", [("S12", "handed_over")])
    assert (hub("W1"), hub("S12")) == ((8, 0), (0, 0))
    prove()


def test_what_lies_in_the_store_already_is_not_sent_there() -> None:
    open_shop(w1=10, s12=3)

    order = buy(("TEA-250", 2), method="ship_to_store", pickup_site="S12")

    assert list_parts(order) == [("S12", "released")]
    assert hub("S12") == (1, 2)
    look(order.number)
    assert not TransferOrder.objects.exists()


def test_a_delivery_to_a_store_is_called_back_before_it_left() -> None:
    open_shop(w1=5)
    order = buy(("TEA-250", 2), method="ship_to_store", pickup_site="S12")
    look(order.number)

    verbs.cancel(number=order.number, by=DESK, at=NOON, message_id=make_id("cancel"))
    order = look(order.number)

    assert (order.state, list_parts(order)) == ("canceled", [("S12", "canceled")])
    assert TransferOrder.objects.get().state == "canceled"
    assert hub("W1") == (5, 0)
    prove()


def test_a_delivery_canceled_on_its_way_becomes_the_stores() -> None:
    open_shop(w1=5)
    number = send_to_store()

    verbs.cancel(number=number, by=DESK, at=NOON, message_id=make_id("cancel"))
    assert list_parts(look(number)) == [("S12", "in_transit")]
    take_in_at_store("S12", TransferOrder.objects.get().number, ("TEA-250", 2))
    order = look(number)

    assert (order.state, list_parts(order)) == ("canceled", [("S12", "canceled")])
    assert (hub("W1"), hub("S12")) == ((3, 0), (2, 0))
    prove()


def test_what_is_lost_on_the_way_to_a_store_is_sent_again() -> None:
    open_shop(w1=5)
    number = send_to_store(3)

    take_in_at_store("S12", TransferOrder.objects.get().number, ("TEA-250", 2))
    order = look(number)

    assert list_parts(order) == [("S12", "released"), ("S12", "released")]
    assert [row.lines for row in order.fulfillments] == [
        (("TEA-250", 3, 0, 1),),
        (("TEA-250", 1, 0, 0),),
    ]
    assert hub("S12") == (0, 2)
    assert hub("W1") == (1, 1)
    prove()


def test_a_register_sells_what_another_site_has() -> None:
    """
    Endless aisle: the shelf in Binjiang is not touched, even if it has one left; what the
    customer wants is sent home from another site, and the order knows which store took it.
    """
    open_shop(w1=5, s12=1)
    order = buy(("TEA-250", 1), origin_site="S12")
    assert (list_parts(order), order.origin_site) == ([("W1", "released")], "S12")
    rejected = {it["site"]: it["rejected"] for it in order.decisions[0].plan["candidates"]}
    assert rejected["S12"] == "origin"

    look(order.number)
    pick_at_warehouse(order.fulfillments[0].number)
    ship_from_warehouse(order.fulfillments[0].number)

    assert look(order.number).state == "completed"
    assert (hub("W1"), hub("S12")) == ((4, 0), (1, 0))
    prove()


def test_an_order_comes_in_several_parcels() -> None:
    """Two packets from the warehouse, in two parcels, and one from a store by its own carrier."""
    open_shop(w1=2, s12=1)
    order = buy(("TEA-250", 3))
    assert sorted(list_parts(order)) == [("S12", "released"), ("W1", "released")]
    by_site = {part.site: part.number for part in order.fulfillments}
    look(order.number)

    pick_at_warehouse(by_site["W1"], 1)
    ship_from_warehouse(by_site["W1"])
    order = look(order.number)
    assert (order.state, dict(list_parts(order))["W1"]) == ("partly_shipped", "partly_shipped")
    pick_at_warehouse(by_site["W1"])
    ship_from_warehouse(by_site["W1"], is_last=True)
    fulfilling.accept(by_site["S12"])
    fulfilling.pick(("TEA-250", 1), number=by_site["S12"])
    fulfillment_leaving.ship(
        number=by_site["S12"],
        parcels=[Parcel(sscc="", carrier="SF", tracking="SF-77")],
        by=CLERK,
        at=NOON,
        message_id=make_id("store parcel"),
    )
    order = look(order.number)

    assert order.state == "completed"
    assert {part.site: part.tracking for part in order.fulfillments} == {
        "W1": "SF123, SF123",
        "S12": "SF-77",
    }
    assert stock("erp", "customer") == 3
    prove()


def test_the_warehouse_tells_how_far_its_picking_is() -> None:
    open_shop(w1=5)
    order = buy()
    look(order.number)
    number = order.fulfillments[0].number

    pick_at_warehouse(number, 1)
    assert list_parts(look(order.number)) == [("W1", "accepted")]
    pick_at_warehouse(number)

    assert list_parts(look(order.number)) == [("W1", "picked")]


def test_goods_bought_online_come_back_in_another_store_and_at_the_warehouse() -> None:
    """
    Three packets came by parcel. The customer announces two; one is handed in at Xihu, damaged,
    and one is sent to the warehouse. Each book follows its site; the refund moves no goods.
    """
    open_shop(w1=5)
    order = buy(("TEA-250", 3))
    look(order.number)
    pick_at_warehouse(order.fulfillments[0].number)
    ship_from_warehouse(order.fulfillments[0].number)
    look(order.number)
    announced = order_return.announce(
        announced=Announced(
            order=order.number,
            lines=(BroughtBack(sku="TEA-250", quantity=2),),
            reason="Too many",
            external_id="rma-1",
        ),
        by=DESK,
        at=NOON,
    )
    with pytest.raises(ReturnTooMuch):
        order_return.announce(
            announced=Announced(
                order=order.number, lines=(BroughtBack(sku="TEA-250", quantity=2),)
            ),
            by=DESK,
            at=NOON,
        )

    ring_up_return(order.number, site="S1", disposition="damaged")
    deliver()
    announced.refresh_from_db()
    assert announced.state == "partly_received"
    assert stock("erp", "on_hand/S1/damaged") == stock("pos:S1", "on_hand/shop_floor/damaged") == 1

    send_back(order.number, quantity=1)
    deliver()
    announced.refresh_from_db()
    assert announced.state == "received"
    assert hub("W1") == (3, 0)
    assert look(order.number).lines[0].quantity_returned == 2
    prove()

    order_return.refund(
        number=announced.number, amount_minor=13_600, reference="ALI-7781", by=DESK, at=NOON
    )
    assert hub("W1") == (3, 0)
    # What nobody announced is a fact all the same: a return of its own, paid back by the ticket.
    ring_up_return(order.number, site="S12", disposition="sellable")
    deliver()
    assert OrderReturn.objects.exclude(pk=announced.pk).get().state == "refunded"
    assert look(order.number).lines[0].quantity_returned == 3
    prove()


def ring_up_return(order: str, *, site: str, disposition: str) -> None:
    """Take a packet of an order back at a register."""
    line = TicketLine(
        line=1,
        sku="TEA-250",
        quantity=-1,
        amount_minor=-6_800,
        line_type="return",
        disposition=disposition,
        original_ticket=order,
    )
    register.close_ticket(
        site=site,
        till_code=f"{site}-1",
        sale=Sale(message_id=make_id(f"{site} return"), lines=(line,)),
        by=CLERK,
        at=NOON,
    )


def send_back(order: str, *, quantity: int) -> None:
    """Take in at the warehouse what a customer sent back, sound."""
    opening = Opening(site="W1", order_type="customer_return", partner_document=order)
    number = receipt.open_receipt(opening=opening, by=RECEIVER, at=NOON).number
    counting = Counting(sku="TEA-250", quantity=quantity, disposition="sellable")
    receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)
    receipt.post(number=number, is_last=True, by=RECEIVER, at=NOON, message_id=make_id("sent back"))
