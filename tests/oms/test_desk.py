"""Goal: the order desk sees what needs it, and its decisions are those of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.oms.ordering import (
    buy,
    hub,
    look,
    open_shop,
    pick_at_warehouse,
    ship_from_warehouse,
)
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.exchange.models import OutboxMessage
from yipan.oms import tasks
from yipan.oms.queries import orders
from yipan.oms.queries.candidates import Question
from yipan.oms.queries.desk import read_board
from yipan.oms.queries.exceptions import count_exceptions, list_exceptions
from yipan.oms.queries.filtering import OrderFilter
from yipan.oms.queries.own_stock import list_own_stock
from yipan.oms.queries.shadow import make_rules, run_shadow
from yipan.oms.rules.sourcing import Plan, plan
from yipan.pool.queries import prove_promises

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(a_person(Role.ORDER_DESK, username="mei.desk"))
    return client


def test_an_order_is_canceled_on_its_day_at_the_head_office_not_in_utc() -> None:
    open_shop()
    number = buy(cancel_on=date(2026, 3, 3)).number

    before = tasks.cancel_aged(at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    after = tasks.cancel_aged(at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))  # 00:00 in Hangzhou

    assert (before, after) == (0, 1)
    assert orders.get_order(number).state == "canceled"


def test_today_at_seven_in_the_morning_began_at_midnight_of_the_head_office() -> None:
    open_shop(w1=9)
    seven = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)  # 07:00 on March 3 in Hangzhou
    buy(external_id="web-1", at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    buy(external_id="web-2", at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))

    board = read_board(at=seven)

    assert (board.taken_today, board.open) == (1, 2)


def test_the_board_tells_what_waits_and_what_is_late(desk: Client) -> None:
    open_shop(w1=2)
    waiting = buy(("TEA-250", 3))
    later = NOON + timedelta(days=9)

    found = list_exceptions(at=later)

    assert [(it.kind, it.order) for it in found] == [
        ("late", waiting.number),
        ("unfulfillable", waiting.number),
    ]
    page = desk.get("/oms/board").content.decode()
    assert waiting.number in page


def test_what_is_late_is_seen_however_much_waits_and_each_kind_is_counted_whole(
    desk: Client,
) -> None:
    open_shop(w1=1)
    late = buy(("TEA-250", 1), external_id="web-0")
    waiting = [buy(("TEA-250", 1), external_id=f"web-{n}").number for n in range(1, 24)]
    later = NOON + timedelta(days=9)

    counts = {kind: count for kind, count in count_exceptions(at=later).items() if count}
    found = [(it.kind, it.order) for it in list_exceptions(at=later)]

    assert counts == {"late": 1, "unfulfillable": 23}
    assert found == [("late", late.number), *(("unfulfillable", it) for it in waiting[:20])]
    rest = list_exceptions(at=later, kinds=["unfulfillable"], skip=20, limit=50)
    assert [it.order for it in rest] == waiting[20:]
    board = desk.get("/oms/board").content.decode()
    assert "3 more: No site can send it" in board
    assert waiting[-1] not in board
    only = desk.get("/oms/board?kind=unfulfillable").content.decode()
    assert (waiting[-1] in only, f">{late.number}<" in only) == (True, False)
    assert "No order has this problem now." in desk.get("/oms/board?kind=at_risk").content.decode()


def test_the_list_finds_an_order_by_its_number_at_the_channel(desk: Client) -> None:
    open_shop(w1=9)
    first, second = buy(), buy(external_id="web-2")

    page = desk.get("/oms/orders?q=web-2").content.decode()

    assert second.number in page
    assert first.number not in page
    assert desk.get("/oms/orders?state=open&channel=web").status_code == 200


def test_the_list_is_filtered_by_method_site_and_day_at_the_head_office(desk: Client) -> None:
    open_shop(w1=9, s12=9)
    evening = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)  # 23:59 on March 2 in Hangzhou
    sent = buy(external_id="web-1", at=evening)
    fetched = buy(
        external_id="web-2",
        at=evening + timedelta(minutes=1),
        method="pickup",
        pickup_site="S12",
    )

    def find(query: str) -> list[str]:
        page = desk.get(f"/oms/orders?{query}").content.decode()
        told = desk.get(f"/api/v1/orders?{query}").json()["data"]
        numbers = [it.number for it in (sent, fetched) if f">{it.number}<" in page]
        assert sorted(it["number"] for it in told) == numbers
        return numbers

    assert find("method=ship") == find("site=W1") == [sent.number]
    assert find("method=pickup") == find("site=S12") == [fetched.number]
    assert find("taken_from=2026-03-02&taken_until=2026-03-02") == [sent.number]
    assert find("taken_from=2026-03-03") == [fetched.number]
    assert find("taken_from=0001-01-01&taken_until=9999-12-31") == [sent.number, fetched.number]
    page = desk.get("/oms/orders?state=open&channel=web&method=ship").content.decode()
    assert '<input type="hidden" name="state" value="open">' in page
    assert desk.get("/oms/orders?method=none&taken_from=soon").status_code == 200
    assert desk.get("/api/v1/orders?taken_from=soon").status_code == 422


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


def test_the_last_unit_is_free_for_nobody_but_its_own_order(desk: Client) -> None:
    open_shop(w1=3)
    order = buy(("TEA-250", 3))
    retailer.deliver()

    [row] = list_own_stock(orders.get_order(order.number), at=NOON)

    # On the shelf, promised to nobody else, and all of it this order's: three figures, one look.
    assert (row.site, row.on_hand, row.available_to_promise) == ("W1", 3, 0)
    assert (row.reserved_here, row.available_to_order) == (3, 3)
    page = desk.get(f"/oms/orders/{order.number}").content.decode()
    assert 'id="own-stock"' in page
    pick_at_warehouse(f"{order.number}-1")
    ship_from_warehouse(f"{order.number}-1")
    retailer.deliver()
    assert orders.get_order(order.number).state == "completed"
    assert list_own_stock(orders.get_order(order.number), at=NOON) == []


def test_a_person_finds_goods_again_and_sends_from_elsewhere(desk: Client) -> None:
    open_shop(w1=9, s12=9)
    order = look(buy().number)

    desk.post(f"/oms/fulfillments/{order.fulfillments[0].number}/send-elsewhere")
    after = look(order.number)

    assert [part.site for part in after.fulfillments] == ["W1", "S12"]
    answer = desk.post(f"/oms/orders/{order.number}/source", follow=True).content.decode()
    assert "channel_order.nothing_to_source" in answer


def test_many_orders_are_canceled_after_a_look_at_what_would_become_of_them(desk: Client) -> None:
    open_shop(w1=9)
    first, second = buy(), buy(("TEA-250", 20), external_id="web-2")
    chosen = {"step": "cancel", "number": [first.number, second.number, "CO-2026-999999"]}

    preview = desk.post("/oms/orders/many", chosen).content.decode()
    assert "Of 2 chosen, 2 will be taken" in preview
    assert orders.get_order(second.number).state == "sourced"
    desk.post("/oms/orders/many", chosen | {"go": "1", "reason": "Wrong price"})

    assert look(first.number).state == look(second.number).state == "canceled"
    assert prove_promises().ok


def test_the_board_refreshes_itself_and_an_open_order_tells_that_it_went_on(desk: Client) -> None:
    open_shop(w1=9)
    order = buy()
    part = desk.get("/oms/board", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    page = desk.get(f"/oms/orders/{order.number}").content.decode()
    pulse = page.partition("pulse?seen=")[2].partition('"')[0]
    address = f"/oms/orders/{order.number}/pulse?seen={pulse}"
    assert "went on" not in desk.get(address).content.decode()

    desk.post(f"/oms/orders/{order.number}/cancel", {"reason": "Changed mind"})
    look(order.number)

    assert "went on" in desk.get(address).content.decode()


def test_other_rules_over_past_orders_say_what_would_have_been_other(desk: Client) -> None:
    """Tea is everywhere, mugs at one store alone, which sends both. Without stores mugs wait."""
    open_shop(w1=5, s12=5)
    retailer.open_store("S1", ("MUG-1", 5), ("TEA-250", 5))
    retailer.deliver()
    order = buy(("TEA-250", 1), ("MUG-1", 1))
    stored = order.decisions[0]
    asked = msgspec.convert(stored.question, Question)

    again = plan(asked.wanted, asked.candidates, weights=asked.weights)
    assert again == msgspec.convert(stored.plan, Plan)

    rules = make_rules(preset="cheapest", with_stores=False)
    found = run_shadow(rules=rules, since=NOON - timedelta(days=1), until=NOON + timedelta(days=1))
    assert (found.examined, found.changed) == (1, 1)
    assert found.rows[0].other_sites == ("W1",)
    assert (found.was.unfilled, found.other.unfilled) == (0, 1)
    assert found.difference == found.rows[0].difference > 0
    same = run_shadow(
        rules=make_rules(preset="cheapest"),
        since=NOON - timedelta(days=1),
        until=NOON + timedelta(days=1),
    )
    assert (same.changed, same.difference) == (0, 0)
    assert desk.get("/oms/shadow?preset=fastest&days=30&no_split=on").status_code == 200


def test_a_dry_run_tells_all_and_keeps_nothing(desk: Client) -> None:
    open_shop(w1=5)
    wanted = {
        "channel": "web",
        "external_id": "web-9",
        "lines": [{"sku": "TEA-250", "quantity": 2}],
    }

    told = call(desk, "/api/v1/sourcing/plan", wanted)

    assert [part["site"] for part in told["fulfillments"]] == ["W1"]
    assert told["decisions"][0]["plan"]["parts"][0]["quantity"] == 2
    assert hub("W1") == (5, 0)
    assert orders.list_orders(OrderFilter()) == []
    assert not OutboxMessage.objects.filter(kind__startswith="oms.").exists()


def test_a_return_is_announced_on_the_page_and_refunded_over_http(desk: Client) -> None:
    open_shop(w1=5)
    order = look(buy().number)
    pick_at_warehouse(order.fulfillments[0].number)
    ship_from_warehouse(order.fulfillments[0].number)
    look(order.number)

    desk.post(f"/oms/orders/{order.number}/return", {"quantity-TEA-250": "1", "reason": "Torn"})
    [row] = desk.get(f"/api/v1/orders/{order.number}/returns").json()["data"]
    assert (row["state"], row["lines"][0]["quantity"]) == ("announced", 1)
    assert row["number"] in desk.get(f"/oms/orders/{order.number}").content.decode()
    refund = {"amount_minor": 6800, "reference": "ALI-1"}
    address = f"/api/v1/order-returns/{row['number']}"
    assert call(desk, f"{address}/refund", refund)["state"] == "refunded"
    assert call(desk, f"{address}/cancel", {})["code"] == "document.wrong_state"


def call(desk: Client, address: str, body: Mapping[str, object]) -> dict[str, Any]:
    """Post to the API under a key of its own; return what it answers."""
    answer = desk.post(
        address, body, content_type="application/json", headers={"Idempotency-Key": address}
    )
    found: dict[str, Any] = answer.json()
    return found
