"""The demo retailer, built once for all of its tests: each only looks, or undoes what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

from tests.copied import copied_database
from yipan.demo import retailer

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="package", autouse=True)
def _demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001
    """Build the demo in a copy of the empty test database."""
    with django_db_blocker.unblock(), copied_database("_demo", _build):
        django_db_blocker.block()
        yield
        django_db_blocker.restore()


def _build() -> None:
    assert retailer.build(now=NOW) is True
