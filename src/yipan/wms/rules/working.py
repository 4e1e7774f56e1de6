"""How work is measured (作业效率): pace by person and task, and classes of goods by how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

#: A longer gap between two lines is a break, and no work.
BREAK = timedelta(minutes=15)

#: Fewer lines say nothing of a pace.
LINES_MIN = 5

#: Shares of all picks up to which goods are of class A, then B (Pareto; the usual 80/95 cut).
CLASS_SHARES = (("A", 0.80), ("B", 0.95))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """So many lines in so many seconds of work; `per_hour` None where too few say anything."""

    lines: int
    seconds: int
    per_hour: int | None


def measure(moments: Iterable[datetime]) -> Pace:
    """
    Return the pace of somebody out of when each line was ended.

    The first line's own time is not known, so it counts no seconds and no line of the pace.
    """
    ordered = sorted(moments)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    worked = [gap for gap in gaps if gap <= BREAK]
    seconds = int(sum(gap.total_seconds() for gap in worked))
    is_told = len(ordered) >= LINES_MIN and seconds > 0
    return Pace(
        lines=len(ordered),
        seconds=seconds,
        per_hour=len(worked) * 3_600 // seconds if is_told else None,
    )


def classify(picks: Mapping[str, int]) -> dict[str, str]:
    """
    Return SKU to its class: A the few that most picks are of, B, C the many that few are of.

    A SKU belongs to the class in which its share begins.
    """
    total = sum(picks.values())
    classes: dict[str, str] = {}
    before = 0
    for sku in sorted(picks, key=lambda it: (-picks[it], it)):
        share = before / total
        classes[sku] = next((name for name, upto in CLASS_SHARES if share < upto), "C")
        before += picks[sku]
    return classes


def get_best_class(classes: Sequence[str]) -> str:
    """Return the best class of some goods that lie together, empty when none has any."""
    return min((it for it in classes if it), default="")
