"""
Goal: whoever may not see cost sees it on no page, in no answer, no export and on no paper.

Method: every SKU costs an amount that stands nowhere else, goods are ordered at it, adjusted and
valued; then each role without the right reads all there is to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import transaction
from pypdf import PdfReader

from tests import retailer
from tests.access import addresses, matrix, world
from tests.access.test_matrix import log_in, tell, walk
from tests.retailer import BUYER, NOON
from yipan.access.roles import Role
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine

# The world stands before a test begins: the mark alone makes sure that there is a database.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COST_MINOR = 31_337
#: One of them, and 10 of them, as people and as programs write them.
MARKS = ("31337", "31,337", "313.37", "313370", "313,370", "3133.70", "3,133.70")
MAY_NOT = [role for role in Role if "ledger.read_cost" not in matrix.ALLOWED[role]]
LISTS = ("?format=csv", "?state=all")


@pytest.fixture(scope="module")
def costly(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.Objects]:
    """Return the objects of the walk, in a world where everything costs the telltale amount."""
    del django_db_setup
    patch = pytest.MonkeyPatch()
    patch.setattr(retailer, "COST_MINOR", COST_MINOR)
    with django_db_blocker.unblock(), transaction.atomic():
        objects = world.build()
        ordered = Ordered(
            site="W1",
            supplier="SUP-01",
            lines=(OrderedLine(sku="TEA-250", quantity=10, unit_cost_minor=COST_MINOR),),
        )
        number = purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number
        own = {**objects.own, "purchase-orders:number": number}
        yield world.Objects(own=own, other=objects.other, marks=objects.marks)
        transaction.set_rollback(True)
    patch.undo()


def find(role: Role, objects: world.Objects) -> list[tuple[str, str]]:
    """Return where a role reads the telltale amount."""
    client = log_in(role)
    client.raise_request_exception = False
    found = []
    for route, method in walk(role):
        if method != "GET" or route.action not in matrix.ALLOWED[role]:
            continue
        address = addresses.fill(route, objects.own)
        # Filters and exports belong to lists, whose address names no document.
        for query in ("", *(() if addresses.list_keys(route) else LISTS)):
            answer = client.get(address + query)
            if answer.streaming or answer.status_code != 200:
                continue
            text = read(answer.content)
            found += [
                (address + query, mark)
                for mark in MARKS
                if re.search(rf"(?<!\d)(?<!\d[.,]){re.escape(mark)}(?!\d|[.,]\d)", text)
            ]
    return found


def read(content: bytes) -> str:
    """Return what a file says: a PDF and a spreadsheet are packed."""
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as packed:
            return "\n".join(
                packed.read(name).decode(errors="replace") for name in packed.namelist()
            )
    return content.decode(errors="replace")


@pytest.mark.usefixtures("_undone")
@pytest.mark.parametrize("role", MAY_NOT)
def test_who_may_not_see_cost_sees_it_nowhere(role: Role, costly: world.Objects) -> None:
    assert tell(find(role, costly)) == ""


@pytest.mark.usefixtures("_undone")
def test_who_may_see_cost_does_so_that_the_walk_would_have_found_it(
    costly: world.Objects,
) -> None:
    seen = {address.partition("?")[0] for address, _ in find(Role.FINANCE, costly)}

    number = costly.own["purchase-orders:number"]
    assert f"/erp/purchase-orders/{number}" in seen
    assert f"/api/v1/purchase-orders/{number}" in seen
    assert "/api/v1/skus" in seen
    assert any(address.startswith("/erp/adjustments") for address in seen)


@pytest.fixture
def _undone(costly: world.Objects) -> Iterator[None]:
    del costly
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
