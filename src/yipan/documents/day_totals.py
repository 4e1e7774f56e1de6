"""What a till sold in a business day (日结), added up the same way at the store and in the hub."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class DayTicket:
    """A ticket as either book has it. Quantities in smallest units, amounts in minor units."""

    number: str
    sequence: int
    line_count: int
    quantity: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DayTotals:
    """
    The sums of a day, and a fingerprint of its tickets.

    `first_sequence` and `last_sequence` are numbers of the store's messages; zero without any.
    """

    first_sequence: int
    last_sequence: int
    ticket_count: int
    line_count: int
    quantity: int
    amount_minor: int
    digest: str


def add_up(tickets: Sequence[DayTicket]) -> DayTotals:
    """Return the sums of tickets, in whatever order they come."""
    numbers = [ticket.sequence for ticket in tickets]
    return DayTotals(
        first_sequence=min(numbers, default=0),
        last_sequence=max(numbers, default=0),
        ticket_count=len(tickets),
        line_count=sum(ticket.line_count for ticket in tickets),
        quantity=sum(ticket.quantity for ticket in tickets),
        amount_minor=sum(ticket.amount_minor for ticket in tickets),
        digest=_hash(tickets),
    )


def _hash(tickets: Sequence[DayTicket]) -> str:
    rows = sorted(
        f"{ticket.number}\t{ticket.line_count}\t{ticket.quantity}\t{ticket.amount_minor}\n"
        for ticket in tickets
    )
    return hashlib.sha256("".join(rows).encode()).hexdigest()
