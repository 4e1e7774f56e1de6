"""The rows of the outbox (发件箱), read as the envelopes they travel in."""

from __future__ import annotations

from typing import Final

from yipan.exchange import database
from yipan.exchange.envelopes import RUN_MESSAGES_MAX, Envelope
from yipan.exchange.receptions import Reception

#: So much content of messages goes over a line at once: with its envelopes less than what a
#: door takes, and far less than what whoever pulls reads of an answer.
BATCH_BYTES_MAX: Final = 4 * 1024 * 1024

# A number above the watermark may have been heard already: it lies behind a gap.
_UNHEARD = """
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

# As many as fit into so many bytes, and one at least.
_AFTER = """
select sequence, message_id, kind, subject, partition_key, occurred_at,
       recorded_at, business_date, correlation_id, causation_id, content_hash, data
from (
    select o.*, sum(o.size) over (order by o.sequence) - o.size as size_before
    from (
        select o.sequence, o.message_id, o.kind, o.subject, o.partition_key, o.occurred_at,
               o.recorded_at, o.business_date, o.correlation_id, o.causation_id, o.content_hash,
               o.data, octet_length(o.data::text) as size
        from exchange_outboxmessage o
        join exchange_stream s on s.id = o.stream_id
        where s.source = %(source)s and o.epoch = %(epoch)s and o.sequence > %(after)s
        order by o.sequence limit %(limit)s
    ) o
) o
where size_before = 0 or size_before + size <= %(bytes_max)s
order by sequence
"""


def list_unheard(reception: Reception) -> list[Envelope]:
    """Return the first run of what a receiver has not heard of a stream told here."""
    rows = database.fetch(
        _UNHEARD,
        {
            **reception.key,
            "watermark": reception.watermark,
            "highest": reception.highest_seen,
            "limit": RUN_MESSAGES_MAX,
        },
    )
    return [_make_envelope(reception.source, reception.epoch, row) for row in rows]


def list_after(*, source: str, epoch: int, after: int, limit: int) -> list[Envelope]:
    """
    Return what was told under numbers above `after`, in order.

    At most `limit` messages, and no more of them than go over a line at once; one at least.
    """
    rows = database.fetch(
        _AFTER,
        {
            "source": source,
            "epoch": epoch,
            "after": after,
            "limit": limit,
            "bytes_max": BATCH_BYTES_MAX,
        },
    )
    return [_make_envelope(source, epoch, row) for row in rows]


def _make_envelope(source: str, epoch: int, row: database.Row) -> Envelope:
    return Envelope(
        source=source,
        epoch=epoch,
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
