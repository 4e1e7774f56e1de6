"""Messages that are not booked yet (挂起): tried again when asked, released in order."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from yipan.exchange import database, dispatch, heard, receptions
from yipan.exchange.envelopes import RUN_MESSAGES_MAX
from yipan.exchange.receptions import Reception
from yipan.exchange.sources import get_site

# Who waits may go on when the watermark has passed it and nobody before it is parked.
_LIST_RELEASABLE = """
select w.envelope from exchange_inboxmessage w
where w.receiver = %(receiver)s and w.stream_id = %(stream)s and w.epoch = %(epoch)s
  and w.state = 'waiting' and w.sequence <= %(watermark)s
  and not exists (
      select 1 from exchange_inboxmessage p
      where p.receiver = w.receiver and p.stream_id = w.stream_id and p.epoch = w.epoch
        and p.partition_key = w.partition_key and p.state = 'parked' and p.sequence < w.sequence
  )
order by w.sequence limit %(limit)s
"""

_LIST_PARKED = """
select envelope from exchange_inboxmessage
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and state = 'parked' and message_id is not null and sequence > %(after)s
  and (%(sequence)s::bigint is null or sequence = %(sequence)s)
order by sequence limit %(limit)s
"""

_LIST_RECEPTIONS = """
select r.receiver, s.source, r.epoch
from exchange_reception r join exchange_stream s on s.id = r.stream_id
where r.open_count > 0
  and (%(receiver)s::text is null or r.receiver = %(receiver)s)
  and (%(source)s::text is null or s.source = %(source)s)
order by r.receiver, s.source, r.epoch
"""


def release(reception: Reception) -> int:
    """
    Apply, in order, at most one run of the waiting messages that need not wait any more.

    Return how many were looked at; 0 when nobody is left to release. The reception is
    locked by the caller, who also saves it.
    """
    if not reception.open_count:
        return 0
    rows = database.fetch(
        _LIST_RELEASABLE,
        {**reception.key, "watermark": reception.watermark, "limit": RUN_MESSAGES_MAX},
    )
    items = [heard.reopen(text) for (text,) in rows]
    if items:
        _settle(reception, items, is_ordered=True)
    return len(items)


def release_all(*, receiver: str, source: str, epoch: int) -> list[Exception]:
    """Release, run by run, whoever waits in a stream without need. Return the faults met."""
    faults: list[Exception] = []
    released = 1
    while released:
        with transaction.atomic():
            reception = receptions.lock(receiver=receiver, source=source, epoch=epoch)
            released = release(reception)
            receptions.save(reception, is_heard=False)
        faults += reception.faults
    return faults


def retry(
    *,
    receiver: str | None = None,
    source: str | None = None,
    sequence: int | None = None,
    sites: Collection[str] | None = None,
) -> int:
    """
    Try parked messages again: all, those of one receiver or source, or a single one.

    `sites` leaves out the sources of other sites, None leaves out none.

    What is applied now releases what waited behind it, in order. Each message keeps the
    code it had as a trace, and a count of attempts. Return how many were applied.
    """
    assert sequence is None or source is not None, "a number means nothing without its source"
    rows = database.fetch(_LIST_RECEPTIONS, {"receiver": receiver, "source": source})
    applied = 0
    faults: list[Exception] = []
    for name, stream, epoch in rows:
        if sites is None or get_site(stream) in sites:
            reception_key = {"receiver": name, "source": stream, "epoch": epoch}
            applied += _retry_stream(reception_key, sequence=sequence, faults=faults)
    if faults:
        raise faults[0] if len(faults) == 1 else ExceptionGroup("messages not retried", faults)
    return applied


def _retry_stream(
    reception_key: dict[str, Any], *, sequence: int | None, faults: list[Exception]
) -> int:
    applied = 0
    after = 0
    while True:
        with transaction.atomic():
            reception = receptions.lock(**reception_key)
            rows = database.fetch(
                _LIST_PARKED,
                {
                    **reception.key,
                    "after": after,
                    "sequence": sequence,
                    "limit": RUN_MESSAGES_MAX,
                },
            )
            items = [heard.reopen(text) for (text,) in rows]
            facts = [item for item in items if not item.message.is_ordered]
            steps = [item for item in items if item.message.is_ordered]
            if facts:
                _settle(reception, facts, is_ordered=False)
            if steps:
                _settle(reception, steps, is_ordered=True)
            released = release(reception)
            receptions.save(reception, is_heard=False)
        faults.extend(reception.faults)
        applied += reception.applied
        if items:
            after = items[-1].envelope.sequence
        if not items and not released:
            return applied


def _settle(reception: Reception, items: list[dispatch.Opened], *, is_ordered: bool) -> None:
    """
    Apply messages that are in the inbox already, and write down what became of each.

    They are heard, so a fault of ours must not undo that, nor what comes with them: the
    message that meets it is parked under `exchange.fault`, and the fault is told.
    """
    apply = dispatch.apply_steps if is_ordered else dispatch.apply_facts
    verdicts = apply(reception.receiver, items, faults=reception.faults)
    envelopes = {item.envelope.sequence: item.envelope for item in items}
    applied = sorted(envelopes.keys() - verdicts.keys())
    heard.mark_applied(reception, applied)
    heard.keep_open(reception, verdicts, envelopes=envelopes, tries=1)
    reception.applied += len(applied)
    reception.open_count -= len(items) - sum(verdict.is_open for verdict in verdicts.values())
