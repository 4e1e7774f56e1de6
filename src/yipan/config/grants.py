"""Migrate, and say which tables the application's role may write."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from yipan.config.embedded.cluster import APPLICATION


def migrate_and_grant(*, verbosity: int = 0) -> int:
    """Apply what is missing, and return how many migrations that were."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        call_command("migrate", verbosity=verbosity, interactive=False)
    grant_to_application()
    return len(missing)


def grant_to_application() -> None:
    """
    Let the role `yipan_app` read and write all tables but those of the ledger.

    What it may do there, the ledger says itself. Without such a role, which an operator's
    own database may lack, nothing is granted.
    """
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [APPLICATION])
        if cursor.fetchone() is None:
            return
        cursor.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname = 'public' and tablename not like 'ledger\\_%' order by 1"
        )
        tables = ", ".join(row[0] for row in cursor.fetchall())
        role = connection.ops.quote_name(APPLICATION)
        if tables:
            cursor.execute(f"grant select, insert, update, delete on {tables} to {role}")
        cursor.execute(f"grant usage, select on all sequences in schema public to {role}")
    if find_spec("yipan.ledger.grants"):
        import_module("yipan.ledger.grants").grant_to_application(APPLICATION)
