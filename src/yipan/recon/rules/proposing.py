"""What of a finding is posted as a gain or loss, and what other documents put right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Corrections that are a gain or loss at stocktake. All others cite what they correct.
_GAIN_OR_LOSS = frozenset({"stocktake", ""})


def get_quantity_to_post(finding: Mapping[str, Any], *, quantity: int) -> int:
    """
    Return how much of a difference is a gain or loss, signed: the parts nothing else cures.

    A keying error is reversed and entered again, never booked as a loss. Where nothing was
    found, all of it is.
    """
    parts = finding.get("parts") or ()
    if not parts:
        return quantity
    return sum(
        int(part["quantity"]) for part in parts if part.get("correction", "") in _GAIN_OR_LOSS
    )
