"""
What a difference is that no document explains: small losses, theft, or not understood.

Small losses are a Poisson whose rate differs from SKU to SKU, as the count itself shows: mostly
a negative binomial, with the heavier tail that was seen mixed in. The unknown has no size of its
own, and is the rival of every cause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from yipan.recon.rules.odds import Odds
from yipan.recon.rules.values import Difference, Goods

#: A rest above zero is nearly impossible as a loss.
GAIN_AS_NOISE = 1e-4
#: How much a theft takes at least, and of what is there; a piece or two are small losses.
THEFT_SHARE = 0.25
THEFT_PIECES_MIN = 4.0
THEFT_SMALL = 0.05
#: How many independent things decide how fast a SKU vanishes, beside its category and site
#: (the shape of a negative binomial), and how many SKUs vanish otherwise than by this.
SHAPE = 3.0
UNEVEN = 0.2
PIECES_MAX = 200
#: The unknown has no size: each power of two is as likely, up or down, to some hundreds.
UNKNOWN_SPREAD = 2 * math.log(400)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """How the rest of one key is explained without a document: weights, to be compared."""

    shrinkage: float
    theft: float
    unknown: float

    @property
    def total(self) -> float:
        """Return the weight of a rest, whatever it is."""
        return self.shrinkage + self.theft + self.unknown


def judge_rest(rest: int, *, difference: Difference, goods: Goods, odds: Odds) -> Rest:
    """Return how likely it is that `rest` pieces vanished, were stolen, or are not understood."""
    rate = odds.weights.get_loss(goods, days=difference.days, site=difference.key.site)
    if rest > 0:
        shrinkage = GAIN_AS_NOISE * 0.5**rest
    elif rest == 0:
        shrinkage = 1 / (1 + rate)
    else:
        tail = odds.weights.get_tail(goods, rate=rate)
        even = _spread_evenly(-rest, rate=rate)
        uneven = (1 - tail) * tail ** (-rest - 1)
        shrinkage = rate / (1 + rate) * ((1 - UNEVEN) * even + UNEVEN * uneven)
    theft = 0.0
    if rest < 0:
        mean = max(THEFT_PIECES_MIN, THEFT_SHARE * max(0, difference.stock))
        theft = odds.get_theft(goods) * math.exp(rest / mean) / mean
        if rest >= -2:
            theft *= THEFT_SMALL
    unknown = odds.unknown / (UNKNOWN_SPREAD * (1 + abs(rest))) if rest else 0.0
    return Rest(shrinkage=shrinkage, theft=theft, unknown=unknown)


def _spread_evenly(pieces: int, *, rate: float) -> float:
    """Return how likely just so many pieces are gone, where some are: a negative binomial."""
    return _list_evenly(rate)[min(pieces, PIECES_MAX) - 1]


@lru_cache(maxsize=4_096)
def _list_evenly(rate: float) -> list[float]:
    grown = math.exp(math.log1p(rate) / SHAPE)
    again = (grown - 1) / grown
    none = math.exp(SHAPE * math.log1p(-again))
    likely = [SHAPE * again * none / (1 - none)]
    for piece in range(2, PIECES_MAX + 1):
        likely.append(likely[-1] * again * (SHAPE + piece - 1) / piece)
    return likely
