"""Single messages: those that are not booked, those that were altered, and where each one went."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from yipan.exchange import database
from yipan.exchange.sources import get_site
from yipan.foundation.refusals import NotFound

ROWS_MAX: Final = 1_000

_INBOX = """
select i.receiver, s.source, i.epoch, i.sequence, i.message_id, i.kind, i.state, i.code,
       i.facts, i.attempts, i.received_at, i.applied_at, i.envelope
from exchange_inboxmessage i join exchange_stream s on s.id = i.stream_id
where i.code <> '' and i.state = any(%(states)s)
  and (%(receiver)s::text is null or i.receiver = %(receiver)s)
  and (%(source)s::text is null or s.source = %(source)s)
  and (%(code)s::text is null or i.code = %(code)s)
order by i.received_at desc, s.source collate "C", i.sequence desc
limit %(limit)s
"""

_ALTERATIONS = """
select a.id, a.receiver, s.source, a.epoch, a.sequence, a.code, a.received_at, a.envelope,
       a.settled_at, a.settled_by, a.reason
from exchange_alteration a join exchange_stream s on s.id = a.stream_id
where (%(source)s::text is null or s.source = %(source)s)
  and (%(id)s::bigint is null or a.id = %(id)s)
  and (a.settled_at is null or not %(only_open)s)
order by a.received_at desc, a.id desc limit %(limit)s
"""

_MESSAGE = """
select o.message_id, o.kind, o.subject, o.occurred_at, o.recorded_at, o.business_date,
       o.correlation_id, o.causation_id, o.data
from exchange_outboxmessage o join exchange_stream s on s.id = o.stream_id
where s.source = %(source)s and o.epoch = %(epoch)s and o.sequence = %(sequence)s
"""

_HEARD_BY = """
select i.receiver, i.message_id, i.kind, i.state, i.code, i.attempts, i.received_at, i.applied_at,
       i.envelope
from exchange_inboxmessage i join exchange_stream s on s.id = i.stream_id
where s.source = %(source)s and i.epoch = %(epoch)s and i.sequence = %(sequence)s
order by i.receiver
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxRow:
    """
    A message that is parked or waiting, or was. `envelope` is None once it is applied.

    `state` is parked, waiting, applied, rejected or set_aside.
    """

    receiver: str
    source: str
    epoch: int
    sequence: int
    message_id: UUID | None
    kind: str
    state: str
    code: str
    facts: dict[str, Any]
    attempts: int
    received_at: datetime
    applied_at: datetime | None
    envelope: dict[str, Any] | None

    @property
    def subject(self) -> str:
        """Return what the message is about, as long as its envelope is kept."""
        return str((self.envelope or {}).get("subject", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class AlterationRow:
    """A message that came under a used number or id with other content, until it is settled."""

    alteration_id: int
    receiver: str
    source: str
    epoch: int
    sequence: int
    code: str
    received_at: datetime
    envelope: dict[str, Any]
    settled_at: datetime | None
    settled_by: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardRow:
    """What became of a message at one receiver."""

    receiver: str
    state: str
    code: str
    attempts: int
    received_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRow:
    """One message, as far as this database knows it, and what became of it."""

    source: str
    epoch: int
    sequence: int
    message_id: UUID | None
    kind: str
    subject: str
    occurred_at: datetime | None
    recorded_at: datetime | None
    business_date: date | None
    correlation_id: str
    causation_id: str
    data: dict[str, Any] | None
    heard_by: tuple[HeardRow, ...]


def list_inbox(
    *,
    state: str = "",
    receiver: str | None = None,
    source: str | None = None,
    code: str | None = None,
    sites: Collection[str] | None = None,
    limit: int = ROWS_MAX,
) -> list[InboxRow]:
    """
    Return messages that are parked or waiting, last received first.

    `sites` leaves out the sources of other sites, None leaves out none.

    `state` is `parked`, `waiting`, `applied` for those that had to wait and are booked
    now, `rejected` or `set_aside`; empty means parked and waiting.
    """
    assert 0 < limit <= ROWS_MAX
    assert state in {"", "parked", "waiting", "applied", "rejected", "set_aside"}
    rows = database.fetch(
        _INBOX,
        {
            "states": [state] if state else ["parked", "waiting"],
            "receiver": receiver,
            "source": source,
            "code": code,
            "limit": limit,
        },
    )
    return [
        InboxRow(
            receiver=row[0],
            source=row[1],
            epoch=row[2],
            sequence=row[3],
            message_id=row[4],
            kind=row[5],
            state=row[6],
            code=row[7],
            facts=_load(row[8]) or {},
            attempts=row[9],
            received_at=row[10],
            applied_at=row[11],
            envelope=_load(row[12]),
        )
        for row in rows
        if sites is None or get_site(row[1]) in sites
    ]


def list_alterations(
    *,
    source: str | None = None,
    alteration_id: int | None = None,
    only_open: bool = False,
    sites: Collection[str] | None = None,
    limit: int = ROWS_MAX,
) -> list[AlterationRow]:
    """
    Return the messages that came with other content than before, last received first.

    `only_open` leaves out what a person has settled, `sites` the sources of other sites.
    """
    assert 0 < limit <= ROWS_MAX
    names = {"source": source, "id": alteration_id, "only_open": only_open, "limit": limit}
    rows = database.fetch(_ALTERATIONS, names)
    return [
        AlterationRow(
            alteration_id=row[0],
            receiver=row[1],
            source=row[2],
            epoch=row[3],
            sequence=row[4],
            code=row[5],
            received_at=row[6],
            envelope=_load(row[7]) or {},
            settled_at=row[8],
            settled_by=row[9],
            reason=row[10],
        )
        for row in rows
        if sites is None or get_site(row[2]) in sites
    ]


def get_message(*, source: str, sequence: int, epoch: int = 1) -> MessageRow:
    """
    Return one message by its number, and what became of it at each receiver here.

    Its payload is known where its outbox is, or while it is not applied.

    :raises NotFound: if this database has neither told nor heard it.
    """
    names = {"source": source, "epoch": epoch, "sequence": sequence}
    told = database.fetch(_MESSAGE, names)
    heard = database.fetch(_HEARD_BY, names)
    if not told and not heard:
        raise NotFound(kind="message", source=source, sequence=sequence)
    heard_by = tuple(
        HeardRow(
            receiver=row[0],
            state=row[3],
            code=row[4],
            attempts=row[5],
            received_at=row[6],
            applied_at=row[7],
        )
        for row in heard
    )
    if told:
        return _make_told(names, told[0], heard_by)
    envelope = _load(heard[0][8]) or {}
    return MessageRow(
        source=source,
        epoch=epoch,
        sequence=sequence,
        message_id=heard[0][1],
        kind=heard[0][2],
        subject=str(envelope.get("subject", "")),
        occurred_at=datetime.fromisoformat(envelope["time"]) if envelope else None,
        recorded_at=None,
        business_date=None,
        correlation_id=str(envelope.get("correlationid", "")),
        causation_id=str(envelope.get("causationid", "")),
        data=envelope.get("data"),
        heard_by=heard_by,
    )


def _make_told(
    names: dict[str, Any], row: database.Row, heard_by: tuple[HeardRow, ...]
) -> MessageRow:
    return MessageRow(
        **names,
        message_id=row[0],
        kind=row[1],
        subject=row[2],
        occurred_at=row[3],
        recorded_at=row[4],
        business_date=row[5],
        correlation_id=row[6],
        causation_id=row[7],
        data=_load(row[8]),
        heard_by=heard_by,
    )


def _load(text: str | None) -> dict[str, Any] | None:
    # Django leaves jsonb as text.
    loaded: dict[str, Any] | None = None if text is None else json.loads(text)
    return loaded
