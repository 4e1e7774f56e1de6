"""Goal: the system does not grow for ever, says what may go, and forgets nothing it needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import retailer
from tests.retailer import deliver, order, receive
from yipan.access.models import LoginFailure, StoredAnswer
from yipan.config import clock, retention
from yipan.exchange.models import InboxMessage, OutboxMessage
from yipan.proof import run as proof

pytestmark = pytest.mark.django_db

NOW = datetime.now(tz=UTC)


def count_going(*, days: int | None = None) -> dict[str, int]:
    going: dict[str, int] = {}
    for each in retention.list_going(at=NOW, days=days):
        going[each.what] = going.get(each.what, 0) + each.count
    return going


def a_failed_job(*, days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs"
            " (task_name, queue_name, priority, args, status, attempts)"
            " values ('config.anything', 'default', 0, '{}', 'failed', 1) returning id"
        )
        (job_id,) = cursor.fetchone()
        cursor.execute(
            "update procrastinate_events set at = now() - make_interval(days => %s)"
            " where job_id = %s",
            [days, job_id],
        )
        cursor.execute(
            "insert into procrastinate_events (job_id, type, at)"
            " values (%s, 'failed', now() - make_interval(days => %s))",
            [job_id, days],
        )


def test_a_year_of_trade_goes_and_the_books_are_still_proved() -> None:
    retailer.open_retailer()
    purchase = order(("TEA-250", 10))
    deliver()
    receive(purchase.inbound_order_number, ("TEA-250", 10, 0))
    retailer.sell(("TEA-250", 2))
    deliver()
    clock.tell_digests(int(NOW.timestamp()))
    deliver()
    assert "told" not in count_going()
    then = NOW - timedelta(days=401)
    OutboxMessage.objects.update(recorded_at=then)
    InboxMessage.objects.update(received_at=then)

    expected = count_going()["told"]
    gone = retention.forget(at=NOW)

    assert gone["told"] == expected > 0
    assert [each for each in proof.prove() if not each.ok] == []
    retailer.sell(("TEA-250", 1))
    deliver()
    assert retailer.stock("erp", "on_hand/S12/available", "TEA-250") == -3
    assert [each for each in proof.prove() if not each.ok] == []


def test_by_setting_all_messages_are_kept(settings: Any) -> None:
    settings.YIPAN_KEEP_MESSAGES_DAYS = 0

    assert retention.make_terms(at=NOW) is None
    assert "told" not in count_going()
    assert retention.forget(at=NOW)["told"] == 0


def test_a_node_waits_for_its_hub(settings: Any) -> None:
    settings.YIPAN_HUB_URL = "https://hub.example"

    terms = retention.make_terms(at=NOW)

    assert terms is not None
    assert terms.is_forwarded


def test_what_served_for_a_while_goes_with_its_time() -> None:
    for days in (1, -1):
        Session.objects.create(session_key=f"s{days}", expire_date=NOW - timedelta(days=days))
    for minutes in (1, 16):
        at = NOW - timedelta(minutes=minutes)
        LoginFailure.objects.create(name="chen", address="192.0.2.1", at=at)
    for days in (6, 8):
        StoredAnswer.objects.create(
            scope="s",
            key=str(days),
            fingerprint="f",
            status=200,
            content_type="application/json",
            body=b"{}",
            first_seen_at=NOW - timedelta(days=days),
        )
    a_failed_job(days=31)
    a_failed_job(days=29)
    expected = {"answers": 1, "sessions": 1, "log-in failures": 1, "jobs": 1}

    assert {what: count for what, count in count_going().items() if count} == expected
    gone = retention.forget(at=NOW)

    assert {what: count for what, count in gone.items() if count} == expected
    assert ProcrastinateJob.objects.count() == 1
    assert [count for count in count_going().values() if count] == []


def test_the_clock_lets_it_go() -> None:
    Session.objects.create(session_key="s", expire_date=NOW - timedelta(days=1))

    clock.forget_old(int(NOW.timestamp()))

    assert not Session.objects.exists()
