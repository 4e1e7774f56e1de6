"""What the message log can prove about itself, set-wise over all of it."""

from __future__ import annotations

from typing import Final, LiteralString

from django.db import transaction

from yipan.exchange import database
from yipan.foundation.findings import Finding

# Each check returns how many rows it looked at, how many are broken, and the first of them in
# words, or null.
# What is gone from the outbox is gone from its beginning, up to a number that was noted.
_OUTBOX_GAP_FREE = """
with told as (
    select stream_id, epoch, count(*) as messages, min(sequence) as first, max(sequence) as last
    from exchange_outboxmessage group by stream_id, epoch
), known as (
    select s.id as stream_id, s.source, e.epoch, coalesce(f.last_sequence, 0) as gone,
           case when e.epoch = s.epoch then s.last_sequence end as issued,
           coalesce(t.messages, 0) as messages, t.first, t.last
    from exchange_stream s
    cross join lateral generate_series(1, s.epoch) as e (epoch)
    left join told t on t.stream_id = s.id and t.epoch = e.epoch
    left join exchange_forgottentold f on f.stream_id = s.id and f.epoch = e.epoch
), broken as (
    select source, epoch, messages, coalesce(issued, last, gone) - gone as expected
    from known
    where gone + messages <> coalesce(issued, last, gone)
       or first <> gone + 1 or last <> gone + messages
)
select (select coalesce(sum(messages), 0) from told)::bigint,
       (select count(*) from broken),
       (select format('%s epoch %s holds %s messages of %s', source, epoch, messages, expected)
        from broken order by source collate "C", epoch limit 1)
"""

# What was passed over stands in ranges; what came again by name all the same counts once.
_WATERMARK_GAP_FREE = """
with heard as (
    select i.receiver, i.stream_id, i.epoch,
           count(*) filter (where i.sequence between r.forgotten_sequence + 1 and r.watermark
                            and not exists (
               select from exchange_passedrange p
               where p.receiver = i.receiver and p.stream_id = i.stream_id
                 and p.epoch = i.epoch
                 and i.sequence between p.first_sequence and p.last_sequence
           )) as below,
           count(*) filter (where i.sequence = r.watermark + 1) as next,
           max(i.sequence) as last
    from exchange_inboxmessage i
    join exchange_reception r using (receiver, stream_id, epoch)
    group by i.receiver, i.stream_id, i.epoch
), passed as (
    select receiver, stream_id, epoch, sum(last_sequence - first_sequence + 1) as below,
           max(last_sequence) as last
    from exchange_passedrange group by receiver, stream_id, epoch
), counted as (
    select r.receiver, r.stream_id, r.epoch, r.watermark, r.highest_seen,
           r.forgotten_sequence + coalesce(h.below, 0) + coalesce(p.below, 0) as below,
           coalesce(h.next, 0) as next,
           greatest(r.forgotten_sequence, coalesce(h.last, 0), coalesce(p.last, 0)) as last
    from exchange_reception r
    left join heard h
        on h.receiver = r.receiver and h.stream_id = r.stream_id and h.epoch = r.epoch
    left join passed p
        on p.receiver = r.receiver and p.stream_id = r.stream_id and p.epoch = r.epoch
), broken as (
    select c.receiver, s.source, c.epoch, c.watermark, c.below
    from counted c
    join exchange_stream s on s.id = c.stream_id
    where c.below <> c.watermark or c.next <> 0 or c.last <> c.highest_seen
)
select (select coalesce(sum(below), 0) from heard)::bigint,
       (select count(*) from broken),
       (select format('%s holds %s messages of %s epoch %s below the watermark %s', receiver,
                      below, source, epoch, watermark)
        from broken order by source collate "C", receiver, epoch limit 1)
"""

_COUNTS_HOLD = """
with heard as (
    select receiver, stream_id, epoch,
           count(*) filter (where state in ('waiting', 'parked')) as open,
           count(*) filter (where state = 'applied' and message_id is not null) as applied
    from exchange_inboxmessage group by receiver, stream_id, epoch
), broken as (
    select r.receiver, s.source, r.epoch, r.open_count, r.applied_count, h.open, h.applied
    from exchange_reception r
    join exchange_stream s on s.id = r.stream_id
    left join heard h
        on h.receiver = r.receiver and h.stream_id = r.stream_id and h.epoch = r.epoch
    where coalesce(h.open, 0) <> r.open_count
       or coalesce(h.applied, 0) + r.forgotten_count <> r.applied_count
)
select (select count(*) from exchange_reception),
       (select count(*) from broken),
       (select format('%s of %s epoch %s: %s open, counted %s; %s applied, counted %s', receiver,
                      source, epoch, open, open_count, applied, applied_count)
        from broken order by source collate "C", receiver, epoch limit 1)
"""

# Only where both sides are in this database. What is gone was compared before it went.
_HEARD_AS_TOLD = """
with pairs as (
    select i.receiver, i.stream_id, i.epoch, i.sequence,
           o.content_hash = i.content_hash as is_same
    from exchange_inboxmessage i
    join exchange_stream s on s.id = i.stream_id and s.last_sequence > 0
    left join exchange_outboxmessage o
        on o.stream_id = i.stream_id and o.epoch = i.epoch and o.sequence = i.sequence
), broken as (
    select p.receiver, s.source, p.epoch, p.sequence, p.is_same
    from pairs p join exchange_stream s on s.id = p.stream_id
    where p.is_same is not true and not exists (
        select from exchange_forgottentold f
        where f.stream_id = p.stream_id and f.epoch = p.epoch and p.sequence <= f.last_sequence
    )
)
select (select count(*) from pairs),
       (select count(*) from broken),
       (select format('%s heard %s epoch %s number %s %s', receiver, source, epoch, sequence,
                      case when is_same is null then 'which was never told'
                           else 'with other content than was told' end)
        from broken order by source collate "C", receiver, epoch, sequence limit 1)
"""

# The blocks of what was forgotten follow each other from number 1, and none lost a mark.
_FORGOTTEN_HOLD = """
with kept as (
    select receiver, stream_id, epoch, min(first_sequence) as first, max(last_sequence) as last,
           sum(last_sequence - first_sequence + 1) as numbers, sum(count) as applied,
           bool_and(octet_length(marks) = 16 * (last_sequence - first_sequence + 1)) as is_whole
    from exchange_heardblock group by receiver, stream_id, epoch
), broken as (
    select r.receiver, s.source, r.epoch, r.forgotten_sequence, k.numbers
    from exchange_reception r
    join exchange_stream s on s.id = r.stream_id
    left join kept k
        on k.receiver = r.receiver and k.stream_id = r.stream_id and k.epoch = r.epoch
    where (k.numbers is null and r.forgotten_sequence + r.forgotten_count > 0)
       or k.first <> 1 or k.last <> r.forgotten_sequence or k.numbers <> r.forgotten_sequence
       or k.applied <> r.forgotten_count or not k.is_whole
)
select (select coalesce(sum(numbers), 0) from kept)::bigint,
       (select count(*) from broken),
       (select format('%s keeps marks of %s numbers of %s epoch %s, and forgot %s', receiver,
                      coalesce(numbers, 0), source, epoch, forgotten_sequence)
        from broken order by source collate "C", receiver, epoch limit 1)
"""

CHECKS: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("exchange.outbox_gap_free", _OUTBOX_GAP_FREE),
    ("exchange.watermark_gap_free", _WATERMARK_GAP_FREE),
    ("exchange.counts_hold", _COUNTS_HOLD),
    ("exchange.heard_as_told", _HEARD_AS_TOLD),
    ("exchange.forgotten_hold", _FORGOTTEN_HOLD),
)


def list_findings() -> list[Finding]:
    """Return what each check of the message log finds, in the order of `CHECKS`."""
    findings = []
    for name, statement in CHECKS:
        with transaction.atomic():
            # Everything is looked at, so nothing is looked up, whatever the statistics say.
            database.fetch("set local enable_nestloop = off")
            ((examined, count, first),) = database.fetch(statement)
        findings.append(
            Finding(
                check=name,
                ok=count == 0,
                detail=first or f"{examined} looked at",
                count=count,
                examined=examined,
            )
        )
    return findings
