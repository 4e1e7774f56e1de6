"""What of a finding is posted as a gain or loss, and what other documents put right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Corrections that are a gain or loss at stocktake. All others cite what they correct.
_GAIN_OR_LOSS = frozenset({"stocktake", ""})
#: Causes that no other document cures.
_CURED_BY_NOTHING_ELSE = frozenset({"theft", "shrinkage", "unknown"})


def get_quantity_to_post(finding: Mapping[str, Any], *, quantity: int) -> int:
    """
    Return how much of a difference is a gain or loss, signed: the parts nothing else cures.

    A keying error is reversed and entered again, never booked as a loss. Where nothing was
    found, all of it is; where a person chose a cause, that one decides.
    """
    parts = finding.get("parts") or ()
    chosen = (finding.get("chosen") or {}).get("cause", "")
    if chosen in _CURED_BY_NOTHING_ELSE:
        return quantity
    if chosen and chosen not in {part.get("cause") for part in parts}:
        return 0
    if not parts:
        return quantity
    return sum(
        int(part["quantity"]) for part in parts if part.get("correction", "") in _GAIN_OR_LOSS
    )
