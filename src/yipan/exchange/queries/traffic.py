"""What was told lately and how far each message has come: the wire, as a picture of it shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from yipan.exchange import database
from yipan.exchange.sources import is_masterdata
from yipan.exchange.subscriptions import list_kinds_of_interest, list_receivers

MESSAGES_MAX: Final = 1_000

_TRAFFIC = """
select s.source, o.epoch, o.sequence, o.kind, o.subject, o.occurred_at, o.recorded_at, o.data,
       (select string_agg(i.receiver || ':' || i.state, ' ' order by i.receiver)
          from exchange_inboxmessage i
         where i.stream_id = o.stream_id and i.epoch = o.epoch and i.sequence = o.sequence)
from exchange_outboxmessage o join exchange_stream s on s.id = o.stream_id
where s.source not like '%%/masterdata%%'
order by o.recorded_at, s.source collate "C", o.sequence
limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficRow:
    """
    A message that was told here.

    `heard` maps a receiver to the state the message has there, `missing` names the receivers that
    take its kind and have not heard it.
    """

    source: str
    epoch: int
    sequence: int
    kind: str
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]
    heard: Mapping[str, str]
    missing: tuple[str, ...]


def list_traffic(*, limit: int = MESSAGES_MAX) -> list[TrafficRow]:
    """Return what was told here but master data, the oldest first."""
    assert 0 < limit <= MESSAGES_MAX
    rows = []
    for row in database.fetch(_TRAFFIC, {"limit": limit}):
        source, kind = row[0], row[3]
        if is_masterdata(source):
            continue
        pairs = (each.partition(":") for each in (row[8] or "").split())
        heard = {receiver: state for receiver, _, state in pairs}
        rows.append(
            TrafficRow(
                source=source,
                epoch=row[1],
                sequence=row[2],
                kind=kind,
                subject=row[4],
                occurred_at=row[5],
                recorded_at=row[6],
                data=json.loads(row[7]),
                heard=heard,
                missing=tuple(
                    receiver
                    for receiver in list_receivers(source)
                    if receiver not in heard and _is_wanted(receiver, source, kind)
                ),
            )
        )
    return rows


def _is_wanted(receiver: str, source: str, kind: str) -> bool:
    kinds = list_kinds_of_interest(receiver, source)
    return kinds is None or kind in kinds
