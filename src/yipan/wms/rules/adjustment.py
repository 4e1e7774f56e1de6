"""Decisions about adjustments: what each type posts, and what the site may post by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yipan.foundation.limits import Limit, Measured, Purpose, Verdict, judge
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.wms.rules.places import get_account

#: Type to the outside account the goods go to; a gain comes from its account.
GO_TO = {
    "scrap": "scrap",
    "sample_issue": "sample",
    "internal_use": "internal_use",
    "count_loss": "stocktake_difference",
    "count_gain": "stocktake_difference",
}

#: Types by which goods are used inside the company: by whom has to be said.
NEEDS_COST_CENTER = frozenset({"internal_use", "sample_issue"})

#: Up to which value, in minor units at shelf price, a site posts by itself where the hub has
#: set no limit: ours.
LIMITS_OTHERWISE = tuple(
    Limit(purpose=Purpose.POST, adjustment_type=adjustment_type, value_max_minor=value)
    for adjustment_type, value in (
        ("scrap", 50_000),
        ("sample_issue", 50_000),
        ("internal_use", 50_000),
        ("count_loss", 20_000),
        ("count_gain", 20_000),
    )
)

#: A site may always take goods out of sale; putting them back needs a second look.
STATUSES_OUT_OF_SALE = frozenset({StockStatus.QUARANTINE, StockStatus.DAMAGED, StockStatus.BLOCKED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjusted:
    """A quantity of one SKU in a bin; `price_minor` is its shelf price, for the limits."""

    sku: str
    bin_code: str
    quantity: int
    from_status: StockStatus = StockStatus.AVAILABLE
    price_minor: int = 0
    lot: str = ""


def post_adjustment(
    *, adjustment_type: str, to_status: str, lines: Iterable[Adjusted]
) -> list[Move]:
    """Post what changed: to or from the account of the type, or between statuses of a bin."""
    moves = []
    for line in lines:
        assert line.quantity >= 0
        here = get_account(bin_code=line.bin_code, status=line.from_status, lot=line.lot)
        if adjustment_type == "status_change":
            there = get_account(bin_code=line.bin_code, status=StockStatus(to_status), lot=line.lot)
        else:
            there = GO_TO[adjustment_type]
        if adjustment_type == "count_gain":
            here, there = there, here
        if line.quantity > 0 and here != there:
            moves.append(
                Move(sku=line.sku, from_account=here, to_account=there, quantity=line.quantity)
            )
    return moves


def may_post(
    *, to_status: str, roles: Iterable[str], measured: Measured, limits: Iterable[Limit]
) -> Verdict:
    """Tell whether a site may post an adjustment before the hub has decided."""
    if measured.adjustment_type == "status_change":
        return Verdict(is_allowed=StockStatus(to_status) in STATUSES_OUT_OF_SALE)
    return judge(roles=roles, measured=measured, limits=limits, otherwise=LIMITS_OTHERWISE)
