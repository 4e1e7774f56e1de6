"""What the hub tells of value: months closed and reopened, landed costs, true-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.messages.base import Message

SOURCE: Final = "erp:hub/value"
_NAMESPACE: Final = UUID("6f6c2f4e-5d0b-4a2c-9c3b-0e9c6c1f7a55")


def make_message_id(step: str, *, number: str, at: datetime) -> UUID:
    """Return the id of what is told of a step: it follows from the step, so it is told once."""
    return uuid5(_NAMESPACE, f"{step}/{number}/{at.isoformat()}")


def tell(messages: Sequence[Message]) -> None:
    """Tell messages, in their order, in the transaction that made them true."""
    if not messages:
        return
    sequences = outbox.reserve_numbers(SOURCE, len(messages))
    outbox.publish_many(
        [
            Outgoing(message=message, source=SOURCE, sequence=sequence)
            for message, sequence in zip(messages, sequences, strict=True)
        ]
    )
