"""Streams and their numbers: gap-free, in commit order, per source and epoch."""

from __future__ import annotations

from django.db import connection

from yipan.exchange import database

_RESERVE = """
insert into exchange_stream as s (source, epoch, last_sequence)
values (%(source)s, 1, %(count)s)
on conflict (source) do update set last_sequence = s.last_sequence + excluded.last_sequence
returning last_sequence
"""


def reserve_numbers(source: str, count: int = 1) -> range:
    """
    Take the next `count` numbers of a source, and lock the source until the commit.

    Every number taken must be published in the same transaction; a rollback gives all
    of them back. Whoever takes numbers of several sources in one transaction takes them
    in the order of the sources' names.
    """
    assert connection.in_atomic_block, "numbers are given in the transaction that publishes them"
    assert count >= 1
    ((last,),) = database.fetch(_RESERVE, {"source": source, "count": count})
    return range(last - count + 1, last + 1)


def get_stream(source: str) -> tuple[int, int]:
    """Return the id and the current epoch of a source, making it known when it is new."""
    rows = database.fetch(
        "select id, epoch from exchange_stream where source = %(source)s", {"source": source}
    )
    if not rows:
        database.fetch(
            "insert into exchange_stream (source, epoch, last_sequence) values (%(source)s, 1, 0)"
            " on conflict (source) do nothing",
            {"source": source},
        )
        rows = database.fetch(
            "select id, epoch from exchange_stream where source = %(source)s", {"source": source}
        )
    ((stream_id, epoch),) = rows
    return stream_id, epoch
