"""
Goal: a day sealed at a register without a network is sealed as it was, and closes by itself.

Method: what the register kept is told through its own door, in its order, by its own key.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key
from tests.retailer import NOON, make_id
from yipan.access.roles import Role
from yipan.pos.documents import register
from yipan.pos.models import StoreDay, Ticket

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def till() -> Client:
    """A register of S12 with a device in its first epoch."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    register.open_till(site="S12", code="S12-1", at=NOON)
    client = Client(headers={"Authorization": f"Bearer {a_key(Role.INTEGRATION, sites=('S12',))}"})
    tell(client, "devices", {"device": str(make_id("device"))})
    return client


def tell(client: Client, what: str, body: dict[str, Any], *, status: int = 0) -> dict[str, Any]:
    address = f"/api/v1/tills/S12-1/{what}"
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code in ({status} if status else {200, 201}), answer.content
    told: dict[str, Any] = answer.json()
    return told


def ring_up(*sequences: int, minutes: int = 0) -> dict[str, Any]:
    at = NOON + timedelta(minutes=minutes)
    line = {"sku": "TEA-250", "quantity": 1, "amount_minor": 6_800}
    return {
        "tickets": [
            {
                "message_id": str(make_id(f"ticket {sequence}")),
                "epoch": 1,
                "sequence": sequence,
                "device_at": at.isoformat(),
                "lines": [line],
            }
            for sequence in sequences
        ]
    }


def seal(last_sequence: int, **changes: Any) -> dict[str, Any]:
    return {
        "seal_id": str(make_id("seal")),
        "epoch": 1,
        "last_sequence": last_sequence,
        "business_date": MONDAY.isoformat(),
        "counted": [{"tender": "cash", "counted_minor": 13_600}],
        "device_at": (NOON + timedelta(hours=8)).isoformat(),
        "sealed_by": "chen.clerk",
        **changes,
    }


def test_a_sealed_day_closes_by_itself_and_what_is_sold_after_belongs_to_the_next(
    till: Client,
) -> None:
    tell(till, "tickets", ring_up(1, 2))
    assert tell(till, "seals", seal(2))["state"] == "sealed"
    tell(till, "tickets", ring_up(3, minutes=5))
    retailer.deliver()

    # Told again, it is the same day, as it stands by now.
    assert tell(till, "seals", seal(2))["state"] == "closed"
    [day] = StoreDay.objects.all()
    assert (day.ticket_count, day.amount_minor, day.sealed_by) == (2, 13_600, "chen.clerk")
    [cash] = [each for each in day.tenders if each["tender"] == "cash"]
    assert (cash["expected_minor"], cash["counted_minor"]) == (13_600, 13_600)
    dates = Ticket.objects.order_by("id").values_list("business_date", flat=True)
    assert list(dates) == [MONDAY, MONDAY, TUESDAY]


def test_a_seal_waits_for_the_ticket_that_is_missing(till: Client) -> None:
    tell(till, "tickets", ring_up(1))

    refused = tell(till, "seals", seal(2), status=409)
    assert refused["code"] == "store_day.tickets_missing"
    assert refused["facts"]["numbers"] == ["S12-1-000002"]
    assert not StoreDay.objects.exclude(state="open").exists()

    tell(till, "tickets", ring_up(2))
    assert tell(till, "seals", seal(2))["state"] == "sealed"


def test_a_day_somebody_else_sealed_and_an_unknown_epoch_are_refused(till: Client) -> None:
    tell(till, "seals", seal(0))

    again = seal(0, seal_id=str(make_id("another")))
    assert tell(till, "seals", again, status=409)["code"] == "store_day.sealed"
    unknown = seal(0, seal_id=str(make_id("third")), epoch=7, business_date="2026-03-04")
    assert tell(till, "seals", unknown, status=409)["code"] == "till.epoch_unknown"
    assert StoreDay.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"device_at": "0001-01-01T00:00:00+14:00"},
        {"device_at": "9999-12-31T23:59:59-12:00"},
        {"business_date": "0001-01-01"},
        {"business_date": "9999-12-31"},
    ],
)
def test_a_time_no_clock_says_is_refused_and_nothing_changes(
    till: Client, changes: dict[str, Any]
) -> None:
    assert tell(till, "seals", seal(0, **changes), status=422)["code"] == "request.invalid"
    assert not StoreDay.objects.exists()
