"""A site node fetches what its hub tells it: orders, and master data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from yipan.exchange import database, inbox, parking, passing
from yipan.exchange.backoff import Backoff
from yipan.exchange.envelopes import RUN_MESSAGES_MAX
from yipan.exchange.sources import is_masterdata
from yipan.exchange.transport import NoAnswer, Transport

_POSITION = """
select r.epoch, r.watermark
from exchange_reception r join exchange_stream s on s.id = r.stream_id
where r.receiver = %(receiver)s and s.source = %(source)s
order by r.epoch desc limit 1
"""

FIRST_EPOCH: Final = 1

_log = structlog.get_logger(__name__)


class Puller:
    """
    Fetches a run of each source in turn. Its memory may be lost at any moment.

    The place to read on from is the watermark of our own inbox, so a run that was lost on
    the way is simply read again.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        receiver: str,
        sources: Sequence[str],
        backoff: Backoff,
    ) -> None:
        self._transport = transport
        self._receiver = receiver
        self._sources = sorted(sources)
        self._backoff = backoff
        self._epochs: dict[str, int] = {}
        self._read: dict[tuple[str, int], int] = {}

    def go_round(self, *, now: float) -> int:
        """Fetch one run of each source that is due; return how many messages were received."""
        count = 0
        for source in self._sources:
            if not self._backoff.is_due(source, now=now):
                continue
            try:
                count += self._fetch(source, now=now)
            except NoAnswer as failure:
                wait = self._backoff.fail(source, now=now)
                _log.warning(
                    "exchange.hub_silent", source=source, reason=str(failure), retry_in=wait
                )
        return count

    def _fetch(self, source: str, *, now: float) -> int:
        epoch, watermark = self._find_position(source)
        key = (source, epoch)
        after = max(watermark, self._read.get(key, 0))
        pulled = self._transport.pull(
            source=source, epoch=epoch, after=after, limit=RUN_MESSAGES_MAX
        )
        if watermark < pulled.first_sequence - 1:
            # What lies between was told before we began to listen, and is kept no more.
            passing.pass_forgotten(
                receiver=self._receiver,
                source=source,
                epoch=epoch,
                last=pulled.first_sequence - 1,
            )
        if pulled.envelopes:
            faults: list[Exception] = []
            replies = inbox.receive(self._receiver, pulled.envelopes, faults=faults)
            self._read[key] = max(each.sequence for each in pulled.envelopes)
            received = sum(reply.is_heard for reply in replies)
            if received and is_masterdata(source):
                parking.retry(receiver=self._receiver)
        else:
            received = 0
            self._read.pop(key, None)
            if pulled.epoch > epoch:
                self._epochs[source] = pulled.epoch
        if received or (pulled.epoch == epoch and watermark >= pulled.last_sequence):
            self._backoff.succeed(source)
        elif pulled.epoch == epoch:
            # All was read once, and the watermark says that something is missing.
            self._backoff.fail(source, now=now)
        return received

    def _find_position(self, source: str) -> tuple[int, int]:
        """Return the epoch to read, and the watermark in it."""
        rows = database.fetch(_POSITION, {"receiver": self._receiver, "source": source})
        epoch: int = rows[0][0] if rows else FIRST_EPOCH
        watermark: int = rows[0][1] if rows else 0
        newest = self._epochs.get(source, epoch)
        return (newest, 0) if newest > epoch else (epoch, watermark)
