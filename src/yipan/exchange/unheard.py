"""Which numbers of a source a receiver has never heard: to ask for them by name."""

from __future__ import annotations

from typing import Final

from yipan.exchange import database
from yipan.exchange.subscriptions import Heard

NUMBERS_MAX: Final = 1_000

_UNHEARD = """
select n from generate_series(%(first)s::bigint, %(last)s::bigint) n
where n > coalesce((
        select r.watermark from exchange_reception r join exchange_stream s on s.id = r.stream_id
        where s.source = %(source)s and r.receiver = %(receiver)s and r.epoch = %(epoch)s
    ), 0)
  and not exists (
        select from exchange_inboxmessage i join exchange_stream s on s.id = i.stream_id
        where s.source = %(source)s and i.receiver = %(receiver)s and i.epoch = %(epoch)s
          and i.sequence = n
    )
order by n limit %(limit)s
"""


def list_unheard_numbers(heard: Heard, *, numbers: range) -> list[int]:
    """Return those of the numbers the receiver has not heard of the source, 1,000 at most."""
    rows = database.fetch(
        _UNHEARD,
        {
            "receiver": heard.receiver,
            "source": heard.source,
            "epoch": heard.epoch,
            "first": numbers.start,
            "last": numbers.stop - 1,
            "limit": NUMBERS_MAX,
        },
    )
    return [sequence for (sequence,) in rows]
