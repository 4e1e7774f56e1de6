"""
What remains of messages heard so long ago that their rows are gone (已归档): a mark of each.

A mark is 16 bytes: the first 8 of a SHA-256 over the message id, and the first 8 of the content
hash. It says whether a message that comes again is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from yipan.exchange import database
from yipan.exchange.envelopes import Envelope
from yipan.exchange.receptions import Reception

MARK_BYTES: Final = 16
HALF_BYTES: Final = 8
NOTHING: Final = bytes(HALF_BYTES)
#: A message is received after it happened, by a clock that may be wrong by so much.
CLOCK_WRONG_MAX: Final = timedelta(days=30)
#: So many blocks are read at once when an id is looked for.
BLOCKS_AT_ONCE: Final = 100

_FORGET = """
with gone as (
    delete from exchange_inboxmessage
    where receiver = %(receiver)s::text and stream_id = %(stream)s and epoch = %(epoch)s
      and sequence between %(first)s::bigint and %(last)s::bigint and state = 'applied'
    returning sequence, message_id, content_hash
)
insert into exchange_heardblock
    (receiver, stream_id, epoch, first_sequence, last_sequence, count, marks)
select %(receiver)s::text, %(stream)s, %(epoch)s, %(first)s::bigint, %(last)s::bigint,
       count(g.message_id),
       string_agg(case when g.sequence is null then decode(repeat('00', 16), 'hex')
                       else coalesce(substring(sha256(uuid_send(g.message_id)) from 1 for 8),
                                     decode(repeat('00', 8), 'hex'))
                            || substring(g.content_hash from 1 for 8) end,
                  ''::bytea order by n)
from generate_series(%(first)s::bigint, %(last)s::bigint) n
left join gone g on g.sequence = n
returning count
"""

_NOTE = """
update exchange_reception
set forgotten_sequence = %(last)s, forgotten_count = forgotten_count + %(count)s
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
"""

# Of all epochs: a source that was restored tells everything again in a new one.
_NOTE_UNTIL = """
update exchange_reception set forgotten_until = %(until)s
where receiver = %(receiver)s and stream_id = %(stream)s
  and (forgotten_until is null or forgotten_until < %(until)s)
"""

_DROP_PASSED = """
delete from exchange_passedrange
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and last_sequence <= %(last)s
"""

_CUT_PASSED = """
update exchange_passedrange set first_sequence = %(last)s + 1
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and first_sequence <= %(last)s
"""

_FIND = """
select n, substring(b.marks from ((n - b.first_sequence) * 16 + 1)::integer for 16)
from unnest(%(numbers)s::bigint[]) n
join exchange_heardblock b
    on b.receiver = %(receiver)s and b.stream_id = %(stream)s and b.epoch = %(epoch)s
   and n between b.first_sequence and b.last_sequence
"""

_LIST_MARKS = """
select epoch, first_sequence, marks from exchange_heardblock
where receiver = %(receiver)s and stream_id = %(stream)s
  and (epoch, first_sequence) > (%(after_epoch)s, %(after)s)
order by epoch, first_sequence limit %(limit)s
"""


class Mark(NamedTuple):
    """What is known of a forgotten message. All zeros: it was passed over, or is not gone."""

    id_half: bytes
    hash_half: bytes

    def is_of(self, envelope: Envelope) -> bool:
        """Return whether a message that comes under this number says what the first one said."""
        if self.id_half not in (NOTHING, get_id_half(envelope.message_id)):
            return False
        return self.hash_half in (NOTHING, envelope.content_hash[:HALF_BYTES])


def get_id_half(message_id: UUID) -> bytes:
    """Return what a mark keeps of a message id."""
    return hashlib.sha256(message_id.bytes).digest()[:HALF_BYTES]


def forget(reception: Reception, *, last: int, until: datetime) -> int:
    """
    Put the marks of applied messages up to a number in place of their rows; return how many.

    The reception is locked by the caller. All of them were received before `until`.
    """
    assert reception.forgotten_sequence < last <= reception.watermark
    names = {**reception.key, "first": reception.forgotten_sequence + 1, "last": last}
    ((count,),) = database.fetch(_FORGET, names)
    database.fetch(_NOTE, {**names, "count": count})
    database.fetch(_NOTE_UNTIL, {**names, "until": until})
    database.fetch(_DROP_PASSED, names)
    database.fetch(_CUT_PASSED, names)
    reception.forgotten_sequence = last
    return int(count)


def find_by_number(reception: Reception, numbers: Collection[int]) -> dict[int, Mark]:
    """Return the marks of those of the numbers that are forgotten."""
    wanted = sorted(each for each in numbers if each <= reception.forgotten_sequence)
    if not wanted:
        return {}
    rows = database.fetch(_FIND, {**reception.key, "numbers": wanted})
    return {number: _read(marks) for number, marks in rows}


def may_hold(reception: Reception, envelope: Envelope) -> bool:
    """
    Return whether a message may be among the forgotten ones of its stream, under whatever number.

    What happened long after the last of them was received is not; so looking costs nothing in
    the daily run.
    """
    until = reception.forgotten_until
    return until is not None and envelope.occurred_at < until + CLOCK_WRONG_MAX


def find_by_id(reception: Reception, message_ids: Collection[UUID]) -> dict[UUID, Mark]:
    """Return the marks of messages the receiver heard in this stream, in whatever epoch."""
    wanted = {get_id_half(each): each for each in message_ids}
    found: dict[UUID, Mark] = {}
    names: dict[str, object] = {**reception.key, "limit": BLOCKS_AT_ONCE}
    place = (0, 0)
    while wanted.keys() - {get_id_half(each) for each in found}:
        names |= {"after_epoch": place[0], "after": place[1]}
        rows = database.fetch(_LIST_MARKS, names)
        for epoch, first, marks in rows:
            place = (epoch, first)
            for start in range(0, len(marks), MARK_BYTES):
                message_id = wanted.get(marks[start : start + HALF_BYTES])
                if message_id is not None:
                    found[message_id] = _read(marks[start : start + MARK_BYTES])
        if len(rows) < BLOCKS_AT_ONCE:
            break
    return found


def _read(mark: bytes) -> Mark:
    return Mark(mark[:HALF_BYTES], mark[HALF_BYTES:])
