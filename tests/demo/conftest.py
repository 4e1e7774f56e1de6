"""The demo retailer, built once for all of its tests: each only looks, or undoes what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from tests.conftest import end_other_sessions
from yipan.demo import retailer

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
SUFFIX = "_demo"


@pytest.fixture(scope="package", autouse=True)
def _demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001
    """Copy the empty test database, build the demo in the copy, and point the tests at it."""
    connection = connections["default"]
    empty = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        end_other_sessions()
        connection.close()
        _administer("create database {} template {}", empty + SUFFIX, empty)
        connection.settings_dict["NAME"] = empty + SUFFIX
        assert retailer.build(now=NOW) is True
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = empty
        _administer("drop database {} with (force)", empty + SUFFIX)


def _administer(statement: str, *names: str) -> None:
    """Carry out a statement about whole databases, from a database that is none of them."""
    connection = connections["default"]
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    del parameters["cursor_factory"], parameters["context"]
    with psycopg.connect(**parameters, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
