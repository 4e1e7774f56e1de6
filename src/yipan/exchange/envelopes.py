"""The envelope (信封) a message travels in, inside one database and between two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from yipan.exchange import codec
from yipan.messages.base import Message

#: A run: at most this many messages of one source are received in one transaction.
RUN_MESSAGES_MAX: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """
    One numbered message of one source, its payload as JSON text.

    `sequence` is gap-free per (source, epoch) and starts at 1. `content_hash` is what
    `codec.hash_content` says of `data`. Times carry their offset.
    """

    source: str
    epoch: int
    sequence: int
    message_id: UUID
    kind: str
    subject: str
    partition_key: str
    occurred_at: datetime
    recorded_at: datetime | None
    business_date: date | None
    correlation_id: str
    causation_id: str
    content_hash: bytes
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A message on its way out, under the number that was reserved for it."""

    message: Message
    source: str
    sequence: int
    business_date: date | None = None
    correlation_id: str | None = None
    causation_id: str | None = None


def seal(
    message: Message,
    *,
    source: str,
    sequence: int,
    epoch: int = 1,
    business_date: date | None = None,
) -> Envelope:
    """Put a message into its envelope, as a system that keeps no outbox of ours would."""
    plain = codec.encode_data(message)
    return Envelope(
        source=source,
        epoch=epoch,
        sequence=sequence,
        message_id=message.message_id,
        kind=message.kind,
        subject=message.get_subject(),
        partition_key=message.get_partition_key(),
        occurred_at=message.occurred_at,
        recorded_at=None,
        business_date=business_date,
        correlation_id="",
        causation_id="",
        content_hash=codec.hash_content(plain),
        data=msgspec.json.encode(plain),
    )
