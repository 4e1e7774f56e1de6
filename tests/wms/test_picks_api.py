"""A machine picks under the same checks as a person with a scanner."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key
from tests.wms import sending
from yipan.access.roles import Role
from yipan.wms.models import Pick, SpotCount

pytestmark = pytest.mark.django_db


@pytest.fixture
def robot() -> Client:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    sending.want("OUT-1", ("TEA-250", 30))
    secret = a_key(Role.INTEGRATION, name="robot")
    return Client(headers={"Authorization": f"Bearer {secret}"})


def post(robot: Client, path: str, body: dict[str, Any], *, key: str = "k-1") -> tuple[int, Any]:
    said = robot.post(
        f"/api/v1/{path}", body, content_type="application/json", headers={"Idempotency-Key": key}
    )
    return said.status_code, said.json()


def the_pick(robot: Client) -> dict[str, Any]:
    picks: list[dict[str, Any]] = robot.get("/api/v1/outbound-orders/OUT-1/picks").json()["data"]
    return picks[0]


def test_a_robot_takes_what_is_wanted_and_the_order_is_picked(robot: Client) -> None:
    wanted = the_pick(robot)
    assert (wanted["bin"], wanted["sku"], wanted["quantity"]) == ("A-01-01", "TEA-250", 30)

    body = {"bin": "A-01-01", "sku": "TEA-250"}
    status, told = post(robot, f"picks/{wanted['pick']}/take", body)
    again = post(robot, f"picks/{wanted['pick']}/take", body)

    assert (status, told["state"], told["quantity_picked"]) == (200, "picked", 30)
    assert again == (status, told)
    assert robot.get("/api/v1/outbound-orders/OUT-1").json()["state"] == "picked"
    assert Pick.objects.get().capture_mode == "scan"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"bin": "A-01-02"}, "pick.bin_wrong"),
        ({"bin": "A-01-01", "sku": "MUG"}, "pick.product_wrong"),
        ({"bin": "A-01-01", "quantity": 31}, "pick.too_much"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_moves(
    robot: Client, body: dict[str, Any], code: str
) -> None:
    status, told = post(robot, f"picks/{the_pick(robot)['pick']}/take", body)

    assert (status, told["code"]) == (422, code)
    assert the_pick(robot)["state"] == "open"


def test_less_than_wanted_leaves_the_rest_or_is_short(robot: Client) -> None:
    first = the_pick(robot)["pick"]
    post(robot, f"picks/{first}/take", {"bin": "A-01-01", "quantity": 10})
    rest = next(
        row
        for row in robot.get("/api/v1/outbound-orders/OUT-1/picks").json()["data"]
        if row["state"] == "open"
    )
    assert rest["quantity"] == 20

    status, told = post(robot, f"picks/{rest['pick']}/short", {"quantity_found": 15}, key="k-2")

    assert status == 200
    assert SpotCount.objects.get().number == told["count_number"]
    assert sorted(row["quantity_picked"] for row in told["picks"]) == [10, 15]
    assert [
        line["quantity_missing"]
        for line in robot.get("/api/v1/outbound-orders/OUT-1").json()["lines"]
    ] == [5]


def test_a_pick_nobody_knows_is_not_found(robot: Client) -> None:
    assert post(robot, "picks/999999/take", {"bin": "A-01-01"})[0] == 404
