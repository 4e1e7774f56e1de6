"""
What the papers of several keys say together: a document is wrong with all its lines, or with one.

A document entered twice, or never, leaves its number on every key it names. That others of its
keys differ by just that speaks for it; that they were not counted says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from yipan.recon.rules.values import Difference, Evidence, Expected, Key, Line

#: For each further key of a document that differs as predicted, and for how many at most.
SIBLING_AGREES = 6.0
SIBLINGS_MAX = 3


class Papers:
    """Lines and expected papers by document, and the differences of their keys."""

    def __init__(self, evidence: Evidence) -> None:
        self._quantities = {each.key: each.quantity for each in evidence.differences}
        self._lines: dict[str, dict[Key, int]] = defaultdict(dict)
        self._expected: dict[str, list[Expected]] = defaultdict(list)
        self._shipments: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._received: dict[Key, set[str]] = defaultdict(set)
        for key, lines in evidence.lines.items():
            for line in lines:
                self._keep(key, line)
        for waiting in evidence.expected.values():
            for one in waiting:
                self._expected[one.document].append(one)

    def _keep(self, key: Key, line: Line) -> None:
        self._lines[line.document][key] = line.quantity
        if line.kind == "transfer_shipment" and line.partner:
            self._shipments[line.partner, key.sku].append(line)
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

    def weigh_expected(self, one: Expected) -> float:
        """Return how much the other lines of a paper speak for its not having been entered."""
        agreeing = sum(
            other.key != one.key and self._quantities.get(other.key, 0) == other.quantity
            for other in self._expected[one.document]
        )
        return SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing)

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
        """Return how much the other lines of a shipment speak for its receipt being missing."""
        agreeing = sum(
            key != shipment.key
            and self._quantities.get(_move(key, shipment.partner), 0) == -quantity
            for key, quantity in self._lines[shipment.document].items()
        )
        return SIBLING_AGREES ** min(SIBLINGS_MAX, agreeing)


def _move(key: Key, site: str) -> Key:
    return Key(site=site, sku=key.sku)
