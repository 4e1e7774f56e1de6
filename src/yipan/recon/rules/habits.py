"""How much more often a mistake is made by somebody, or with somebody's goods, than by others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yipan.recon.rules.values import Cause, Key, Line

#: So many cases of a cause weigh as much as that all are alike; nobody is that much worse.
CASES_TO_BELIEVE = 2.5
#: What one person, one supplier, one way of capture does more often than others is learned.
HABITUAL = frozenset(
    {
        Cause.MISKEY,
        Cause.UNIT_MIXUP,
        Cause.SKU_MIXUP,
        Cause.SHORT_RECEIPT,
        Cause.OVER_RECEIPT,
        Cause.WRONG_DIRECTION,
    }
)
TIMES_MAX = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """
    Cases seen and expected of a cause, by the name that stands on the lines.

    `by_key` is what each key has seen itself: no key is evidence for its own cause. `believed` is
    how many cases of a cause stand behind its frequency.
    """

    seen: Mapping[tuple[Cause, str], float] = field(default_factory=dict)
    expected: Mapping[tuple[Cause, str], float] = field(default_factory=dict)
    by_key: Mapping[tuple[Cause, str, Key], float] = field(default_factory=dict)
    believed: Mapping[Cause, float] = field(default_factory=dict)

    def compare(self, cause: Cause, line: Line) -> float:
        """Return how much more often a cause is at work with those on a line than with others."""
        times = 1.0
        if cause in self.believed:
            itself = self.by_key.get((cause, "", line.key), 0.0)
            times = max(0.0, 1 - itself / self.believed[cause])
        for name in name_all(line):
            expected = self.expected.get((cause, name))
            if expected is not None:
                seen = self.seen.get((cause, name), 0.0)
                seen = max(0.0, seen - self.by_key.get((cause, name, line.key), 0.0))
                times *= (seen + CASES_TO_BELIEVE) / (expected + CASES_TO_BELIEVE)
        return min(TIMES_MAX, times)


def name_all(line: Line) -> tuple[str, ...]:
    """Return whose mistakes a line may show: the other side, who wrote it, and how it came in."""
    return tuple(each for each in (line.partner, line.actor, f"/{line.kind}/{line.mode}") if each)
