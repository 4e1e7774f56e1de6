"""Links to other nodes: what was sent to our hub, and who reads what we tell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yipan.exchange import database
from yipan.exchange.sources import get_site

ROWS_MAX: Final = 1_000


_READERS = """
select s.source, r.reader, r.epoch, r.after, s.last_sequence, r.asked_at
from exchange_reader r join exchange_stream s on s.id = r.stream_id
where (%(source)s::text is null or s.source = %(source)s)
order by s.source collate "C", r.reader collate "C" limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderRow:
    """How far somebody, by the name of the API key, has read a stream of ours."""

    source: str
    reader: str
    epoch: int
    after: int
    last_issued: int
    asked_at: datetime


def list_readers(
    *, source: str | None = None, sites: Collection[str] | None = None, limit: int = ROWS_MAX
) -> list[ReaderRow]:
    """Return who reads what is told here, by source; `sites` leaves out those of other sites."""
    assert 0 < limit <= ROWS_MAX
    return [
        ReaderRow(
            source=row[0],
            reader=row[1],
            epoch=row[2],
            after=row[3],
            last_issued=row[4],
            asked_at=row[5],
        )
        for row in database.fetch(_READERS, {"source": source, "limit": limit})
        if sites is None or get_site(row[0]) in sites
    ]
