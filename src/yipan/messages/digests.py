"""What a digest says, whoever publishes it. Quantities are in the SKUs' smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedQuantity:
    """How much moved one way: `supplier > on_hand/sound`."""

    movement: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamDigest(Message):
    """
    What the publisher's own book holds of a run of its numbers (摘要).

    It travels in the stream it speaks of, behind the numbers it covers, so that whoever
    reads it has heard them. `hash` is the sum of the line hashes modulo 2^64, as 16
    hexadecimal digits.
    """

    is_ordered: ClassVar[bool] = True

    source: str
    epoch: int
    first_sequence: int
    last_sequence: int
    document_count: int
    line_count: int
    quantities: tuple[MovedQuantity, ...]
    hash: str

    def get_subject(self) -> str:
        """Return the source."""
        return self.source
