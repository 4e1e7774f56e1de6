"""
Goal: every address answers every role as `matrix` says, and another site's goods to nobody.

Method: walk all pages and operations, with each role, at the own site, at another site and
without a log-in. Nothing a request does stays: each runs in a savepoint of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access import addresses, matrix, world
from tests.access.bodies import make_bodies
from tests.access.builders import a_key, a_person
from tests.access.routes import Route, list_routes
from tests.access.structure import list_faults
from yipan.access.roles import ACTIONS, Role

# The world stands before a test begins: the mark alone makes sure that there is a database.
pytestmark = pytest.mark.django_db

ROUTES = list_routes()
OWN_SITES = ("W1", "S12")
PEOPLE = tuple(role for role in Role if role is not Role.INTEGRATION)
#: A page that asks more than this asks for each of its rows.
QUERIES_MAX = 45
#: The first page asks for each figure and each kind of work; somebody of all roles sees all. The
#: board of orders counts each kind of trouble, and is asked for anew all the time.
QUERIES_MAX_OF = {"": 65, "home/tower": 65, "oms/board": 20}
#: So many pages there are at least: the walk saw them.
PAGES_MIN = 200


def test_the_table_of_actions_is_what_was_meant() -> None:
    actual = {role: {action for action, roles in ACTIONS.items() if role in roles} for role in Role}

    assert actual == {role: set(actions) for role, actions in matrix.ALLOWED.items()}


def test_every_address_declares_its_action_or_is_listed_as_public() -> None:
    undeclared = [
        route.name
        for route in ROUTES
        if route.action is None and route.address not in matrix.PUBLIC
    ]

    assert undeclared == []


def test_no_public_address_is_listed_that_does_not_exist() -> None:
    assert matrix.PUBLIC - {route.address for route in ROUTES} == set()


def test_every_object_in_an_address_is_known_to_the_test() -> None:
    unknown = {
        f"{route.name}: {key}"
        for route in ROUTES
        for key in addresses.list_keys(route)
        if not addresses.knows(key)
    }

    assert unknown == set()


@pytest.mark.usefixtures("undone")
def test_nobody_gets_in_without_a_log_in(objects: world.Objects) -> None:
    wrong = []
    for route in ROUTES:
        if route.address in matrix.PUBLIC:
            continue
        for method in route.methods:
            answer = ask(Client(), route, method, objects.own)
            expected = {401} if route.is_api else {302, 405}
            if answer.status_code not in expected or (
                answer.status_code == 302
                and not answer.headers["Location"].startswith("/login?next=")
            ):
                wrong.append((route.name, method, answer.status_code))

    assert tell(wrong) == ""


@pytest.mark.slow
@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_exactly_what_it_may(role: Role, objects: world.Objects) -> None:
    client = log_in(role)
    wrong = []
    for route, method in walk(role):
        status = ask(client, route, method, objects.own).status_code
        is_allowed = route.action in matrix.ALLOWED[role]
        fits = status == 403 if not is_allowed else status not in {401, 403, 404} and status < 500
        if not (fits or (status == 405 and not route.is_api)):
            wrong.append((route.name, method, status))

    assert tell(wrong) == ""


@pytest.mark.slow
@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("role", list(Role))
def test_another_sites_object_is_not_found_whatever_the_role(
    role: Role, objects: world.Objects
) -> None:
    client = log_in(role)
    wrong = []
    for route, method in walk(role):
        if not addresses.has_site(route):
            continue
        status = ask(client, route, method, objects.other).status_code
        expected = 404 if route.action in matrix.ALLOWED[role] else 403
        if status != expected and not (status == 405 and not route.is_api):
            wrong.append((route.name, method, status))

    assert tell(wrong) == ""


@pytest.mark.slow
@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("role", list(Role))
def test_no_page_or_list_shows_what_another_site_has(role: Role, objects: world.Objects) -> None:
    client = log_in(role)
    leaks = []
    for route, method in walk(role):
        if method != "GET":
            continue
        address = addresses.fill(route, objects.own)
        for query in ("", *world.QUERIES):
            answer = client.get(address + query)
            text = "" if answer.streaming else answer.content.decode(errors="replace")
            # What the asker typed may be said back.
            leaks += [
                (address + query, mark)
                for mark in objects.marks
                if mark not in query and re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text)
            ]

    assert tell(leaks) == ""


@pytest.mark.slow
@pytest.mark.usefixtures("undone")
def test_every_page_is_built_for_all_and_asks_the_database_few_things(
    objects: world.Objects,
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(a_person(*PEOPLE, username="walker", sites=OWN_SITES))
    faults: list[tuple[object, ...]] = []
    pages = 0
    for route in ROUTES:
        if route.is_api or route.address in matrix.PUBLIC:
            continue
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            answer = client.get(addresses.fill(route, objects.own))
            transaction.set_rollback(True)
        if len(asked) > QUERIES_MAX_OF.get(route.address, QUERIES_MAX):
            faults.append((route.name, f"{len(asked)} queries"))
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            pages += 1
            faults += [(route.name, fault) for fault in list_faults(answer.content.decode())]

    assert tell(faults) == ""
    assert pages > PAGES_MIN


def test_the_walk_hears_what_a_page_lacks() -> None:
    page = (
        "<html><body><h2>Tea</h2><table><thead><tr><th></th></tr></thead></table>"
        '<input name="q"><label for="a">A</label><input id="a" name="a">'
        '<p id="b"></p><p id="b"></p></body></html>'
    )

    assert list_faults(page) == [
        "field without a label: q",
        "id twice: b",
        "a column without a head",
        "0 headings of the first rank",
    ]


def tell(faults: Sequence[tuple[object, ...]]) -> str:
    """Return one line per fault, so that a failure can be read without a list around it."""
    return "\n".join(" ".join(map(str, fault)) for fault in faults)


def walk(role: Role) -> Iterator[tuple[Route, str]]:
    for route in ROUTES:
        if route.address in matrix.PUBLIC:
            continue
        if role is Role.INTEGRATION and not route.is_api:
            continue
        for method in route.methods:
            yield route, method


def log_in(role: Role) -> Client:
    if role is Role.INTEGRATION:
        secret = a_key(role, name="machine", sites=OWN_SITES)
        return Client(headers={"Authorization": f"Bearer {secret}"})
    client = Client()
    client.force_login(a_person(role, username="walker", sites=OWN_SITES))
    return client


def ask(client: Client, route: Route, method: str, values: addresses.Values) -> HttpResponseBase:
    address = addresses.fill(route, values)
    client.raise_request_exception = False
    with transaction.atomic():
        if route.is_api:
            body = json.dumps(make_bodies(values).get(route.name, {}))
            answer = client.generic(
                method,
                address,
                "" if method == "GET" else body,
                content_type="application/json",
                headers={"Idempotency-Key": "walk"},
            )
        elif method == "GET":
            answer = client.get(address)
        else:
            answer = client.post(address, addresses.make_form(route))
        transaction.set_rollback(True)
    return answer
