"""
Goal: a channel does by the API, and a planner on screen, all that its publication needs.

Method: calls through Django's client with a key, and pages with somebody logged in.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_client, a_key
from tests.channels.telling import open_channel, publish
from tests.pool.selling import DESK, NOON, a_wish, bring
from yipan.access.models import StoredAnswer
from yipan.access.roles import Role
from yipan.channels import tasks
from yipan.channels.documents import webhook
from yipan.channels.models import Webhook
from yipan.pool import promises

pytestmark = pytest.mark.django_db

HOOK = "https://shop.example.com/stock"


@pytest.fixture
def shop() -> Client:
    """A machine of the channel, with a scarf to sell."""
    open_channel("SCARF")
    bring("SCARF", W1=12)
    publish()
    return Client(headers={"Authorization": f"Bearer {a_key(Role.INTEGRATION)}"})


def post(client: Client, path: str, key: str, **body: Any) -> Any:
    return client.post(
        f"/api/v1/{path}",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_a_channel_reads_the_snapshot_and_goes_on_in_the_feed(shop: Client) -> None:
    whole = shop.get("/api/v1/inventory/snapshot?channel=web").json()
    promises.reserve(ask=a_wish("rsv_1", 9), at=NOON)
    publish()

    page = shop.get(f"/api/v1/inventory/changes?channel=web&after={whole['last_position']}").json()

    assert [(it["sku"], it["sellable"], it["level"]) for it in whole["data"]] == [
        ("SCARF", 12, "plenty")
    ]
    [change] = page["data"]
    assert (change["sequence"], change["sellable"], change["level"], change["reason"]) == (
        2, 3, "few", "crossed",
    )  # fmt: skip
    assert (page["last_position"], page["more"]) == (2, False)
    state = shop.get("/api/v1/channels/web/publications").json()
    assert (state["publication"]["last_sequence"], state["readers"][0]["sequence"]) == (2, 1)
    [told] = state["data"]
    assert (told["quantity"], told["quantity_now"], told["differs_since"]) == (3, 3, None)
    assert told["age_seconds"] >= 0


def test_what_is_forgotten_is_gone_with_the_way_on(shop: Client) -> None:
    tasks.forget_old(at=NOON + timedelta(days=31))

    answer = shop.get("/api/v1/inventory/changes?channel=web&after=0")

    assert (answer.status_code, answer.json()["code"]) == (410, "feed.cursor_too_old")
    assert answer.json()["facts"]["snapshot_url"] == "/api/v1/inventory/snapshot?channel=web"


def test_a_webhook_is_made_once_and_its_secret_told_once_and_kept_nowhere(shop: Client) -> None:
    made = post(shop, "webhooks", "k-1", channel="web", url=HOOK)
    again = post(shop, "webhooks", "k-1", channel="web", url=HOOK)
    code = made.json()["code"]

    assert (made.status_code, Webhook.objects.count()) == (201, 1)
    assert (again.status_code, again.json()["code"]) == (409, "webhook.exists")
    assert made.json()["secret"].startswith("whsec_")
    assert StoredAnswer.objects.count() == 0
    assert "secret" not in shop.get(f"/api/v1/webhooks/{code}").json()
    assert post(shop, f"webhooks/{code}/test", "k-2").status_code == 202
    [rung] = shop.get(f"/api/v1/webhooks/{code}/deliveries").json()["data"]
    assert (rung["kind"], rung["state"]) == ("channels.webhook_tested.v1", "pending")
    assert shop.delete(f"/api/v1/webhooks/{code}").status_code == 204
    assert shop.get(f"/api/v1/webhooks/{code}").status_code == 404


def test_bad_settings_and_addresses_change_nothing(shop: Client) -> None:
    refused = post(shop, "webhooks", "k-1", channel="web", url="https://127.0.0.1/x")
    body: dict[str, list[str]] = {"methods": []}
    unfit = shop.put("/api/v1/channels/web/publication", data=body, content_type="application/json")
    off = post(shop, "channels/app/send-all", "k-2")

    assert [(it.status_code, it.json()["code"]) for it in (refused, unfit, off)] == [
        (422, "webhook.address_refused"),
        (422, "publication.methods_missing"),
        (409, "publication.off"),
    ]
    assert Webhook.objects.count() == 0


def test_a_planner_makes_a_webhook_on_screen_and_sees_its_secret_once() -> None:
    open_channel("SCARF")
    planner = a_client(Role.PLANNER, username="pia")

    made = planner.post("/channels/web/webhooks", {"url": HOOK}).content.decode()
    page = planner.get("/channels/web").content.decode()

    assert re.search(r"whsec_[A-Za-z0-9+/=]{44}", made)
    assert HOOK in page
    assert "whsec_" not in page


def test_a_page_says_why_an_address_is_refused() -> None:
    open_channel("SCARF")
    planner = a_client(Role.PLANNER, username="pia")

    answer = planner.post("/channels/web/webhooks", {"url": "http://10.0.0.1/"}, follow=True)

    assert "webhook.address_refused" in answer.content.decode()
    assert Webhook.objects.count() == 0


def test_a_webhook_nobody_answers_waits_for_a_person_on_the_home_board() -> None:
    open_channel("SCARF")
    planner = a_client(Role.PLANNER, username="pia")
    planner.post("/channels/web/webhooks", {"url": HOOK})
    assert "Webhooks were disabled" not in planner.get("/").content.decode()

    code = Webhook.objects.get().code
    webhook.disable(code=code, reason="retries_exhausted", by=DESK, at=NOON)

    assert "Webhooks were disabled" in planner.get("/").content.decode()


def test_settings_are_kept_by_the_form() -> None:
    open_channel("SCARF")
    planner = a_client(Role.PLANNER, username="pia")

    planner.post(
        "/channels/web/publication",
        {
            "is_on": "on", "form": "level", "methods": ["ship", "pickup"], "step_quantity": "25",
            "due_seconds": "60", "version": "1",
        },
    )  # fmt: skip
    page = planner.get("/channels/web").content.decode()

    assert "None, few or plenty" in page
    assert "after 60 s" in page


def test_the_shop_is_not_there_until_a_channel_opens_it() -> None:
    open_channel("SCARF")

    assert Client().get("/shop/").status_code == 404
    open_channel("SCARF", has_shop=True)
    assert Client().get("/shop/").status_code == 200


def test_an_order_of_the_shop_is_shown_to_nobody_without_its_token() -> None:
    open_channel("SCARF", has_shop=True)

    assert Client().get("/shop/orders/CO-2026-000001/guessed").status_code == 404
