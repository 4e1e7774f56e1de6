"""Digests that were told and compared: kept, looked up, decided once everything is booked."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from yipan.exchange import database
from yipan.exchange.digests import Digest
from yipan.exchange.models import ComparisonState
from yipan.exchange.sources import get_site
from yipan.foundation.refusals import NotFound

ROWS_MAX: Final = 1_000

# Quiet streams are not digested: somebody has to have told something besides digests.
_LIST_UNDIGESTED = """
select s.source, s.epoch, s.digested_sequence, s.last_sequence
from exchange_stream s
where s.last_sequence > s.digested_sequence and s.source like any(%(patterns)s)
  and exists (
      select 1 from exchange_outboxmessage o
      where o.stream_id = s.id and o.epoch = s.epoch and o.sequence > s.digested_sequence
        and o.kind not like '%%.stream_digested.v1'
  )
order by s.source collate "C"
"""

_NOTE_DIGESTED = """
update exchange_stream set digested_sequence = %(sequence)s
where source = %(source)s and epoch = %(epoch)s and digested_sequence < %(sequence)s
"""

_OPEN_NUMBERS = """
select i.sequence from exchange_inboxmessage i join exchange_stream s on s.id = i.stream_id
where s.source = %(source)s and i.epoch = %(epoch)s and i.receiver = %(receiver)s
  and i.state in ('waiting', 'parked') and i.sequence between %(first)s and %(last)s
order by i.sequence limit 1000
"""

_KEEP = """
insert into exchange_comparison
    (stream_id, epoch, first_sequence, last_sequence, book, theirs, ours, state, told_at,
     compared_at)
select s.id, %(epoch)s, %(first)s, %(last)s, %(book)s, %(theirs)s::jsonb, %(ours)s::jsonb,
       %(state)s, %(told_at)s, now()
from exchange_stream s where s.source = %(source)s
on conflict (stream_id, epoch, first_sequence, last_sequence) do update
set settled_at = case when exchange_comparison.ours = excluded.ours
                      then exchange_comparison.settled_at end,
    ours = excluded.ours, state = excluded.state, compared_at = excluded.compared_at
"""

_LIST = """
select s.source, c.epoch, c.id, c.book, c.theirs, c.ours, c.state, c.told_at, c.compared_at,
       c.settled_at, c.settled_by, c.reason
from exchange_comparison c join exchange_stream s on s.id = c.stream_id
where (%(source)s::text is null or s.source = %(source)s)
  and (%(id)s::bigint is null or c.id = %(id)s)
  and (%(states)s::text[] is null or c.state = any(%(states)s))
  and (c.settled_at is null or not %(only_open)s)
order by c.told_at desc, s.source collate "C", c.first_sequence desc limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undigested:
    """A stream told here, with numbers no digest has covered yet."""

    source: str
    epoch: int
    digested_sequence: int
    last_sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonRow:
    """
    What two books say of the same numbers.

    `settled_at` is when a person settled that they differ; None while nobody did.
    """

    comparison_id: int
    source: str
    epoch: int
    book: str
    theirs: Digest
    ours: Digest
    state: ComparisonState
    told_at: datetime
    compared_at: datetime
    settled_at: datetime | None
    settled_by: str
    reason: str

    @property
    def is_settled(self) -> bool:
        """Return whether a person looked at what differs."""
        return self.settled_at is not None


def list_undigested(systems: Collection[str]) -> list[Undigested]:
    """Return the stock streams of some systems (`wms`) that told something since their digest."""
    patterns = [f"{system}:%/stock" for system in sorted(systems)]
    return [
        Undigested(source=source, epoch=epoch, digested_sequence=digested, last_sequence=last)
        for source, epoch, digested, last in database.fetch(
            _LIST_UNDIGESTED, {"patterns": patterns}
        )
    ]


def note_digested(*, source: str, epoch: int, sequence: int) -> None:
    """Remember up to which number digests of a stream were told."""
    database.fetch(_NOTE_DIGESTED, {"source": source, "epoch": epoch, "sequence": sequence})


def list_open_numbers(*, receiver: str, source: str, epoch: int, numbers: range) -> list[int]:
    """Return those of the numbers that are parked or waiting, at most 1,000."""
    rows = database.fetch(
        _OPEN_NUMBERS,
        {
            "receiver": receiver,
            "source": source,
            "epoch": epoch,
            "first": numbers.start,
            "last": numbers.stop - 1,
        },
    )
    return [sequence for (sequence,) in rows]


def keep(
    *,
    stream: tuple[str, int],
    book: str,
    theirs: Digest,
    ours: Digest,
    state: ComparisonState,
    told_at: datetime,
) -> None:
    """Keep a comparison of a stream (source and epoch); a later one of the same numbers wins."""
    source, epoch = stream
    database.fetch(
        _KEEP,
        {
            "source": source,
            "epoch": epoch,
            "first": theirs.first_sequence,
            "last": theirs.last_sequence,
            "book": book,
            "theirs": json.dumps(asdict(theirs)),
            "ours": json.dumps(asdict(ours)),
            "state": state.value,
            "told_at": told_at,
        },
    )


def get_comparison(comparison_id: int) -> ComparisonRow:
    """
    Return one comparison.

    :raises NotFound: if there is none.
    """
    rows = list_comparisons(comparison_id=comparison_id)
    if not rows:
        raise NotFound(kind="comparison", id=str(comparison_id))
    return rows[0]


def list_comparisons(
    *,
    source: str | None = None,
    comparison_id: int | None = None,
    states: Collection[ComparisonState] | None = None,
    sites: Collection[str] | None = None,
    only_open: bool = False,
    limit: int = ROWS_MAX,
) -> list[ComparisonRow]:
    """
    Return comparisons, the last told first.

    `sites` leaves out those of other sites, `only_open` what a person has settled.
    """
    assert 0 < limit <= ROWS_MAX
    rows = database.fetch(
        _LIST,
        {
            "source": source,
            "id": comparison_id,
            "states": None if states is None else sorted(state.value for state in states),
            "only_open": only_open,
            "limit": limit,
        },
    )
    return [
        ComparisonRow(
            source=row[0],
            epoch=row[1],
            comparison_id=row[2],
            book=row[3],
            theirs=Digest(**json.loads(row[4])),
            ours=Digest(**json.loads(row[5])),
            state=ComparisonState(row[6]),
            told_at=row[7],
            compared_at=row[8],
            settled_at=row[9],
            settled_by=row[10],
            reason=row[11],
        )
        for row in rows
        if sites is None or get_site(row[0]) in sites
    ]
