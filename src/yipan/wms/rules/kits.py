"""Decisions about kits (套装): what goes in, what comes out. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.wms.rules.outbound import Giving, choose_bins
from yipan.wms.rules.places import get_account

#: What is taken apart and put together passes this account: nothing of it is anybody's.
KIT_WORK = "kit_work"


@dataclass(frozen=True, kw_only=True, slots=True)
class Handled:
    """A quantity of one SKU and lot that goes into the work out of a bin, or out of it into one."""

    sku: str
    quantity: int
    bin_code: str
    lot: str = ""


def take(
    *,
    wanted: Mapping[str, int],
    giving: Mapping[str, Iterable[Giving]],
    bin_code: str,
) -> list[Handled]:
    """
    Choose where the goods of some work come from: first expired, first out.

    What the book does not know of was taken from the bench all the same: `bin_code` falls below
    zero, and that is the evidence.
    """
    taken = []
    for sku, quantity in wanted.items():
        assert quantity > 0
        shares = choose_bins(giving=giving.get(sku, ()), quantity=quantity)
        taken += [
            Handled(sku=sku, quantity=it.quantity, bin_code=it.bin_code, lot=it.lot)
            for it in shares
        ]
        rest = quantity - sum(it.quantity for it in shares)
        if rest:
            taken.append(Handled(sku=sku, quantity=rest, bin_code=bin_code))
    return taken


def post_kit_work(*, handled: Sequence[Handled], is_made: bool) -> list[Move]:
    """Take goods into the work, or out of it."""
    moves = []
    for each in handled:
        here = get_account(bin_code=each.bin_code, status=StockStatus.AVAILABLE, lot=each.lot)
        ends = (KIT_WORK, here) if is_made else (here, KIT_WORK)
        moves.append(
            Move(sku=each.sku, from_account=ends[0], to_account=ends[1], quantity=each.quantity)
        )
    return moves
