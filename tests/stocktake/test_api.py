"""Goal: machines plan, count and hand in lists through the API, and bad lists change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key
from tests.wms import sending
from yipan.access.roles import Role
from yipan.stocktake.models import CountResult, CountSheet, Stocktake

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine() -> Client:
    """A counting service with the key of one warehouse and one store."""
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 12))
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.deliver()
    secret = a_key(Role.INTEGRATION, name="counters", sites=["W1", "S12"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


def call(client: Client, method: str, address: str, body: dict[str, Any] | None = None) -> Any:
    answer = client.generic(
        method,
        f"/api/v1/{address}",
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        headers={"Idempotency-Key": f"{method} {address} {body}"},
    )
    return answer.status_code, json.loads(answer.content)


def plan(client: Client, *places: str) -> str:
    status, said = call(
        client,
        "POST",
        "stocktakes",
        {
            "site": "W1",
            "kind": "third_party",
            "sheets": [{"place": place} for place in places],
            "external_id": "RGIS-7",
        },
    )
    assert (status, said["state"]) == (201, "counting")
    return str(said["number"])


def test_a_list_of_others_is_taken_with_its_moments(machine: Client) -> None:
    number = plan(machine, "A-01-01", "A-01-02")
    # Asked again under the same number of theirs, it is the same stocktake.
    assert plan(machine, "A-01-01") == number
    row = {"sku": "TEA-250", "quantity": 40, "counter": "crew 4"}

    status, said = call(
        machine,
        "POST",
        f"stocktakes/{number}/observations",
        {
            "rows": [
                {**row, "place": "A-01-01", "counted_at": "2026-03-02T12:30:00+08:00"},
                {**row, "place": "A-01-02", "sku": "SOAP-1", "quantity": 12},
            ]
        },
    )

    assert status == 200
    assert [sheet["state"] for sheet in said["data"]] == ["closed", "closed"]
    tea = CountResult.objects.get(sku="TEA-250")
    assert tea.last_at.isoformat() == "2026-03-02T04:30:00+00:00"
    assert (tea.difference, tea.counters, tea.capture_mode) == (0, ["crew 4"], "api")
    assert call(machine, "GET", f"stocktakes/{number}")[1]["state"] == "explained"
    assert call(machine, "GET", f"stocktakes/{number}/differences")[1] == {"data": []}


@pytest.mark.parametrize(
    ("counted_at", "status"),
    [
        # PostgreSQL itself reads no offset beyond 16 hours.
        ("2026-03-02T12:30:00+23:59", 200),
        ("0001-01-01T00:00:00+08:00", 422),
        ("9999-12-31T23:59:59-08:00", 422),
    ],
)
def test_any_offset_is_read_and_a_moment_that_is_none_is_refused(
    machine: Client, counted_at: str, status: int
) -> None:
    number = plan(machine, "A-01-01")
    row = {"place": "A-01-01", "sku": "TEA-250", "quantity": 40, "counted_at": counted_at}

    said = call(machine, "POST", f"stocktakes/{number}/observations", {"rows": [row]})

    assert said[0] == status
    moments = [each.last_at.isoformat() for each in CountResult.objects.all()]
    assert moments == (["2026-03-01T12:31:00+00:00"] if status == 200 else [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"place": "Z-9", "sku": "TEA-250", "quantity": 1}, "stocktake.place_unknown"),
        ({"place": "A-01-01", "sku": "NOBODY", "quantity": 1}, "masterdata.sku_unknown"),
    ],
)
def test_a_list_with_a_wrong_row_changes_nothing(
    machine: Client, row: dict[str, Any], code: str
) -> None:
    number = plan(machine, "A-01-01")
    good = {"place": "A-01-01", "sku": "TEA-250", "quantity": 40}

    status, said = call(machine, "POST", f"stocktakes/{number}/observations", {"rows": [good, row]})

    assert (status, said["code"]) == (422, code)
    assert CountResult.objects.exists() is False
    assert CountSheet.objects.get().state == "open"


def test_a_device_counts_a_shelf_and_says_what_it_did_not_see(machine: Client) -> None:
    status, said = call(
        machine,
        "POST",
        "pos/stocktakes",
        {"site": "S12", "kind": "spot", "sheets": [{"place": "shop_floor"}]},
    )
    assert status == 201
    [sheet] = call(machine, "GET", "pos/count-sheets?site=S12")[1]["data"]
    address = f"pos/count-sheets/{sheet['number']}"

    status, said = call(machine, "POST", f"{address}/close", {})
    assert (status, said["code"]) == (409, "stocktake.zeros_unconfirmed")
    status, said = call(machine, "POST", f"{address}/scans", {"sku": "TEA-250", "quantity": 9})
    assert said["lines"] == [{"sku": "TEA-250", "lot": "", "status": "available", "quantity": 9}]
    assert call(machine, "POST", f"{address}/tags", {"tags": ["nothing"]})[0] == 422
    status, said = call(machine, "POST", f"{address}/close", {"unseen": "ask"})

    assert (status, said["state"]) == (200, "closed")
    assert CountResult.objects.get().difference == -1
    # A warehouse's address does not open a store's stocktake.
    number = Stocktake.objects.get().number
    assert call(machine, "GET", f"stocktakes/{number}")[0] == 404
