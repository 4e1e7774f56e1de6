"""
Goal: nothing a client can type makes the API or a page fail, or takes effect by mistake.

Method: every operation is called with a body that works, in which one field at a time is
replaced by something nasty; every page and every list is asked for with nasty queries.
Each request runs in a savepoint of its own and is undone.

Not every value meets every field: each field gets some of them, the next field the next ones.
Over all fields each value is tried hundreds of times, in a third of the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client

from tests.access import addresses, matrix, world
from tests.access.bodies import make_bodies
from tests.access.builders import a_client, a_key
from tests.access.routes import Route, list_routes
from tests.config.sampling import make_samples
from yipan.access.roles import Role
from yipan.config.api.root import api

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script>"

#: No number of these is a quantity, a page or a place in a list.
NUMBERS: tuple[object, ...] = (
    -1,
    0,
    10**12,
    10**30,
    -(10**30),
    1.5,
    1e400,
    "1e3",
    "１２",
    "1,000",
    True,
    None,
    [],
    {},
)

TEXTS = (
    "",
    "'; drop table access_user; --",
    "%_\\",
    "../../etc/passwd",
    MARKUP,
    "{{ 7 * 7 }}{% debug %}",
    "=1+1",
    "\r\nSet-Cookie: a=b",
    "龙井茶" * 100,
    "\u202e\U0001f375\u0301\ufeff",
    "x" * 10_000,
    "-1",
    "1" * 30,
    "9999-12-31T23:59:59+14:00",
    "2026-02-30",
)
#: What is no mistake: to count nothing of a SKU, to show a line of nothing on a ticket, and
#: to take goods back with less than nothing.
MEANT: dict[object, str | tuple[str, ...]] = {
    # A line of an order that was sent ends with 0; a limit may be 0, or none.
    0: (
        "POST api/v1/receipts",
        "POST api/v1/tickets",
        "POST api/v1/purchase-orders/{number}/change",
        "POST api/v1/adjustment-limit-changes",
        "POST api/v1/cases/{number}/correct",
        "POST api/v1/observations",
        "POST api/v1/inspections/{number}/decide",
        "POST api/v1/pos/counts",
        "POST api/v1/pos/transfers",
        "POST api/v1/selling-rules",
        "POST api/v1/picks/{pick_id}/short",
        "POST api/v1/stocktakes/{number}/observations",
        "POST api/v1/pos/stocktakes/{number}/observations",
        "POST api/v1/orders/{number}/reduce",
    ),
    # What corrects a difference has its sign.
    -1: (
        "POST api/v1/tickets",
        "POST api/v1/cases/{number}/correct",
        # A book may be below zero, and its report says so.
        "POST api/v1/observations",
    ),
    10**12: "POST api/v1/adjustment-limit-changes",
    # None is: all that is wanted, what the plan says, all that a document moved.
    None: (
        "POST api/v1/adjustment-limit-changes",
        "POST api/v1/cases/{number}/correct",
        "POST api/v1/picks/{pick_id}/take",
        "POST api/v1/planning/proposals/{number}/choose",
    ),
}
LIKELY = ("q", "site", "state", "sku", "sort", "before", "after", "cursor", "limit", "account")


def deal(values: Sequence[object], *, count: int) -> Iterator[Sequence[Any]]:
    """Yield hands of `count` values without end; all are dealt before one comes again."""
    endless = cycle(values)
    while True:
        yield tuple(islice(endless, count))


def replace_leaves(body: Any, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Yield the paths of all values that are no objects or lists."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from replace_leaves(value, (*path, name))
    elif isinstance(body, list):
        for place, value in enumerate(body):
            yield from replace_leaves(value, (*path, place))
    else:
        yield path


def put(body: Any, path: tuple[object, ...], value: object) -> Any:
    """Return a copy of `body` with the value at `path` replaced."""
    copy = json.loads(json.dumps(body))
    target = copy
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return copy


def list_operations() -> list[Route]:
    return [route for route in list_routes() if route.is_api]


def get_parameters(route: Route) -> list[str]:
    address = "/" + route.address.removeprefix("api/v1/")
    details = api.get_openapi_schema(path_prefix="")["paths"][address][route.methods[0].lower()]
    return [each["name"] for each in details["parameters"] if each["in"] == "query"]


@pytest.fixture
def objects() -> world.Objects:
    return world.build()


@pytest.fixture
def machine() -> Client:
    secret = a_key(
        *[role for role in Role if role is not Role.ADMIN], name="all", sites=["W1", "S12"]
    )
    return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


@pytest.mark.slow
def test_no_value_in_a_body_makes_an_operation_fail(
    objects: world.Objects, machine: Client
) -> None:
    faults = []
    bodies = {**make_samples(), **make_bodies(objects.own)}
    asked = 0
    hands = deal((*NUMBERS, *TEXTS), count=10)
    for route in list_operations():
        if route.name not in bodies:
            continue
        body = bodies[route.name]
        for path in replace_leaves(body):
            for value in next(hands):
                answer = send(machine, route, objects.own, json.dumps(put(body, path, value)))
                asked += 1
                if answer.status_code >= 500 or "code" not in read(answer):
                    faults.append(f"{route.name} {path} {value!r:.40} {answer.status_code}")

    assert "\n".join(faults) == ""
    assert asked > 500


@pytest.mark.parametrize("quantity", [10**12, -1, 0, 1.5, 10**30, "1e3", None])
def test_no_impossible_quantity_is_taken(
    objects: world.Objects, machine: Client, quantity: object
) -> None:
    taken = []
    bodies = {**make_samples(), **make_bodies(objects.own)}
    for route in list_operations():
        body = bodies.get(route.name, {})
        for path in replace_leaves(body):
            if str(path[-1]).startswith("quantity"):
                answer = send(machine, route, objects.own, json.dumps(put(body, path, quantity)))
                problem = read(answer)
                if answer.status_code != 422 or problem["code"] != "request.invalid":
                    taken.append(f"{route.name} {path} {answer.status_code} {problem}")

    assert "\n".join(line for line in taken if not line.startswith(MEANT.get(quantity, "-"))) == ""


@pytest.mark.slow
def test_no_query_makes_a_list_or_a_page_fail(objects: world.Objects, machine: Client) -> None:
    person = a_client(
        *[role for role in Role if role is not Role.INTEGRATION],
        username="all",
        sites=["W1", "S12"],
    )
    person.raise_request_exception = False
    faults = []
    few, many = deal(TEXTS, count=1), deal(TEXTS, count=4)
    for route in list_routes():
        if "GET" not in route.methods or route.address in matrix.PUBLIC:
            continue
        # A page looks at each by itself; an operation stops at the first that is wrong.
        queries = [(name,) for name in get_parameters(route)] if route.is_api else [LIKELY]
        client = machine if route.is_api else person
        for names in queries:
            # The page of one document reads little of its query.
            for value in next(few if addresses.list_keys(route) else many):
                query = urlencode(dict.fromkeys(names, value))
                address = f"{addresses.fill(route, objects.own)}?{query}"
                faults += judge(address, get(client, address))

    assert "\n".join(faults) == ""


@pytest.mark.slow
def test_no_text_in_an_address_makes_a_page_fail(objects: world.Objects, machine: Client) -> None:
    person = a_client(
        *[role for role in Role if role is not Role.INTEGRATION],
        username="all",
        sites=["W1", "S12"],
    )
    person.raise_request_exception = False
    faults = []
    hands = deal(TEXTS, count=7)
    for route in list_routes():
        keys = addresses.list_keys(route)
        client = machine if route.is_api else person
        for key in keys:
            for value in next(hands):
                address = addresses.fill(route, {**objects.own, key: quote(value, safe="")})
                faults += judge(address, get(client, address))

    assert "\n".join(faults) == ""


def judge(address: str, answer: Any) -> list[str]:
    """Return what is wrong with an answer to something nasty."""
    if answer.status_code >= 500:
        return [f"{address:.120} {answer.status_code}"]
    is_page = "html" in answer.headers.get("Content-Type", "")
    if is_page and MARKUP.encode() in answer.content:
        return [f"{address:.120} is said back as markup"]
    return [f"{address:.120} sets a cookie"] if "a" in answer.cookies else []


def get(client: Client, address: str) -> Any:
    with transaction.atomic():
        answer = client.get(address)
        transaction.set_rollback(True)
    return answer


def send(client: Client, route: Route, values: addresses.Values, body: str) -> Any:
    with transaction.atomic():
        answer = client.generic(
            route.methods[0],
            addresses.fill(route, values),
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "nasty"},
        )
        transaction.set_rollback(True)
    return answer


def read(answer: Any) -> dict[str, Any]:
    """Return the body; of an answer that is no problem, with an empty code."""
    if answer.status_code == 204:
        return {"code": ""}
    found: dict[str, Any] = answer.json()
    return found if answer.status_code >= 400 else {"code": "", **found}
