"""Findings: what a check of the live books says. Finders of faults return these and never raise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """
    The answer of one check.

    `check` is its name (`ledger.sums_are_zero`). `detail` names the first break, or says what was
    looked at. `count` is how many breaks there are, and `examined` how many things were looked at.
    """

    check: str
    ok: bool
    detail: str
    count: int = 0
    examined: int = 0
