"""Statements that write or read many rows at once: `sql/<name>.sql`, with arrays as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def run(name: str, parameters: Mapping[str, object]) -> list[Row]:
    """
    Run a statement in the current transaction and return its rows.

    Parameters are bound on the server: written into the statement, long lists cost more
    than the work.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_read(name), parameters)
        return cursor.fetchall() if cursor.description else []


@cache
def _read(name: str) -> bytes:
    return files("yipan.masterdata").joinpath("sql", f"{name}.sql").read_bytes()
