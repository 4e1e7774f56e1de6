"""How far all streams are, in one cheap read: for whoever wants to hear that something moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.exchange import database

_PULSE = """
select s.source, s.last_sequence, r.receiver, r.watermark, r.applied_count, r.open_count,
       r.gap_since
  from exchange_stream s left join exchange_reception r on r.stream_id = s.id
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """
    How far one stream is told, and how far one receiver has taken it in; "" without any.

    `open_count` counts what was heard and is not applied, `gap_since` when numbers went missing.
    """

    source: str
    receiver: str
    told: int
    applied: tuple[int, int]
    open_count: int
    gap_since: datetime | None


def read_pulse() -> dict[tuple[str, str], Beat]:
    """Return the beat of every stream by (source, receiver); of several epochs, all added up."""
    beats: dict[tuple[str, str], Beat] = {}
    for source, told, receiver, watermark, applied, opened, gap in database.fetch(_PULSE):
        key = (source, receiver or "")
        known = beats.get(key)
        beats[key] = Beat(
            source,
            receiver or "",
            told,
            (
                (watermark or 0) + (known.applied[0] if known else 0),
                (applied or 0) + (known.applied[1] if known else 0),
            ),
            (opened or 0) + (known.open_count if known else 0),
            gap or (known.gap_since if known else None),
        )
    return beats
