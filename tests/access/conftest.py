"""The world of the walk over all addresses: written once for a module, and undone after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.access import world


@pytest.fixture(scope="module")
def objects(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.Objects]:
    """Return the objects of the walk. They outlive the transaction of a single test."""
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture
def undone(objects: world.Objects) -> Iterator[None]:
    """Undo what a test does beside the objects."""
    del objects
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
