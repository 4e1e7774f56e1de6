"""The world the board and the tower look at, made once: each test only looks, or undoes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import retailer
from tests.copied import copied_database


@pytest.fixture(scope="package", autouse=True)
def _world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001
    """97 of 100 received, one store below zero, one ticket parked."""
    with django_db_blocker.unblock(), copied_database("_board", _open):
        django_db_blocker.block()
        yield
        django_db_blocker.restore()


def _open() -> None:
    retailer.open_retailer()
    purchase = retailer.order(("TEA-250", 100))
    retailer.deliver()
    retailer.receive(purchase.inbound_order_number, ("TEA-250", 95, 2))
    retailer.open_store("S12", ("TEA-250", 3))
    retailer.sell(("TEA-250", 5))
    retailer.sell(("NEW-1", 1))
    retailer.deliver()
