"""
Goal: nothing a person can type into a form makes a page fail, or comes back as markup.

Method: every page is opened and its forms are read; each form is sent as it stands, with one field
at a time replaced by something nasty. Each request runs in a savepoint of its own and is undone.
Forms of the same address with the same fields are one. Not every value meets every field: see
`test_nasty`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from tests.access import addresses, matrix, world
from tests.access.builders import a_client
from tests.access.routes import list_routes
from tests.config.forms import Form, list_forms
from tests.config.test_nasty import MARKUP, deal, get, judge
from yipan.access.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

VALUES = (
    "",
    "   ",
    "-1",
    "0",
    "9" * 30,
    "1e400",
    "NaN",
    "１２",
    "0.1",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "25:61",
    "\x01\x1f\x7f",
    "a\x00b",
    "\u202e\u200f\ufeff",
    "x" * 10_000,
    "龙井茶" * 100,
    MARKUP,
    "none-of-these",
    "[]",
    '{"a": 1}',
    "\ud83c\udf75".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\r\nSet-Cookie: a=b",
)
FILES = (
    b"",
    b"\xff\xfe\x00\x01",
    b"sku,quantity\n" + b'"' * 200,
    b"PK\x03\x04 no workbook",
    "place,sku,quantity\n，,,\x00\n".encode(),
)
#: Whoever is logged out cannot go on.
LEFT_ALONE = frozenset({"logout", "login"})


@pytest.fixture
def person() -> Client:
    """Somebody with every role of a person, at the sites of the test."""
    everything = [role for role in Role if role is not Role.INTEGRATION]
    client = a_client(*everything, username="all", sites=["W1", "S12"])
    client.raise_request_exception = False
    return client


def find_forms(person: Client, objects: world.Objects) -> Iterator[tuple[str, Form]]:
    """Yield the forms of all pages with their addresses, each kind once."""
    seen = set()
    for route in list_routes():
        if route.is_api or "GET" not in route.methods or route.address in matrix.PUBLIC:
            continue
        page = addresses.fill(route, objects.own)
        answer = get(person, page)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        for form in list_forms(answer.content.decode()):
            address = urlsplit(urljoin(page, form.action)).path
            try:
                place = resolve(address).route
            except Resolver404:
                continue
            kind = (place, form.method, frozenset(form.values), frozenset(form.files))
            if place.strip("/") not in LEFT_ALONE and kind not in seen:
                seen.add(kind)
                yield address, form


def send(person: Client, address: str, values: dict[str, Any]) -> Any:
    with transaction.atomic():
        answer = person.post(address, values)
        transaction.set_rollback(True)
    return answer


def test_no_value_in_a_form_makes_a_page_fail(person: Client) -> None:
    objects = world.build()
    faults, sent = [], 0
    hands, contents = deal(VALUES, count=2), deal(FILES, count=2)
    for address, form in list(find_forms(person, objects)):
        for name in form.values:
            for value in next(hands):
                values = {**form.values, name: value}
                where = f"{form.method} {address} {name}={value!r:.40}"
                if form.method == "post":
                    answer = send(person, address, values)
                else:
                    answer = get(person, f"{address}?{urlencode(values)}")
                sent += 1
                error = (getattr(answer, "exc_info", None) or (None, None))[1]
                faults += [f"{where}: {fault} {error!r}" for fault in judge(address, answer)]
        for name in form.files:
            for content in next(contents):
                upload = SimpleUploadedFile("\u202egnp.csv", content)
                answer = send(person, address, {**form.values, name: upload})
                sent += 1
                faults += [f"{address} {name}: {fault}" for fault in judge(address, answer)]

    assert "\n".join(faults) == ""
    assert sent > 500
