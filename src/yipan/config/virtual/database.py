"""
A scratch database whose clock can be put: made from a template, dropped at the end.

The template is migrated once for each state of the migrations; a copy of it takes a second.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from django.db import connections
from django.db.backends.signals import connection_created
from psycopg import sql

from yipan import config
from yipan.config.database import parse_dsn
from yipan.config.grants import migrate_and_grant
from yipan.config.trouble import Trouble
from yipan.ledger.memory import forget_ids

#: What everybody who connects there says first: the simulated clocks hide the real ones.
#: A scratch database need not survive the power cut that ends it.
SAID_FIRST: Final = "-c search_path=public,simulated,pg_catalog -c synchronous_commit=off"
TEMPLATE_PREFIX: Final = "yipan_template_"
#: Names of databases that live as long as the process that made them, whose number they end in.
SCRATCH_PREFIXES: Final = ("yipan_virtual_", "yipan_history_", "yipan_making_")
#: One process at a time makes a template; the number is nobody else's.
TEMPLATE_LOCK: Final = 7_120_009
#: How many letters of the hash of all migrations tell templates apart.
HASH_LENGTH: Final = 16
PACKAGE: Final = "yipan.config.virtual"
#: How often a statement is said before the server keeps its plan, and how many it keeps.
PREPARED_AFTER: Final = 5
PREPARED_MAX: Final = 1_000


@contextmanager
def open_virtual_database(live_dsn: str, *, name: str = "") -> Iterator[str]:
    """
    Give an empty, migrated database with simulated clocks on the server of `live_dsn`.

    Django is pointed at it for as long as the block runs; at the end it is dropped. Yields its
    address. Without a name it gets one of this process, so that two may run at the same time.

    :raises Trouble: if the role of `live_dsn` may not create databases.
    """
    name = name or f"yipan_virtual_{os.getpid()}"
    before = dict(connections["default"].settings_dict)
    try:
        create_virtual_database(live_dsn, name=name)
        dsn = make_virtual_dsn(live_dsn, name=name)
        point_django_at(dsn)
        bind_on_server()
        yield dsn
    finally:
        connections.close_all()
        restore_settings(before)
        drop_database(live_dsn, name=name)


def create_virtual_database(live_dsn: str, *, name: str) -> None:
    """Make a database of that name from the template, in place of one that is left over."""
    with psycopg.connect(_get_maintenance(live_dsn), autocommit=True) as server:
        server.execute("select pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        _drop_left_over(server)
        try:
            template = _make_template(server, live_dsn)
            server.execute(_compose("drop database if exists {} with (force)", name))
            server.execute(_compose("create database {} template {}", name, template))
        except psycopg.errors.InsufficientPrivilege:
            raise Trouble(
                "The role of DATABASE_URL may not create throw-away databases: grant it CREATEDB, "
                "or leave DATABASE_URL out to use the embedded server."
            ) from None


def drop_database(live_dsn: str, *, name: str) -> None:
    """Drop a database and whoever is still connected to it."""
    with psycopg.connect(_get_maintenance(live_dsn), autocommit=True) as server:
        server.execute(_compose("drop database if exists {} with (force)", name))


def make_virtual_dsn(live_dsn: str, *, name: str) -> str:
    """Return the address of a database with simulated clocks."""
    return psycopg.conninfo.make_conninfo(live_dsn, dbname=name, options=SAID_FIRST)


def copy_database(live_dsn: str, *, name: str) -> None:
    """Make a copy of the live database, to which nobody may be connected meanwhile."""
    connections.close_all()
    live = str(psycopg.conninfo.conninfo_to_dict(live_dsn)["dbname"])
    with psycopg.connect(_get_maintenance(live_dsn), autocommit=True) as server:
        _drop_left_over(server)
        server.execute(_compose("create database {} template {}", name, live))


def replace_database(live_dsn: str, *, name: str) -> None:
    """Put a database in the place of the live one, which is dropped; all or nothing."""
    connections.close_all()
    live = str(psycopg.conninfo.conninfo_to_dict(live_dsn)["dbname"])
    old = f"{name}_old"
    with psycopg.connect(_get_maintenance(live_dsn), autocommit=True) as server:
        with server.transaction():
            server.execute(_compose("alter database {} rename to {}", live, old))
            server.execute(_compose("alter database {} rename to {}", name, live))
        server.execute(_compose("drop database {} with (force)", old))


def freeze(live_dsn: str, *, name: str) -> None:
    """Give the tables and functions of a database simulated clocks."""
    _carry_out(live_dsn, name, "simulated.sql", "freeze.sql")


def thaw(live_dsn: str, *, name: str) -> None:
    """Make a database with simulated clocks an ordinary one; what is in it stays as it is."""
    _carry_out(live_dsn, name, "thaw.sql")


def _carry_out(live_dsn: str, name: str, *scripts: str) -> None:
    """Run scripts of ours in one transaction, as someone who has no search path of his own."""
    connections.close_all()
    with psycopg.connect(live_dsn, dbname=name, options="") as fresh:
        for script in scripts:
            fresh.execute(_read(script))


def point_django_at(dsn: str) -> None:
    """Let Django's connections lead there from now on."""
    connections.close_all()
    settings = connections["default"].settings_dict
    settings.update(parse_dsn(dsn))
    # One connection for all, and nobody else ends it: asking before each request costs time.
    settings["CONN_MAX_AGE"] = None
    settings["CONN_HEALTH_CHECKS"] = False
    _forget()


def bind_on_server() -> None:
    """
    Let the server keep the plans of the statements it is said often, Django's own among them.

    A run says the same statements a million times: reading and planning them anew, over a part of
    the ledger for each month, takes longer than most take to run. Only what is bound on the server
    is kept. Takes effect with the next connection.
    """
    connections.close_all()
    options = connections["default"].settings_dict["OPTIONS"]
    options["prepare_threshold"] = PREPARED_AFTER
    options["server_side_binding"] = True
    connection_created.connect(_keep_plans)
    _forget()


def restore_settings(before: Mapping[str, Any]) -> None:
    """Let Django's connections lead where they led before, as they did."""
    connection_created.disconnect(_keep_plans)
    connections["default"].settings_dict.update(before)
    _forget()


def _keep_plans(connection: Any, **_: object) -> None:
    connection.connection.prepared_max = PREPARED_MAX


def _forget() -> None:
    """Forget what was learned of the database before: its ids, and how it is spoken to."""
    forget_ids()
    vars(connections["default"].features).pop("uses_server_side_binding", None)


def hash_migrations() -> str:
    """Return a text that changes with any migration of ours, and with the simulated clocks."""
    root = Path(str(files("yipan")))
    found = [*root.glob("*/migrations/**/*.py"), *root.glob("*/migrations/**/*.sql")]
    found += Path(str(files(PACKAGE))).glob("*.sql")
    digest = hashlib.sha256(Path(config.__file__).read_bytes())
    for path in sorted(found):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:HASH_LENGTH]


def _drop_left_over(server: psycopg.Connection) -> None:
    """Drop scratch databases of processes that were killed: those nobody is connected to."""
    rows = server.execute(
        "select datname from pg_database where datname like any (%s)"
        " and not exists (select from pg_stat_activity a where a.datname = pg_database.datname)",
        [[prefix + "%" for prefix in SCRATCH_PREFIXES]],
    ).fetchall()
    for (name,) in rows:
        # Whoever has connected meanwhile keeps it.
        with suppress(psycopg.errors.ObjectInUse):
            server.execute(_compose("drop database if exists {}", name))


def _make_template(server: psycopg.Connection, live_dsn: str) -> str:
    """Return the name of the template of the present migrations, making it where there is none."""
    wanted = TEMPLATE_PREFIX + hash_migrations()
    rows = server.execute(
        "select datname from pg_database where datname like %s", [TEMPLATE_PREFIX + "%"]
    ).fetchall()
    known = {name for (name,) in rows}
    if wanted in known:
        return wanted
    for old in sorted(known):
        server.execute(_compose("drop database if exists {} with (force)", old))
    raw = f"yipan_making_{os.getpid()}"
    server.execute(_compose("drop database if exists {} with (force)", raw))
    server.execute(_compose("create database {} template template0 encoding 'UTF8'", raw))
    point_django_at(psycopg.conninfo.make_conninfo(live_dsn, dbname=raw))
    try:
        migrate_and_grant()
    finally:
        connections.close_all()
    freeze(live_dsn, name=raw)
    # Renamed when it is whole: a template that was half made is never taken for one.
    server.execute(_compose("alter database {} rename to {}", raw, wanted))
    return wanted


def _read(name: str) -> sql.SQL:
    text = files(PACKAGE).joinpath(name).read_text(encoding="utf-8")
    return sql.SQL(text)  # a file of ours, no text of a user


def _compose(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _get_maintenance(dsn: str) -> str:
    """Return the address of the database everybody may connect to, on the same server."""
    return psycopg.conninfo.make_conninfo(dsn, dbname="postgres", options="")
