"""Publishing (发件箱): a message is written in the transaction that made it true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
from django.db import connection

from yipan.exchange import codec, database
from yipan.exchange.envelopes import Outgoing
from yipan.exchange.streams import reserve_numbers, reserve_numbers_of
from yipan.messages.base import Message

__all__ = [
    "CHANNEL",
    "Outgoing",
    "publish",
    "publish_many",
    "reserve_numbers",
    "reserve_numbers_of",
]

#: Whoever delivers listens here; PostgreSQL tells it once per commit.
CHANNEL = "yipan_outbox"

_INSERT = """
with told as (
    insert into exchange_outboxmessage
        (stream_id, epoch, sequence, message_id, kind, subject, partition_key, occurred_at,
         recorded_at, business_date, correlation_id, causation_id, content_hash, data)
    select s.id, s.epoch, m.sequence, m.message_id, m.kind, m.subject, m.partition_key,
           m.occurred_at, now(), m.business_date, m.correlation_id, m.causation_id,
           m.content_hash, m.data::jsonb
    from unnest(%(source)b::text[], %(sequence)b::bigint[], %(message_id)b::uuid[],
                %(kind)b::text[], %(subject)b::text[], %(partition_key)b::text[],
                %(occurred_at)b::timestamptz[], %(business_date)b::date[],
                %(correlation_id)b::text[], %(causation_id)b::text[],
                %(content_hash)b::bytea[], %(data)b::text[])
         as m (source, sequence, message_id, kind, subject, partition_key, occurred_at,
               business_date, correlation_id, causation_id, content_hash, data)
    join exchange_stream s on s.source = m.source and m.sequence <= s.last_sequence
    returning 1
)
select count(*), pg_notify('yipan_outbox', '') from told
"""


def publish(
    message: Message,
    *,
    source: str,
    sequence: int,
    business_date: date | None = None,
    correlation_id: str | None = None,
    causation_id: str | None = None,
) -> None:
    """Tell one message under a number reserved in this transaction. See `publish_many`."""
    publish_many(
        [
            Outgoing(
                message=message,
                source=source,
                sequence=sequence,
                business_date=business_date,
                correlation_id=correlation_id,
                causation_id=causation_id,
            )
        ]
    )


def publish_many(items: Sequence[Outgoing]) -> None:
    """
    Tell messages under numbers reserved in this transaction, in one statement.

    They are delivered after the commit, and not at all when it rolls back. A number or
    an id that was used before is a mistake of ours and raises an integrity error.
    """
    assert connection.in_atomic_block, "publish inside the transaction that made it true"
    if not items:
        return
    payloads = [codec.encode_data(item.message) for item in items]
    messages = [item.message for item in items]
    ((count, _),) = database.fetch(
        _INSERT,
        {
            "source": [item.source for item in items],
            "sequence": [item.sequence for item in items],
            "message_id": [message.message_id for message in messages],
            "kind": [message.kind for message in messages],
            "subject": [message.get_subject() for message in messages],
            "partition_key": [message.get_partition_key() for message in messages],
            "occurred_at": [message.occurred_at for message in messages],
            "business_date": [item.business_date for item in items],
            "correlation_id": [item.correlation_id or "" for item in items],
            "causation_id": [item.causation_id or "" for item in items],
            "content_hash": [codec.hash_content(payload) for payload in payloads],
            "data": [msgspec.json.encode(payload).decode() for payload in payloads],
        },
    )
    assert count == len(items), "a message was published under a number nobody reserved"
