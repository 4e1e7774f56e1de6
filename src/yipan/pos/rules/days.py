"""What a drawer should hold, and to which day a late ticket belongs. Minor units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

TENDERS = ("cash", "card", "mobile")

#: What cash of each kind does to the drawer.
CASH_SIGNS: Mapping[str, int] = {"float": 1, "pay_in": 1, "pay_out": -1, "drop": -1}


def get_expected(
    *,
    paid: Iterable[tuple[str, int]],
    cash_moves: Iterable[tuple[str, int]],
) -> dict[str, int]:
    """
    Return what each tender should come to: what was paid, and for cash what else moved.

    `paid` are pairs of tender and amount, `cash_moves` of kind and amount.
    """
    expected = dict.fromkeys(TENDERS, 0)
    for tender, amount in paid:
        expected[tender] = expected.get(tender, 0) + amount
    for kind, amount in cash_moves:
        expected["cash"] += CASH_SIGNS[kind] * amount
    return expected


def find_open_day(day: date, *, sealed: Collection[date]) -> date:
    """Return the day itself, or the next one behind it that is not sealed."""
    while day in sealed:
        day += timedelta(days=1)
    return day
