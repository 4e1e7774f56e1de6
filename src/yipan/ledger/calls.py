"""Calls of the ledger's SQL on Django's connection, with bound parameters.

Django's own cursor writes parameters into the text of the statement. A batch is hundreds of
kilobytes of numbers, so the arrays are bound, as the text PostgreSQL reads them from: that is
several times faster to make than a list adapted number by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.db import connection

Row = tuple[Any, ...]
Parameters = Sequence[object] | Mapping[str, object]


def call(statement: LiteralString, parameters: Parameters = ()) -> list[Row]:
    """Run one statement in the current transaction and return its rows."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def numbers(values: Iterable[int | None]) -> str:
    """Return an array of integers as PostgreSQL reads it."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def flags(values: Iterable[bool]) -> str:
    """Return an array of booleans as PostgreSQL reads it."""
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"


def ids(values: Iterable[UUID]) -> str:
    """Return an array of ids as PostgreSQL reads it."""
    return "{" + ",".join([value.hex for value in values]) + "}"


def moments(values: Iterable[datetime]) -> str:
    """Return an array of instants as PostgreSQL reads it."""
    return "{" + ",".join(['"' + value.isoformat() + '"' for value in values]) + "}"


def days(values: Iterable[date | None]) -> str:
    """Return an array of days as PostgreSQL reads it."""
    parts = ["NULL" if value is None else value.isoformat() for value in values]
    return "{" + ",".join(parts) + "}"


def texts(values: Iterable[str]) -> str:
    """Return an array of texts as PostgreSQL reads it."""
    return "{" + ",".join([_quote(value) for value in values]) + "}"


def _quote(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'
