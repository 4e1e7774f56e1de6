"""From which place of a store goods are taken when nobody says. Smallest units."""

from __future__ import annotations

from collections.abc import Mapping

from yipan.pos.rules.adjustments import DISPLAY
from yipan.pos.rules.tickets import SHOP_FLOOR
from yipan.pos.rules.transfers import PLACES

#: Where goods lie that an adjustment can be about, in the order in which they are taken.
ADJUSTED = (*PLACES, DISPLAY)


def share_out(
    quantity: int, *, lying: Mapping[str, int], first: str = SHOP_FLOOR
) -> list[tuple[str, int]]:
    """
    Return the places to take a quantity from, by what the book says lies at each.

    All of it from `first`, or from the next place that has enough; else what each has. What
    is nowhere is taken from the place that has any, or from `first`: the goods did go, so the
    book was wrong before.
    """
    assert quantity > 0, "nothing is taken from nowhere"
    order = [first, *(place for place in lying if place != first)]
    there = {place: max(lying.get(place, 0), 0) for place in order}
    whole = next((place for place in order if there[place] >= quantity), None)
    if whole is not None:
        return [(whole, quantity)]
    shares: dict[str, int] = {}
    left = quantity
    for place in order:
        taken = min(there[place], left)
        if taken:
            shares[place] = taken
            left -= taken
    if left:
        holder = next(iter(shares), first)
        shares[holder] = shares.get(holder, 0) + left
    return list(shares.items())
