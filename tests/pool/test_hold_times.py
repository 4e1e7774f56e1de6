"""Goal: a cart nobody said an end for is kept as long as its channel keeps carts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tests.access.builders import a_key
from tests.pool.selling import DESK, NOON, a_wish, bring, open_pool
from yipan.pool import promises
from yipan.pool.policy import channels
from yipan.pool.promises import Ask, PromiseRow

pytestmark = pytest.mark.django_db


def keep_carts(channel: str, seconds: int) -> None:
    channels.save_channel(code=channel, fields={"hold_seconds": seconds}, by=DESK, at=NOON)


def a_cart(number: str, **fields: Any) -> Ask:
    return a_wish(number, step="hold", **fields)


def get_seconds(row: object) -> float:
    assert isinstance(row, PromiseRow)
    assert row.expires_at is not None
    return (row.expires_at - NOON).total_seconds()


def test_carts_of_one_batch_end_as_each_of_their_channels_says() -> None:
    open_pool()
    bring("SCARF", W1=10)
    keep_carts("web", 120)
    keep_carts("app", 7_200)
    asks = [
        a_cart("H-1"),
        a_cart("H-2", channel="app"),
        a_cart("H-3", channel="", site="W1"),
        a_cart("H-4", expires_at=NOON + timedelta(seconds=5), seconds=5),
    ]

    answers = promises.decide(asks=asks, at=NOON)

    assert [get_seconds(it) for it in answers] == [120, 7_200, 900, 5]


def test_a_repeat_is_the_same_whatever_the_channel_says_by_then() -> None:
    open_pool()
    bring("SCARF", W1=10)
    first = promises.hold(ask=a_cart("H-1"), at=NOON)
    keep_carts("web", 60)

    again = promises.hold(ask=a_cart("H-1"), at=NOON + timedelta(seconds=5))

    assert (again.is_repeat, again.expires_at) == (True, first.expires_at)


def test_an_extension_lasts_as_long_as_the_channel_of_the_cart_says() -> None:
    open_pool()
    bring("SCARF", W1=10)
    keep_carts("web", 300)
    promises.hold(ask=a_cart("H-1"), at=NOON)
    later = NOON + timedelta(seconds=200)

    row = promises.extend(ask=Ask(step="extend", number="H-1", actor="key:shop"), at=later)

    assert get_seconds(row) == 500


def test_many_carts_ask_once_for_the_times_of_their_channels() -> None:
    open_pool()
    bring("SCARF", W1=100)

    def count(carts: int, name: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            promises.decide(asks=[a_cart(f"{name}-{n}") for n in range(carts)], at=NOON)
        return sum("hold_seconds" in it["sql"] and "code" in it["sql"] for it in asked)

    assert count(2, "few") == count(40, "many")


def test_the_api_keeps_a_cart_as_long_as_the_channel_says_where_nobody_says_more() -> None:
    open_pool()
    bring("SCARF", W1=10)
    keep_carts("web", 3_600)
    client = Client(headers={"Authorization": f"Bearer {a_key()}"})
    body = {"lines": [{"sku": "SCARF", "quantity": 1}], "channel": "web"}
    before = timezone.now()

    held = client.post(
        "/api/v1/holds",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": "cart-1"},
    )
    extended = client.post(
        f"/api/v1/holds/{held.json()['number']}/extend",
        {},
        content_type="application/json",
        headers={"Idempotency-Key": "cart-1-more"},
    )

    for answer in (held, extended):
        until = parse_datetime(answer.json()["expires_at"])
        assert until is not None
        assert 3_600 <= (until - before).total_seconds() < 3_600 + 120
