"""Rules of the adjustment (库存调整单): what it posts.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit. Who may
approve how much is arithmetic too: `foundation.limits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.pool.rules import get_account

#: Type to the outside account goods go to; a gain comes from its account.
OUTSIDE: Mapping[str, str] = {
    "count_gain": "stocktake_difference",
    "count_loss": "stocktake_difference",
    "scrap": "scrap",
    "sample_issue": "sample",
    "internal_use": "internal_use",
}

#: What went into kits or came out of them, as a warehouse tells it: nobody asks for it here.
KITS: Mapping[str, str] = {"kit_out": "kit_work", "kit_in": "kit_work"}

#: Types whose goods come from their account.
GAINS = frozenset({"count_gain", "kit_in"})

#: Types that move goods between statuses of one site.
INSIDE = frozenset({"status_change", "display_issue"})
TYPES = frozenset(OUTSIDE) | INSIDE

#: What a site may tell of: all that can be asked for here, and kits.
TOLD = TYPES | frozenset(KITS)

#: Codes of what a person should know of an adjustment that was booked all the same.
NOT_APPROVED = "adjustment.not_approved"
DIFFERS_FROM_APPROVED = "adjustment.differs_from_approved"


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustedLine:
    """A change of one SKU, always positive."""

    sku: str
    quantity: int
    from_status: StockStatus = StockStatus.AVAILABLE
    to_status: StockStatus | None = None
    line: int = 0
    place: str = ""
    quantity_counted: int | None = None
    quantity_book: int | None = None
    cause: str = ""


def post_adjustment(
    *, site: str, adjustment_type: str, lines: Iterable[AdjustedLine], is_reversal: bool = False
) -> list[Move]:
    """Follow at site grain what a site posted; a reversal moves the goods back."""
    moves = []
    for line in lines:
        here = get_account(site=site, status=line.from_status)
        there = {**OUTSIDE, **KITS}.get(adjustment_type) or get_account(
            site=site, status=line.to_status or line.from_status
        )
        ends = (there, here) if adjustment_type in GAINS else (here, there)
        if is_reversal:
            ends = (ends[1], ends[0])
        if line.quantity > 0 and here != there:
            moves.append(
                Move(sku=line.sku, from_account=ends[0], to_account=ends[1], quantity=line.quantity)
            )
    return moves
