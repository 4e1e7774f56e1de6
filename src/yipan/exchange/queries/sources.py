"""How far each source is with each receiver: the health of the message log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yipan.exchange import database
from yipan.exchange.sources import SourceUnknown, get_site
from yipan.exchange.subscriptions import list_receivers

ROWS_MAX: Final = 1_000
GAPS_MAX: Final = 100

# The oldest message not applied is either open in the inbox, or still in our outbox: the
# one right above the watermark.
_SOURCES = """
select r.receiver, s.source, r.epoch,
       case when s.epoch = r.epoch and s.last_sequence > 0 then s.last_sequence end,
       r.highest_seen, r.watermark, r.applied_count,
       r.highest_seen - r.watermark - coalesce(above.heard, 0),
       r.duplicate_count, r.altered_count, r.fault_count,
       coalesce(opened.parked, 0), coalesce(opened.waiting, 0), r.last_heard_at,
       least(opened.oldest, unheard.recorded_at), r.gap_since
from exchange_reception r
join exchange_stream s on s.id = r.stream_id
left join lateral (
    select count(*) filter (where i.state = 'parked') as parked,
           count(*) filter (where i.state = 'waiting') as waiting, min(i.received_at) as oldest
    from exchange_inboxmessage i
    where i.receiver = r.receiver and i.stream_id = r.stream_id and i.epoch = r.epoch
      and i.state in ('waiting', 'parked')
) opened on r.open_count > 0
left join lateral (
    select count(*) as heard from exchange_inboxmessage i
    where i.receiver = r.receiver and i.stream_id = r.stream_id and i.epoch = r.epoch
      and i.sequence > r.watermark
) above on r.highest_seen > r.watermark
left join exchange_outboxmessage unheard
    on unheard.stream_id = r.stream_id and unheard.epoch = r.epoch
   and unheard.sequence = r.watermark + 1
where (%(source)s::text is null or s.source = %(source)s)
order by s.source collate "C", r.receiver, r.epoch
limit %(limit)s
"""

_NEVER_HEARD = """
select s.source, s.epoch, s.last_sequence, o.recorded_at
from exchange_stream s
left join exchange_outboxmessage o
    on o.stream_id = s.id and o.epoch = s.epoch and o.sequence = 1
where s.last_sequence > 0 and (%(source)s::text is null or s.source = %(source)s)
order by s.source collate "C" limit %(limit)s
"""

# Between two neighbors that do not follow each other there is a gap.
_GAPS = """
select before + 1, sequence - 1 from (
    select sequence, lag(sequence, 1, %(watermark)s::bigint) over (order by sequence) as before
    from exchange_inboxmessage
    where receiver = %(receiver)s and epoch = %(epoch)s and sequence > %(watermark)s
      and stream_id = (select id from exchange_stream where source = %(source)s)
) heard
where sequence > before + 1 order by 1 limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """
    How far one receiver has heard one source.

    `last_issued` is None for a source that writes its outbox elsewhere. `gaps` counts the
    numbers missing below the highest seen. `oldest_unapplied_at` is when the oldest
    message that is told and not applied was recorded or received; None when there is none.
    """

    receiver: str
    source: str
    epoch: int
    last_issued: int | None
    highest_seen: int
    watermark: int
    applied: int
    gaps: int
    duplicates: int
    altered: int
    faults: int
    parked: int
    waiting: int
    last_heard_at: datetime | None
    oldest_unapplied_at: datetime | None
    gap_since: datetime | None

    @property
    def site(self) -> str:
        """Return the site it belongs to; "" when it is for all sites."""
        return get_site(self.source)

    @property
    def is_behind(self) -> bool:
        """Return whether anything told is not applied yet."""
        return self.gaps + self.parked + self.waiting > 0 or self.oldest_unapplied_at is not None

    def get_lag_seconds(self, now: datetime) -> int:
        """Return how old the oldest message that is not applied is; 0 when there is none."""
        if self.oldest_unapplied_at is None:
            return 0
        return max(0, int((now - self.oldest_unapplied_at).total_seconds()))


def list_sources(
    *, sites: Collection[str] | None = None, source: str | None = None, limit: int = ROWS_MAX
) -> list[SourceRow]:
    """
    Return how far every source is with every receiver here, ordered by source.

    `sites` leaves those of other sites out; sources for all sites stay.
    """
    assert 0 < limit <= ROWS_MAX
    names = {"source": source, "limit": limit}
    rows = [_make_source(row) for row in database.fetch(_SOURCES, names)]
    known = {(row.receiver, row.source) for row in rows}
    rows += [
        _make_unheard(receiver, row)
        for row in database.fetch(_NEVER_HEARD, names)
        for receiver in list_receivers(row[0])
        if (receiver, row[0]) not in known
    ]
    rows.sort(key=lambda row: (row.source, row.receiver, row.epoch))
    return [row for row in rows if sites is None or row.site in sites or not row.site][:limit]


def get_source(source: str) -> list[SourceRow]:
    """
    Return how far one source is, one row per receiver and epoch.

    :raises SourceUnknown: if nobody has said or heard anything under this name.
    """
    rows = list_sources(source=source)
    if not rows:
        raise SourceUnknown(source=source)
    return rows


def list_gaps(row: SourceRow, *, limit: int = GAPS_MAX) -> list[range]:
    """Return the numbers a receiver misses of a source, as ranges, lowest first."""
    rows = database.fetch(
        _GAPS,
        {
            "receiver": row.receiver,
            "source": row.source,
            "epoch": row.epoch,
            "watermark": row.watermark,
            "limit": limit,
        },
    )
    return [range(first, last + 1) for first, last in rows]


def _make_source(row: database.Row) -> SourceRow:
    return SourceRow(
        receiver=row[0],
        source=row[1],
        epoch=row[2],
        last_issued=row[3],
        highest_seen=row[4],
        watermark=row[5],
        applied=row[6],
        gaps=row[7],
        duplicates=row[8],
        altered=row[9],
        faults=row[10],
        parked=row[11],
        waiting=row[12],
        last_heard_at=row[13],
        oldest_unapplied_at=row[14],
        gap_since=row[15],
    )


def _make_unheard(receiver: str, row: database.Row) -> SourceRow:
    source, epoch, last, recorded_at = row
    return SourceRow(
        receiver=receiver,
        source=source,
        epoch=epoch,
        last_issued=last,
        highest_seen=0,
        watermark=0,
        applied=0,
        gaps=0,
        duplicates=0,
        altered=0,
        faults=0,
        parked=0,
        waiting=0,
        last_heard_at=None,
        oldest_unapplied_at=recorded_at,
        gap_since=None,
    )
