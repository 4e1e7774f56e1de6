"""Who reads what we tell, and how far: noted when somebody asks for more."""

from __future__ import annotations

from django.db import transaction

from yipan.exchange import database

# Somebody who asks every second for nothing new is noted once in a while.
_NOTE = """
insert into exchange_reader as r (reader, stream_id, epoch, after, asked_at)
select %(reader)s, s.id, %(epoch)s, %(after)s, now()
from exchange_stream s where s.source = %(source)s
on conflict (reader, stream_id) do update
set epoch = excluded.epoch, after = excluded.after, asked_at = excluded.asked_at
where (r.epoch, r.after) <> (excluded.epoch, excluded.after)
   or r.asked_at < now() - interval '30 seconds'
"""


@transaction.atomic
def note(*, reader: str, source: str, epoch: int, after: int) -> None:
    """Remember that somebody has everything of a source up to `after`."""
    database.fetch(_NOTE, {"reader": reader, "source": source, "epoch": epoch, "after": after})
