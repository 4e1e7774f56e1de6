"""Where goods should be put away, and what speaks against a bin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Types of zones goods may be put away into, the pick face first: it is what sells.
ZONES_TAKING = ("picking", "storage")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A bin goods could go to. `room` is what it can still hold, None when nobody limits it."""

    bin_code: str
    zone_type: str
    path: tuple[str, str, int, str]
    room: int | None
    mixing: str
    has_same: bool
    has_other: bool
    is_cold_enough: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A bin, and in one word why this one: `same_sku`, `empty`, or `mixed`."""

    bin_code: str
    reason: str


def find_objection(candidate: Candidate, *, quantity: int) -> str:
    """
    Return what speaks against putting goods into a bin, in one word; empty when nothing does.

    `zone`, `temperature`, `mixing` or `capacity`, whichever comes first.
    """
    if candidate.zone_type not in ZONES_TAKING:
        return "zone"
    if not candidate.is_cold_enough:
        return "temperature"
    if candidate.mixing != "mixed" and candidate.has_other:
        return "mixing"
    if candidate.room is not None and candidate.room < quantity:
        return "capacity"
    return ""


def propose_bin(
    *, candidates: Iterable[Candidate], quantity: int, is_fast: bool
) -> Proposal | None:
    """
    Propose a bin: where the same SKU lies, else an empty one, else one that may be mixed.

    Fast movers go to the pick face first, slow ones to storage. None when no bin takes it all.
    """
    fitting = [it for it in candidates if not find_objection(it, quantity=quantity)]
    if not fitting:
        return None
    zones = ZONES_TAKING if is_fast else ZONES_TAKING[::-1]

    def rank(it: Candidate) -> tuple[object, ...]:
        return (not it.has_same, it.has_other, zones.index(it.zone_type), it.path)

    best = min(fitting, key=rank)
    reason = "same_sku" if best.has_same else "mixed" if best.has_other else "empty"
    return Proposal(bin_code=best.bin_code, reason=reason)
