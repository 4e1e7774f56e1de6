"""
How likely each cause is at one line, one key or one pair, before its number is compared.

So many keys were counted, and so many of them differ by more than small losses: that many cases
are shared out among the causes by their weights, and those of a cause among all lines of the
count that offer it something (`exposure`), those of keys that agree too. So a cause is as likely
as it is frequent, and no more likely for having many lines to choose from.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from yipan.recon.rules.exposure import TYPICAL, list_exposures
from yipan.recon.rules.habits import HABITUAL, Habits, name_all
from yipan.recon.rules.recounts import WRONG, count_wrong
from yipan.recon.rules.rhythm import GAP_IS_USE, count_use
from yipan.recon.rules.values import Cause, Evidence, Goods, Line
from yipan.recon.rules.weights import HOT, SMALL_LOSS, START, Weights, name_group

#: Of a full count about so many lines differ: so many keys stand behind each difference, where
#: nobody said how many were counted (handbook, differences, section 10).
KEYS_BEHIND_A_DIFFERENCE = 15
#: How many keys have a cause to begin with, and how many counted keys weigh as much as that.
CASES_A_KEY = 0.04
KEYS_TO_BELIEVE = 250
#: Of the differences that have a cause so many have none we know, or have lost its evidence.
SHARE_UNKNOWN = 0.12
#: How often goods past their date have left the shelf unwritten, and how many keys with such
#: goods weigh as much as that.
PAST_ITS_DATE = 0.25
DATES_TO_BELIEVE = 8
#: How often a paper that waits is missing here rather than on its way, before any is looked at.
WAITS_FOR_US = {"receipt": 0.4, "handover": 0.5, "return": 0.3, "foreign": 0.2, "area": 0.3}
#: That the later of two equal lines was entered twice: of one paper, without, of two papers, and
#: where goods go out or are moved.
TWICE = {"same_paper": 0.9, "no_paper": 0.2, "two_papers": 0.01, "elsewhere": 0.01}
#: So many keys of which lines are known weigh as much as what keys usually offer.
LINES_TO_BELIEVE = 20
#: No line is surer than this of being wrong before its number is compared.
SURE = 0.9
#: Goods nobody would steal on purpose, beside goods that people like to take.
THEFT_OF_COMMON_GOODS = 0.002
THEFT_OF_DEAR_GOODS = 0.3
HIGH_VALUE_MINOR = 10_000
#: One key in so many is of hot goods, where nobody said how many were counted.
HOT_SHARE = 0.12

#: Causes that strike one of many lines: their cases are shared out among all of them.
SHARED = frozenset({*TYPICAL, Cause.THEFT})


@dataclass(frozen=True, kw_only=True)
class Odds:
    """
    Cases expected of each shared cause in this count, and what all its lines offer to it.

    `keys` is how many keys were counted. `unknown` is how likely a key has a cause nobody knows,
    `past_date` that goods past their date are gone, `wrong` that a count goes wrong, `use`
    that a gap in the rhythm of samples is use unwritten. `waits` is
    how likely a paper known elsewhere is missing here, by its kind, and `habits` how much more
    often a cause is at work with somebody: a supplier, a site goods come from, a person, or where
    lines of a kind are captured in some way; `offered` is what the lines of each of them offer.
    `twice` is how likely two equal lines are one paper, by what the papers say.
    """

    weights: Weights
    keys: float
    cases: Mapping[Cause, float]
    exposed: Mapping[Cause, float]
    unknown: float
    past_date: float = PAST_ITS_DATE
    wrong: float = WRONG
    use: float = GAP_IS_USE
    waits: Mapping[str, float] = field(default_factory=lambda: WAITS_FOR_US)
    habits: Habits = field(default_factory=Habits)
    offered: Mapping[tuple[Cause, str], float] = field(default_factory=dict)
    twice: Mapping[str, float] = field(default_factory=lambda: TWICE)

    def weigh(
        self, cause: Cause, *, category: str, share: float, line: Line | None = None
    ) -> float:
        """Return the log odds of a shared cause at a line that offers it `share`."""
        expected = self.expect(cause, share=share, line=line)
        probable = min(SURE, max(1e-12, expected * self.weights.compare(cause, category=category)))
        return math.log(probable / (1 - probable))

    def expect(self, cause: Cause, *, share: float, line: Line | None = None) -> float:
        """Return how many cases of a shared cause a line that offers it `share` lets expect."""
        expected = self.cases[cause] * share / self.exposed[cause]
        return expected if line is None else expected * self.habits.compare(cause, line)

    def weigh_sure(self, cause: Cause, *, category: str, probability: float) -> float:
        """Return the log odds of what speaks for itself, as learned for a category."""
        return math.log(probability / (1 - probability)) + self.compare(cause, category=category)

    def compare(self, cause: Cause, *, category: str) -> float:
        """Return how much more often a cause was learned to be at work in a category, as a log."""
        return math.log(self.weights.compare(cause, category=category))

    def get_theft(self, goods: Goods) -> float:
        """Return how likely it is that goods of a key were stolen."""
        wanted = weigh_wanted(goods)
        ratio = self.weights.compare(Cause.THEFT, category=goods.category)
        return min(0.5, self.cases[Cause.THEFT] * ratio * wanted / self.exposed[Cause.THEFT])


def weigh_wanted(goods: Goods) -> float:
    """Return how much goods draw thieves, beside those that draw most."""
    if goods.is_hot:
        return 1.0
    return THEFT_OF_DEAR_GOODS if goods.price_minor >= HIGH_VALUE_MINOR else THEFT_OF_COMMON_GOODS


def expect(evidence: Evidence, *, weights: Weights) -> Odds:
    """Return what a count lets expect of each cause, before any difference is explained."""
    differences = [each for each in evidence.differences if each.quantity]
    keys = float(
        max(
            sum(evidence.counted.values()) or len(differences) * KEYS_BEHIND_A_DIFFERENCE,
            len(differences),
            1,
        )
    )
    small = sum(-SMALL_LOSS <= each.quantity < 0 for each in differences)
    large = len(differences) - small
    share = (large + CASES_A_KEY * KEYS_TO_BELIEVE) / (keys + KEYS_TO_BELIEVE)
    total = share * keys
    of_all = sum(START.values())
    offered = _add_up(evidence, keys=keys)
    return Odds(
        weights=weights,
        keys=keys,
        cases={cause: total * START[cause] / of_all for cause in SHARED},
        exposed=offered.exposed,
        offered=offered.by_name,
        unknown=share * SHARE_UNKNOWN,
        past_date=count_past_date(
            evidence,
            keys=keys,
            gone=sum(each.quantity == -each.expired < 0 for each in differences),
        ),
        wrong=count_wrong(differences, keys=keys),
        use=count_use(evidence, keys=keys),
    )


def count_past_date(evidence: Evidence, *, keys: float, gone: float) -> float:
    """Return how often goods past their date are gone, where `gone` keys are thought to be so."""
    others = [each for each in evidence.differences if each.quantity != -each.expired]
    still_there = sum(each.expired > 0 for each in others) / max(1, len(others)) * keys
    return (gone + DATES_TO_BELIEVE * PAST_ITS_DATE) / (gone + still_there + DATES_TO_BELIEVE)


@dataclass(slots=True)
class _Offered:
    """What all lines of a count offer to each cause, and those of each name to each."""

    exposed: defaultdict[Cause, float] = field(default_factory=lambda: defaultdict(float))
    by_name: defaultdict[tuple[Cause, str], float] = field(
        default_factory=lambda: defaultdict(float)
    )


def _add_up(evidence: Evidence, *, keys: float) -> _Offered:
    """
    Return what all lines of a count offer to each cause, known or not.

    Of keys whose lines are not known those that are known speak, as far as they are many.
    """
    offered = _Offered()
    for lines in evidence.lines.values():
        for line in lines:
            names = name_all(line)
            for cause, share in list_exposures(line):
                offered.exposed[cause] += share
                if cause in HABITUAL:
                    for name in names:
                        offered.by_name[cause, name] += share
    known = max(1, len(evidence.lines))
    unseen = max(0.0, keys - len(evidence.lines))
    for cause, typical in TYPICAL.items():
        usual = (offered.exposed[cause] + LINES_TO_BELIEVE * typical) / (known + LINES_TO_BELIEVE)
        offered.exposed[cause] += usual * unseen + 0.05
    offered.exposed[Cause.THEFT] = _add_up_wanted(evidence, keys=keys)
    times = max(1.0, keys / known)
    for each in offered.by_name:
        offered.by_name[each] *= times
    return offered


def _add_up_wanted(evidence: Evidence, *, keys: float) -> float:
    by_group: dict[str, list[float]] = {}
    for each in evidence.differences:
        goods = evidence.get_goods(each.key.sku)
        by_group.setdefault(name_group(goods), []).append(weigh_wanted(goods))
    if not evidence.counted:
        known = sum(sum(each) for each in by_group.values())
        return known + HOT_SHARE * max(0.0, keys - len(evidence.differences))
    total = 0.05
    for group, count in evidence.counted.items():
        seen = by_group.get(group)
        usual = sum(seen) / len(seen) if seen else 1.0 if group.endswith(HOT) else 0.01
        total += count * usual
    return total
