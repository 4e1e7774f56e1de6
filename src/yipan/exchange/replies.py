"""What a receiver answers to each message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ReplyState(StrEnum):
    """What became of a message, in the words of the contract."""

    APPLIED = "applied"  # in the receiver's book, durably
    DUPLICATE = "duplicate"  # was applied before
    WAITING = "waiting"  # received durably, waits for a predecessor
    PARKED = "parked"  # received durably, not booked; kept under its code
    REJECTED = "rejected"  # no message of ours, or a request that will not be done: never again
    UNKNOWN = "unknown"  # not received, by a fault of ours; to be sent again


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """
    The answer to one message. Every answer is a small watermark too.

    `applied_sequence` is the number up to which everything of the source is durably
    heard; `waiting` lists the numbers below the highest seen that are not booked yet.
    """

    message_id: str
    source: str
    sequence: int
    state: ReplyState
    code: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    applied_sequence: int = 0
    waiting: tuple[int, ...] = ()

    @property
    def is_heard(self) -> bool:
        """
        Return whether the receiver has the message for good, whatever came of it.

        A request that will not be done is; what the exchange itself rejects, as no message
        of ours, is not: its number stays a gap.
        """
        is_no_message = self.state == ReplyState.REJECTED and self.code.startswith("exchange.")
        return self.state != ReplyState.UNKNOWN and not is_no_message
