"""
Statements that write or read many rows at once: `<context>/sql/<name>.sql`.

Each parameter is one array, an element per row, written as PostgreSQL reads it. Where
documents come in thousands this costs a fraction of what objects and placeholders do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import LiteralString

from yipan.ledger.calls import Row, call, days, flags, ids, moments, numbers, texts

__all__ = ["days", "flags", "ids", "moments", "numbers", "run", "texts"]


def run(package: str, name: str, parameters: Mapping[str, object]) -> list[Row]:
    """
    Run a statement of a package in the current transaction, and return its rows.

    `parameters` are arrays as `texts`, `numbers`, `flags`, `ids`,
    `moments` and `days` return them.
    """
    return call(_read(package, name), parameters)


@cache
def _read(package: str, name: str) -> LiteralString:
    # A file of ours, with no text of anybody else in it.
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
