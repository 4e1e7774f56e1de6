"""Messages by their ids: what a document's trail points at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from yipan.exchange import database

IDS_MAX: Final = 1_000

_LIST = """
select o.message_id, o.kind, s.source, o.epoch, o.sequence, o.subject, o.occurred_at,
       (select string_agg(i.receiver || ':' || i.state, ' ' order by i.receiver)
          from exchange_inboxmessage i
         where i.stream_id = o.stream_id and i.epoch = o.epoch and i.sequence = o.sequence)
from exchange_outboxmessage o join exchange_stream s on s.id = o.stream_id
where o.message_id = any(%(ids)s)
order by o.occurred_at, s.source collate "C", o.sequence
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldRow:
    """
    A message this database told, and what became of it: receiver to state.

    Nobody has heard it yet when `heard` is empty.
    """

    message_id: UUID
    kind: str
    source: str
    epoch: int
    sequence: int
    subject: str
    occurred_at: datetime
    heard: dict[str, str]

    @property
    def state(self) -> str:
        """Return the state of who has come least far, `pending` when nobody has heard it."""
        states = set(self.heard.values())
        for state in ("parked", "waiting", "applied"):
            if state in states:
                return state
        return "pending"


def list_told(ids: Collection[UUID]) -> list[ToldRow]:
    """Return those of the messages that were told here, in the order they happened."""
    assert len(ids) <= IDS_MAX
    if not ids:
        return []
    return [
        ToldRow(
            message_id=row[0],
            kind=row[1],
            source=row[2],
            epoch=row[3],
            sequence=row[4],
            subject=row[5],
            occurred_at=row[6],
            heard=_read_heard(row[7]),
        )
        for row in database.fetch(_LIST, {"ids": list(ids)})
    ]


def _read_heard(text: str | None) -> dict[str, str]:
    pairs = (each.partition(":") for each in (text or "").split())
    return {receiver: state for receiver, _, state in pairs}
