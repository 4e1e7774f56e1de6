"""
Digests (摘要) of a run of numbers: one sum for each side, and what two sides do not share.

Each side makes its lines from its own ledger, not from the messages. The sum of line hashes does
not depend on their order and can be added up; unlike an exclusive or, a doubled line changes it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

MODULUS: Final = 2**64


class Line(Protocol):
    """What one message moved of one SKU, from one side to another."""

    @property
    def sequence(self) -> int:
        """Return the number of the message."""

    @property
    def sku(self) -> str:
        """Return the SKU."""

    @property
    def from_side(self) -> str:
        """Return the outside, or the root and status, the goods came from."""

    @property
    def to_side(self) -> str:
        """Return where they went."""

    @property
    def quantity(self) -> int:
        """Return how many, in the SKU's smallest unit."""

    @property
    def occurred_at(self) -> datetime:
        """Return when it happened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """
    What a book holds of the messages `first_sequence` to `last_sequence` of a source.

    `quantities` maps a movement type (`supplier > on_hand/sound`) to a sum in smallest units.
    `hash` is the sum of the line hashes modulo 2^64, as 16 hexadecimal digits.
    """

    first_sequence: int
    last_sequence: int
    document_count: int
    line_count: int
    quantities: Mapping[str, int]
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A line that only one side has. `side` is `theirs` or `ours`."""

    side: str
    sequence: int
    sku: str
    movement: str
    quantity: int
    occurred_at: datetime


def hash_line(source: str, line: Line) -> int:
    """Return the first 8 bytes of the SHA-256 of a line, as a number."""
    occurred_at = line.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    text = (
        f"{source}|{line.sequence}|{line.sku}|{line.from_side}|{line.to_side}"
        f"|{line.quantity}|{occurred_at}"
    )
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def add_up(*, source: str, numbers: range, lines: Iterable[Line]) -> Digest:
    """Return the digest of some lines, all told under `numbers`."""
    total = 0
    count = 0
    documents: set[int] = set()
    quantities: Counter[str] = Counter()
    for line in lines:
        assert line.sequence in numbers
        total += hash_line(source, line)
        count += 1
        documents.add(line.sequence)
        quantities[f"{line.from_side} > {line.to_side}"] += line.quantity
    return Digest(
        first_sequence=numbers.start,
        last_sequence=numbers.stop - 1,
        document_count=len(documents),
        line_count=count,
        quantities=dict(sorted(quantities.items())),
        hash=f"{total % MODULUS:016x}",
    )


def list_differences(*, theirs: Sequence[Line], ours: Sequence[Line]) -> list[Difference]:
    """Return the lines that only one side has, by number and SKU. A changed line is on both."""
    their_lines, our_lines = (Counter(map(_make_key, side)) for side in (theirs, ours))
    only = [
        *((key, "theirs") for key in (their_lines - our_lines).elements()),
        *((key, "ours") for key in (our_lines - their_lines).elements()),
    ]
    return [
        Difference(
            side=side,
            sequence=sequence,
            sku=sku,
            movement=movement,
            quantity=quantity,
            occurred_at=occurred_at,
        )
        for (sequence, sku, movement, quantity, occurred_at), side in sorted(only)
    ]


def _make_key(line: Line) -> tuple[int, str, str, int, datetime]:
    movement = f"{line.from_side} > {line.to_side}"
    return line.sequence, line.sku, movement, line.quantity, line.occurred_at
