"""Where goods should be put away, and what speaks against a bin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from yipan.foundation.status import StockStatus

#: Types of zones goods may be put away into, the pick face first: it is what sells.
ZONES_TAKING = ("picking", "storage")

#: Goods that are not for sale have zones of their own.
ZONES_OF_STATUS = {
    StockStatus.QUARANTINE: ("quarantine",),
    StockStatus.DAMAGED: ("damaged", "quarantine"),
    StockStatus.BLOCKED: ("quarantine",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """
    A bin goods could go to. `room` is what it can still hold, None when nobody limits it.

    `has_same` and `has_other` speak of SKUs, `has_same_lot` and `has_other_lot` of lots of the
    same SKU.
    """

    bin_code: str
    zone_type: str
    path: tuple[str, str, int, str]
    room: int | None
    mixing: str
    has_same: bool
    has_other: bool
    is_cold_enough: bool = True
    has_same_lot: bool = False
    has_other_lot: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A bin, and in one word why this one: `same_lot`, `same_sku`, `empty`, or `mixed`."""

    bin_code: str
    reason: str


def find_objection(
    candidate: Candidate, *, quantity: int, zone_types: Collection[str] = ZONES_TAKING
) -> str:
    """
    Return what speaks against putting goods into a bin, in one word; empty when nothing does.

    `zone`, `temperature`, `mixing`, `lot` or `capacity`, whichever comes first. `zone_types` are
    the zones these goods may go to.
    """
    if candidate.zone_type not in zone_types:
        return "zone"
    if not candidate.is_cold_enough:
        return "temperature"
    if candidate.mixing != "mixed" and candidate.has_other:
        return "mixing"
    if candidate.mixing == "one_lot" and candidate.has_other_lot:
        return "lot"
    if candidate.room is not None and candidate.room < quantity:
        return "capacity"
    return ""


def propose_bin(
    *,
    candidates: Iterable[Candidate],
    quantity: int,
    is_fast: bool,
    zone_types: Sequence[str] = ZONES_TAKING,
) -> Proposal | None:
    """
    Propose a bin: where the same lot lies, the same SKU, else an empty one, else a mixed one.

    Fast movers go to the pick face first, slow ones to storage. None when no bin takes it all.
    """
    fitting = [
        it for it in candidates if not find_objection(it, quantity=quantity, zone_types=zone_types)
    ]
    if not fitting:
        return None
    zones = zone_types if is_fast else zone_types[::-1]

    def rank(it: Candidate) -> tuple[object, ...]:
        # A bin with another lot of the same goods is the second best: pickers must look closely.
        closeness = (not it.has_same_lot, not it.has_same, it.has_other)
        return (*closeness, zones.index(it.zone_type), it.path)

    best = min(fitting, key=rank)
    if best.has_same_lot:
        reason = "same_lot"
    else:
        reason = "same_sku" if best.has_same else "mixed" if best.has_other else "empty"
    return Proposal(bin_code=best.bin_code, reason=reason)


def list_zone_types(status: StockStatus) -> tuple[str, ...]:
    """Return the types of zones goods in a status go to, the best first."""
    return ZONES_OF_STATUS.get(status, ZONES_TAKING)
