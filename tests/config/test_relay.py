"""
Goal: a register at a store's own node gets the hub's answer, or a clear word that there is none.

Method: this house plays the hub, behind a real socket; the same house asks itself as a node.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.access.builders import a_key, a_person
from yipan.access.roles import Role
from yipan.config.edge import relay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(settings: Any, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A clerk at the node of S12, whose hub is this house."""
    retailer.open_retailer()
    retailer.open_store("S1", ("TEA-250", 7))
    retailer.deliver()
    settings.YIPAN_HUB_URL = live_server.url
    settings.YIPAN_HUB_KEY = a_key(Role.INTEGRATION, name="node S12", sites=("S12",))
    # Only the first asks: what arrives at the hub is answered there.
    asked = iter([True])
    monkeypatch.setattr(relay, "is_needed", lambda: next(asked, False))
    client = Client()
    client.force_login(a_person(Role.STORE_CLERK, username="chen", sites=["S12"]))
    return client


def test_what_the_hub_says_is_what_the_register_hears(clerk: Client) -> None:
    told = clerk.get("/api/v1/elsewhere?site=S12&sku=TEA-250").json()

    places = [site["code"] for site in told["sites"]]
    assert told["data"]["TEA-250"][places.index("S1")] == 7


def test_a_no_of_the_hub_is_passed_on_with_its_code(clerk: Client) -> None:
    answer = clerk.get("/api/v1/returnable/S1-1-000099")

    assert (answer.status_code, answer.json()["code"]) == (404, "resource.not_found")


def test_a_hub_that_does_not_answer_is_told_as_such(clerk: Client, settings: Any) -> None:
    settings.YIPAN_HUB_URL = "http://127.0.0.1:9"

    answer = clerk.get("/api/v1/elsewhere?site=S12")

    assert (answer.status_code, answer.json()["code"]) == (503, "hub.unheard")


def test_a_key_the_hub_does_not_know_is_no_fault_of_the_clerk(clerk: Client, settings: Any) -> None:
    settings.YIPAN_HUB_KEY = "yp_nobody"

    answer = clerk.get("/api/v1/elsewhere?site=S12")

    assert (answer.status_code, answer.json()["code"]) == (503, "hub.unheard")


def test_half_an_answer_is_none(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "ANSWER_BYTES_MAX", 20)

    answer = clerk.get("/api/v1/elsewhere?site=S12&sku=TEA-250")

    assert (answer.status_code, answer.json()["code"]) == (503, "hub.unheard")
    assert answer.json()["facts"]["reason"] == "an answer of more than 20 bytes"
