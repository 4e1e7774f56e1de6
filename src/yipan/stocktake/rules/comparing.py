"""
Comparing what was seen with the book as of the moment it was seen (handbook, differences 1 to 3).

A count is an observation at its own moment. Nothing is frozen: what moved before the moment, by
the time it happened, is in the book it is compared with, however late it was written down.
Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: What lies there and is sound is one pile to who counts it, promised to somebody or not.
SOUND = frozenset({"available", "held", "reserved"})


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Key:
    """What is counted together: a SKU at a place, of a lot, in a status; sound is `available`."""

    place: str
    sku: str
    lot: str = ""
    status: str = "available"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """How much somebody saw, between the first and the last look at it."""

    quantity: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """What a document took (below zero) or brought, when it happened."""

    occurred_at: datetime
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What the book said at the moment, counted minus book, and whether the clocks allow more."""

    book: int
    difference: int
    is_uncertain: bool = False


def compare(
    *, seen: Seen, book_before: int, changes: Sequence[Dated], uncertainty: timedelta
) -> Compared:
    """
    Return what a count says of the book at its last moment.

    `book_before` is what the book held `uncertainty` before the first look; `changes` are what
    happened since, up to `uncertainty` after the last look. The count is uncertain when it
    differs, and agrees with the book at some moment within: then a clock may be all there is to
    it, and somebody counts again.
    """
    start, end = seen.first_at - uncertainty, seen.last_at + uncertainty
    within = sorted(
        (each for each in changes if start < each.occurred_at <= end),
        key=lambda each: each.occurred_at,
    )
    book = book_before + sum(each.quantity for each in within if each.occurred_at <= seen.last_at)
    running = low = high = book_before
    for each in within:
        running += each.quantity
        low, high = min(low, running), max(high, running)
    difference = seen.quantity - book
    return Compared(
        book=book,
        difference=difference,
        is_uncertain=difference != 0 and low <= seen.quantity <= high,
    )


def correct_moment(
    *, occurred_at: datetime | None, sent_at: datetime | None, received_at: datetime
) -> datetime:
    """
    Return when something was seen, by our clock.

    `occurred_at` and `sent_at` are by the clock of the device: how long it kept the line is
    known to it, whatever its clock says. Nothing is seen later than now.
    """
    if occurred_at is None:
        return received_at
    if sent_at is None:
        return min(occurred_at, received_at)
    return received_at - max(sent_at - occurred_at, timedelta(0))


def read_key(account: str, *, sku: str) -> Key | None:
    """
    Return what is counted together at an account; None outside the site.

    `on_hand/A-01-01/available`, and where the lot is known `on_hand/A-01-01/L2401/available`.
    """
    parts = account.split("/")
    if parts[0] != "on_hand" or len(parts) not in (3, 4):
        return None
    status = parts[-1]
    return Key(
        place=parts[1],
        sku=sku,
        lot=_read_lot(parts[2]) if len(parts) == 4 else "",
        status="available" if status in SOUND else status,
    )


# A lot with a slash within is written so in an account, which is parted by slashes.
def _read_lot(text: str) -> str:
    return text.replace("%2F", "/").replace("%25", "%")
