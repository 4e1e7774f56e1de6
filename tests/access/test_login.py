"""Goal: the right password lets in, five wrong ones lock out, and neither tells more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.access.builders import NOON, PASSWORD, a_person
from tests.pages import squeeze
from yipan.access import lockout
from yipan.access.models import LoginFailure
from yipan.access.roles import Role

pytestmark = pytest.mark.django_db

HERE = {"address": "10.0.0.1"}


def try_to_log_in(client: Client, password: str, **more: str) -> int:
    response = client.post("/login", {"username": "ann", "password": password, **more})
    return response.status_code


def test_the_right_password_lets_in_and_names_the_device() -> None:
    a_person(Role.PURCHASER)
    client = Client()

    response = client.post("/login", {"username": "ann", "password": PASSWORD, "next": "/books/"})

    assert response.status_code == 302
    assert response.headers["Location"] == "/books/"
    assert "_auth_user_id" in client.session
    assert client.cookies["yipan_device"].value.startswith("web-")
    assert LoginFailure.objects.exists() is False


def test_the_session_gets_another_id_at_the_log_in() -> None:
    a_person(Role.PURCHASER)
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = client.session.session_key

    try_to_log_in(client, PASSWORD)

    assert client.session.session_key != planted


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x()"])
def test_the_way_back_never_leads_to_another_house(target: str) -> None:
    a_person(Role.PURCHASER)
    client = Client()

    response = client.post("/login", {"username": "ann", "password": PASSWORD, "next": target})

    assert response.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer() -> None:
    a_person(Role.PURCHASER)

    wrong = Client().post("/login", {"username": "ann", "password": "no"})
    unknown = Client().post("/login", {"username": "bob", "password": "no"})

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert b"Name and password do not match." in wrong.content
    assert b"Name and password do not match." in unknown.content


def test_the_sixth_attempt_for_a_name_waits_even_with_the_right_password() -> None:
    a_person(Role.PURCHASER)
    client = Client()
    addresses = [f"10.0.0.{number}" for number in range(6)]

    statuses = [
        client.post(
            "/login", {"username": "ann", "password": "no"}, REMOTE_ADDR=address
        ).status_code
        for address in addresses[:5]
    ]
    locked = client.post(
        "/login", {"username": "Ann", "password": PASSWORD}, REMOTE_ADDR=addresses[5]
    )

    assert statuses == [401] * 5
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "_auth_user_id" not in client.session


def test_the_sixth_attempt_from_an_address_waits_whatever_the_name() -> None:
    for number in range(5):
        lockout.begin_attempt(name=f"guess-{number}", at=NOON, **HERE)

    with pytest.raises(lockout.LoginLocked) as refused:
        lockout.begin_attempt(name="ann", at=NOON + timedelta(minutes=5), **HERE)

    assert refused.value.facts == {"retry_after_ms": 600_000}
    lockout.begin_attempt(name="ann", address="10.0.0.2", at=NOON)


def test_the_lock_opens_when_the_oldest_failure_is_fifteen_minutes_old() -> None:
    for minute in range(5):
        lockout.begin_attempt(name="ann", at=NOON + timedelta(minutes=minute), **HERE)

    with pytest.raises(lockout.LoginLocked):
        lockout.begin_attempt(name="ann", at=NOON + timedelta(minutes=14, seconds=59), **HERE)
    lockout.begin_attempt(name="ann", at=NOON + timedelta(minutes=15), **HERE)


def test_getting_in_forgets_the_failures_of_that_name_only() -> None:
    for name in ("ann", "ann", "bob"):
        lockout.begin_attempt(name=name, at=NOON, **HERE)

    lockout.end_attempt(name="Ann", at=NOON)

    assert list(LoginFailure.objects.values_list("name", flat=True)) == ["bob"]


def test_a_person_put_to_rest_gets_in_no_more() -> None:
    person = a_person(Role.PURCHASER)
    person.is_active = False
    person.save()

    assert try_to_log_in(Client(), PASSWORD) == 401


def test_a_form_from_another_house_is_refused() -> None:
    a_person(Role.PURCHASER)
    client = Client(enforce_csrf_checks=True)

    response = client.post("/login", {"username": "ann", "password": PASSWORD})

    assert response.status_code == 403
    assert b"auth.csrf_failed" in response.content


def test_log_out_ends_the_session_and_needs_a_form() -> None:
    a_person(Role.PURCHASER)
    client = Client()
    try_to_log_in(client, PASSWORD)

    assert client.get("/access/logout").status_code == 405
    assert client.post("/access/logout").headers["Location"] == "/login"

    assert "_auth_user_id" not in client.session


def test_the_log_in_speaks_chinese_when_asked() -> None:
    response = Client().get("/login?language=zh-hans")

    assert '<html lang="zh-hans"' in squeeze(response.content)
    assert response.cookies["django_language"].value == "zh-hans"
