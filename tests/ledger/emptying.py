"""Empties the ledger, which refuses to be emptied. Only for tests that really commit."""

from __future__ import annotations

from django.db import connection, transaction

from yipan.ledger import accounts
from yipan.ledger.models import TABLES


def empty_ledger() -> None:
    """Delete every row of the ledger, its triggers switched off meanwhile, and forget all ids."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
            cursor.execute(f"delete from {table}")
            cursor.execute(f"alter table {table} enable trigger user")
    accounts.forget()
