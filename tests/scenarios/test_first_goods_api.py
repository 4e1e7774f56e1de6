"""
The first goods by API alone, as a retailer's own systems would do it.

The same steps, refusals and scopes as on screen: one call per step, one stable code per "no".
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import retailer
from tests.access.builders import a_key
from yipan.access.roles import Role
from yipan.erp.models import GoodsReceipt, PurchaseOrder
from yipan.ledger import queries as ledger
from yipan.pos.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


class Caller:
    """A system with a key."""

    def __init__(self, *roles: Role, name: str, sites: list[str] | None = None) -> None:
        secret = a_key(*roles, name=name, sites=sites)
        self._client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, address: str, **query: Any) -> Any:
        answer = self._client.get(f"/api/v1{address}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def look(self, address: str) -> HttpResponse:
        return self._client.get(f"/api/v1{address}")  # type: ignore[return-value]

    def post(self, address: str, body: object = None, *, key: str = "") -> HttpResponse:
        return self._client.post(  # type: ignore[return-value]
            f"/api/v1{address}",
            body or {},
            content_type="application/json",
            headers={"Idempotency-Key": key or str(uuid4())},
        )


def an_order(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "site": "W1",
        "supplier": "SUP-01",
        "lines": [{"sku": "TEA-250", "quantity": 100, "unit_cost_minor": 3_000}],
    }
    return body | changes


def code(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]  # type: ignore[attr-defined]


def test_97_of_100_arrive_and_one_is_sold_by_api() -> None:
    buyer = Caller(Role.PURCHASER, name="sap")
    finance = Caller(Role.FINANCE, name="workflow")
    warehouse = Caller(Role.INTEGRATION, name="wms-w1", sites=["W1"])
    store = Caller(Role.INTEGRATION, name="pos-s12", sites=["S12"])

    created = buyer.post("/purchase-orders", an_order())
    assert created.status_code == 201
    number = created.json()["number"]  # type: ignore[attr-defined]
    assert code(buyer.post(f"/purchase-orders/{number}/send")) == (409, "document.wrong_state")
    assert code(buyer.post(f"/purchase-orders/{number}/approve")) == (403, "auth.forbidden")
    assert finance.post(f"/purchase-orders/{number}/approve").status_code == 200
    assert buyer.post(f"/purchase-orders/{number}/send").status_code == 200
    assert buyer.get("/purchase-orders/on-order") == {
        "data": [{"site": "W1", "sku": "TEA-250", "quantity": 100}],
        "next_cursor": None,
    }

    retailer.deliver()
    [inbound] = warehouse.get("/inbound-orders", site="W1")["data"]
    assert (inbound["quantity_open"], inbound["purchase_order_number"]) == (100, number)
    received = warehouse.post(
        "/receipts",
        {
            "site": "W1",
            "inbound_order_number": inbound["number"],
            "lines": [{"sku": "TEA-250", "quantity_sound": 95, "quantity_damaged": 2}],
        },
    )
    assert received.status_code == 201
    assert warehouse.get("/warehouses/W1/stock") == {
        "data": [
            {
                "bin": "RECV-01",
                "zone": "RECV",
                "sku": "TEA-250",
                "status": "available",
                "quantity": 95,
                "lot": "",
                "expires_on": None,
            },
            {
                "bin": "RECV-01",
                "zone": "RECV",
                "sku": "TEA-250",
                "status": "damaged",
                "quantity": 2,
                "lot": "",
                "expires_on": None,
            },
        ]
    }

    retailer.deliver()
    order = buyer.get(f"/purchase-orders/{number}")
    assert (order["state"], order["lines"][0]["quantity_open"]) == ("partly_received", 3)
    [receipt] = buyer.get("/goods-receipts")["data"]
    assert (receipt["quantity_sound"], receipt["quantity_damaged"]) == (95, 2)

    sold = store.post(
        "/tickets",
        {
            "site": "S12",
            "till": "S12-9",
            "message_id": str(uuid4()),
            "lines": [{"sku": "TEA-250", "quantity": 1, "amount_minor": 6_800}],
        },
    )
    assert sold.status_code == 201
    assert sold.json() == {  # type: ignore[attr-defined]
        "number": "S12-9-000001",
        "site": "S12",
        "state": "applied",
        "code": "",
    }
    assert store.get("/stores/S12/stock")["data"][0]["quantity"] == -1
    retailer.deliver()
    [issue] = buyer.get("/sales-issues")["data"]
    assert (issue["number"], issue["quantity"]) == ("S12-9-000001", 1)
    assert retailer.stock("erp", "on_hand/S12/available") == -1


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"lines": [{"sku": "NO", "quantity": 1}]}, (422, "masterdata.sku_unknown")),
        ({"supplier": "NO"}, (422, "masterdata.supplier_unknown")),
        ({"site": "NO"}, (422, "masterdata.site_unknown")),
        ({"site": "S12"}, (422, "purchase_order.site_receives_nothing")),
        ({"lines": [{"sku": "TEA-250", "quantity": -1}]}, (422, "request.invalid")),
        ({"lines": [{"sku": "TEA-250", "quantity": 10**12}]}, (422, "request.invalid")),
        ({"lines": [{"sku": "TEA-250", "quantity": 1.5}]}, (422, "request.invalid")),
        ({"lines": []}, (422, "request.invalid")),
        (
            {"lines": [{"sku": "TEA-250", "quantity": 1}, {"sku": "TEA-250", "quantity": 2}]},
            (422, "purchase_order.sku_repeated"),
        ),
    ],
)
def test_bad_orders_get_a_stable_code_and_nothing_is_written(
    changes: dict[str, Any], answer: tuple[int, str]
) -> None:
    buyer = Caller(Role.PURCHASER, name="sap")

    assert code(buyer.post("/purchase-orders", an_order(**changes))) == answer
    assert PurchaseOrder.objects.count() == 0


def test_the_same_key_gets_the_same_order_and_another_body_is_refused() -> None:
    buyer = Caller(Role.PURCHASER, name="sap")

    first = buyer.post("/purchase-orders", an_order(), key="once")
    again = buyer.post("/purchase-orders", an_order(), key="once")
    other = buyer.post("/purchase-orders", an_order(note="other"), key="once")

    assert again.json() == first.json()  # type: ignore[attr-defined]
    assert code(other) == (422, "request.idempotency_key_reused")
    assert PurchaseOrder.objects.count() == 1


def test_what_another_site_has_is_not_found() -> None:
    retailer.order(("TEA-250", 10))
    retailer.deliver()
    retailer.sell(("TEA-250", 1))
    retailer.deliver()
    stranger = Caller(Role.INTEGRATION, name="pos-s1", sites=["S1"])
    order = PurchaseOrder.objects.get()

    for address in (
        f"/purchase-orders/{order.number}",
        f"/inbound-orders/{order.inbound_order_number}",
        "/sales-issues/S12-1-000001",
        "/stores/S12/tickets/S12-1-000001",
        "/stores/S12/stock",
        "/warehouses/W1/stock",
        "/purchase-orders/on-order?site=W1",
    ):
        assert code(stranger.look(address)) == (404, "resource.not_found"), address
    for address in ("/purchase-orders", "/inbound-orders", "/sales-issues", "/tickets"):
        assert stranger.get(address)["data"] == []
    sale = {
        "site": "S12",
        "till": "S12-1",
        "message_id": str(uuid4()),
        "lines": [{"sku": "TEA-250", "quantity": 1}],
    }
    assert code(stranger.post("/tickets", sale)) == (404, "resource.not_found")
    assert code(stranger.post("/receipts", {"site": "W1"})) == (404, "resource.not_found")
    assert Ticket.objects.count() == 1
    assert GoodsReceipt.objects.count() == 0


def test_a_return_needs_who_may_refund() -> None:
    clerk = Caller(Role.STORE_CLERK, name="till", sites=["S12"])
    back = {
        "site": "S12",
        "till": "S12-1",
        "message_id": str(uuid4()),
        "lines": [{"sku": "TEA-250", "quantity": -1}],
    }

    assert code(clerk.post("/tickets", back)) == (403, "auth.forbidden")
    assert ledger.list_balances(book="pos:S12") == []


def test_goods_are_moved_and_books_begun_by_api() -> None:
    warehouse = Caller(Role.INTEGRATION, name="wms-w1", sites=["W1"])
    store = Caller(Role.INTEGRATION, name="pos-s12", sites=["S12"])
    begun = warehouse.post(
        "/warehouse-openings",
        {"site": "W1", "lines": [{"bin": "A-01-01", "sku": "TEA-250", "quantity": 40}]},
    )
    store.post("/store-openings", {"site": "S12", "lines": [{"sku": "TEA-250", "quantity": 6}]})
    move = {"sku": "TEA-250", "from_bin": "A-01-01", "to_bin": "A-01-02", "quantity": 15}

    moved = warehouse.post("/bin-moves", {"site": "W1", "lines": [move]})
    lost = warehouse.post("/bin-moves", {"site": "W1", "lines": [move | {"to_bin": "Z"}]})
    retailer.deliver()

    assert (begun.status_code, moved.status_code) == (201, 201)
    assert code(lost) == (422, "masterdata.bin_unknown")
    assert retailer.stock("wms:W1", "on_hand/A-01-02/available") == 15
    assert retailer.stock("erp", "on_hand/W1/available") == 40
    assert retailer.stock("erp", "on_hand/S12/available") == 6
