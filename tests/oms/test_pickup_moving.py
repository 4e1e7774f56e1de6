"""
Goal: a pick-up whose store will not have it is not lost: it moves as its customer allowed, or waits
in a queue of its own with a choice a click away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.oms.ordering import DESK, buy, hub, list_parts, look, open_shop
from tests.pages import squeeze
from tests.retailer import CLERK, NOON, make_id
from yipan.access.roles import Role
from yipan.oms.documents import pickup_moving
from yipan.oms.documents.pickup_moving import (
    AddressMissing,
    Instead,
    NothingToMove,
    PickupUnavailable,
)
from yipan.oms.queries import orders
from yipan.oms.queries.exceptions import list_exceptions
from yipan.oms.queries.orders import OrderDetail
from yipan.oms.queries.pickup_options import list_pickup_options
from yipan.pool.queries import prove_promises
from yipan.pos.documents import fulfillment as store
from yipan.pos.documents import fulfillment_picking
from yipan.pos.documents.fulfillment_picking import Scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(a_person(Role.ORDER_DESK, username="mei.desk"))
    return client


def buy_pickup(**changes: Any) -> OrderDetail:
    order = buy(("TEA-250", 2), method="pickup", pickup_site="S1", **changes)
    retailer.deliver()
    return order


def refuse(order: OrderDetail, *, part: int = 0) -> OrderDetail:
    """Let the store of a part say that it will not have it."""
    store.reject(
        number=orders.get_order(order.number).fulfillments[part].number,
        reason="damaged",
        by=replace(CLERK, reason="shelf empty"),
        at=NOON,
        message_id=make_id(f"refused {order.number} {part}"),
    )
    return look(order.number)


def test_without_leave_it_waits_for_a_person_in_a_queue_of_its_own() -> None:
    open_shop(w1=5, s1=2, s12=3)
    order = buy_pickup()

    after = refuse(order)

    assert list_parts(after) == [("S1", "rejected")]
    assert (after.pickup_site, after.lines[0].quantity_waiting) == ("S1", 2)
    [found] = list_exceptions(at=NOON)
    assert (found.kind, found.order, found.site) == ("pickup_refused", order.number, "S1")
    assert "shelf empty" in found.text
    options = list_pickup_options(order.number, at=NOON)
    assert [it.site.code for it in options.stores] == ["S12"]
    assert (options.refused_by, options.ship_on is not None) == (("S1",), True)
    assert prove_promises().ok


def test_where_the_customer_allowed_it_another_store_is_asked_at_once() -> None:
    open_shop(w1=5, s1=2, s12=3)
    order = buy_pickup(pickup_fallback="store")

    after = refuse(order)

    assert list_parts(after) == [("S1", "rejected"), ("S12", "released")]
    assert (after.method, after.pickup_site) == ("pickup", "S12")
    assert (hub("S12"), hub("S1")) == ((1, 2), (2, 0))
    assert list_exceptions(at=NOON) == []
    # The second store refuses too: nobody else has it, and the first is not asked again.
    again = refuse(order, part=1)
    assert list_parts(again) == [("S1", "rejected"), ("S12", "rejected")]
    assert [it.kind for it in list_exceptions(at=NOON)] == ["pickup_refused"]
    assert prove_promises().ok


def test_a_parcel_instead_needs_an_address_and_goes_from_any_site() -> None:
    open_shop(w1=5, s1=2)
    nowhere = refuse(buy_pickup(pickup_fallback="ship"))
    assert list_parts(nowhere) == [("S1", "rejected")]
    retailer.open_store("S12", ("MUG-1", 1))

    order = buy(
        ("TEA-250", 1), external_id="web-2", method="pickup", pickup_site="S1",
        pickup_fallback="any", address="Wensan Road 1",
    )  # fmt: skip
    retailer.deliver()
    after = refuse(order)

    assert (after.method, list_parts(after)) == ("ship", [("S1", "rejected"), ("W1", "released")])
    assert after.decisions[0].trigger == "pickup_moved"


def test_what_a_store_does_not_find_moves_without_what_it_holds() -> None:
    open_shop(w1=5, s1=2, s12=3)
    order = buy_pickup(pickup_fallback="store", address="Wensan Road 1")
    number = order.fulfillments[0].number

    store.accept(number=number, by=CLERK, at=NOON, message_id=make_id("accepted"))
    fulfillment_picking.pick(number=number, scan=Scan(sku="TEA-250", quantity=1), by=CLERK, at=NOON)
    fulfillment_picking.finish(number=number, by=CLERK, at=NOON, message_id=make_id("finished"))
    after = look(order.number)

    # One is held ready at the first store: nobody is sent to two stores without being asked.
    assert (after.pickup_site, after.lines[0].quantity_waiting) == ("S1", 1)
    assert [it.kind for it in list_exceptions(at=NOON)] == ["pickup_refused"]


def test_a_person_moves_it_by_one_click_on_the_board(desk: Client) -> None:
    open_shop(w1=5, s1=2, s12=3)
    order = buy_pickup()
    refuse(order)
    board = desk.get("/oms/board").content.decode()
    assert f'hx-get="/oms/orders/{order.number}/instead"' in squeeze(board)
    choices = desk.get(f"/oms/orders/{order.number}/instead").content.decode()
    assert f"/oms/orders/{order.number}/move-pickup" in choices
    assert 'name="site" value="S12"' in squeeze(choices)
    page = desk.get(f"/oms/orders/{order.number}").content.decode()
    assert 'id="instead"' in page

    answer = desk.post(f"/oms/orders/{order.number}/move-pickup", {"site": "S12", "board": "1"})

    assert (answer.status_code, answer["location"]) == (302, "/oms/board")
    assert list_parts(look(order.number)) == [("S1", "rejected"), ("S12", "released")]
    assert list_exceptions(at=NOON) == []


def test_what_cannot_be_moved_is_refused_and_nothing_changes(desk: Client) -> None:
    open_shop(s1=2, s12=1)
    order = buy_pickup()

    def move(**to: str) -> None:
        pickup_moving.move(
            number=order.number, instead=Instead(**to), by=DESK, at=NOON, message_id=make_id("m")
        )

    with pytest.raises(NothingToMove):
        move(site="S12")
    refuse(order)
    before = orders.get_order(order.number)
    with pytest.raises(PickupUnavailable):
        move(site="S12")
    with pytest.raises(AddressMissing):
        move()
    answer = desk.post(
        f"/api/v1/orders/{order.number}/move-pickup",
        {"site": "S12"},
        content_type="application/json",
        headers={"Idempotency-Key": "m-1"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_order.pickup_unavailable")
    after = orders.get_order(order.number)
    assert (after.method, after.pickup_site, list_parts(after)) == (
        "pickup",
        "S1",
        list_parts(before),
    )
    assert len(after.decisions) == len(before.decisions)
    assert hub("S12") == (1, 0)
    told = desk.get(f"/api/v1/orders/{order.number}/pickup-options").json()
    assert told == {"stores": [], "ship_on": None, "refused_by": ["S1"]}
