"""
Goal: requests at the same moment under one key have one effect, whatever becomes of them.

Method: a verb that waits for the test in the middle of its transaction.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from tests.access.builders import an_actor
from yipan.access.models import LoginFailure, StoredAnswer
from yipan.access.roles import Role
from yipan.config.edge import idempotency
from yipan.config.edge.idempotency import IdempotencyKeyInUse, answer_once

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CALLER = an_actor(Role.WAREHOUSE_WORKER)


def ask(run: Callable[[], HttpResponse], *, key: str = "k", at: datetime = NOON) -> HttpResponse:
    request = RequestFactory().post(
        "/api/v1/x", "{}", content_type="application/json", headers={"Idempotency-Key": key}
    )
    answer = answer_once(run, request=request, actor=CALLER, at=at)
    assert isinstance(answer, HttpResponse)
    return answer


def have_effect(status: int = 200) -> HttpResponse:
    LoginFailure.objects.create(name="an effect", address="", at=NOON)
    return HttpResponse(json.dumps({"status": status}), status=status)


@pytest.fixture
def waiting() -> Iterator[tuple[threading.Event, threading.Event, list[HttpResponse]]]:
    """Start a first request that waits inside; yield (inside, go on, its answers)."""
    inside, go_on = threading.Event(), threading.Event()
    answers: list[HttpResponse] = []

    def run() -> HttpResponse:
        answer = have_effect()
        inside.set()
        assert go_on.wait(timeout=30)
        return answer

    def first() -> None:
        answers.append(ask(run))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(timeout=30)
    yield inside, go_on, answers
    go_on.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_to_come_back(
    waiting: tuple[threading.Event, threading.Event, list[HttpResponse]],
) -> None:
    del waiting

    with pytest.raises(IdempotencyKeyInUse) as refused:
        ask(have_effect)

    assert refused.value.facts == {"retry_after_ms": 200}


@pytest.mark.django_db(transaction=True)
def test_a_key_in_use_stops_no_other_key(
    waiting: tuple[threading.Event, threading.Event, list[HttpResponse]],
) -> None:
    del waiting

    assert ask(have_effect, key="another").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "effects", "kept"),
    [
        (200, 1, 1),
        (201, 1, 1),
        (409, 0, 1),
        (404, 0, 0),
        (422, 0, 0),
        (503, 0, 0),
    ],
)
def test_an_answer_and_a_refusal_are_kept_and_the_rest_may_be_tried_again(
    status: int, effects: int, kept: int
) -> None:
    ask(lambda: have_effect(status))

    assert LoginFailure.objects.count() == effects
    assert StoredAnswer.objects.count() == kept


@pytest.mark.django_db
def test_a_fault_that_escapes_leaves_neither_effect_nor_answer() -> None:
    def fail() -> HttpResponse:
        have_effect()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(fail)

    assert LoginFailure.objects.exists() is False
    assert StoredAnswer.objects.exists() is False


@pytest.mark.django_db
def test_an_answer_is_kept_for_seven_days_to_the_second() -> None:
    end = NOON + timedelta(days=7)
    ask(have_effect)

    early = ask(have_effect, at=end - timedelta(seconds=1))
    late = ask(have_effect, at=end)

    assert early.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in late.headers
    assert LoginFailure.objects.count() == 2
    assert StoredAnswer.objects.get().first_seen_at == end


@pytest.mark.django_db
def test_old_answers_are_forgotten_and_young_ones_kept() -> None:
    ask(have_effect, key="old")
    ask(have_effect, key="young", at=NOON + timedelta(days=1))

    assert idempotency.purge(at=NOON + timedelta(days=7)) == 1
    assert StoredAnswer.objects.get().key == "young"
