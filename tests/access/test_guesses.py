"""Goal: who guesses keys waits and costs no query, and nobody else waits for it."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.access.builders import NOON, a_key, an_actor
from yipan.access import keys
from yipan.access.actors import Unauthenticated
from yipan.access.guesses import Doorkeeper
from yipan.access.limits import TokenBuckets
from yipan.access.roles import Role
from yipan.config.edge import authentication
from yipan.foundation.requests import RateLimited

pytestmark = pytest.mark.django_db

HERE, THERE = "10.0.0.1", "10.0.0.2"


def guess(keeper: Doorkeeper, count: int, *, address: str = HERE) -> None:
    for number in range(count):
        with pytest.raises(Unauthenticated):
            keeper.admit(secret=f"yk_{number}", address=address, at=NOON, now=0.0)


def test_who_guessed_too_often_waits_and_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    keeper = Doorkeeper(per_second=0.5, burst=3)
    guess(keeper, 3)

    with django_assert_num_queries(0), pytest.raises(RateLimited) as refused:
        keeper.admit(secret="yk_more", address=HERE, at=NOON, now=0.0)

    assert refused.value.facts["retry_after_ms"] == 2_000
    with pytest.raises(Unauthenticated):
        keeper.admit(secret="yk_more", address=HERE, at=NOON, now=2.0)


def test_a_key_that_was_let_in_and_another_address_do_not_wait() -> None:
    secret, other = a_key(name="known"), a_key(name="other")
    keeper = Doorkeeper(per_second=0.5, burst=3)
    keeper.admit(secret=secret, address=HERE, at=NOON, now=0.0)
    guess(keeper, 3)

    assert keeper.admit(secret=secret, address=HERE, at=NOON, now=0.0).name == "key:known"
    assert keeper.admit(secret=other, address=THERE, at=NOON, now=0.0).name == "key:other"
    with pytest.raises(RateLimited):
        keeper.admit(secret="yk_more", address=HERE, at=NOON, now=0.0)


def test_a_key_that_was_revoked_is_known_no_more() -> None:
    secret = a_key(name="lost")
    keeper = Doorkeeper(per_second=0.5, burst=1)
    keeper.admit(secret=secret, address=HERE, at=NOON, now=0.0)
    keys.revoke(name="lost", by=an_actor(Role.ADMIN, name="root"), at=NOON)

    with pytest.raises(Unauthenticated):
        keeper.admit(secret=secret, address=HERE, at=NOON, now=0.0)
    with pytest.raises(RateLimited):
        keeper.admit(secret=secret, address=HERE, at=NOON, now=0.0)


def test_looking_takes_nothing() -> None:
    buckets = TokenBuckets(per_second=1, burst=1)

    assert [buckets.look("ann", now=0.0) for _ in range(3)] == [0, 0, 0]
    assert [buckets.take("ann", now=0.0) for _ in range(2)] == [0, 1_000]
    assert buckets.look("ann", now=0.5) == 500


def test_the_door_answers_429_and_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "doorkeeper", Doorkeeper(per_second=0.5, burst=2))
    secret = a_key()

    answers = [
        Client().get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
        for key in ("yk_a", "yk_b", "yk_c", secret)
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert answers[2].json()["code"] == "request.rate_limited"
    assert answers[2].headers["Retry-After"] == "2"
