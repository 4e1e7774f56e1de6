"""Pages and operations of transfers, differences and adjustments, walked as people walk them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.erp import adjusting, moving
from tests.retailer import deliver
from yipan.access.roles import Role
from yipan.erp.models import Adjustment, TransferDifference, TransferOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


@pytest.fixture
def controller() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER, username="zhao")


@pytest.fixture
def planner() -> Client:
    return a_client(Role.PLANNER, username="pan")


def see(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def call(client: Client, address: str, body: object, *, key: str) -> tuple[int, dict[str, object]]:
    answer = client.post(
        f"/api/v1/{address}",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )
    return answer.status_code, answer.json()


def test_a_transfer_from_form_to_settled_difference(controller: Client, planner: Client) -> None:
    see(planner, "/erp/transfers/new")
    form = {"from_site": "W1", "to_site": "S12", "sku": ["TEA-250"], "quantity": ["10"]}
    answer = planner.post("/erp/transfers/new", form)
    number = TransferOrder.objects.get().number
    assert answer.headers["Location"] == f"/erp/transfers/{number}"

    page = see(planner, f"/erp/transfers/{number}")
    assert "You wrote this transfer" in page
    assert "/approve" not in page
    assert "To approve" in see(controller, "/erp/transfers?state=draft")
    controller.post(f"/erp/transfers/{number}/approve")
    controller.post(f"/erp/transfers/{number}/release")
    assert TransferOrder.objects.get().state == "released"

    moving.ship(number, "SH-1", ("TEA-250", 10))
    deliver()
    assert number in see(controller, "/erp/in-transit")
    moving.take_in(number, "RC-1", ("TEA-250", 8, 0))
    deliver()

    difference = TransferDifference.objects.get().number
    assert difference in see(controller, "/erp/transfer-differences")
    assert "Claim on the carrier" in see(controller, f"/erp/transfer-differences/{difference}")
    controller.post(f"/erp/transfer-differences/{difference}/assign", {"owner": "zhao"})
    controller.post(
        f"/erp/transfer-differences/{difference}/settle",
        {"sku": ["TEA-250"], "quantity": ["2"], "outcome": ["claim_carrier"], "reason": "Lost."},
    )
    assert TransferOrder.objects.get().state == "closed"
    assert "transfer_difference" in see(controller, f"/erp/transfers/{number}")
    assert "Settled" in see(controller, f"/erp/transfer-differences/{difference}")
    opened = controller.get("/erp/transfer-shipments/W1-SH-1")
    assert opened.headers["Location"] == f"/erp/transfers/{number}"


def test_a_form_that_makes_no_sense_says_so_and_writes_nothing(planner: Client) -> None:
    form = {"from_site": "W1", "to_site": "W1", "sku": ["TEA-250"], "quantity": ["x"]}

    answer = planner.post("/erp/transfers/new", form)

    assert answer.status_code == 422
    assert "Goods go to another site than they come from." in answer.content.decode()
    assert not TransferOrder.objects.exists()


def test_a_draft_is_edited_and_then_canceled(planner: Client) -> None:
    number = moving.draft(("TEA-250", 10)).number
    see(planner, f"/erp/transfers/{number}/edit")
    form = {"from_site": "W1", "to_site": "S1", "version": "1", "sku": ["MUG-1"],
            "quantity": ["3"]}  # fmt: skip
    planner.post(f"/erp/transfers/{number}/edit", form)
    assert TransferOrder.objects.get().lines.get().quantity_ordered == 3

    planner.post(f"/erp/transfers/{number}/cancel", {"reason": "Not needed."})

    assert TransferOrder.objects.get().state == "canceled"
    assert "Not needed." in see(planner, f"/erp/transfers/{number}")


def test_the_api_moves_goods_once_however_often_it_is_called(
    controller: Client, planner: Client
) -> None:
    body = {"from_site": "W1", "to_site": "S12", "lines": [{"sku": "TEA-250", "quantity": 10}]}

    first = call(planner, "transfers", body, key="transfer-of-monday")
    again = call(planner, "transfers", body, key="transfer-of-monday")

    assert first == again
    assert first[0] == 201
    number = TransferOrder.objects.get().number
    own = call(planner, f"transfers/{number}/approve", {}, key="own-approval-key")
    assert (own[0], own[1]["code"]) == (409, "document.own_approval")
    assert call(controller, f"transfers/{number}/approve", {}, key="approval-key")[0] == 200
    assert call(controller, f"transfers/{number}/release", {}, key="release-key-1")[0] == 200
    moving.ship(number, "SH-1", ("TEA-250", 10))
    moving.take_in(number, "RC-1", ("TEA-250", 9, 0))
    deliver()
    told = controller.get(f"/api/v1/transfers/{number}").json()
    assert told["lines"][0]["quantity_in_transit"] == 1
    assert controller.get("/api/v1/transfers/in-transit").json()["data"][0]["quantity"] == 1
    (open_one,) = controller.get("/api/v1/transfer-differences?state=open").json()["data"]
    settle = {"lines": [{"sku": "TEA-250", "quantity": 1, "outcome": "found"}]}
    address = f"transfer-differences/{open_one['number']}/settle"
    assert call(controller, address, settle, key="settle-key-one")[0] == 200
    assert TransferOrder.objects.get().state == "closed"


def test_an_adjustment_is_decided_on_its_page(controller: Client) -> None:
    adjusting.submit("W1-AD-1", ("TEA-250", 30))
    deliver()
    assert "W1-AD-1" in see(controller, "/erp/adjustments")
    page = see(controller, "/erp/adjustments/W1-AD-1")
    assert "Count sheet 7" in page
    assert "theft" in page

    controller.post("/erp/adjustments/W1-AD-1/decide", {"step": "recount"})
    assert Adjustment.objects.get().state == "submitted"
    controller.post("/erp/adjustments/W1-AD-1/decide", {"step": "recount", "reason": "Look."})
    assert Adjustment.objects.get().state == "recount"
    assert "Look." in see(controller, "/erp/adjustments/W1-AD-1")


def test_an_adjustment_is_raised_on_a_form(controller: Client) -> None:
    see(controller, "/erp/adjustments/new")
    form = {"site": "W1", "adjustment_type": "status_change", "from_status": "available",
            "to_status": "blocked", "reason": "Recall.", "sku": ["TEA-250"],
            "quantity": ["4"]}  # fmt: skip

    answer = controller.post("/erp/adjustments/new", form)

    raised = Adjustment.objects.get()
    assert answer.headers["Location"] == f"/erp/adjustments/{raised.number}"
    assert (raised.state, raised.lines.get().to_status) == ("draft", "blocked")
    assert "somebody else has to decide" in see(controller, f"/erp/adjustments/{raised.number}")
    controller.post(f"/erp/adjustments/{raised.number}/cancel")
    assert Adjustment.objects.get().state == "canceled"


def test_who_may_not_see_cost_sees_no_value(planner: Client, controller: Client) -> None:
    adjusting.submit("W1-AD-1", ("TEA-250", 30))
    deliver()

    assert "900.00" in see(controller, "/erp/adjustments/W1-AD-1")
    assert "900.00" not in see(planner, "/erp/adjustments/W1-AD-1")
    assert planner.get("/api/v1/adjustments").json()["data"][0]["value_minor"] is None
    assert controller.get("/api/v1/adjustments").json()["data"][0]["value_minor"] == 90_000


def test_the_api_decides_within_the_limit(controller: Client) -> None:
    adjusting.submit("W1-AD-1", ("TEA-250", 30))
    deliver()

    status, told = call(
        controller, "adjustments/W1-AD-1/decide", {"decision": "approve"}, key="decide-key-1"
    )

    assert status == 200
    assert told["head"]["state"] == "approved"  # type: ignore[index]
    body = {"site": "W1", "adjustment_type": "scrap", "reason": "Broken.",
            "lines": [{"sku": "MUG-1", "quantity": 2}]}  # fmt: skip
    assert call(controller, "adjustments", body, key="raise-key-001")[0] == 201
