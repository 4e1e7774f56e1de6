"""Names of goods, sites and parties in the language of the reader."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import get_language


class Named(Protocol):
    """A row with a name in both languages; the Chinese one may be empty."""

    @property
    def name(self) -> str:
        """Return the name every row has."""

    @property
    def name_zh(self) -> str:
        """Return the Chinese name, or nothing."""


def name_of(row: Named) -> str:
    """Return the Chinese name to a reader of Chinese, when there is one."""
    speaks_chinese = (get_language() or "").startswith("zh")
    return (row.name_zh if speaks_chinese else "") or row.name
