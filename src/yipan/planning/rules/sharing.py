"""
Push allocation (配货): each pack goes where it is most likely to be sold, until they are used up.

The value of the j-th unit at a store is P(demand > position + j - 1) times its margin. It falls
with j, so taking the most valuable packs first is the same as one price for the SKU at which what
is asked for equals what there is (planning handbook, section 8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from yipan.planning.rules.levels import Floats
from yipan.planning.rules.quantiles import count_below


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """
    A store that could take some: its position, the demand it expects, and how much it may get.

    `floor` is the position it is lifted to before anybody gets more.
    """

    position: int
    mean: float
    ratio: float
    most: int
    floor: int = 0
    margin: float = 1.0


def share(askings: Sequence[Asking], *, quantity: int, pack: int = 1) -> tuple[list[int], float]:
    """
    Share a quantity out in whole packs. Return each one's part, and the value of the last pack.

    Floors come first, the emptiest shelf before the others; equal values go to who stands first.
    """
    parts = [0] * len(askings)
    left = max(0, quantity)
    for place in sorted(range(len(askings)), key=lambda it: (askings[it].position, it)):
        one = askings[place]
        wanted = math.ceil(max(0, one.floor - one.position) / pack) * pack
        given = min(wanted, one.most, left // pack * pack)
        parts[place] += given
        left -= given
    offers = []
    for place, one in enumerate(askings):
        for count, value in enumerate(_value_packs(one, begun=parts[place], pack=pack)):
            offers.append((-value, place, count))
    offers.sort()
    price = 0.0
    for value, place, _count in offers:
        if left < pack:
            break
        parts[place] += pack
        left -= pack
        price = -value
    return parts, price


def _value_packs(asking: Asking, *, begun: int, pack: int) -> list[float]:
    """Return the mean value of a unit in each further pack a store may get."""
    below = count_below(asking.mean, asking.ratio)
    values = []
    start = asking.position + begun
    for first in range(start, asking.position + asking.most - pack + 1, pack):
        units = [_chance(below, first + step) for step in range(pack)]
        values.append(sum(units) / pack * asking.margin)
    return values


def _chance(below: Floats, position: int) -> float:
    if position < 0:
        return 1.0
    return 0.0 if position >= len(below) else max(0.0, 1.0 - float(below[position]))
