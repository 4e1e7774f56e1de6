"""How far a receiver has heard a stream: the row everyone who receives it locks first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from yipan.exchange import database
from yipan.exchange.streams import get_stream

_LOCK = """
select r.stream_id, r.watermark, r.highest_seen, r.open_count, r.forgotten_sequence,
       r.forgotten_until
from exchange_reception r join exchange_stream s on s.id = r.stream_id
where r.receiver = %(receiver)s and s.source = %(source)s and r.epoch = %(epoch)s
for update of r
"""

# Whoever begins to listen late cannot hear what is gone from the outbox: that is passed over.
_OPEN = """
with gone as (
    select coalesce(max(f.last_sequence), 0) as last from exchange_forgottentold f
    where f.stream_id = %(stream)s and f.epoch = %(epoch)s
), opened as (
    insert into exchange_reception
        (receiver, stream_id, epoch, watermark, highest_seen, applied_count, duplicate_count,
         altered_count, open_count, fault_count, forgotten_until)
    select %(receiver)s::text, %(stream)s, %(epoch)s, gone.last, gone.last, 0, 0, 0, 0, 0, (
           select max(r.forgotten_until) from exchange_reception r
            where r.receiver = %(receiver)s::text and r.stream_id = %(stream)s)
    from gone
    on conflict do nothing
    returning watermark
)
insert into exchange_passedrange (receiver, stream_id, epoch, first_sequence, last_sequence)
select %(receiver)s::text, %(stream)s, %(epoch)s, 1, watermark from opened
where watermark > 0
"""

_SAVE = """
update exchange_reception
set watermark = %(watermark)s::bigint, highest_seen = %(highest_seen)s::bigint,
    open_count = %(open_count)s,
    applied_count = applied_count + %(applied)s,
    duplicate_count = duplicate_count + %(duplicates)s,
    altered_count = altered_count + %(altered)s, fault_count = fault_count + %(faults)s,
    last_heard_at = case when %(is_heard)s then now() else last_heard_at end,
    gap_since = case when %(watermark)s::bigint < %(highest_seen)s::bigint
                     then coalesce(gap_since, now()) end
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
"""

# The numbers above the watermark that are there, as one island that begins right above it.
_CONTIGUOUS = """
select max(sequence) from (
    select sequence, row_number() over (order by sequence) as place
    from exchange_inboxmessage
    where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
      and sequence > %(watermark)s
) heard
where sequence = %(watermark)s + place
"""


@dataclass(kw_only=True, slots=True)
class Reception:
    """One receiver's place in one stream, locked until the end of the transaction."""

    receiver: str
    source: str
    epoch: int
    stream_id: int
    watermark: int
    highest_seen: int
    open_count: int
    forgotten_sequence: int = 0
    forgotten_until: datetime | None = None
    applied: int = 0
    duplicates: int = 0
    altered: int = 0
    faults: list[Exception] = field(default_factory=list)

    @property
    def key(self) -> dict[str, object]:
        """Return the parameters that name this reception's rows in SQL."""
        return {"receiver": self.receiver, "stream": self.stream_id, "epoch": self.epoch}


def lock(*, receiver: str, source: str, epoch: int) -> Reception:
    """Lock the reception of a stream, opening it on first contact."""
    names = {"receiver": receiver, "source": source, "epoch": epoch}
    rows = database.fetch(_LOCK, names)
    if not rows:
        stream_id, _ = get_stream(source)
        database.fetch(_OPEN, {"receiver": receiver, "stream": stream_id, "epoch": epoch})
        rows = database.fetch(_LOCK, names)
    ((stream_id, watermark, highest_seen, open_count, forgotten, forgotten_until),) = rows
    return Reception(
        receiver=receiver,
        source=source,
        epoch=epoch,
        stream_id=stream_id,
        watermark=watermark,
        highest_seen=highest_seen,
        open_count=open_count,
        forgotten_sequence=forgotten,
        forgotten_until=forgotten_until,
    )


def advance(reception: Reception, numbers: Sequence[int]) -> None:
    """Take in numbers just written to the inbox, sorted, each once: move the watermark."""
    if not numbers:
        return
    reception.highest_seen = max(reception.highest_seen, numbers[-1])
    if numbers[0] != reception.watermark + 1:
        return
    if numbers[-1] == reception.highest_seen and numbers[-1] == reception.watermark + len(numbers):
        reception.watermark = numbers[-1]
        return
    follow_up(reception)


def follow_up(reception: Reception) -> None:
    """Move the watermark over what was heard right above it."""
    ((last,),) = database.fetch(_CONTIGUOUS, {**reception.key, "watermark": reception.watermark})
    reception.watermark = reception.watermark if last is None else last


@transaction.atomic
def note_fault(*, receiver: str, source: str, epoch: int) -> None:
    """Count a run that was rolled back by a fault of ours."""
    reception = lock(receiver=receiver, source=source, epoch=epoch)
    database.fetch(
        "update exchange_reception set fault_count = fault_count + 1"
        " where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s",
        reception.key,
    )


def save(reception: Reception, *, is_heard: bool = True) -> None:
    """Write down what changed. `is_heard` says that the source itself has just spoken."""
    database.fetch(
        _SAVE,
        {
            **reception.key,
            "watermark": reception.watermark,
            "highest_seen": reception.highest_seen,
            "open_count": reception.open_count,
            "applied": reception.applied,
            "duplicates": reception.duplicates,
            "altered": reception.altered,
            "faults": len(reception.faults),
            "is_heard": is_heard,
        },
    )
