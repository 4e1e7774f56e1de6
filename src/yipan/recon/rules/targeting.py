"""
Where to count next (盘点选点): keys ranked by what is known of them, each with its reasons.

Negative books come first, then failed picks, then what is worth counting by activity x value x past
errors; a good that used to sell and no longer does may be gone from its shelf. Source of the
order: handbook, differences, section 10 (dm-drogerie markt, M&SOM 2022.1119; ADEO).
`rank` is the door for whoever makes count plans: keys in, keys with reasons out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Sure signs weigh more than any mixture of the others.
WEIGHT_NEGATIVE: Final = 100.0
WEIGHT_SHORT_PICK: Final = 40.0
WEIGHT_STREAK: Final = 3.0
WEIGHT_PAST_ERROR: Final = 1.5
WEIGHT_HOT: Final = 1.5
WEIGHT_LOW: Final = 0.6
WEIGHT_OLD: Final = 0.2
#: A streak without sales is a sign from so many expected sales on: by chance once in 20.
STREAK_SALES_MIN: Final = 3.0
#: What was counted so lately says little that is new.
FRESH_DAYS: Final = 7
OLD_DAYS: Final = 90
VALUE_HIGH_MINOR: Final = 100_000
ACTIVE_MOVEMENTS: Final = 20
LOW_STOCK: Final = 2


class Reason(StrEnum):
    """Why a key is worth looking at."""

    NEGATIVE_BOOK = "negative_book"
    SHORT_PICK = "short_pick"
    ZERO_SALES = "zero_sales"
    PAST_ERRORS = "past_errors"
    HOT_GOODS = "hot_goods"
    ACTIVE = "active"
    VALUABLE = "valuable"
    LOW_STOCK = "low_stock"
    LONG_AGO = "long_ago"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """
    What is known of one SKU at one site, or in one bin or area of it.

    `stock` is the book, in smallest units, `movements` how often it moved since it was last
    counted, `counts` how often it was counted before and `errors` how often that differed.
    `sold_a_day` is how many a day used to be sold, `days_without_sale` how long none was;
    `days_since_count` is None for what was never counted. `is_hot` says it is stolen often.
    """

    site: str
    sku: str
    place: str = ""
    stock: int = 0
    price_minor: int = 0
    movements: int = 0
    counts: int = 0
    errors: int = 0
    short_picks: int = 0
    sold_a_day: float = 0.0
    days_without_sale: float = 0.0
    days_since_count: float | None = None
    is_hot: bool = False

    @property
    def value_minor(self) -> int:
        """Return what the book says lies there, in minor units, without sign."""
        return abs(self.stock) * self.price_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A key to count, its score (only its order means something), and why, weightiest first."""

    candidate: Candidate
    score: float
    reasons: tuple[Reason, ...]


def rank(candidates: Iterable[Candidate], *, limit: int) -> list[Target]:
    """Return the `limit` keys most worth counting, best first; equal ones by site, place, SKU."""
    assert limit > 0
    targets = [score(each) for each in candidates]
    targets.sort(
        key=lambda each: (
            -each.score,
            each.candidate.site,
            each.candidate.place,
            each.candidate.sku,
        )
    )
    return targets[:limit]


def score(candidate: Candidate) -> Target:
    """Return how much one key is worth counting, and why."""
    # Half an error in one and a half counts to begin with: what was never looked at may be wrong.
    error_share = (candidate.errors + 0.5) / (candidate.counts + 1.5)
    value = math.log1p(candidate.value_minor / 1_000)
    # The product: much that moves, is worth something, and was wrong before.
    worth = math.log1p(candidate.movements) * (1.0 + value) * (0.3 + error_share) / 10.0
    days = OLD_DAYS if candidate.days_since_count is None else candidate.days_since_count
    signs = {
        **_list_signs(candidate),
        Reason.PAST_ERRORS: WEIGHT_PAST_ERROR * error_share * candidate.errors,
        Reason.LONG_AGO: WEIGHT_OLD if days >= OLD_DAYS and candidate.movements else 0.0,
    }
    total = sum(signs.values()) + worth
    signs[Reason.ACTIVE] = worth if candidate.movements >= ACTIVE_MOVEMENTS else 0.0
    signs[Reason.VALUABLE] = worth / 2 if candidate.value_minor >= VALUE_HIGH_MINOR else 0.0
    if days < FRESH_DAYS and candidate.stock >= 0:
        total *= days / FRESH_DAYS
    reasons = sorted((each for each in signs if signs[each] > 0), key=lambda each: -signs[each])
    return Target(candidate=candidate, score=total, reasons=tuple(reasons))


def _list_signs(candidate: Candidate) -> dict[Reason, float]:
    """Return what the book itself says to be wrong, or likely so."""
    missed_sales = candidate.sold_a_day * candidate.days_without_sale
    is_silent = candidate.stock > 0 and missed_sales >= STREAK_SALES_MIN
    is_low = 0 <= candidate.stock <= LOW_STOCK and candidate.movements > 0
    return {
        Reason.NEGATIVE_BOOK: WEIGHT_NEGATIVE if candidate.stock < 0 else 0.0,
        Reason.SHORT_PICK: WEIGHT_SHORT_PICK * min(3, candidate.short_picks),
        Reason.ZERO_SALES: WEIGHT_STREAK * math.log1p(missed_sales) if is_silent else 0.0,
        Reason.LOW_STOCK: WEIGHT_LOW if is_low else 0.0,
        # Where the book has nothing left, nothing is left to steal that anybody would miss.
        Reason.HOT_GOODS: WEIGHT_HOT if candidate.is_hot and candidate.stock > 0 else 0.0,
    }
