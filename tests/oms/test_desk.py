"""Goal: the order desk sees what needs it, and its decisions are those of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.oms.ordering import buy, look, open_shop
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.oms.queries.desk import list_exceptions

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(a_person(Role.ORDER_DESK, username="mei.desk"))
    return client


def test_the_board_tells_what_waits_and_what_is_late(desk: Client) -> None:
    open_shop(w1=2)
    waiting = buy(("TEA-250", 3))
    later = NOON + timedelta(days=9)

    found = list_exceptions(at=later)

    assert [(it.kind, it.order) for it in found] == [
        ("unfulfillable", waiting.number),
        ("late", waiting.number),
    ]
    page = desk.get("/oms/board").content.decode()
    assert waiting.number in page


def test_the_list_finds_an_order_by_its_number_at_the_channel(desk: Client) -> None:
    open_shop(w1=9)
    first, second = buy(), buy(external_id="web-2")

    page = desk.get("/oms/orders?q=web-2").content.decode()

    assert second.number in page
    assert first.number not in page
    assert desk.get("/oms/orders?state=open&channel=web").status_code == 200


def test_an_order_shows_its_decision_and_is_canceled_from_its_page(desk: Client) -> None:
    open_shop(w1=9, s1=9)
    order = buy()
    page = desk.get(f"/oms/orders/{order.number}").content.decode()
    assert "Next best: S1, dearer by" in page

    desk.post(f"/oms/orders/{order.number}/note", {"text": "Called the customer."})
    desk.post(f"/oms/orders/{order.number}/cancel", {"reason": "Changed mind"})

    after = look(order.number)
    assert (after.state, after.notes[0].text) == ("canceled", "Called the customer.")
    assert "Called the customer." in desk.get(f"/oms/orders/{order.number}").content.decode()


def test_a_person_finds_goods_again_and_sends_from_elsewhere(desk: Client) -> None:
    open_shop(w1=9, s12=9)
    order = look(buy().number)

    desk.post(f"/oms/fulfillments/{order.fulfillments[0].number}/send-elsewhere")
    after = look(order.number)

    assert [part.site for part in after.fulfillments] == ["W1", "S12"]
    answer = desk.post(f"/oms/orders/{order.number}/source", follow=True).content.decode()
    assert "channel_order.nothing_to_source" in answer
