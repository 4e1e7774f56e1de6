"""What a book shows beyond single lines: goods past their date, and samples opened by rhythm."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Final
from urllib.parse import unquote

from yipan.ledger.rows import MovementRow
from yipan.recon.queries.logs import MOVEMENTS_MAX, get_group

DAY_SECONDS: Final = 86_400
#: A rhythm shows in so many samples, none of them further from the last than twice the usual.
SAMPLES_MIN: Final = 4
APART_TIMES_MAX: Final = 2


def count_expired(
    rows: Sequence[MovementRow], *, lots: dict[str, str], prefix: str, as_of: datetime, on: date
) -> int:
    """
    Return how many pieces of a book were past their date, of what is sound at some places.

    `lots` maps a lot to the last day it may be sold. A book that is not known as a whole says
    nothing.
    """
    over = {lot for lot, ends in lots.items() if date.fromisoformat(ends) < on}
    if not over or len(rows) >= MOVEMENTS_MAX:
        return 0
    left: dict[str, int] = {}
    for row in rows:
        if row.occurred_at > as_of:
            continue
        for account, quantity in (
            (row.to_account, row.quantity),
            (row.from_account, -row.quantity),
        ):
            parts = account.split("/")
            if account.startswith(prefix) and len(parts) == 4 and get_group(account) == "sound":
                lot = unquote(parts[2])
                left[lot] = left.get(lot, 0) + quantity
    return sum(max(0, quantity) for lot, quantity in left.items() if lot in over)


def find_rhythm(
    rows: Sequence[MovementRow], *, since: datetime, until: datetime
) -> tuple[int, int]:
    """
    Return every how many days a sample of a SKU is opened, and of how many pieces; 0 for never.

    The rhythm is that of the samples on record; it has to have begun before the time looked at,
    or it says nothing of what should have been opened there.
    """
    samples = sorted(
        (row.occurred_at, row.quantity)
        for row in rows
        if row.occurred_at <= until
        and row.to_account.partition("/")[0] == "sample"
        and row.from_account.startswith("on_hand/")
    )
    before = [at for at, _ in samples if at <= since]
    if len(samples) < SAMPLES_MIN or not before:
        return 0, 1
    apart = [
        (later - at).total_seconds() / DAY_SECONDS for (at, _), (later, _) in pairwise(samples)
    ]
    usual = median(apart)
    # A sample that nobody wrote down leaves a gap of twice the usual, and no other is that long.
    regular = [each for each in apart if abs(each - usual) <= usual / 4]
    if usual < 1 or len(regular) < max(SAMPLES_MIN - 1, len(apart) / APART_TIMES_MAX):
        return 0, 1
    return round(usual), _choose_most([quantity for _, quantity in samples])


def _choose_most(quantities: Collection[int]) -> int:
    counts = {quantity: list(quantities).count(quantity) for quantity in quantities}
    return max(counts, key=lambda quantity: (counts[quantity], -quantity))
