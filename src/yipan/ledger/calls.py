"""Calls of the ledger's SQL with bound parameters, from synchronous and asynchronous callers.

Django's own cursor writes parameters into the text of the statement. A batch is hundreds of
kilobytes of numbers, so the arrays are bound, as the text PostgreSQL reads them from: that is
several times faster to make than a list adapted number by number.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
from django.db import connection

Row = tuple[Any, ...]
Parameters = Sequence[object] | Mapping[str, object]

Answer = TypeVar("Answer")

#: A dialogue with the database: it yields a statement, is sent the rows, and returns its answer.
#: Written once, it is run by `ask` on Django's connection and by the fast lane on its own.
Dialogue = Generator[tuple[LiteralString, Parameters], list[Row], Answer]


def call(statement: LiteralString, parameters: Parameters = ()) -> list[Row]:
    """Run one statement in the current transaction and return its rows."""
    # What Django's own cursor sees to before it asks: a connection that lives, and a
    # transaction that may go on.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        # Without parameters a percent sign is one, and no placeholder.
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def ask(dialogue: Dialogue[Answer]) -> Answer:
    """Run a dialogue in the current transaction and return its answer."""
    try:
        question = next(dialogue)
        while True:
            question = dialogue.send(call(*question))
    except StopIteration as end:
        answer: Answer = end.value
        return answer


async def ask_on(asynchronous: psycopg.AsyncConnection[Row], dialogue: Dialogue[Answer]) -> Answer:
    """Run a dialogue on an asynchronous connection and return its answer."""
    try:
        question = next(dialogue)
        while True:
            cursor = await asynchronous.execute(*question)
            question = dialogue.send(await cursor.fetchall())
    except StopIteration as end:
        answer: Answer = end.value
        return answer


def numbers(values: Iterable[int | None]) -> str:
    """Return an array of integers as PostgreSQL reads it."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def flags(values: Iterable[bool]) -> str:
    """Return an array of booleans as PostgreSQL reads it."""
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"


def ids(values: Iterable[UUID]) -> str:
    """Return an array of ids as PostgreSQL reads it."""
    return "{" + ",".join([value.hex for value in values]) + "}"


def moments(values: Iterable[datetime | None]) -> str:
    """Return an array of instants as PostgreSQL reads it."""
    parts = ["NULL" if value is None else f'"{value.isoformat()}"' for value in values]
    return "{" + ",".join(parts) + "}"


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
