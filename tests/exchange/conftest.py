"""Fixtures of the exchange's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.books import Book
from tests.exchange.builders import wired
from yipan.exchange.subscriptions import Route


@pytest.fixture
def book(db: None) -> Iterator[Book]:  # noqa: ARG001  the table needs the database
    """Return the book of the receiver `erp`, which hears every warehouse."""
    receiver = Book()
    with wired(*receiver.subscriptions(), routes=(Route(receiver="erp", prefix="wms:"),)):
        yield receiver
