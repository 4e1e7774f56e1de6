"""Set-wise SQL on Django's connection, bound on the server and read in binary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from django.db import connection
from psycopg.types.datetime import TimestamptzLoader

Row = tuple[Any, ...]


def fetch(statement: LiteralString, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """
    Run one statement in the open transaction and return its rows, `[]` when it has none.

    Django's own cursor writes parameters into the text of the statement; with runs of
    hundreds of messages that text costs more than the work.
    """
    # What Django's own cursor sees to before it asks: a connection that lives, and a
    # transaction that may go on.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
