"""Whether a PostgreSQL of the operator's own can carry the books."""

from __future__ import annotations

import time

import psycopg

from yipan.config.database import parse_dsn
from yipan.config.trouble import Trouble

MAJOR_MIN = 15
MAJOR_MAX = 18
CONNECT_SECONDS_MAX = 10
CLOCK_SECONDS_MAX = 2.0

#: What must hold, and what to tell whoever it does not hold for.
REQUIRED = {
    "server_encoding": ("UTF8", "create the database with encoding UTF8"),
    "fsync": ("on", "switch fsync on, or a power cut may destroy the books"),
    "full_page_writes": ("on", "switch full_page_writes on, or a power cut may destroy the books"),
    "synchronous_commit": ("on", "switch synchronous_commit on, or acknowledged postings get lost"),
    "default_transaction_isolation": ("read committed", "take the default, read committed"),
}


def check_external(dsn: str) -> list[str]:
    """
    Ask a database whether it is fit; return warnings, each one a sentence.

    :raises Trouble: if it cannot be reached, or is not fit.
    """
    parts = parse_dsn(dsn)
    sslmode = parts["OPTIONS"].get("sslmode")
    try:
        with psycopg.connect(
            dsn,
            connect_timeout=CONNECT_SECONDS_MAX,
            autocommit=True,
            **({"sslmode": sslmode} if sslmode else {}),
        ) as connection:
            return _check(connection)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        where = f"{parts['HOST'] or 'this machine'}:{parts['PORT'] or 5432}"
        raise Trouble(
            f"The database of DATABASE_URL at {where} cannot be reached: {reason}"
        ) from None


def _check(connection: psycopg.Connection) -> list[str]:
    major = connection.info.server_version // 10_000
    if not MAJOR_MIN <= major <= MAJOR_MAX:
        raise Trouble(
            f"DATABASE_URL names a PostgreSQL {major}, and Yipan needs {MAJOR_MIN} to {MAJOR_MAX}."
        )
    for name, (wanted, advice) in REQUIRED.items():
        has = connection.execute("select current_setting(%s)", [name]).fetchone()
        assert has is not None
        if has[0] != wanted:
            raise Trouble(f"The database of DATABASE_URL has {name} = {has[0]}: {advice}.")
    row = connection.execute(
        "select extract(epoch from clock_timestamp())::float8, rolsuper,"
        " has_schema_privilege(current_user, 'public', 'create')"
        " from pg_roles where rolname = current_user"
    ).fetchone()
    assert row is not None
    away, is_superuser, may_create = abs(row[0] - time.time()), row[1], row[2]
    if away > CLOCK_SECONDS_MAX:
        raise Trouble(
            f"The clock of the database of DATABASE_URL differs from ours by {away:.0f} s: set "
            "both by NTP."
        )
    if not may_create:
        raise Trouble(
            "The role of DATABASE_URL may not create tables: make it the owner of its database."
        )
    if is_superuser:
        return ["The role of DATABASE_URL is a superuser; Yipan needs only the database's owner."]
    return []
