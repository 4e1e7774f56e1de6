"""What the commands share: a database that answers, and answers for people or programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
import typer
from rich.console import Console

from yipan.config.database import find_dsn
from yipan.config.database_checks import check_external
from yipan.config.embedded.account import find_account
from yipan.config.embedded.children import wait_until
from yipan.config.embedded.guests import Guests
from yipan.config.embedded.lock import Lock
from yipan.config.embedded.server import Server
from yipan.config.home import find_home
from yipan.config.startup import check_disk
from yipan.config.trouble import Trouble

STARTING_SECONDS_MAX = 60.0

#: Progress and remarks; the answer itself goes to the standard output.
remarks = Console(stderr=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDatabase:
    """The database a command works on. `is_ours` when the command started its server."""

    dsn: str
    is_ours: bool


@contextmanager
def open_database(*, makes_tables: bool = True) -> Iterator[OpenDatabase]:
    """
    Make the database answer, and Django know it, for as long as the block runs.

    That is DATABASE_URL; or the embedded server that runs; or one that is started now, and
    stopped at the end. An empty database gets its tables, when `makes_tables`.
    """
    with _find_database() as database:
        import django
        from django.db import connections

        # Not earlier: the settings read the address when they are imported.
        django.setup()
        try:
            if makes_tables and is_empty():
                from yipan.config.grants import migrate_and_grant

                with remarks.status("Making the tables …"):
                    migrate_and_grant()
            yield database
        finally:
            connections.close_all()


@contextmanager
def _find_database() -> Iterator[OpenDatabase]:
    url = os.environ.get("DATABASE_URL")
    if url:
        check_external(url)
        yield OpenDatabase(dsn=url, is_ours=False)
        return
    home = find_home()
    guests = Guests(home.postgres.guests)
    if Lock(home.postgres.lock).is_held():
        with guests.stay():
            # Whoever serves waits for its guests, unless it had begun to stop before we came.
            if Lock(home.postgres.lock).is_held():
                yield OpenDatabase(dsn=_find_running(), is_ours=False)
                return
    check_disk(home.root)
    home.prepare()
    with Server(layout=home.postgres, account=find_account()) as server:
        yield OpenDatabase(dsn=server.dsn, is_ours=True)
        if guests.are_there():
            remarks.print("Another command works on this database: it is stopped after that one.")
            guests.wait()


@contextmanager
def open_scratch_database(prefix: str) -> Iterator[OpenDatabase]:
    """
    Give an empty database on the same server, and drop it at the end.

    Nothing in it is kept, and the live one is never touched. Its name begins with the prefix and
    is ours alone: another command that measures at the same time has its own.
    """
    name = f"{prefix}_{os.getpid()}"
    with open_database(makes_tables=False) as live:
        with psycopg.connect(live.dsn, autocommit=True) as connection:
            drop_left_over(connection, prefix)
            create_scratch(connection, name)
        before = os.environ.get("DATABASE_URL")
        dsn = psycopg.conninfo.make_conninfo(live.dsn, dbname=name)
        try:
            _point_django_at(dsn)
            yield OpenDatabase(dsn=dsn, is_ours=live.is_ours)
        finally:
            _point_django_at(before or live.dsn)
            with psycopg.connect(live.dsn, autocommit=True) as connection:
                connection.execute(f'drop database if exists "{name}" with (force)')


def is_empty() -> bool:
    """Say whether the database has no tables of ours yet. Needs an open database."""
    from django.db import connection

    return "django_migrations" not in connection.introspection.table_names()


def answer(facts: Mapping[str, object], *, text: str, as_json: bool) -> None:
    """Print the answer: one JSON object for programs, a sentence for people."""
    if as_json:
        sys.stdout.write(json.dumps(facts, ensure_ascii=False, default=str) + "\n")
    else:
        typer.echo(text)


def _point_django_at(dsn: str) -> None:
    from django.db import connections

    from yipan.config.database import parse_dsn
    from yipan.ledger.memory import forget_ids

    connections.close_all()
    connections["default"].settings_dict.update(parse_dsn(dsn))
    forget_ids()  # the other database gives ids of its own


def drop_left_over(connection: psycopg.Connection, prefix: str) -> None:
    """Drop what commands that were killed left behind: databases nobody is connected to."""
    rows = connection.execute(
        "select datname from pg_database where datname ~ ('^' || %s::text || '(_[0-9]+)?$')"
        " and not exists (select from pg_stat_activity a where a.datname = pg_database.datname)",
        [prefix],
    ).fetchall()
    for (name,) in rows:
        # Whoever has connected meanwhile keeps it; another's may not be ours to drop.
        with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
            connection.execute(f'drop database if exists "{name}"')


def create_scratch(connection: psycopg.Connection, name: str) -> None:
    """Make an empty database, in place of one of this name that was left behind."""
    try:
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f"create database \"{name}\" template template0 encoding 'UTF8'")
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            f"The role of DATABASE_URL may not create the throw-away database {name!r}: grant it "
            "CREATEDB, or leave DATABASE_URL out to use the embedded server."
        ) from None


def _find_running() -> str:
    """Return the address of the server that runs, which may still be starting."""
    dsn = ""

    def is_there() -> bool:
        nonlocal dsn
        dsn = find_dsn() or ""
        try:
            psycopg.connect(dsn, connect_timeout=5).close()
        except psycopg.Error:
            return False
        return True

    if not wait_until(is_there, seconds=STARTING_SECONDS_MAX):
        raise Trouble("Yipan is running, but its database does not answer.")
    return dsn
