"""What messages say, many at once: those of known numbers, or the last of some kinds."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from yipan.exchange import database

NUMBERS_MAX: Final = 20_000
#: So many messages of a stream are looked through for those of some kinds, the last first.
DEPTH: Final = 20_000

_PAYLOADS = """
select o.sequence, o.data
from exchange_outboxmessage o join exchange_stream s on s.id = o.stream_id
where s.source = %(source)s and o.epoch = 1 and o.sequence = any(%(sequences)s)
union all
select i.sequence, i.envelope -> 'data'
from exchange_inboxmessage i join exchange_stream s on s.id = i.stream_id
where s.source = %(source)s and i.epoch = 1 and i.sequence = any(%(sequences)s)
  and i.envelope is not null
"""

_LATEST = """
with latest as (
  select o.epoch, o.sequence, o.kind, o.occurred_at, o.data
  from exchange_outboxmessage o
  where o.stream_id = (select s.id from exchange_stream s where s.source = %(source)s)
  order by o.epoch desc, o.sequence desc limit %(depth)s)
select kind, occurred_at, data from latest where kind = any(%(kinds)s) order by epoch, sequence
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldPayload:
    """A message this database told: its kind, when that happened, and what it says."""

    kind: str
    occurred_at: datetime
    data: dict[str, Any]


def find_payloads(*, source: str, sequences: Collection[int]) -> dict[int, dict[str, Any]]:
    """
    Return what messages of one source say, by their number, in two index scans per `NUMBERS_MAX`.

    Those this database has not told, and has heard and booked, are missing: only who told a
    message keeps what it says.
    """
    wanted = sorted(sequences)
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(wanted), NUMBERS_MAX):
        names = {"source": source, "sequences": wanted[start : start + NUMBERS_MAX]}
        found |= {row[0]: json.loads(row[1]) for row in database.fetch(_PAYLOADS, names)}
    return found


def list_latest(*, source: str, kinds: Collection[str]) -> list[ToldPayload]:
    """Return the messages of some kinds among the last `DEPTH` a source told, oldest first."""
    names = {"source": source, "kinds": sorted(kinds), "depth": DEPTH}
    return [
        ToldPayload(kind=kind, occurred_at=occurred_at, data=json.loads(data))
        for kind, occurred_at, data in database.fetch(_LATEST, names)
    ]
