"""Samples and testers that are due by their rhythm and that no document names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from yipan.recon.rules.values import Difference, Evidence, Goods, Line

#: So far off its rhythm a sample is opened at most, in periods.
OFF_BEAT = 0.2
#: One sample more or less than a gap says.
NEARLY = 0.1
#: How often a gap in the rhythm is use that nobody wrote down, and how many gaps weigh as much.
GAP_IS_USE = 0.4
GAPS_TO_BELIEVE = 6

OPENED_AT = frozenset({"sales_issue", "sample_issue"})


def find_missing(
    difference: Difference, *, goods: Goods, lines: Sequence[Line]
) -> dict[int, float]:
    """Return how many pieces may have been used unwritten at a key, with their shares."""
    if goods.sample_days <= 0:
        return {}
    if lines and not any(line.kind in OPENED_AT for line in lines):
        return {}  # testers stand where goods are sold, not where they are only stored
    gaps = find_gaps(
        [line.occurred_at for line in lines if line.kind == "sample_issue" and line.quantity < 0],
        since=difference.since,
        until=difference.counted_at,
        days=goods.sample_days,
    )
    return {missing * goods.sample_quantity: share for missing, share in gaps.items()}


def count_use(evidence: Evidence, *, keys: float, used: float | None = None) -> float:
    """
    Return how often a gap in the rhythm of samples is use unwritten.

    `used` is at how many keys it is thought to be so; at first, where the difference says so.
    """
    matching = others = differing = 0
    for each in evidence.differences:
        if not each.quantity:
            continue
        missing = find_missing(
            each,
            goods=evidence.get_goods(each.key.sku),
            lines=evidence.lines.get(each.key, ()),
        )
        is_it = -each.quantity in missing
        matching += is_it
        differing += not is_it
        others += bool(missing) and not is_it
    # Gaps at keys that agree are as frequent as at those that differ for another reason.
    still = others / max(1, differing) * keys
    gone = matching if used is None else used
    return (gone + GAPS_TO_BELIEVE * GAP_IS_USE) / (gone + still + GAPS_TO_BELIEVE)


def find_gaps(
    opened: Sequence[datetime], *, since: datetime, until: datetime, days: int
) -> dict[int, float]:
    """
    Return how many samples may be missing where one is due every so many days, with their shares.

    A gap of twice the rhythm lacks one. What is missing before the first and after the last is
    less sure, and where the others keep no rhythm nothing is.
    """
    period = timedelta(days=days)
    times = sorted(at for at in opened if since < at <= until)
    if not times:
        due = int((until - since) / period)
        counts = {due: 1 - NEARLY, due + 1: NEARLY / 2, due - 1: NEARLY / 2}
        return {count: share for count, share in counts.items() if count > 0}
    steps = [(later - at) / period for at, later in pairwise(times)]
    regular = [abs(step - round(step)) <= OFF_BEAT and step > OFF_BEAT for step in steps]
    keeps = (sum(regular) + 1) / (len(regular) + 1) * (1.0 if len(times) > 2 else 0.5)
    inside = sum(max(0, round(step) - 1) for step in steps)
    before = int((times[0] - since) / period)
    after = int((until - times[-1]) / period - OFF_BEAT)
    missing = inside + before + max(0, after)
    chances: dict[int, float] = {}
    if missing:
        chances[missing] = keeps
        # Some were opened late, or sold out: not every gap is a sample.
        for fewer in {inside, inside + before, inside + max(0, after), missing - 1, missing + 1}:
            if fewer > 0:
                chances.setdefault(fewer, NEARLY * keeps)
    return chances
