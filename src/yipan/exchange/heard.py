"""The rows of the inbox (收件箱): written and read in runs, under the lock of the reception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from yipan.exchange import database, wire
from yipan.exchange.dispatch import Opened, Verdict, open_envelope
from yipan.exchange.envelopes import Envelope
from yipan.exchange.models import InboxState
from yipan.exchange.receptions import Reception

_INSERT = """
insert into exchange_inboxmessage
    (receiver, stream_id, epoch, sequence, message_id, kind, content_hash, state, received_at,
     applied_at, partition_key, code, attempts)
select %(receiver)s, %(stream)s, %(epoch)s, m.sequence, m.message_id, m.kind, m.content_hash,
       'applied', now(), now(), '', '', 1
from unnest(%(sequence)b::bigint[], %(message_id)b::uuid[], %(kind)b::text[],
            %(content_hash)b::bytea[]) as m (sequence, message_id, kind, content_hash)
on conflict do nothing
returning sequence
"""

_INSERT_AGAIN = """
insert into exchange_inboxmessage
    (receiver, stream_id, epoch, sequence, message_id, kind, content_hash, state, received_at,
     applied_at, partition_key, code, attempts, envelope)
values (%(receiver)s, %(stream)s, %(epoch)s, %(sequence)s, null, %(kind)s, %(content_hash)s,
        %(state)s::text, now(), case when %(state)s::text = 'applied' then now() end, '', %(code)s,
        1, %(envelope)s::jsonb)
"""

_FIND = """
select sequence, message_id, kind, content_hash, state, code, facts
from exchange_inboxmessage
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and sequence = any(%(sequence)s)
"""

_FIND_BY_ID = """
select sequence, message_id, kind, content_hash, state, code, facts
from exchange_inboxmessage
where receiver = %(receiver)s and message_id = %(message_id)s
"""

_KEEP_OPEN = """
update exchange_inboxmessage i
set state = m.state, code = m.code, facts = m.facts::jsonb, applied_at = null,
    partition_key = m.partition_key, envelope = m.envelope::jsonb,
    attempts = i.attempts + %(tries)s
from unnest(%(sequence)b::bigint[], %(state)b::text[], %(code)b::text[], %(facts)b::text[],
            %(partition_key)b::text[], %(envelope)b::text[])
     as m (sequence, state, code, facts, partition_key, envelope)
where i.receiver = %(receiver)s and i.stream_id = %(stream)s and i.epoch = %(epoch)s
  and i.sequence = m.sequence
"""

# The code stays: it is the trace of why the message had to wait.
_MARK_APPLIED = """
update exchange_inboxmessage
set state = 'applied', applied_at = now(), envelope = null, attempts = attempts + 1
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and sequence = any(%(sequence)s)
"""

_LIST_OPEN_NUMBERS = """
select sequence from exchange_inboxmessage
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and state in ('waiting', 'parked')
order by sequence limit 1000
"""

_INSERT_ALTERATION = """
insert into exchange_alteration
    (receiver, stream_id, epoch, sequence, content_hash, code, envelope, received_at,
     settled_by, reason)
values (%(receiver)s, %(stream)s, %(epoch)s, %(sequence)s, %(content_hash)s, %(code)s,
        %(envelope)s::jsonb, now(), '', '')
on conflict do nothing
"""


class HeardRow(NamedTuple):
    """What the inbox holds of a message."""

    sequence: int
    message_id: UUID | None
    kind: str
    content_hash: bytes
    state: str
    code: str
    facts: str | None


def insert_new(reception: Reception, envelopes: Sequence[Envelope]) -> list[int]:
    """Note messages down as applied; return the numbers of those not heard before, sorted."""
    rows = database.fetch(
        _INSERT,
        {
            **reception.key,
            "sequence": [each.sequence for each in envelopes],
            "message_id": [each.message_id for each in envelopes],
            "kind": [each.kind for each in envelopes],
            "content_hash": [each.content_hash for each in envelopes],
        },
    )
    return sorted(sequence for (sequence,) in rows)


def insert_again(
    reception: Reception, envelope: Envelope, *, state: InboxState, code: str = ""
) -> None:
    """Note down a number whose message id was heard under another number before."""
    is_applied = state == InboxState.APPLIED
    database.fetch(
        _INSERT_AGAIN,
        {
            **reception.key,
            "sequence": envelope.sequence,
            "kind": envelope.kind,
            "content_hash": envelope.content_hash,
            "state": state.value,
            "code": code,
            "envelope": None if is_applied else wire.write_event(envelope).decode(),
        },
    )


def find_by_number(reception: Reception, numbers: Sequence[int]) -> dict[int, HeardRow]:
    """Return what is held under these numbers, by number."""
    rows = database.fetch(_FIND, {**reception.key, "sequence": list(numbers)})
    return {row[0]: HeardRow(*row) for row in rows}


def find_by_id(reception: Reception, message_id: UUID) -> HeardRow | None:
    """Return what the receiver holds under a message id, from whatever stream."""
    rows = database.fetch(_FIND_BY_ID, {"receiver": reception.receiver, "message_id": message_id})
    return HeardRow(*rows[0]) if rows else None


def keep_open(
    reception: Reception,
    verdicts: Mapping[int, Verdict],
    *,
    envelopes: Mapping[int, Envelope],
    tries: int = 0,
) -> None:
    """
    Keep messages as parked, waiting or rejected, each with its code and its whole text.

    `envelopes` are theirs, by number. `tries` is added to the count of attempts.
    """
    numbers = sorted(verdicts)
    if not numbers:
        return
    database.fetch(
        _KEEP_OPEN,
        {
            **reception.key,
            "tries": tries,
            "sequence": numbers,
            "state": [verdicts[each].state.value for each in numbers],
            "code": [verdicts[each].code for each in numbers],
            "facts": [msgspec.json.encode(verdicts[each].facts).decode() for each in numbers],
            "partition_key": [envelopes[each].partition_key for each in numbers],
            "envelope": [wire.write_event(envelopes[each]).decode() for each in numbers],
        },
    )


def mark_applied(reception: Reception, numbers: Sequence[int]) -> None:
    """Close messages that were parked or waiting: their effect is in the book now."""
    if numbers:
        database.fetch(_MARK_APPLIED, {**reception.key, "sequence": list(numbers)})


def list_open_numbers(reception: Reception) -> tuple[int, ...]:
    """Return the numbers that are parked or waiting, in order, at most 1,000."""
    if not reception.open_count:
        return ()
    return tuple(sequence for (sequence,) in database.fetch(_LIST_OPEN_NUMBERS, reception.key))


def note_alteration(reception: Reception, envelope: Envelope, *, code: str) -> None:
    """Keep a message that came under a used number with other content, as a case."""
    database.fetch(
        _INSERT_ALTERATION,
        {
            **reception.key,
            "sequence": envelope.sequence,
            "content_hash": envelope.content_hash,
            "code": code,
            "envelope": wire.write_event(envelope).decode(),
        },
    )


def reopen(text: str) -> Opened:
    """Read an envelope the inbox had kept."""
    envelope = wire.read_event(text.encode())
    assert isinstance(envelope, Envelope), "the inbox keeps only what it could read"
    opened = open_envelope(envelope)
    assert opened is not None, "the inbox keeps only what it could open"
    return opened
