"""Delivery within one database: what is in the outbox goes to whoever listens here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from yipan.exchange import database, parking, passing, receptions, told
from yipan.exchange.envelopes import RUN_MESSAGES_MAX
from yipan.exchange.sources import is_masterdata
from yipan.exchange.subscriptions import list_receivers
from yipan.exchange.transport import InProcess

_LIST_ISSUED = """
select source, epoch, last_sequence from exchange_stream where last_sequence > 0 order by source
"""

_LIST_HEARD = """
select s.source, r.receiver, r.watermark
from exchange_stream s
join exchange_reception r on r.stream_id = s.id and r.epoch = s.epoch
where s.last_sequence > 0
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
        passed = passing.pass_over(reception)
        envelopes = passing.take_first(reception, told.list_unheard(reception))
        replies = InProcess(receiver=pending.receiver, faults=faults).push(envelopes)
    received = sum(reply.is_heard for reply in replies)
    if not replies:
        return 0, not passed
    if received and is_masterdata(pending.source):
        parking.retry(receiver=pending.receiver)
    is_stuck = received < len(replies) if len(replies) < RUN_MESSAGES_MAX else received == 0
    return received, is_stuck
