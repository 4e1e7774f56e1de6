"""
How often causes are at work, before anything is looked at, and how often goods just vanish.

Starting weights are those of the handbook's trial (differences, section 9); how many cases they
are shared among is told by the count itself (`odds`). They are learned from closed cases by
category: 26.4 % of the variance in record error lies between categories, 2.7 % between stores
(DeHoratius & Raman 2008).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from yipan.recon.rules.values import Cause, Difference, Evidence, Goods

#: A learned weight never falls below: what never happened here may happen tomorrow.
WEIGHT_MIN = 0.2
#: How many closed cases weigh as much as what we begin with.
CASES_TO_BELIEVE = 50
#: The same for small losses: so many keys counted, so many losses seen.
KEYS_TO_BELIEVE = 40
LOSSES_TO_BELIEVE = 15
SITE_LOSSES_TO_BELIEVE = 8
#: However many lost three pieces and not one: one piece more is never likelier than this.
TAIL_MAX = 0.9
#: Losses up to so many pieces tell how often and how much vanishes; larger ones have causes.
SMALL_LOSS = 3
#: Behind the category of goods that people like to take.
HOT = " (hot)"

START: Mapping[Cause, float] = {
    Cause.SKU_MIXUP: 6,
    Cause.LATE_DOCUMENT: 5,
    Cause.THEFT: 5,
    Cause.SHORT_RECEIPT: 4,
    Cause.UNRECORDED_USE: 4,
    Cause.UNIT_MIXUP: 3,
    Cause.WRONG_SITE: 3,
    Cause.BIN_MIXUP: 3,
    Cause.DOUBLE_ENTRY: 3,
    Cause.MISKEY: 2,
    Cause.OVER_RECEIPT: 2,
    Cause.WRONG_DIRECTION: 2,
    Cause.MISSING_DOCUMENT: 3,
    Cause.SHORT_SHIPMENT: 2,
    Cause.OVER_SHIPMENT: 1,
    Cause.UNRECORDED_SCRAP: 3,
    Cause.KIT_NOT_EXPLODED: 2,
    Cause.UNRECORDED_HANDOVER: 2,
    Cause.UNRECORDED_RETURN: 1,
    Cause.REFUND_WITHOUT_GOODS: 2,
    Cause.MISCOUNT: 3,
    Cause.DOUBLE_COUNTED_AREA: 1,
    Cause.FOREIGN_STOCK_COUNTED: 2,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """
    Weights of causes by category, and pieces of one SKU that vanish in a day, by category.

    `tails` is how much rarer one piece more is, by group; without it the rate says so too.
    `sites` is how much more vanishes at a site than elsewhere.
    The empty category holds for whatever is not named.
    """

    causes: Mapping[str, Mapping[Cause, float]] = field(default_factory=lambda: {"": START})
    losses_a_day: Mapping[str, float] = field(default_factory=lambda: {"": 0.005})
    tails: Mapping[str, float] = field(default_factory=dict)
    sites: Mapping[str, float] = field(default_factory=dict)

    def compare(self, cause: Cause, *, category: str) -> float:
        """Return how much more often a cause is at work in a category than we begin with."""
        known = self.causes.get(category, self.causes[""])
        return known.get(cause, WEIGHT_MIN) / START.get(cause, WEIGHT_MIN)

    def get_loss(self, goods: Goods, *, days: float, site: str = "") -> float:
        """Return how many pieces of a SKU are expected to have vanished in so many days."""
        a_day = self.losses_a_day.get("", 0.005)
        for group in (goods.category, name_group(goods)):
            a_day = self.losses_a_day.get(group, a_day)
        return max(1e-4, a_day * days * self.sites.get(site, 1.0))

    def get_tail(self, goods: Goods, *, rate: float) -> float:
        """Return how likely one piece more is gone, where some are."""
        return self.tails.get(name_group(goods), rate / (1 + rate))

    def follow(self, evidence: Evidence) -> Weights:
        """
        Return the weights with the small losses this very count shows, category by category.

        What is gone a piece or two at a time on many keys is how the place loses goods. Both
        how often and how much are drawn towards what was known before.
        """
        losses, tails = dict(self.losses_a_day), dict(self.tails)
        for group, counts in _count_small(evidence).items():
            days = counts.days / counts.keys
            before = self.get_loss(counts.goods, days=days)
            usual = before / (1 + before)
            keys = evidence.counted.get(group, 0)
            share = (counts.losses + KEYS_TO_BELIEVE * usual) / (keys + KEYS_TO_BELIEVE)
            if keys and share < 1:
                losses[group] = share / (1 - share) / days
            # A geometric tail, cut off above: of those that lost one or two, who lost more?
            tail = (counts.more + LOSSES_TO_BELIEVE * usual) / (counts.few + LOSSES_TO_BELIEVE)
            tails[group] = min(TAIL_MAX, max(usual, tail))
        return replace(self, losses_a_day=losses, tails=tails, sites=_compare_sites(evidence))

    def learn(self, closed: Iterable[tuple[str, Cause]]) -> Weights:
        """
        Return the weights after closed cases, each a category and the cause somebody confirmed.

        A Dirichlet posterior: what we begin with counts as `CASES_TO_BELIEVE` cases.
        """
        seen: dict[str, dict[Cause, int]] = {}
        for category, cause in closed:
            by_cause = seen.setdefault(category, {})
            by_cause[cause] = by_cause.get(cause, 0) + 1
        causes = dict(self.causes)
        for category, by_cause in seen.items():
            before = self.causes.get(category, self.causes[""])
            total = sum(before.values())
            cases = sum(by_cause.values())
            scale = total / (CASES_TO_BELIEVE + cases)
            causes[category] = {
                cause: max(
                    WEIGHT_MIN,
                    scale
                    * (
                        CASES_TO_BELIEVE * before.get(cause, WEIGHT_MIN) / total
                        + by_cause.get(cause, 0)
                    ),
                )
                for cause in {*before, *by_cause}
            }
        return replace(self, causes=causes)


def name_group(goods: Goods) -> str:
    """Return the group whose losses are looked at together: hot goods vanish otherwise."""
    return f"{goods.category}{HOT}" if goods.is_hot else goods.category


def _compare_sites(evidence: Evidence) -> dict[str, float]:
    """Return how much more is lost at each site, where the keys that agree are known as well."""
    keys = Counter(key.site for key in evidence.lines)
    if keys.total() < sum(evidence.counted.values()) / 2 or not evidence.counted:
        return {}
    losses = Counter(
        each.key.site for each in evidence.differences if -SMALL_LOSS <= each.quantity < 0
    )
    share = losses.total() / max(1, keys.total())
    return {
        site: (losses[site] + SITE_LOSSES_TO_BELIEVE)
        / (keys[site] * share + SITE_LOSSES_TO_BELIEVE)
        for site in keys
    }


@dataclass(slots=True)
class _Small:
    """Small losses of a group: keys and their days, those with one to three pieces gone."""

    goods: Goods
    keys: int = 0
    days: float = 0.0
    losses: int = 0
    few: int = 0
    more: int = 0

    def add(self, each: Difference) -> None:
        self.keys += 1
        self.days += each.days
        self.losses += -SMALL_LOSS <= each.quantity < 0
        self.few += -SMALL_LOSS < each.quantity < 0
        self.more += -SMALL_LOSS <= each.quantity < -1


def _count_small(evidence: Evidence) -> dict[str, _Small]:
    seen: dict[str, _Small] = {}
    for each in evidence.differences:
        goods = evidence.get_goods(each.key.sku)
        seen.setdefault(name_group(goods), _Small(goods)).add(each)
    return seen
