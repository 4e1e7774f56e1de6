"""
What the papers of several keys say together: a document is wrong with all its lines, or with one.

A document entered twice, or never, leaves its number on every key it names. That others of its
keys differ by just that speaks for it; that they were not counted says nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from yipan.recon.rules.odds import WAITS_FOR_US
from yipan.recon.rules.values import Difference, Evidence, Expected, Key, Line

#: For each further key of a document that differs as predicted, and for how many at most.
SIBLING_AGREES = 6.0
SIBLINGS_MAX = 3
#: A document that holds other lines than its twin is hardly the same paper.
LINES_DIFFER = 0.03
#: A receipt without the number of its shipment comes so many days after it at most.
ROAD_DAYS_MAX = 4
#: How many papers of a kind weigh as much as what is believed of them before.
SHIPMENT_WAITS_FOR_US = 0.5
PAPERS_TO_BELIEVE = 6
#: A cashier whose returns coincide with differences: against how often that happens by chance.
RETURNS_TO_BELIEVE = 3.0
RETURNS_ANYWHERE = 10.0
REFUNDS_BY_CHANCE = 0.1


def raise_odds(probability: float, times: float) -> float:
    """Return a probability whose odds are `times` as high."""
    odds = probability / (1 - probability) * times
    return odds / (1 + odds)


def answers(receipt: Line, shipment: Line) -> bool:
    """Say whether a receipt is that of a shipment: by its number, or by all else without one."""
    if receipt.counterpart or receipt.document in ("", shipment.counterpart):
        return shipment.document == receipt.counterpart or (
            bool(shipment.counterpart) and shipment.counterpart == receipt.document
        )
    road = receipt.occurred_at - shipment.occurred_at
    return (
        receipt.kind == "transfer_receipt"
        and receipt.partner == shipment.key.site
        and shipment.partner == receipt.key.site
        and receipt.quantity == -shipment.quantity
        and timedelta() <= road <= timedelta(days=ROAD_DAYS_MAX)
    )


class Papers:
    """Lines and expected papers by document, and the differences of their keys."""

    def __init__(self, evidence: Evidence) -> None:
        self._quantities = {each.key: each.quantity for each in evidence.differences}
        self._lines: dict[str, dict[Key, int]] = defaultdict(dict)
        self._expected: dict[str, list[Expected]] = defaultdict(list)
        self._shipments: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._received: dict[Key, set[str]] = defaultdict(set)
        self._unnumbered: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._arrived: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._returned: Counter[str] = Counter()
        self._unmet: Counter[str] = Counter()
        for key, lines in evidence.lines.items():
            for line in lines:
                self._keep(key, line)
        for papers in evidence.expected.values():
            for one in papers:
                self._expected[one.document].append(one)
        self._waits_for_us = self._guess(evidence)

    def _guess(self, evidence: Evidence) -> dict[str, float]:
        """Return how likely a paper is missing here, by how many are what differs, by kind."""
        waiting: Counter[str] = Counter()
        matching: Counter[str] = Counter()
        for papers in evidence.expected.values():
            for one in papers:
                waiting[one.kind] += 1
                matching[one.kind] += self._quantities.get(one.key) == one.quantity
        return {
            kind: (matching[kind] + PAPERS_TO_BELIEVE * share) / (waiting[kind] + PAPERS_TO_BELIEVE)
            for kind, share in WAITS_FOR_US.items()
        }

    def believe(self, waits: Mapping[str, float]) -> None:
        """Take what was learned of how likely a paper is missing here, by kind."""
        self._waits_for_us = dict(waits)

    def _keep(self, key: Key, line: Line) -> None:
        self._lines[line.document][key] = line.quantity
        if line.kind == "transfer_shipment" and line.partner:
            self._shipments[line.partner, key.sku].append(line)
        elif line.kind == "customer_return" and not line.counterpart_verified:
            self._returned[line.actor] += 1
            self._unmet[line.actor] += self._quantities.get(key) == -line.quantity
        elif line.kind == "transfer_receipt":
            self._received[key] |= {line.document, line.counterpart}
            if not line.counterpart:
                self._unnumbered[key.site, key.sku].append(line)
            self._arrived[line.counterpart or line.document, key.sku].append(line)

    def weigh_twin(self, line: Line, other: Line) -> float:
        """Return how much the other lines of a document and its twin speak for a double entry."""
        mine, theirs = self._lines[line.document], self._lines[other.document]
        if any(theirs.get(key, quantity) != quantity for key, quantity in mine.items()):
            return LINES_DIFFER
        missing = len(mine) - len(mine.keys() & theirs.keys())
        if missing:
            # A paper entered twice is entered as a whole, or nearly so.
            return float(LINES_DIFFER ** (missing / len(mine)))
        agreeing = sum(
            key != line.key
            and theirs.get(key) == quantity
            and self._quantities.get(key, 0) == -quantity
            for key, quantity in mine.items()
        )
        return SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing)

    def weigh_load(self, line: Line, *, site: str) -> float:
        """Return how much the other lines of a document speak for its load being at a site."""
        agreeing = sum(
            key != line.key
            and (
                self._quantities.get(key, 0) == -quantity
                or self._quantities.get(_move(key, site), 0) == quantity
            )
            for key, quantity in self._lines[line.document].items()
        )
        return float(SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing))

    def weigh_refunds(self, line: Line) -> float:
        """Return how much the other returns of whoever took this one speak against them."""
        itself = not line.counterpart_verified
        is_unmet = itself and self._quantities.get(line.key) == -line.quantity
        unmet = self._unmet[line.actor] - is_unmet
        returned = self._returned[line.actor] - itself
        # By chance a return meets a difference as often as those of all people do.
        chance = (self._unmet.total() + RETURNS_ANYWHERE * REFUNDS_BY_CHANCE) / (
            self._returned.total() + RETURNS_ANYWHERE
        )
        share = (unmet + RETURNS_TO_BELIEVE * chance) / (returned + RETURNS_TO_BELIEVE)
        return share / chance

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
            and not any(answers(receipt, line) for receipt in self._unnumbered[key.site, key.sku])
        ]

    def find_receipt(self, shipment: Line) -> Line | None:
        """Return the one line that says what came of a shipment; several can not be told."""
        for number in (shipment.document, shipment.counterpart):
            found = self._arrived.get((number, shipment.key.sku), ()) if number else ()
            if len(found) == 1 and found[0].key != shipment.key:
                return found[0]
        return None

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
