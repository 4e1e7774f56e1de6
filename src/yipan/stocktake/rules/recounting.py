"""Whether a count stands, or another person counts again (复盘); and who may post it alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: After so many looks the last one stands: a person decides about it, nobody counts for ever.
ROUNDS_MAX = 3


class Verdict(StrEnum):
    """What becomes of a count."""

    AGREED = "agreed"
    RECOUNT = "recount"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tolerance:
    """
    How far a count may be off, by quantity, by value in minor units and in percent of the book.

    A maximum of None limits nothing; the smallest of them bites. `purpose` is `recount` or
    `post`; an empty category, role or site means all.
    """

    purpose: str
    site: str = ""
    category: str = ""
    role: str = ""
    quantity_max: int | None = None
    value_max_minor: int | None = None
    percent_max: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How far a count is off: counted minus book, the book, and a piece's price in minor units."""

    difference: int
    book: int
    price_minor: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """
    What one round found. `counters` are the people who looked, `handed_in_by` those who handed it
    in for them.
    """

    round: int
    team: int
    size: Size
    counters: frozenset[str]
    is_uncertain: bool = False
    handed_in_by: frozenset[str] = frozenset()

    def is_apart_from(self, other: Look) -> bool:
        """
        Tell whether other people looked.

        Who counted once may not have handed the other in: a name in a list proves nothing about
        who looked. One person may hand in two counts of two others.
        """
        return not (
            self.counters & (other.counters | other.handed_in_by)
            or other.counters & self.handed_in_by
        )


def find_tolerance(
    tolerances: Iterable[Tolerance],
    *,
    purpose: str,
    site: str,
    category: str,
    roles: Collection[str],
) -> Tolerance | None:
    """
    Return the tolerance that counts: the most specific, the site before the category, both
    before the role. Of several that are equally so the narrowest by quantity.
    """
    fitting = [
        each
        for each in tolerances
        if each.purpose == purpose
        and each.site in ("", site)
        and each.category in ("", category)
        and (each.role == "" or each.role in roles)
    ]
    return max(fitting, key=_rank, default=None)


def is_beyond(size: Size, tolerance: Tolerance | None) -> bool:
    """Tell whether a difference is larger than allowed; exactly the maximum is allowed."""
    if tolerance is None or size.difference == 0:
        return False
    off = abs(size.difference)
    if tolerance.quantity_max is not None and off > tolerance.quantity_max:
        return True
    if tolerance.value_max_minor is not None and off * size.price_minor > tolerance.value_max_minor:
        return True
    return tolerance.percent_max is not None and (
        size.book <= 0 or off * 100 > tolerance.percent_max * size.book
    )


def judge(looks: Sequence[Look], *, tolerance: Tolerance | None, is_double: bool) -> Verdict:
    """
    Tell whether a count stands, `looks` in the order they were made, or somebody counts again.

    It stands when it agrees with the book, when it is off by no more than the tolerance, or
    when two looks by different people say the same. Where two teams count (双盲), it stands only
    when they say the same. What a clock may have caused does not stand before it was seen again.
    """
    assert looks
    last = looks[-1]
    same = [
        each
        for each in looks[:-1]
        if each.size.difference == last.size.difference and each.is_apart_from(last)
    ]
    if same or last.round >= ROUNDS_MAX:
        return Verdict.AGREED
    if is_double and len(looks) > 1 and last.round == 1:
        return Verdict.RECOUNT
    if last.size.difference == 0:
        return Verdict.AGREED
    if last.is_uncertain or is_beyond(last.size, tolerance):
        return Verdict.RECOUNT
    return Verdict.AGREED


def _rank(tolerance: Tolerance) -> tuple[bool, bool, bool, int]:
    quantity = tolerance.quantity_max
    return (
        tolerance.site != "",
        tolerance.category != "",
        tolerance.role != "",
        -quantity if quantity is not None else -(10**9),
    )
