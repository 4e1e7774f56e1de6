"""A site node sends what it told to its hub, again and again until the hub has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog
from django.db import transaction

from yipan.exchange import database, told
from yipan.exchange.backoff import Backoff
from yipan.exchange.envelopes import Envelope
from yipan.exchange.replies import Reply
from yipan.exchange.transport import NoAnswer, TooLarge, Transport
from yipan.exchange.wire import BATCH_MESSAGES_MAX

#: What a site system tells its hub. Everything else stays in the house.
SYSTEMS: Final = ("wms:", "pos:")

_LIST = """
select s.id, s.source, s.epoch, s.last_sequence, coalesce(f.acknowledged, 0)
from exchange_stream s
left join exchange_forwarding f on f.stream_id = s.id and f.epoch = s.epoch
where s.last_sequence > coalesce(f.acknowledged, 0) and s.source like any(%(patterns)s)
order by s.source collate "C"
"""

_SAVE = """
insert into exchange_forwarding as f (stream_id, epoch, acknowledged, last_answer_at, last_error)
values (%(stream)s, %(epoch)s, coalesce(%(acknowledged)s, 0),
        case when %(error)s = '' then now() end, %(error)s)
on conflict (stream_id, epoch) do update
set acknowledged = coalesce(%(acknowledged)s, f.acknowledged),
    last_answer_at = coalesce(excluded.last_answer_at, f.last_answer_at),
    last_error = excluded.last_error
"""

_log = structlog.get_logger(__name__)


class Unsent(NamedTuple):
    """A stream of ours of which the hub has not acknowledged everything."""

    stream_id: int
    source: str
    epoch: int
    last_sequence: int
    acknowledged: int


def list_unsent() -> list[Unsent]:
    """Return the streams the hub has not all of, by source."""
    patterns = [f"{system}%" for system in SYSTEMS]
    return [Unsent(*row) for row in database.fetch(_LIST, {"patterns": patterns})]


class Forwarder:
    """
    Sends a batch of each stream in turn. Its memory may be lost at any moment.

    What the hub's watermark does not cover is sent again: first everything once, then,
    after a while, from the watermark on. So one message the hub cannot take does not
    hold up those behind it.
    """

    def __init__(self, *, transport: Transport, backoff: Backoff) -> None:
        self._transport = transport
        self._backoff = backoff
        self._sent: dict[tuple[str, int], int] = {}
        self._too_large: dict[tuple[str, int], str] = {}

    def go_round(self, *, now: float) -> int:
        """Send one batch of each stream that is due; return how many the hub took."""
        count = 0
        for unsent in list_unsent():
            if self._backoff.is_due(unsent.source, now=now):
                count += self._send(unsent, now=now)
        return count

    def _send(self, unsent: Unsent, *, now: float) -> int:
        key = (unsent.source, unsent.epoch)
        after = max(unsent.acknowledged, self._sent.get(key, 0))
        batch = told.list_after(
            source=unsent.source, epoch=unsent.epoch, after=after, limit=BATCH_MESSAGES_MAX
        )
        if not batch:
            # All was sent once, and the watermark says that something is missing.
            self._sent.pop(key, None)
            self._too_large.pop(key, None)
            self._backoff.fail(unsent.source, now=now)
            return 0
        try:
            batch, replies = self._push(batch)
        except TooLarge as failure:
            # This one does not go through, however often it is sent; those behind it do.
            first = batch[0].sequence
            self._sent[key], self._too_large[key] = first, f"{first} {failure}"
            _log.warning(
                "exchange.message_too_large",
                source=unsent.source,
                sequence=first,
                reason=str(failure),
            )
            _save(unsent, acknowledged=None, error=self._too_large[key])
            return 0
        except NoAnswer as failure:
            wait = self._backoff.fail(unsent.source, now=now)
            _log.warning(
                "exchange.hub_silent", source=unsent.source, reason=str(failure), retry_in=wait
            )
            _save(unsent, acknowledged=None, error=str(failure))
            return 0
        marks = [reply.applied_sequence for reply in replies if reply.is_heard]
        self._sent[key] = batch[-1].sequence
        error = self._too_large.get(key) or _tell(replies)
        _save(unsent, acknowledged=max(marks, default=None), error=error)
        if marks:
            self._backoff.succeed(unsent.source)
        else:
            self._backoff.fail(unsent.source, now=now)
        return len(marks)

    def _push(self, batch: list[Envelope]) -> tuple[list[Envelope], list[Reply]]:
        """
        Send as much of a batch as goes through at once; return that, and the replies.

        :raises TooLarge: if not even its first message does.
        """
        while True:
            try:
                return batch, self._transport.push(batch)
            except TooLarge:
                if len(batch) == 1:
                    raise
                batch = batch[: len(batch) // 2]


def _tell(replies: Sequence[Reply]) -> str:
    """Return what the hub did not take, "" when it took everything."""
    refused = [reply for reply in replies if not reply.is_heard]
    return f"{refused[0].sequence} {refused[0].state} {refused[0].code}" if refused else ""


@transaction.atomic
def _save(unsent: Unsent, *, acknowledged: int | None, error: str) -> None:
    database.fetch(
        _SAVE,
        {
            "stream": unsent.stream_id,
            "epoch": unsent.epoch,
            "acknowledged": acknowledged,
            "error": error,
        },
    )
