"""Which database we talk to: the one DATABASE_URL names, or the embedded one of the data home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from yipan.config.home import find_home
from yipan.config.trouble import Trouble

#: As whom we connect: `owner` alters tables; `app` may not touch what is posted.
ROLE_VARIABLE = "YIPAN_DATABASE_ROLE"
LOOPBACK = ("", "localhost", "127.0.0.1", "::1")
#: Connections of one process: one per thread of a web worker, and some to spare.
POOL_MAX = 12
#: So long a request waits for a connection before it is told to come back.
CONNECTION_SECONDS_MAX = 5
#: libpq's own names, where Django has others.
DJANGO_NAMES = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}


def find_dsn(environment: Mapping[str, str] = os.environ) -> str | None:
    """
    Return the address of the database, or None when nothing names one.

    DATABASE_URL comes first (YIPAN_APP_DATABASE_URL for the role `app`, when it is set),
    and then the embedded server's log-in file.
    """
    is_app = environment.get(ROLE_VARIABLE) == "app"
    url = environment.get("DATABASE_URL")
    if url:
        return (environment.get("YIPAN_APP_DATABASE_URL") if is_app else None) or url
    postgres = find_home(environment).postgres
    try:
        return (postgres.dsn_app if is_app else postgres.dsn).read_text(encoding="utf-8")
    except OSError:
        return None


def parse_dsn(dsn: str) -> dict[str, Any]:
    """
    Return Django's settings for an address of libpq (a URL, or `key=value` pairs).

    Hosts that are not this machine get `sslmode=verify-full` unless the address says less.

    :raises Trouble: if it is not such an address.
    """
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise Trouble(
            "DATABASE_URL is not an address of a PostgreSQL: write it as "
            "postgresql://user:password@host:5432/database."
        ) from None
    host = str(parts.get("host") or "")
    if host not in LOOPBACK and not host.startswith("/"):
        parts.setdefault("sslmode", "verify-full")
    settings: dict[str, Any] = {
        theirs: str(parts.pop(ours, "") or "") for ours, theirs in DJANGO_NAMES.items()
    }
    settings["NAME"] = settings["NAME"] or settings["USER"] or "yipan"
    settings["OPTIONS"] = {name: value for name, value in parts.items() if value is not None}
    return settings


def get_database_settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """
    Return the entry of Django's DATABASES.

    Without any database it names one that cannot be: commands that need none still run,
    and the others say that nothing is running.
    """
    dsn = find_dsn(environment)
    settings: dict[str, Any] = (
        parse_dsn(dsn) if dsn else {"NAME": "yipan", "HOST": "/nonexistent", "OPTIONS": {}}
    )
    settings["ENGINE"] = "django.db.backends.postgresql"
    # A connection that died with its server is noticed before it is used again.
    settings["CONN_HEALTH_CHECKS"] = True
    if environment.get(ROLE_VARIABLE) == "app":
        # Serving: a log-in costs 8 ms, and threads come and go.
        settings["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": POOL_MAX,
            "timeout": CONNECTION_SECONDS_MAX,
        }
    else:
        settings["CONN_MAX_AGE"] = None
    return settings
