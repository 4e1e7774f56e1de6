"""What machines see of outbound orders, and how they ship."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key
from tests.wms import sending
from yipan.access.roles import Role
from yipan.wms.models import Shipment

pytestmark = pytest.mark.django_db


def test_a_machine_ships_once_however_often_it_asks() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    sending.want("OUT-1", ("TEA-250", 30))
    sending.take(sending.list_open("OUT-1")[0])
    secret = a_key(Role.INTEGRATION, name="conveyor")
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    answers = [
        client.post(
            "/api/v1/outbound-orders/OUT-1/ship",
            {"external_id": "DN-1"},
            content_type="application/json",
            headers={"Idempotency-Key": f"key-{attempt}"},
        )
        for attempt in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["lines"] == [{"line": 1, "sku": "TEA-250", "quantity": 30}]
    assert Shipment.objects.count() == 1
    order = client.get("/api/v1/outbound-orders/OUT-1").json()
    assert (order["state"], order["shipments"]) == ("shipped", ["OUT-1-1"])
    assert [line["quantity_shipped"] for line in order["lines"]] == [30]
    assert [row["number"] for row in client.get("/api/v1/outbound-orders").json()["data"]] == [
        "OUT-1"
    ]
