"""What `yipan doctor` looks at: this machine, this installation, its database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version

import psycopg

from yipan.config.database import find_dsn, parse_dsn
from yipan.config.database_checks import check_external
from yipan.config.embedded.account import find_account
from yipan.config.embedded.binaries import find_installation
from yipan.config.embedded.lock import Lock
from yipan.config.home import Home, find_home
from yipan.config.startup import FREE_MB_MIN, MEGABYTE
from yipan.config.trouble import Trouble

GIGABYTE = 1024 * MEGABYTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One thing that was looked at; `ok` is False when it is in the way."""

    ok: bool
    text: str


def examine() -> list[Remark]:
    """Return what was found, in the order it matters."""
    home = find_home()
    return [
        _look_at_python(),
        _look_at_disk(home),
        _look_at_account(home),
        *_look_at_database(home),
        _look_at_printing(),
    ]


def _look_at_python() -> Remark:
    number = sys.version.split()[0]
    return Remark(ok=True, text=f"Python {number}, yipan {version('yipan')}")


def _look_at_disk(home: Home) -> Remark:
    existing = next(each for each in (home.root, *home.root.parents) if each.exists())
    free = shutil.disk_usage(existing).free
    return Remark(
        ok=free >= FREE_MB_MIN * MEGABYTE,
        text=f"Data home {home.root}: {free / GIGABYTE:.1f} GB free",
    )


def _look_at_account(home: Home) -> Remark:
    try:
        account = find_account()
    except Trouble as trouble:
        return Remark(ok=False, text=str(trouble))
    barrier = account.find_barrier(home.root)
    if barrier is not None:
        return Remark(ok=False, text=f"The account {account.name!r} cannot enter {barrier}")
    return Remark(ok=True, text=f"The embedded PostgreSQL runs under the account {account.name!r}")


def _look_at_database(home: Home) -> list[Remark]:
    url = os.environ.get("DATABASE_URL")
    if url:
        try:
            warnings = check_external(url)
        except Trouble as trouble:
            return [Remark(ok=False, text=str(trouble))]
        parts = parse_dsn(url)
        mode = parts["OPTIONS"].get("sslmode", "none, the database is on this machine")
        return [
            Remark(ok=True, text=f"DATABASE_URL: {_ask_version(url)}, TLS: {mode}"),
            *(Remark(ok=True, text=warning) for warning in warnings),
        ]
    if not Lock(home.postgres.lock).is_held():
        return [_look_at_programs()]
    dsn = find_dsn()
    assert dsn is not None
    return [Remark(ok=True, text=f"Yipan is running on {_ask_version(dsn)} (embedded)")]


def _look_at_programs() -> Remark:
    try:
        program = find_installation() / "bin" / "postgres"
    except Trouble as trouble:
        return Remark(ok=False, text=str(trouble))
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return Remark(
        ok=told.returncode == 0,
        text=f"Yipan is not running; it brings {told.stdout.strip() or told.stderr.strip()}",
    )


def _ask_version(dsn: str) -> str:
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        row = connection.execute("select split_part(version(), ' on ', 1)").fetchone()
    assert row is not None
    return str(row[0])


def _look_at_printing() -> Remark:
    """Tell whether papers can be made here; everything else works without."""
    from yipan.documents.printing import engine  # noqa: PLC0415  # typst takes 0.1 s to load

    barrier = engine.find_barrier()
    return Remark(ok=True, text=f"No printing: {barrier}" if barrier else engine.describe())
