"""
Goal: a webhook gets every change at least once, signed, in order, and a failing one is disabled.

Method: a real receiver on loopback answers as told; the clock is ours.
"""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from tests.channels.receiving import Receiver, listening
from tests.channels.telling import open_channel, publish
from tests.pool.selling import DESK, NOON, a_wish, bring
from tests.retailer import make_id
from yipan.channels import tasks
from yipan.channels.documents import ringing, webhook
from yipan.channels.documents.webhook import Made, TooManyWebhooks, WebhookDisabled
from yipan.channels.models import Delivery, Webhook
from yipan.channels.queries import webhooks
from yipan.channels.rules import signing
from yipan.exchange import doorbell
from yipan.exchange.doorbell import AddressRefused, Call
from yipan.foundation.refusals import NotFound
from yipan.pool import promises

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback() -> Iterator[None]:
    with override_settings(YIPAN_WEBHOOK_PRIVATE=True):
        yield


def connect(receiver: Receiver) -> Made:
    """Make a webhook to a receiver, then let a scarf and a mug come."""
    open_channel("SCARF", "MUG")
    publish()
    return webhook.create(channel="web", url=receiver.url, new_id=make_id("hook"), by=DESK, at=NOON)


def ring(at: datetime = NOON) -> int:
    return tasks.ring(clock=lambda: at, chance=random.Random(1))


def sell(quantity: int = 1, *, number: str = "rsv_1") -> None:
    promises.reserve(ask=a_wish(number, quantity), at=NOON)


def read(receiver: Receiver, place: int = -1) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(receiver.received[place][1])
    return event


def test_a_change_is_signed_and_delivered() -> None:
    with listening() as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()

        ring()

    [(headers, body)] = receiver.received
    event = read(receiver)
    assert signing.verify(secret=made.secret, headers=headers, body=body, now=int(NOON.timestamp()))
    assert headers["webhook-id"] == event["id"]
    assert (event["specversion"], event["type"]) == ("1.0", "channels.availability_changed.v1")
    assert event["timestamp"] == event["time"]
    assert event["data"]["last_sequence"] == 1
    [change] = event["data"]["changes"]
    assert (change["sku"], change["sellable"], change["level"]) == ("SCARF", 12, "plenty")
    row = webhooks.get_webhook(made.code)
    assert (row.state, row.acknowledged_sequence, row.pending_count) == ("active", 1, 0)


def test_a_new_webhook_is_told_what_comes_from_now_on() -> None:
    with listening() as receiver:
        open_channel("SCARF")
        bring("SCARF", W1=12)
        publish()
        webhook.create(channel="web", url=receiver.url, new_id=make_id("hook"), by=DESK, at=NOON)
        ring()

    assert receiver.received == []


def test_a_failed_message_is_sent_again_under_its_id_and_what_came_meanwhile_follows() -> None:
    with listening(500, 204) as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ring()
        sell(2)
        publish()
        ring(NOON + timedelta(seconds=4))
        assert len(receiver.received) == 1
        assert webhooks.get_webhook(made.code).state == "failing"

        ring(NOON + timedelta(seconds=6))
        ring(NOON + timedelta(seconds=7))

    ids = [headers["webhook-id"] for headers, _ in receiver.received]
    assert ids[0] == ids[1] != ids[2]
    assert receiver.received[0][1] == receiver.received[1][1]
    assert read(receiver)["data"]["changes"][0]["sellable"] == 10
    row = webhooks.get_webhook(made.code)
    assert (row.state, row.acknowledged_sequence) == ("active", 2)


def test_many_changes_of_one_sku_are_told_as_one_when_the_receiver_is_back() -> None:
    with listening(503, 204) as receiver:
        connect(receiver)
        bring("SCARF", W1=30)
        publish()
        ring()
        for place in range(4):
            sell(number=f"rsv_{place}")
            publish()
        ring(NOON + timedelta(seconds=10))
        ring(NOON + timedelta(seconds=11))

    data = read(receiver)["data"]
    assert (data["first_sequence"], data["last_sequence"]) == (2, 5)
    assert [(it["sequence"], it["sellable"]) for it in data["changes"]] == [(5, 26)]


def test_whoever_is_killed_after_sending_sends_again() -> None:
    with listening() as receiver:
        connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ringing.write_due()
        [claimed] = ringing.claim_due(at=NOON)
        assert (
            doorbell.post(
                Call(url=claimed.url, headers={}, body=claimed.body.encode(), allow_private=True)
            ).status
            == 204
        )

        assert ring(NOON + timedelta(seconds=59)) == 0
        ring(NOON + timedelta(seconds=61))

    assert len(receiver.received) == 2
    assert receiver.received[0][1] == receiver.received[1][1]
    assert Delivery.objects.get().state == "delivered"


def test_after_ten_tries_over_three_days_it_is_disabled_and_enabled_by_hand() -> None:
    with listening(500) as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()
        at = NOON
        for _ in range(30):
            ring(at)
            due = Delivery.objects.get().next_at
            if Delivery.objects.get().state != "pending":
                break
            assert due is not None
            at = due
        assert len(receiver.received) == 10
        assert timedelta(hours=75) < at - NOON < timedelta(hours=92)
        row = webhooks.get_webhook(made.code)
        assert (row.state, row.disabled_reason) == ("disabled", "retries_exhausted")
        assert webhooks.count_disabled() == 1
        sell()
        publish(at)
        assert ring(at + timedelta(days=1)) == 0

        receiver.statuses = [204]
        webhook.enable(code=made.code, by=DESK, at=at)
        ring(at)
        ring(at)

    assert webhooks.get_webhook(made.code).acknowledged_sequence == 2
    assert len(receiver.received) == 12


def test_gone_disables_at_once() -> None:
    with listening(410) as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ring()

    row = webhooks.get_webhook(made.code)
    assert (row.state, row.disabled_reason, len(receiver.received)) == ("disabled", "gone", 1)


def test_a_redirect_is_a_failure_and_followed_nowhere() -> None:
    with listening() as other, listening(302, Location=other.url) as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ring()

    assert (len(receiver.received), other.received) == (1, [])
    assert webhooks.get_webhook(made.code).state == "failing"


def test_a_receiver_that_asks_for_time_gets_it() -> None:
    with listening(429, Retry_After="120") as receiver:
        connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ring()

    assert Delivery.objects.get().next_at == NOON + timedelta(seconds=120)


def test_nobody_there_is_a_failure_with_its_reason() -> None:
    with listening() as receiver:
        pass
    made = connect(receiver)
    bring("SCARF", W1=12)
    publish()

    ring()

    [row] = webhooks.list_deliveries(webhook=made.code)
    assert (row.attempts[0].status, row.attempts[0].error.split(":")[0]) == (
        0, "ConnectionRefusedError",
    )  # fmt: skip


def test_a_changed_secret_signs_beside_the_old_one_for_a_day() -> None:
    with listening() as receiver:
        old = connect(receiver)
        new = webhook.change_secret(code=old.code, by=DESK, at=NOON)
        bring("SCARF", W1=12)
        publish()
        ring(NOON + timedelta(hours=23))
        sell()
        publish(NOON + timedelta(hours=25))
        ring(NOON + timedelta(hours=25))

    assert old.secret != new.secret
    for place, hours, secret, is_good in (
        (0, 23, old.secret, True),
        (0, 23, new.secret, True),
        (1, 25, old.secret, False),
        (1, 25, new.secret, True),
    ):
        headers, body = receiver.received[place]
        now = int((NOON + timedelta(hours=hours)).timestamp())
        assert signing.verify(secret=secret, headers=headers, body=body, now=now) is is_good


def test_the_secret_is_in_no_table() -> None:
    with listening() as receiver:
        made = connect(receiver)

    row = Webhook.objects.values().get()
    assert made.secret not in str(row)
    assert made.secret.removeprefix("whsec_") not in str(row)


def test_a_test_rings_once_and_moves_no_number() -> None:
    with listening() as receiver:
        made = connect(receiver)
        webhook.test(code=made.code, message_id=make_id("test"), by=DESK, at=NOON)
        ring()

    assert read(receiver)["type"] == "channels.webhook_tested.v1"
    assert webhooks.get_webhook(made.code).acknowledged_sequence == 0


def test_a_message_and_the_feed_are_sent_again_by_hand() -> None:
    with listening() as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ring()
        [row] = webhooks.list_deliveries(webhook=made.code)

        webhook.deliver_again(code=made.code, delivery=row.id, by=DESK, at=NOON)
        ring()
        webhook.send_after(code=made.code, after=0, by=DESK, at=NOON)
        ring()

    ids = [headers["webhook-id"] for headers, _ in receiver.received]
    assert ids[0] == ids[1] != ids[2]
    assert [read(receiver, it)["data"]["last_sequence"] for it in range(3)] == [1, 1, 1]


def test_a_disabled_webhook_is_neither_tested_nor_sent_to() -> None:
    with listening() as receiver:
        made = connect(receiver)
        bring("SCARF", W1=12)
        publish()
        ring()
        [row] = webhooks.list_deliveries(webhook=made.code)
        webhook.disable(code=made.code, by=DESK, at=NOON)

        with pytest.raises(WebhookDisabled):
            webhook.test(code=made.code, message_id=make_id("t"), by=DESK, at=NOON)
        with pytest.raises(WebhookDisabled):
            webhook.deliver_again(code=made.code, delivery=row.id, by=DESK, at=NOON)
        with pytest.raises(WebhookDisabled):
            webhook.send_after(code=made.code, after=0, by=DESK, at=NOON)
        with pytest.raises(NotFound):
            webhook.disable(code="whk_nobody", by=DESK, at=NOON)
        ring()

    assert len(receiver.received) == 1


def test_a_channel_has_ten_webhooks_at_most() -> None:
    open_channel("SCARF")
    for place in range(10):
        webhook.create(
            channel="web",
            url=f"https://192.0.2.1/{place}",
            new_id=make_id(f"{place}"),
            by=DESK,
            at=NOON,
        )

    with pytest.raises(TooManyWebhooks):
        webhook.create(
            channel="web", url="https://192.0.2.1/x", new_id=make_id("10"), by=DESK, at=NOON
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.com/hook",
        "https://localhost/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://printer.local/hook",
        "https://user:secret@shop.example.com/hook",
        "https://shop.example.com:0/hook",
        "https://shop.example.com/ho ok",
        "ftp://shop.example.com/hook",
        "file:///etc/passwd",
        "nonsense",
        "",
    ],
)
@override_settings(YIPAN_WEBHOOK_PRIVATE=False)
def test_an_address_that_leads_inside_is_refused(url: str) -> None:
    open_channel("SCARF")

    with pytest.raises(AddressRefused):
        webhook.create(channel="web", url=url, new_id=make_id("hook"), by=DESK, at=NOON)

    assert Webhook.objects.count() == 0


def test_a_name_that_turns_out_to_lead_inside_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: harmless when it was made, 127.0.0.1 when it is called."""
    with listening() as receiver:
        port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        answer = doorbell.post(
            Call(url=f"https://shop.example.com:{port}/hook", headers={}, body=b"{}")
        )

    assert (answer.status, answer.error) == (0, "webhook.address_refused")
    assert receiver.received == []
