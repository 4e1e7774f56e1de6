"""
What a cycle count (循环盘点) takes next: by value, movement and past errors (ABC 分类).

Classes follow the share of turnover at shelf prices (Pareto): A is the first 80 %, B the next
15 %, C the rest; A is due every 30 days, B every 90, C every 180. Sales times stock times past
errors find more than twice the differences of random counting (handbook, differences 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Class to the share of turnover it ends at, in permille, and how often it is due.
CLASSES = (
    ("A", 800, timedelta(days=30)),
    ("B", 950, timedelta(days=90)),
    ("C", 1_000, timedelta(days=180)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A SKU at a place. `errors` is how often it was off of the last counts, `moved` what left."""

    place: str
    sku: str
    quantity: int
    price_minor: int
    moved: int = 0
    errors: int = 0
    counted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What is to be counted, its class, and why: `negative`, `errors`, `never` or `due`."""

    place: str
    sku: str
    abc: str
    reason: str
    score: int


def choose(candidates: Sequence[Candidate], *, now: datetime, limit: int) -> list[Chosen]:
    """
    Return what is due, the most promising first; never more than `limit`.

    A book below zero goes before everything. Past errors halve the time between counts.
    """
    classes = _classify(candidates)
    chosen = []
    for each in candidates:
        abc, every = classes[each.sku]
        if each.errors:
            every = every / 2
        reason = _find_reason(each, every=every, now=now)
        if reason:
            weight = max(abs(each.quantity), 1) * max(each.price_minor, 1) * (1 + each.moved)
            chosen.append(
                Chosen(
                    place=each.place,
                    sku=each.sku,
                    abc=abc,
                    reason=reason,
                    score=weight * (1 + each.errors),
                )
            )
    order = {"negative": 0, "errors": 1, "never": 2, "due": 2}
    chosen.sort(key=lambda it: (order[it.reason] > 0, it.abc, -it.score, it.place, it.sku))
    return chosen[:limit]


def _classify(candidates: Sequence[Candidate]) -> dict[str, tuple[str, timedelta]]:
    turnover: dict[str, int] = {}
    for each in candidates:
        worth = each.price_minor * max(each.moved, 0)
        # Movement is known for a SKU, and told of it at each of its places.
        turnover[each.sku] = max(turnover.get(each.sku, 0), worth)
    total = sum(turnover.values())
    classes: dict[str, tuple[str, timedelta]] = {}
    before = 0
    for sku in sorted(turnover, key=lambda it: (-turnover[it], it)):
        share = 1_000 * before // total if total else 1_000
        name, every = next(
            ((name, every) for name, until, every in CLASSES if share < until),
            (CLASSES[-1][0], CLASSES[-1][2]),
        )
        classes[sku] = (name if turnover[sku] else "C", every if turnover[sku] else CLASSES[-1][2])
        before += turnover[sku]
    return classes


def _find_reason(each: Candidate, *, every: timedelta, now: datetime) -> str:
    if each.quantity < 0:
        return "negative"
    if each.counted_at is None:
        return "never"
    if each.counted_at + every <= now:
        return "errors" if each.errors else "due"
    return ""
