"""A copy of the empty test database with a world in it, for tests that only look or undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg import sql

from tests.conftest import end_other_sessions


@contextmanager
def copied_database(suffix: str, fill: Callable[[], object]) -> Iterator[None]:
    """Copy the empty test database, fill the copy, and point the tests at it."""
    connection = connections["default"]
    empty = str(connection.settings_dict["NAME"])
    end_other_sessions()
    connection.close()
    _administer("drop database if exists {} with (force)", empty + suffix)
    _administer("create database {} template {}", empty + suffix, empty)
    connection.settings_dict["NAME"] = empty + suffix
    try:
        fill()
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = empty
        _administer("drop database {} with (force)", empty + suffix)


def _administer(statement: str, *names: str) -> None:
    """Carry out a statement about whole databases, from a database that is none of them."""
    connection = connections["default"]
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    del parameters["cursor_factory"], parameters["context"]
    with psycopg.connect(**parameters, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
