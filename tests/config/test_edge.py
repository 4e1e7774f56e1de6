"""Goal: whatever is wrong with a request, the API says so with a stable code, and once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import clear_url_caches, path
from ninja import NinjaAPI, Router, Schema
from pydantic import Field

import yipan.config.urls
from tests.access.builders import a_client, a_key
from yipan.access.doors import endpoint
from yipan.access.models import LoginFailure
from yipan.access.roles import Role
from yipan.config.api.root import build_api
from yipan.foundation.refusals import Refusal

pytestmark = pytest.mark.django_db

ADDRESS = "/api/try/notes"
router = Router()


class Full(Refusal):
    """The shelf takes no more."""

    code = "shelf.full"


class Line(Schema):
    sku: str = Field(max_length=40)
    quantity: int = Field(ge=1, le=1_000_000_000)


class Note(Schema):
    text: str
    lines: list[Line] = []


# Any table would do: it counts how often the verb had an effect.
@router.post("/notes")
@endpoint(action="wms.receive")
def write_note(request: HttpRequest, payload: Note) -> dict[str, Any]:
    LoginFailure.objects.create(name=payload.text, address="", at="2026-03-02T04:00Z")
    if payload.text == "full":
        raise Full(shelf="A-01")
    if payload.text == "fault":
        raise ZeroDivisionError("secret detail")
    return {"count": LoginFailure.objects.count()}


@router.post("/looks")
@endpoint(action="wms.read", repeatable=True)
def look(request: HttpRequest, payload: Note) -> dict[str, Any]:
    return {"text": payload.text}


@router.get("/notes")
@endpoint(action="wms.read")
def list_notes(request: HttpRequest, limit: int = 100) -> dict[str, Any]:
    return {"limit": limit}


def make_api() -> NinjaAPI:
    api = build_api(namespace="try")
    api.add_router("", router)
    return api


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> Any:
    patterns = [path("api/try/", make_api().urls), *yipan.config.urls.urlpatterns]
    monkeypatch.setattr(yipan.config.urls, "urlpatterns", patterns)
    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def secret() -> str:
    return a_key(Role.WAREHOUSE_WORKER, sites=["W1"])


def send(
    secret: str, body: object, *, key: str | None = "k-1", address: str = ADDRESS
) -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Bearer {secret}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    response = Client().post(address, data, content_type="application/json", headers=headers)
    return response.status_code, response.json(), response.headers


def count_effects() -> int:
    return LoginFailure.objects.count()


def test_a_key_may_do_what_its_roles_allow(secret: str) -> None:
    status, answer, _ = send(secret, {"text": "hello"})

    assert (status, answer) == (200, {"count": 1})


def test_nobody_gets_401_with_the_code_and_the_way_in() -> None:
    response = Client().get(ADDRESS)

    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="yipan"'
    assert response.json()["code"] == "auth.unauthenticated"
    assert response.json()["type"] == "https://yipan.dev/problems/auth.unauthenticated"


@pytest.mark.parametrize("header", ["Bearer yk_wrong", "Bearer ", "Basic YTpi", "yk_wrong"])
def test_a_wrong_key_is_refused_even_beside_a_session(header: str) -> None:
    client = a_client(Role.WAREHOUSE_WORKER, sites=["W1"])

    response = client.get(ADDRESS, headers={"Authorization": header})

    assert response.json()["code"] == "auth.unauthenticated"


def test_a_role_without_the_action_gets_403_and_nothing_changes() -> None:
    status, problem, _ = send(a_key(Role.PURCHASER), {"text": "hello"})

    assert status == 403
    assert problem["code"] == "auth.forbidden"
    assert problem["facts"] == {"action": "wms.receive"}
    assert count_effects() == 0


def test_a_session_works_with_its_token_only() -> None:
    client = a_client(Role.WAREHOUSE_WORKER, sites=["W1"])
    client.handler.enforce_csrf_checks = True
    client.get("/login?next=/")

    refused = client.post(
        ADDRESS, {"text": "x"}, content_type="application/json", headers={"Idempotency-Key": "1"}
    )

    assert refused.status_code == 403
    assert refused.json()["code"] == "auth.csrf_failed"
    assert client.get(ADDRESS).status_code == 200


def test_a_repeat_gets_the_first_answer_and_has_no_effect(secret: str) -> None:
    send(secret, {"text": "hello", "lines": []})
    status, answer, headers = send(secret, '{"lines":[],   "text":"hello"}', key='"k-1"')

    assert (status, answer) == (200, {"count": 1})
    assert headers["Idempotent-Replayed"] == "true"
    assert count_effects() == 1


def test_another_key_is_another_request(secret: str) -> None:
    send(secret, {"text": "hello"})
    status, answer, headers = send(secret, {"text": "hello"}, key="k-2")

    assert (status, answer) == (200, {"count": 2})
    assert "Idempotent-Replayed" not in headers


def test_a_key_is_the_askers_own(secret: str) -> None:
    send(secret, {"text": "hello"})
    other = a_key(Role.WAREHOUSE_WORKER, name="other", sites=["W1"])

    status, answer, _ = send(other, {"text": "hello again"})

    assert (status, answer) == (200, {"count": 2})


def test_a_key_with_another_body_is_refused(secret: str) -> None:
    send(secret, {"text": "hello"})
    status, problem, _ = send(secret, {"text": "bye"})

    assert status == 422
    assert problem["code"] == "request.idempotency_key_reused"
    assert list(problem["facts"]) == ["first_seen_at"]
    assert count_effects() == 1


@pytest.mark.parametrize("key", [None, "", '""', "x" * 256])
def test_a_post_without_a_usable_key_is_refused(secret: str, key: str | None) -> None:
    status, problem, _ = send(secret, {"text": "hello"}, key=key)

    assert (status, problem["code"]) == (400, "request.idempotency_key_missing")
    assert count_effects() == 0


def test_a_repeatable_post_needs_no_key(secret: str) -> None:
    status, answer, _ = send(secret, {"text": "hello"}, key=None, address="/api/try/looks")

    assert (status, answer) == (200, {"text": "hello"})


def test_a_refusal_is_an_answer_and_stays_one(secret: str) -> None:
    first = send(secret, {"text": "full"})
    second = send(secret, {"text": "full"})

    assert first[0] == 409
    assert first[1]["code"] == "shelf.full"
    assert first[1]["title"] == "The shelf takes no more"
    assert first[1]["facts"] == {"shelf": "A-01"}
    assert second[1] == first[1]
    assert second[2]["Idempotent-Replayed"] == "true"
    assert count_effects() == 0


def test_a_fault_tells_its_number_only_and_may_be_tried_again(secret: str) -> None:
    status, problem, _ = send(secret, {"text": "fault"})
    again = send(secret, {"text": "fault"})

    assert status == 500
    assert problem["code"] == "server.fault"
    assert problem["instance"].startswith("urn:uuid:")
    assert "secret detail" not in json.dumps(problem)
    assert again[0] == 500
    assert "Idempotent-Replayed" not in again[2]
    assert again[1]["instance"] != problem["instance"]
    assert count_effects() == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"text": ', "line 1 column 10: Expecting value"),
        (b'{"text": "\xff"}', "byte 10 is not UTF-8"),
        ('{"text": NaN}', "NaN is no number in JSON"),
        ('{"text": "a", "text": "b"}', "the name 'text' stands twice in one object"),
        ('{"text": "a\\u0000b"}', "a text holds a character that cannot be stored"),
        ('{"text": "\\ud800"}', "a text holds a character that cannot be stored"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(
    secret: str, body: str | bytes, message: str
) -> None:
    status, problem, _ = send(secret, body)

    assert (status, problem["code"]) == (400, "request.malformed")
    assert problem["errors"] == [{"pointer": "", "code": "request.malformed", "message": message}]
    assert count_effects() == 0


@pytest.mark.parametrize(
    ("line", "pointer", "code"),
    [
        ({"sku": "TEA", "quantity": 10**12}, "/lines/0/quantity", "value.less_than_equal"),
        ({"sku": "TEA", "quantity": 1e12}, "/lines/0/quantity", "value.less_than_equal"),
        ({"sku": "TEA", "quantity": -1}, "/lines/0/quantity", "value.greater_than_equal"),
        ({"sku": "TEA", "quantity": 1.5}, "/lines/0/quantity", "value.int_from_float"),
        ({"sku": "TEA", "quantity": "many"}, "/lines/0/quantity", "value.int_parsing"),
        ({"quantity": 1}, "/lines/0/sku", "value.missing"),
        ({"sku": "T" * 41, "quantity": 1}, "/lines/0/sku", "value.string_too_long"),
    ],
)
def test_a_field_out_of_its_range_is_pointed_at(
    secret: str, line: object, pointer: str, code: str
) -> None:
    status, problem, _ = send(secret, {"text": "hello", "lines": [line]})

    assert (status, problem["code"]) == (422, "request.invalid")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert count_effects() == 0


def test_what_was_invalid_may_be_mended_under_the_same_key(secret: str) -> None:
    send(secret, {"text": 1})
    status, answer, _ = send(secret, {"text": "hello"})

    assert (status, answer) == (200, {"count": 1})


def test_a_query_out_of_its_range_is_pointed_at(secret: str) -> None:
    response = Client().get(f"{ADDRESS}?limit=many", headers={"Authorization": f"Bearer {secret}"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/(query)/limit"


def test_an_address_of_a_thousand_fields_and_more_is_malformed(secret: str) -> None:
    query = "&".join(f"limit={number}" for number in range(1_100))

    response = Client().get(f"{ADDRESS}?{query}", headers={"Authorization": f"Bearer {secret}"})

    assert (response.status_code, response.json()["code"]) == (400, "request.malformed")


def test_an_address_that_leads_nowhere_is_a_problem_too() -> None:
    response = Client().get("/api/v1/no-such-thing")

    assert (response.status_code, response.json()["code"]) == (404, "resource.not_found")


def test_a_method_an_address_has_not_is_a_problem_too() -> None:
    response = Client().delete(ADDRESS)

    assert (response.status_code, response.json()["code"]) == (405, "request.method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_body_above_five_megabytes_is_refused_unread(secret: str) -> None:
    status, problem, _ = send(secret, " " * (5 * 1024 * 1024 + 1))

    assert (status, problem["code"]) == (413, "request.too_large")
    assert problem["facts"] == {"bytes_max": 5 * 1024 * 1024}


def test_a_nul_in_the_address_is_malformed(secret: str) -> None:
    response = Client().get(f"{ADDRESS}?limit=%00", headers={"Authorization": f"Bearer {secret}"})

    assert (response.status_code, response.json()["code"]) == (400, "request.malformed")
