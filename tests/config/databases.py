"""What tests of the embedded PostgreSQL ask of it, and on which machines they can."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg
import pytest

IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another account")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def ask(dsn: str, question: str) -> object:
    """Return the first value of the first row a database answers."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def get_mode(path: Path) -> str:
    """Return who may do what with a file, as `0o600`."""
    return oct(path.stat().st_mode & 0o777)
