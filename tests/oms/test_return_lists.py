"""Goal: returns of orders are found by state, site and age, and parts of orders page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.oms.ordering import DESK, buy, look, open_shop, pick_at_warehouse, ship_from_warehouse
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.console.documents import find_by_number
from yipan.oms.documents import order_return
from yipan.oms.documents.order_return import Announced, BroughtBack, CameBack
from yipan.oms.queries.exceptions import count_exceptions, list_exceptions
from yipan.oms.queries.returns import ReturnFilter, search_returns

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(a_person(Role.ORDER_DESK, username="mei.desk"))
    return client


def sell(external_id: str) -> str:
    order = look(buy(external_id=external_id).number)
    pick_at_warehouse(order.fulfillments[0].number)
    ship_from_warehouse(order.fulfillments[0].number)
    return look(order.number).number


def announce(order: str, quantity: int, *, site: str = "", days: int = 0) -> str:
    lines = (BroughtBack(sku="TEA-250", quantity=quantity),)
    announced = Announced(order=order, lines=lines, site=site, reason="Torn")
    at = NOON + timedelta(days=days)
    return order_return.announce(announced=announced, by=DESK, at=at).number


def bring_back(order: str, quantity: int, *, site: str, days: int = 0) -> str:
    lines = (BroughtBack(sku="TEA-250", quantity=quantity, disposition="sellable"),)
    came = CameBack(order=order, document=f"RC-{order}", site=site, lines=lines)
    made = order_return.take_back(came=came, by=DESK, at=NOON + timedelta(days=days))
    assert made is not None
    return made.number


def find(which: ReturnFilter, **page: object) -> list[str]:
    rows = search_returns(which, **page)  # type: ignore[arg-type]
    return [row.detail.number for row in rows]


def test_returns_are_found_by_state_site_and_age_and_told_when_nobody_refunds(
    desk: Client,
) -> None:
    open_shop(w1=9)
    first, second, third = sell("web-1"), sell("web-2"), sell("web-3")
    announced = announce(first, 2)
    elsewhere = announce(second, 1, site="S12", days=5)
    received = bring_back(third, 2, site="S1", days=1)
    assert bring_back(first, 1, site="S1", days=2) == announced

    assert find(ReturnFilter()) == [received, elsewhere, announced]
    assert find(ReturnFilter(state="partly_received")) == [announced]
    assert find(ReturnFilter(state="received")) == [received]
    assert find(ReturnFilter(site="S1")) == [received, announced]
    assert find(ReturnFilter(site="S")) == []
    assert find(ReturnFilter(site="S12")) == [elsewhere]
    assert find(ReturnFilter(before=NOON + timedelta(days=1))) == [announced]
    assert find(ReturnFilter(text="web-2")) == [elsewhere]
    assert find(ReturnFilter(text=third)) == [received]
    assert find(ReturnFilter(sites={"S12"})) == []
    page = search_returns(ReturnFilter(), limit=2)
    assert find(ReturnFilter(), after=page[-1].cursor) == [announced]

    told = desk.get("/api/v1/order-returns?state=received&site=S1&limit=1").json()
    assert [(it["number"], it["order"]) for it in told["data"]] == [(received, third)]
    rest = desk.get(f"/api/v1/order-returns?state=received&cursor={told['next_cursor']}").json()
    assert rest == {"data": [], "next_cursor": None}
    assert (
        desk.get(f"/api/v1/order-returns/{received}").json()["lines"][0]["quantity_received"] == 2
    )

    listed = desk.get("/oms/returns?state=received").content.decode()
    assert received in listed
    assert announced not in listed
    assert find_by_number(received) == f"/oms/order-returns/{received}"
    assert desk.get(find_by_number(received)).headers["Location"] == (
        f"/oms/orders/{third}#return-{received}"
    )

    def late(hours: int) -> list[str]:
        at = NOON + timedelta(days=1, hours=hours)
        found = list_exceptions(at=at, kinds=["unrefunded"])
        assert count_exceptions(at=at)["unrefunded"] == len(found)
        return [it.number for it in found]

    assert late(24) == []
    assert late(25) == [received]
    order_return.refund(number=received, amount_minor=1, reference="P-1", by=DESK, at=NOON)
    assert late(25) == []


def test_fulfillment_orders_are_read_page_by_page_the_oldest_first(desk: Client) -> None:
    open_shop(w1=9)
    parts = [buy(external_id=f"web-{place}").fulfillments[0].number for place in (1, 2, 3)]

    first = desk.get("/api/v1/fulfillments?site=W1&limit=2").json()
    second = desk.get(f"/api/v1/fulfillments?limit=2&cursor={first['next_cursor']}").json()

    assert [it["number"] for it in first["data"] + second["data"]] == parts
    assert second["next_cursor"] is None
    assert first["data"][0]["lines"][0]["quantity"] == 2
