"""Passing over: numbers of a stream whose kinds a selective receiver does not take.

They are noted as ranges and not one by one: the order hub listens to the shipments in a
store's stream, and a store tells a thousand tickets between two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from django.db import transaction

from yipan.exchange import database, receptions
from yipan.exchange.envelopes import Envelope
from yipan.exchange.receptions import Reception
from yipan.exchange.subscriptions import list_kinds_of_interest

# The numbers right above the watermark, up to the first that is of interest. The outbox of one
# epoch has no gaps.
_COUNT_PASSED = """
select coalesce(
           (select min(o.sequence) from exchange_outboxmessage o
            where o.stream_id = %(stream)s and o.epoch = %(epoch)s
              and o.sequence > %(watermark)s and o.kind = any(%(kinds)s)),
           (select max(o.sequence) + 1 from exchange_outboxmessage o
            where o.stream_id = %(stream)s and o.epoch = %(epoch)s
              and o.sequence > %(watermark)s),
           %(watermark)s + 1
       ) - 1 - %(watermark)s
"""

_NOTE = """
insert into exchange_passedrange (receiver, stream_id, epoch, first_sequence, last_sequence)
values (%(receiver)s, %(stream)s, %(epoch)s, %(first)s, %(last)s)
"""

_PROLONG = """
update exchange_passedrange set last_sequence = %(last)s
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and last_sequence = %(first)s - 1
returning 1
"""


def pass_over(reception: Reception) -> int:
    """
    Move a locked reception past what its receiver does not take; return how many numbers.

    Nothing where the receiver takes all, nor behind a gap: there each number is heard by itself.
    """
    if reception.highest_seen != reception.watermark:
        return 0
    kinds = list_kinds_of_interest(reception.receiver, reception.source)
    if kinds is None:
        return 0
    ((count,),) = database.fetch(
        _COUNT_PASSED, {**reception.key, "watermark": reception.watermark, "kinds": kinds}
    )
    if not count:
        return 0
    span = {"first": reception.watermark + 1, "last": reception.watermark + count}
    if not database.fetch(_PROLONG, {**reception.key, **span}):
        database.fetch(_NOTE, {**reception.key, **span})
    reception.watermark = reception.highest_seen = span["last"]
    receptions.save(reception)
    return int(count)


@transaction.atomic
def pass_forgotten(*, receiver: str, source: str, epoch: int, last: int) -> None:
    """Pass over numbers up to one that their source does not keep any more; some may be heard."""
    reception = receptions.lock(receiver=receiver, source=source, epoch=epoch)
    if last <= reception.watermark:
        return
    span = {"first": reception.watermark + 1, "last": last}
    if not database.fetch(_PROLONG, {**reception.key, **span}):
        database.fetch(_NOTE, {**reception.key, **span})
    reception.watermark = last
    reception.highest_seen = max(reception.highest_seen, last)
    receptions.follow_up(reception)
    receptions.save(reception)


def take_first(reception: Reception, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Return the envelopes up to the first that is to be passed over, if any is."""
    kinds = list_kinds_of_interest(reception.receiver, reception.source)
    if kinds is None or reception.highest_seen != reception.watermark:
        return list(envelopes)
    return list(takewhile(lambda each: each.kind in kinds, envelopes))
