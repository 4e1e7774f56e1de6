"""What an adjustment (库存调整) of a store moves, and who may post it alone. Smallest units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yipan.foundation.limits import Limit, Measured, Purpose, Verdict, judge
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.messages.adjusting import AdjustedLine
from yipan.pos.rules.tickets import SHOP_FLOOR, get_account

#: Where goods stand that are shown and not sold.
DISPLAY = "display"

#: Types that take goods out of the store, and the account outside that takes them.
OUTSIDE: Mapping[str, str] = {
    "scrap": "scrap",
    "sample_issue": "sample",
    "internal_use": "internal_use",
    "count_loss": "stocktake_difference",
}

#: Goods that were found.
GAIN = "count_gain"

#: What a document may be, beside those: goods found, moved between statuses, put on display.
TYPES = (*OUTSIDE, GAIN, "status_change", "display_issue")

#: Whose work it is has to be said where goods are used inside the company.
NEEDS_COST_CENTER = frozenset({"internal_use", "sample_issue"})

#: What somebody may post alone where the hub has set no limit, by the sales price of the goods,
#: in minor units: anybody a small loss, a manager a day's. Above, the hub decides.
LIMITS_OTHERWISE = (
    Limit(purpose=Purpose.POST, value_max_minor=20_000),
    Limit(purpose=Purpose.POST, role="store_manager", value_max_minor=200_000),
)

#: Goods that neither leave nor change their worth need nobody's leave.
FREE_TYPES = frozenset({"display_issue"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """A quantity of a SKU, with its sales price per smallest unit in minor units."""

    sku: str
    quantity: int
    price_minor: int


def get_value(lines: Iterable[Priced]) -> int:
    """Return what lines are worth at sales prices, in minor units."""
    return sum(line.quantity * line.price_minor for line in lines)


def may_post(*, roles: Iterable[str], measured: Measured, limits: Iterable[Limit]) -> Verdict:
    """Tell whether an adjustment may be posted before the hub has decided."""
    if measured.adjustment_type in FREE_TYPES:
        return Verdict(is_allowed=True)
    return judge(roles=roles, measured=measured, limits=limits, otherwise=LIMITS_OTHERWISE)


def post_adjustment(*, adjustment_type: str, lines: Iterable[AdjustedLine]) -> list[Move]:
    """
    Return what an adjustment moves; the line says the place and the statuses.

    Goods on display are blocked, and stand at `display`: seen, counted, and not sold. A
    status change from `display` back is the way off it.
    """
    assert adjustment_type in TYPES, f"no such type: {adjustment_type}"
    moves = []
    for line in lines:
        assert line.quantity > 0, "the type of the document says which way"
        from_account, to_account = _get_accounts(adjustment_type, line)
        moves.append(
            Move(
                sku=line.sku,
                from_account=from_account,
                to_account=to_account,
                quantity=line.quantity,
            )
        )
    return moves


def _get_accounts(adjustment_type: str, line: AdjustedLine) -> tuple[str, str]:
    here = get_account(place=line.place, status=StockStatus(line.from_status))
    if adjustment_type == GAIN:
        return "stocktake_difference", here
    if adjustment_type in OUTSIDE:
        return here, OUTSIDE[adjustment_type]
    assert line.to_status, "a change of status says to which"
    if adjustment_type == "display_issue":
        place = DISPLAY
    else:
        # What may be sold again goes from the display back to where it is sold.
        is_off_display = line.place == DISPLAY and line.to_status == StockStatus.AVAILABLE
        place = SHOP_FLOOR if is_off_display else line.place
    return here, get_account(place=place, status=StockStatus(line.to_status))
