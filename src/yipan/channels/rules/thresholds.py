"""
What a channel has to be told (推送阈值): not every piece, but what changes what it shows.

Quantities are in the SKU's smallest unit. Nothing here reads the database or the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

Level = Literal["none", "few", "plenty"]

#: Why something was told. "" is: it need not be.
CROSSED: Final = "crossed"
STEPPED: Final = "stepped"
FIRST: Final = "first"
DUE: Final = "due"
RESENT: Final = "resent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """
    What may be sold of a SKU by one method.

    `sites` maps a store to what may be picked up there, empty where the store does not matter.
    `next_date` is when more comes.
    """

    quantity: int
    sites: Mapping[str, int] = field(default_factory=dict)
    next_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """
    When it is worth telling.

    `few_below` is where "few left" begins; `step` is how much a number has to differ from the
    last one told. With `is_level_only` numbers are kept back: only none, few and plenty count.
    """

    few_below: int
    step: int = 1
    is_level_only: bool = False


def get_level(quantity: int, *, few_below: int) -> Level:
    """Return how much that is to a shopper."""
    if quantity <= 0:
        return "none"
    return "few" if quantity < few_below else "plenty"


def find_reason(told: Seen | None, now: Seen, *, threshold: Threshold) -> str:
    """
    Return why `now` has to be told after `told`, or "" when it need not be.

    Of what was never told and cannot be sold nothing is said: who knows nothing sells nothing.
    """
    if told is None:
        return FIRST if now.quantity > 0 or any(now.sites.values()) else ""
    pairs = [(told.quantity, now.quantity)]
    pairs += [
        (told.sites.get(site, 0), now.sites.get(site, 0))
        for site in sorted(told.sites.keys() | now.sites.keys())
    ]
    few = threshold.few_below
    if any(get_level(old, few_below=few) != get_level(new, few_below=few) for old, new in pairs):
        return CROSSED
    if not threshold.is_level_only and any(abs(new - old) >= threshold.step for old, new in pairs):
        return STEPPED
    return ""


def differs(told: Seen | None, now: Seen, *, threshold: Threshold) -> bool:
    """Tell whether what was last told is not what could be told now, worth telling or not."""
    if told is None:
        return False
    one = Threshold(few_below=threshold.few_below, is_level_only=threshold.is_level_only)
    return find_reason(told, now, threshold=one) != ""
