"""
What of the message log may go (归档): what everybody has had, proved, and nobody asks for again.

Master data stays: whoever comes new hears it from number 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.exchange import database, forgotten, receptions
from yipan.exchange.forwarding import SYSTEMS
from yipan.exchange.subscriptions import list_receivers

#: The rows of so many neighboring numbers of an inbox become one block of marks.
BLOCK_NUMBERS: Final = 1_000
#: So many messages of a stream leave the outbox in one transaction.
TOLD_AT_ONCE_MAX: Final = 10_000
COMPARISONS_AT_ONCE_MAX: Final = 10_000
#: Streams whose own site adds them up; a digest has to cover what goes.
DIGESTED: Final = tuple(f"{system}%/stock" for system in SYSTEMS)

NOBODY: Final = "nobody has heard it"
NOT_DIGESTED: Final = "no digest covers it"
NOT_MATCHED: Final = "the books do not agree on it"
NOT_AS_TOLD: Final = "it was heard with other content, or not at all"

_LIST_OLD_TOLD = """
select s.id, s.source, e.epoch, e.epoch < s.epoch, coalesce(f.last_sequence, 0),
       case when s.source like any(%(digested)s) then s.digested_sequence end
from exchange_stream s
cross join lateral generate_series(1, s.epoch) as e (epoch)
left join exchange_forgottentold f on f.stream_id = s.id and f.epoch = e.epoch
cross join lateral (
    select o.recorded_at from exchange_outboxmessage o
    where o.stream_id = s.id and o.epoch = e.epoch and o.sequence > coalesce(f.last_sequence, 0)
    order by o.sequence limit 1
) oldest
where oldest.recorded_at < %(horizon)s and s.source not like '%%/masterdata%%'
order by s.source collate "C", e.epoch
"""

# Up to the first that is young; null when all that is looked at is old.
_FIND_YOUNG = """
select min(o.sequence) filter (where o.recorded_at >= %(horizon)s), max(o.sequence)
from (select sequence, recorded_at from exchange_outboxmessage
      where stream_id = %(stream)s and epoch = %(epoch)s and sequence > %(gone)s
      order by sequence limit %(limit)s) o
"""

_LIST_HEARD_UP_TO = """
select r.receiver, r.watermark from exchange_reception r
where r.stream_id = %(stream)s and r.epoch = %(epoch)s and r.receiver = any(%(receivers)s)
"""

_LIST_READ_UP_TO = """
select reader, case when epoch = %(epoch)s then after else 0 end from exchange_reader
where stream_id = %(stream)s and epoch <= %(epoch)s
union all
select reader, null from exchange_reader where stream_id = %(stream)s and epoch > %(epoch)s
"""

_FIND_ACKNOWLEDGED = """
select acknowledged from exchange_forwarding where stream_id = %(stream)s and epoch = %(epoch)s
"""

# What is not decided holds for ever; what was decided to differ, for as long again.
_FIND_NOT_MATCHED = """
select min(first_sequence) from exchange_comparison
where stream_id = %(stream)s and epoch = %(epoch)s
  and (state = 'open' or (state = 'mismatch' and told_at >= %(differs_after)s))
"""

_FIND_NOT_AS_TOLD = """
select min(o.sequence)
from exchange_outboxmessage o cross join unnest(%(receivers)s::text[]) as r (receiver)
where o.stream_id = %(stream)s and o.epoch = %(epoch)s
  and o.sequence > %(gone)s and o.sequence <= %(last)s
  and not exists (
      select from exchange_inboxmessage i
      where i.receiver = r.receiver and i.stream_id = o.stream_id and i.epoch = o.epoch
        and i.sequence = o.sequence and i.content_hash = o.content_hash)
  and not exists (
      select from exchange_passedrange p
      where p.receiver = r.receiver and p.stream_id = o.stream_id and p.epoch = o.epoch
        and o.sequence between p.first_sequence and p.last_sequence)
"""

_FORGET_TOLD = """
with noted as (
    insert into exchange_forgottentold (stream_id, epoch, last_sequence)
    values (%(stream)s, %(epoch)s, %(last)s)
    on conflict (stream_id, epoch) do update
    set last_sequence = greatest(exchange_forgottentold.last_sequence, excluded.last_sequence)
), gone as (
    delete from exchange_outboxmessage
    where stream_id = %(stream)s and epoch = %(epoch)s and sequence <= %(last)s
    returning 1
)
select count(*) from gone
"""

# What is told here goes from the outbox first, where it is compared with what was heard.
_LIST_OLD_HEARD = """
select r.receiver, s.source, r.epoch, s.id, r.forgotten_sequence,
       least(r.watermark, case when s.last_sequence > 0 or f.last_sequence is not null or exists (
           select from exchange_outboxmessage o where o.stream_id = s.id
       ) then coalesce(f.last_sequence, 0) end) as last
from exchange_reception r
join exchange_stream s on s.id = r.stream_id
left join exchange_forgottentold f on f.stream_id = r.stream_id and f.epoch = r.epoch
where r.watermark >= r.forgotten_sequence + %(block)s
  and s.source not like '%%/masterdata%%'
  and coalesce((
      select i.received_at from exchange_inboxmessage i
      where i.receiver = r.receiver and i.stream_id = r.stream_id and i.epoch = r.epoch
        and i.sequence > r.forgotten_sequence
      order by i.sequence limit 1), '-infinity') < %(horizon)s
order by r.receiver, s.source collate "C", r.epoch
"""

_FIND_YOUNG_HEARD = """
select min(sequence) from exchange_inboxmessage
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and sequence > %(gone)s and sequence <= %(last)s and received_at >= %(horizon)s
"""

_COUNT_MATCHES = """
select count(*) from exchange_comparison c
where c.state = 'match' and c.told_at < %(horizon)s and exists (
    select from exchange_comparison later
    where later.stream_id = c.stream_id and later.epoch = c.epoch
      and later.first_sequence > c.first_sequence)
"""

# The last of each stream stays: it says when the books were last seen to agree.
_FORGET_MATCHES = """
delete from exchange_comparison where id in (
    select c.id from exchange_comparison c
    where c.state = 'match' and c.told_at < %(horizon)s and exists (
        select from exchange_comparison later
        where later.stream_id = c.stream_id and later.epoch = c.epoch
          and later.first_sequence > c.first_sequence)
    order by c.id limit %(limit)s)
returning 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """
    What is kept: all that was recorded or received from `horizon` on. `now` is after it.

    `is_forwarded` says that a hub elsewhere has to have what sites told.
    """

    horizon: datetime
    now: datetime
    is_forwarded: bool = False

    @property
    def differs_after(self) -> datetime:
        """Return since when messages stay that two books do not agree on."""
        return self.horizon - (self.now - self.horizon)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """
    Numbers `gone + 1` to `last` of a stream, which may go; none when `last` is `gone`.

    `receiver` is whose inbox it is, "" for the outbox. `held_by` says who keeps the next
    number from going, "" when it is merely young.
    """

    source: str
    epoch: int
    gone: int
    last: int
    receiver: str = ""
    held_by: str = ""

    @property
    def count(self) -> int:
        """Return how many numbers may go."""
        return self.last - self.gone


def list_told(terms: Terms, *, limit: int | None = None) -> Iterator[Run]:
    """Yield what may leave the outbox, by source: of each stream that holds something old."""
    for run, _ in _find_told(terms, limit=limit):
        yield run


def forget_told(terms: Terms) -> int:
    """Let at most one run of each stream leave the outbox; return how many messages did."""
    count = 0
    for run, stream_id in _find_told(terms, limit=TOLD_AT_ONCE_MAX):
        if run.count:
            names = {"stream": stream_id, "epoch": run.epoch, "last": run.last}
            with transaction.atomic():
                ((gone,),) = database.fetch(_FORGET_TOLD, names)
            count += gone
    return count


def list_heard(terms: Terms, *, block: int = BLOCK_NUMBERS) -> Iterator[Run]:
    """Yield what may leave the inboxes, in whole blocks, by receiver and source."""
    old = {"horizon": terms.horizon, "block": block}
    for receiver, source, epoch, stream_id, gone, upto in database.fetch(_LIST_OLD_HEARD, old):
        names = {"receiver": receiver, "stream": stream_id, "epoch": epoch, "gone": gone}
        limits = [(upto, "")]
        ((young,),) = database.fetch(
            _FIND_YOUNG_HEARD, {**names, "last": upto, "horizon": terms.horizon}
        )
        if young is not None:
            limits.append((young - 1, ""))
        limits += _list_not_matched(names, terms)
        last, held_by = min(limits)
        last = gone + max(0, last - gone) // block * block
        yield Run(
            source=source, epoch=epoch, gone=gone, last=last, receiver=receiver, held_by=held_by
        )


def forget_heard(terms: Terms, *, block: int = BLOCK_NUMBERS) -> int:
    """Put blocks of marks in place of old inbox rows, all there are; return how many rows."""
    count = 0
    for run in list(list_heard(terms, block=block)):
        for last in range(run.gone + block, run.last + 1, block):
            with transaction.atomic():
                reception = receptions.lock(
                    receiver=run.receiver, source=run.source, epoch=run.epoch
                )
                if reception.forgotten_sequence == last - block:
                    count += forgotten.forget(reception, last=last, until=terms.horizon)
    return count


def count_matches(terms: Terms) -> int:
    """Return how many comparisons of books that agreed may go."""
    ((count,),) = database.fetch(_COUNT_MATCHES, {"horizon": terms.horizon})
    return int(count)


@transaction.atomic
def forget_matches(terms: Terms) -> int:
    """Forget old comparisons of books that agreed, but the last of each stream; return how many."""
    names = {"horizon": terms.horizon, "limit": COMPARISONS_AT_ONCE_MAX}
    return len(database.fetch(_FORGET_MATCHES, names))


def _find_told(terms: Terms, *, limit: int | None) -> Iterator[tuple[Run, int]]:
    rows = database.fetch(_LIST_OLD_TOLD, {"horizon": terms.horizon, "digested": list(DIGESTED)})
    for stream_id, source, epoch, is_over, gone, digested in rows:
        names = {"stream": stream_id, "epoch": epoch, "gone": gone}
        ((young, highest),) = database.fetch(
            _FIND_YOUNG, {**names, "horizon": terms.horizon, "limit": limit}
        )
        limits = [(highest if young is None else young - 1, "")]
        receivers = list_receivers(source)
        if not is_over:
            limits += _list_confirmed(names, source, receivers, terms)
            if digested is not None:
                limits.append((digested, NOT_DIGESTED))
        limits += _list_not_matched(names, terms)
        last, held_by = min(limits)
        if last > gone and not is_over:
            ((differs,),) = database.fetch(
                _FIND_NOT_AS_TOLD, {**names, "last": last, "receivers": receivers}
            )
            if differs is not None:
                last, held_by = differs - 1, NOT_AS_TOLD
        run = Run(source=source, epoch=epoch, gone=gone, last=max(gone, last), held_by=held_by)
        yield run, stream_id


def _list_confirmed(
    names: dict[str, object], source: str, receivers: list[str], terms: Terms
) -> list[tuple[int, str]]:
    """Return up to which number each who has to hear a stream has it; what is 0 holds all."""
    heard: dict[str, int] = dict(
        database.fetch(_LIST_HEARD_UP_TO, {**names, "receivers": receivers})
    )
    confirmed = [(heard.get(receiver, 0), receiver) for receiver in receivers]
    for reader, after in database.fetch(_LIST_READ_UP_TO, names):
        if after is not None:
            confirmed.append((after, reader))
    if terms.is_forwarded and source.startswith(SYSTEMS):
        rows = database.fetch(_FIND_ACKNOWLEDGED, names)
        confirmed.append((rows[0][0] if rows else 0, "hub"))
    return confirmed or [(0, NOBODY)]


def _list_not_matched(names: dict[str, object], terms: Terms) -> list[tuple[int, str]]:
    ((first,),) = database.fetch(_FIND_NOT_MATCHED, {**names, "differs_after": terms.differs_after})
    return [] if first is None else [(first - 1, NOT_MATCHED)]
