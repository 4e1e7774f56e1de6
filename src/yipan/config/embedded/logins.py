"""The log-ins of the embedded PostgreSQL, and the database they are for."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from yipan.config.embedded.cluster import APPLICATION, DATABASE, OWNER, make_dsn, write_private
from yipan.config.embedded.layout import Layout

#: A request that waits longer than this for a lock is answered with an error, and tried again.
APPLICATION_SETTINGS = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}


def place_dsn(layout: Layout, *, socket_directory: object) -> None:
    """Write where the socket is now into the log-in files: a data home may have moved."""
    for file, user in ((layout.dsn, OWNER), (layout.dsn_app, APPLICATION)):
        text = file.read_text(encoding="utf-8")
        fresh = make_dsn(user, _get_password(text), socket_directory)
        if fresh != text:
            write_private(file, fresh)


def ensure_logins(layout: Layout) -> None:
    """Create the database and the application's role when they are missing."""
    password = _get_password(layout.dsn_app.read_text(encoding="utf-8"))
    owner = layout.dsn.read_text(encoding="utf-8")
    with psycopg.connect(owner, dbname="postgres", autocommit=True) as connection:
        found = connection.execute("select 1 from pg_roles where rolname = %s", [APPLICATION])
        if found.fetchone() is None:
            _create_application(connection, password)
        found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(
                sql.SQL("create database {} owner {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )


def _create_application(connection: psycopg.Connection, password: str) -> None:
    # Hashed on this side, so that the password is in no statement and no log.
    hashed = connection.pgconn.encrypt_password(
        password.encode(), APPLICATION.encode(), b"scram-sha-256"
    )
    role = sql.Identifier(APPLICATION)
    with connection.transaction():
        connection.execute(
            sql.SQL("create role {} login password {}").format(role, sql.Literal(hashed.decode()))
        )
        for name, value in APPLICATION_SETTINGS.items():
            connection.execute(
                sql.SQL("alter role {} set {} = {}").format(
                    role, sql.Identifier(name), sql.Literal(value)
                )
            )


def _get_password(dsn: str) -> str:
    password = conninfo_to_dict(dsn)["password"]
    assert isinstance(password, str)
    return password
