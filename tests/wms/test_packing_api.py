"""What a packing line and a gate do by machine: pack, label, stack, load, depart; and the tasks."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client, a_key
from tests.wms import packing, sending
from yipan.access.roles import Role
from yipan.wms.models import Load, MoveTask, Parcel

pytestmark = pytest.mark.django_db

KEYS = itertools.count()


@pytest.fixture
def machine() -> Client:
    retailer.open_retailer()
    packing.open_house()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("B-01-01", "SOAP-1", 90))
    secret = a_key(Role.INTEGRATION, name="packing line")
    return Client(headers={"Authorization": f"Bearer {secret}"})


def call(
    client: Client, method: str, address: str, body: object = None, *, status: int = 200
) -> Any:
    answer = client.generic(
        method,
        f"/api/v1/{address}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": f"key-{next(KEYS)}"},
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_packing_line_packs_labels_and_loads(machine: Client) -> None:
    sending.want("OUT-1", ("TEA-250", 30), carrier="SF")
    packing.pick_all("OUT-1")

    first = call(
        machine,
        "POST",
        "outbound-orders/OUT-1/pack",
        {"contents": [{"sku": "TEA-250", "quantity": 12}], "weight_grams": 900, "tracking": "SF1"},
        status=201,
    )
    second = call(machine, "POST", "outbound-orders/OUT-1/pack", {}, status=201)
    call(machine, "POST", f"parcels/{second['number']}/bind", {"tracking": "SF2"})
    pallet = call(
        machine, "POST", "pallets", {"site": "W1", "parcels": [first["number"]]}, status=201
    )
    truck = call(machine, "POST", "loads", {"site": "W1", "carrier": "SF"}, status=201)
    call(machine, "POST", f"loads/{truck['number']}/put-on", {"parcel": pallet["sscc"]})
    loaded = call(machine, "POST", f"loads/{truck['number']}/put-on", {"parcel": "SF2"})
    gone = call(machine, "POST", f"loads/{truck['number']}/depart")

    assert first["contents"] == [{"sku": "TEA-250", "quantity": 12, "check_mode": "scan"}]
    assert second["contents"] == [{"sku": "TEA-250", "quantity": 18, "check_mode": "bulk"}]
    assert pallet["parcels"] == [first["number"]]
    assert (loaded["parcels"], loaded["orders"]) == (2, 1)
    assert (gone["shipments"], gone["load"]["state"]) == (["OUT-1-1"], "departed")
    told = call(machine, "GET", f"parcels/{first['number']}")
    assert (told["state"], told["shipment"]) == ("shipped", "OUT-1-1")
    page = call(machine, "GET", "parcels?state=shipped&limit=2")
    assert [row["number"] for row in page["data"]] == [pallet["number"], second["number"]]
    assert page["next_cursor"] == second["number"]


def test_what_does_not_fit_is_a_problem_with_its_code_and_changes_nothing(machine: Client) -> None:
    sending.want("OUT-1", ("TEA-250", 30), carrier="YTO")
    packing.pick_all("OUT-1")
    too_much = {"contents": [{"sku": "TEA-250", "quantity": 31}]}

    refused = call(machine, "POST", "outbound-orders/OUT-1/pack", too_much, status=422)

    assert refused["code"] == "parcel.too_much"
    assert Parcel.objects.exists() is False
    packed = call(machine, "POST", "outbound-orders/OUT-1/pack", {}, status=201)
    truck = call(machine, "POST", "loads", {"site": "W1", "carrier": "SF"}, status=201)
    address = f"loads/{truck['number']}"
    for asked, status, code in (
        ({"parcel": packed["number"]}, 422, "load.wrong_truck"),
        ({"parcel": "nothing"}, 422, "load.parcel_unknown"),
    ):
        answer = call(machine, "POST", f"{address}/put-on", asked, status=status)
        assert answer["code"] == code
    empty = call(machine, "POST", f"{address}/depart", status=409)
    assert empty["code"] == "load.nothing_loaded"
    assert Load.objects.get().state == "loading"


def test_pick_faces_are_set_filled_and_their_tasks_ended(machine: Client) -> None:
    rows = [{"bin": "A-01-02", "sku": "SOAP-1", "quantity_min": 5, "quantity_max": 20}]

    [face] = call(machine, "PUT", "warehouses/W1/pick-faces", {"rows": rows})["data"]
    [task] = call(machine, "POST", "warehouses/W1/replenish")["data"]
    assert call(machine, "POST", "warehouses/W1/replenish")["data"] == []
    ended = call(machine, "POST", f"move-tasks/{task['number']}/finish", {"to_bin": "A-01-02"})

    assert (face["quantity_free"], face["quantity_max"]) == (0, 20)
    assert (task["kind"], task["from_bin"], task["quantity"]) == ("replenish", "B-01-01", 20)
    assert (ended["state"], ended["quantity_moved"]) == ("moved", 20)
    assert call(machine, "GET", "warehouses/W1/move-tasks")["data"] == []
    again = call(
        machine, "POST", f"move-tasks/{task['number']}/finish", {"to_bin": "A-01-02"}, status=409
    )
    assert again["code"] == "document.wrong_state"
    assert MoveTask.objects.count() == 1


def test_a_lead_gathers_and_releases_a_wave(machine: Client) -> None:  # noqa: ARG001 - the goods
    sending.want("OUT-1", ("TEA-250", 5), carrier="SF")
    lead = a_client(Role.WAREHOUSE_LEAD, username="wei", sites=["W1"])

    wave = call(lead, "POST", "waves", {"site": "W1", "mode": "cluster"}, status=201)
    released = call(lead, "POST", f"waves/{wave['number']}/release")

    assert (wave["state"], wave["orders"], wave["mode"]) == ("planned", 1, "cluster")
    assert (released["state"], released["picks_open"]) == ("released", 1)
    [pick] = call(lead, "GET", f"waves/{wave['number']}/picks")["data"]
    assert (pick["bin"], pick["sku"], pick["quantity"]) == ("A-01-01", "TEA-250", 5)
    none = call(lead, "POST", "waves", {"site": "W1"}, status=422)
    assert none["code"] == "wave.no_orders"
