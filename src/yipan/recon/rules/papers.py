"""
What the papers of several keys say together: a document is wrong with all its lines, or with one.

A document entered twice, or never, leaves its number on every key it names. That others of its
keys differ by just that speaks for it; that they were not counted says nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from yipan.recon.rules.values import Difference, Evidence, Expected, Key, Line

#: For each further key of a document that differs as predicted, and for how many at most.
SIBLING_AGREES = 6.0
SIBLINGS_MAX = 3
#: How often a paper that waits is missing here rather than on its way, before any is looked at,
#: and how many papers of a kind weigh as much as that.
WAITS_FOR_US = {"receipt": 0.4, "handover": 0.5, "return": 0.3, "foreign": 0.2, "area": 0.3}
SHIPMENT_WAITS_FOR_US = 0.5
PAPERS_TO_BELIEVE = 6
#: A cashier whose returns coincide with differences: against how often that happens by chance.
RETURNS_TO_BELIEVE = 3.0
REFUNDS_BY_CHANCE = 0.1


def raise_odds(probability: float, times: float) -> float:
    """Return a probability whose odds are `times` as high."""
    odds = probability / (1 - probability) * times
    return odds / (1 + odds)


class Papers:
    """Lines and expected papers by document, and the differences of their keys."""

    def __init__(self, evidence: Evidence) -> None:
        self._quantities = {each.key: each.quantity for each in evidence.differences}
        self._lines: dict[str, dict[Key, int]] = defaultdict(dict)
        self._expected: dict[str, list[Expected]] = defaultdict(list)
        self._shipments: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._received: dict[Key, set[str]] = defaultdict(set)
        self._returned: Counter[str] = Counter()
        self._unmet: Counter[str] = Counter()
        for key, lines in evidence.lines.items():
            for line in lines:
                self._keep(key, line)
        waiting: Counter[str] = Counter()
        matching: Counter[str] = Counter()
        for papers in evidence.expected.values():
            for one in papers:
                self._expected[one.document].append(one)
                waiting[one.kind] += 1
                matching[one.kind] += self._quantities.get(one.key) == one.quantity
        self._waits_for_us = {
            kind: (matching[kind] + PAPERS_TO_BELIEVE * share) / (waiting[kind] + PAPERS_TO_BELIEVE)
            for kind, share in WAITS_FOR_US.items()
        }

    def _keep(self, key: Key, line: Line) -> None:
        self._lines[line.document][key] = line.quantity
        if line.kind == "transfer_shipment" and line.partner:
            self._shipments[line.partner, key.sku].append(line)
        elif line.kind == "customer_return" and not line.counterpart_verified:
            self._returned[line.actor] += 1
            self._unmet[line.actor] += self._quantities.get(key) == -line.quantity
        elif line.kind == "transfer_receipt":
            self._received[key] |= {line.document, line.counterpart}

    def weigh_twin(self, line: Line, other: Line) -> float:
        """Return how much the other lines of a document and its twin speak for a double entry."""
        mine, theirs = self._lines[line.document], self._lines[other.document]
        agreeing = sum(
            key != line.key
            and theirs.get(key) == quantity
            and self._quantities.get(key, 0) == -quantity
            for key, quantity in mine.items()
        )
        return SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing)

    def weigh_refunds(self, line: Line) -> float:
        """Return how much the other returns of whoever took this one speak against them."""
        itself = not line.counterpart_verified
        is_unmet = itself and self._quantities.get(line.key) == -line.quantity
        unmet = self._unmet[line.actor] - is_unmet
        returned = self._returned[line.actor] - itself
        share = (unmet + RETURNS_TO_BELIEVE * REFUNDS_BY_CHANCE) / (returned + RETURNS_TO_BELIEVE)
        return share / REFUNDS_BY_CHANCE

    def weigh_expected(self, one: Expected) -> float:
        """Return how likely a paper was not entered, by its kind and its other lines."""
        agreeing = sum(
            other.key != one.key and self._quantities.get(other.key, 0) == other.quantity
            for other in self._expected[one.document]
        )
        siblings = SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing)
        return raise_odds(self._waits_for_us[one.kind], siblings)

    def list_unreceived(self, difference: Difference) -> Sequence[Line]:
        """Return shipments to a site that its own lines do not answer, of the time looked at."""
        key = difference.key
        received = self._received[key]
        return [
            line
            for line in self._shipments[key.site, key.sku]
            if line.quantity < 0
            and difference.since <= line.occurred_at <= difference.counted_at
            and not received & ({line.document, line.counterpart} - {""})
        ]

    def weigh_unreceived(self, shipment: Line) -> float:
        """Return how likely the receipt of a shipment is missing, by its other lines."""
        agreeing = sum(
            key != shipment.key
            and self._quantities.get(_move(key, shipment.partner), 0) == -quantity
            for key, quantity in self._lines[shipment.document].items()
        )
        return raise_odds(SHIPMENT_WAITS_FOR_US, SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing))


def _move(key: Key, site: str) -> Key:
    return Key(site=site, sku=key.sku)
