"""Goal: a customer takes less than was ordered, at every stage, and nothing stays set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from tests.access.builders import a_person
from tests.oms.ordering import (
    DESK,
    buy,
    hub,
    list_parts,
    look,
    open_shop,
    pick_at_warehouse,
    ship_from_warehouse,
)
from tests.retailer import NOON, make_id
from yipan.access.roles import Role
from yipan.documents import trail
from yipan.documents.states import WrongState
from yipan.foundation.refusals import NotFound
from yipan.oms.documents import order as verbs
from yipan.oms.documents import order_change
from yipan.oms.documents.order_change import BundleLine
from yipan.oms.queries import orders
from yipan.pool.policy import channels
from yipan.pool.queries import prove_promises

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(a_person(Role.ORDER_DESK, username="mei.desk"))
    return client


def reduce(number: str, wanted: dict[int, int], *, name: str = "less") -> None:
    order_change.reduce(
        number=number, wanted=wanted, by=DESK, at=NOON, message_id=make_id(f"{number} {name}")
    )


def test_less_of_what_a_site_works_on_is_sourced_anew_from_the_same_site() -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 5))
    look(order.number)

    reduce(order.number, {1: 2})
    order = look(order.number)

    assert list_parts(order) == [("W1", "canceled"), ("W1", "released")]
    assert (order.lines[0].quantity_canceled, order.lines[0].quantity_placed) == (3, 2)
    assert hub("W1") == (8, 2)
    assert prove_promises().ok


def test_what_waits_is_canceled_at_once() -> None:
    open_shop()
    order = buy(("TEA-250", 5))

    reduce(order.number, {1: 3})

    [line] = look(order.number).lines
    assert (line.quantity_canceled, line.quantity_waiting) == (2, 3)


def test_less_than_nothing_of_one_line_leaves_the_other_as_it_is() -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 2), ("MUG-1", 1))

    reduce(order.number, {2: 0})
    order = look(order.number)

    assert (order.state, order.lines[1].quantity_canceled) == ("sourced", 1)
    assert list_parts(order) == [("W1", "released")]


def test_down_to_nothing_it_is_canceled() -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 2))
    look(order.number)

    reduce(order.number, {1: 0})

    assert look(order.number).state == "canceled"
    assert hub("W1") == (10, 0)


def test_as_much_or_more_changes_nothing_and_twice_is_once() -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 5))
    look(order.number)

    reduce(order.number, {1: 5})
    reduce(order.number, {1: 9})
    assert list_parts(look(order.number)) == [("W1", "released")]
    reduce(order.number, {1: 4}, name="once")
    reduce(order.number, {1: 4}, name="twice")
    order = look(order.number)

    assert (order.lines[0].quantity_canceled, hub("W1")) == (1, (6, 4))


def test_what_left_meanwhile_has_left() -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 5))
    look(order.number)
    number = order.fulfillments[0].number
    pick_at_warehouse(number)
    ship_from_warehouse(number)

    reduce(order.number, {1: 2})
    order = look(order.number)

    assert (order.state, order.lines[0].quantity_shipped, hub("W1")) == ("completed", 5, (5, 0))
    with pytest.raises(WrongState):
        reduce(order.number, {1: 1}, name="late")


def test_a_line_of_a_bundle_and_one_that_is_not_there_are_refused() -> None:
    open_shop(w1=10)
    channels.save_bundle(bundle="MUG-1", parts={"TEA-250": 2}, by=DESK, at=NOON)
    order = buy(("MUG-1", 1))

    with pytest.raises(BundleLine):
        reduce(order.number, {1: 1})
    with pytest.raises(NotFound):
        reduce(order.number, {7: 1})
    assert hub("W1") == (8, 2)


def test_a_person_takes_less_on_the_page_of_the_order(desk: Client) -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 5), ("MUG-1", 1))
    look(order.number)
    page = desk.get(f"/oms/orders/{order.number}").content.decode()
    assert 'id="reduce"' in page
    address = f"/oms/orders/{order.number}/reduce"

    empty = desk.post(address, {"quantity-1": ""}, follow=True).content.decode()
    more = desk.post(address, {"quantity-1": "6"}, follow=True).content.decode()
    broken = desk.post(address, {"quantity-1": "1.5"}, follow=True).content.decode()
    assert "no quantity was written" in empty
    assert "channel_order.not_less" in more
    assert "quantity.not_representable" in broken
    assert [line.quantity_wanted for line in orders.get_order(order.number).lines] == [5, 1]

    desk.post(address, {"quantity-1": "2 pcs", "quantity-2": "", "reason": "Too many"})

    asked = orders.get_order(order.number)
    assert [(it.quantity_cut, it.quantity_wanted) for it in asked.lines] == [(3, 2), (0, 1)]
    page = desk.get(f"/oms/orders/{order.number}").content.decode()
    assert "3 when its site lets go" in page
    assert "Too many" in page
    order = look(order.number)
    assert list_parts(order) == [("W1", "canceled"), ("W1", "released")]
    assert [it.quantity_canceled for it in order.lines] == [3, 0]
    assert prove_promises().ok


def test_the_day_to_cancel_is_set_moved_and_taken_away_with_a_trail(desk: Client) -> None:
    open_shop()
    number = buy(("TEA-250", 5)).number
    soon, later = (localdate() + timedelta(days=days) for days in (3, 9))
    page = f"/oms/orders/{number}/cancel-day"

    desk.post(page, {"cancel_on": soon.isoformat(), "reason": "Asked by phone"})
    assert orders.get_order(number).cancel_on == soon
    for wrong, words in ((localdate().isoformat(), "cancel_day_past"), ("soon", "no day")):
        answer = desk.post(page, {"cancel_on": wrong}, follow=True).content.decode()
        assert words in answer
    assert orders.get_order(number).cancel_on == soon
    desk.post(page, {"cancel_on": soon.isoformat()})

    def tell(day: str | None) -> dict[str, Any]:
        answer = desk.post(
            f"/api/v1/orders/{number}/cancel-day",
            {"cancel_on": day},
            content_type="application/json",
            headers={"Idempotency-Key": f"{day}"},
        )
        told: dict[str, Any] = answer.json()
        return told

    assert tell(later.isoformat())["cancel_on"] == later.isoformat()
    past = tell("2026-01-01")
    assert (past["status"], past["code"]) == (422, "channel_order.cancel_day_past")
    assert tell(None)["cancel_on"] is None

    steps = trail.list_steps(document_type="channel_order", number=number)
    assert [it.reason for it in steps if it.step == "reschedule"] == [
        f"– -> {soon} Asked by phone",
        f"{soon} -> {later}",
        f"{later} -> –",
    ]
    verbs.cancel(number=number, by=DESK, at=NOON, message_id=make_id("cancel"))
    with pytest.raises(WrongState):
        order_change.reschedule(number=number, cancel_on=soon, by=DESK, at=NOON)


def test_a_change_and_a_cancel_end_canceled() -> None:
    open_shop(w1=10)
    order = buy(("TEA-250", 5))
    look(order.number)

    reduce(order.number, {1: 2})
    verbs.cancel(number=order.number, by=DESK, at=NOON, message_id=make_id("cancel"))
    order = look(order.number)

    assert (order.state, hub("W1")) == ("canceled", (10, 0))
