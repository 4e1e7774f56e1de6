"""Delivery within one database: what is in the outbox goes to whoever listens here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from yipan.exchange import database, inbox, receptions
from yipan.exchange.envelopes import RUN_MESSAGES_MAX, Envelope
from yipan.exchange.replies import ReplyState
from yipan.exchange.subscriptions import list_receivers

_LIST_ISSUED = """
select source, epoch, last_sequence from exchange_stream where last_sequence > 0 order by source
"""

_LIST_HEARD = """
select s.source, r.receiver, r.watermark
from exchange_stream s
join exchange_reception r on r.stream_id = s.id and r.epoch = s.epoch
where s.last_sequence > 0
"""

# A number above the watermark may have been heard already: it lies behind a gap.
_READ = """
select o.sequence, o.message_id, o.kind, o.subject, o.partition_key, o.occurred_at,
       o.recorded_at, o.business_date, o.correlation_id, o.causation_id, o.content_hash, o.data
from exchange_outboxmessage o
where o.stream_id = %(stream)s and o.epoch = %(epoch)s and o.sequence > %(watermark)s
  and (%(highest)s = %(watermark)s or not exists (
      select 1 from exchange_inboxmessage i
      where i.receiver = %(receiver)s and i.stream_id = o.stream_id and i.epoch = o.epoch
        and i.sequence = o.sequence
  ))
order by o.sequence limit %(limit)s
"""


class Pending(NamedTuple):
    """A stream that holds messages one receiver has not heard."""

    receiver: str
    source: str
    epoch: int


def list_pending() -> list[Pending]:
    """Return the streams that hold something unheard, by source and receiver."""
    heard = {
        (source, receiver): watermark for source, receiver, watermark in database.fetch(_LIST_HEARD)
    }
    return [
        Pending(receiver, source, epoch)
        for source, epoch, last in database.fetch(_LIST_ISSUED)
        for receiver in list_receivers(source)
        if heard.get((source, receiver), 0) < last
    ]


def deliver_pending(*, receivers: Sequence[str] | None = None) -> int:
    """
    Deliver everything that is in the outbox to whoever listens to it here, until quiet.

    Messages that are published while delivering are delivered too. Return how many were
    received. A fault in one stream does not stop the others; faults are raised at the end.
    """
    count = 0
    faults: list[Exception] = []
    stuck: set[Pending] = set()
    while True:
        pending = [
            each
            for each in list_pending()
            if each not in stuck and (receivers is None or each.receiver in receivers)
        ]
        if not pending:
            break
        for each in pending:
            received, is_stuck = deliver_run(each, faults=faults)
            count += received
            if is_stuck:
                stuck.add(each)
    if faults:
        raise faults[0] if len(faults) == 1 else ExceptionGroup("messages not delivered", faults)
    return count


def deliver_run(pending: Pending, *, faults: list[Exception]) -> tuple[int, bool]:
    """
    Deliver one run of one stream to one receiver.

    Return how many were received, and whether the stream is stuck: it holds messages
    that cannot be received now, so that asking again at once would not help.
    """
    with transaction.atomic():
        reception = receptions.lock(
            receiver=pending.receiver, source=pending.source, epoch=pending.epoch
        )
        envelopes = _read(reception)
        replies = inbox.receive(pending.receiver, envelopes, faults=faults)
    lost = (ReplyState.UNKNOWN, ReplyState.REJECTED)
    received = sum(reply.state not in lost for reply in replies)
    is_stuck = received < len(replies) if len(replies) < RUN_MESSAGES_MAX else received == 0
    return received, is_stuck or not replies


def _read(reception: receptions.Reception) -> list[Envelope]:
    rows = database.fetch(
        _READ,
        {
            **reception.key,
            "watermark": reception.watermark,
            "highest": reception.highest_seen,
            "limit": RUN_MESSAGES_MAX,
        },
    )
    return [_make_envelope(reception, row) for row in rows]


def _make_envelope(
    reception: receptions.Reception,
    row: tuple[int, UUID, str, str, str, datetime, datetime, date | None, str, str, bytes, str],
) -> Envelope:
    return Envelope(
        source=reception.source,
        epoch=reception.epoch,
        sequence=row[0],
        message_id=row[1],
        kind=row[2],
        subject=row[3],
        partition_key=row[4],
        occurred_at=row[5],
        recorded_at=row[6],
        business_date=row[7],
        correlation_id=row[8],
        causation_id=row[9],
        content_hash=row[10],
        data=row[11].encode(),
    )
