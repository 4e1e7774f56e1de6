"""Streams and their numbers: gap-free, in commit order, per source and epoch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db import connection, transaction

from yipan.exchange import database
from yipan.exchange.serving import require_served
from yipan.exchange.sources import SourceUnknown

_RESERVE = """
insert into exchange_stream as s (source, epoch, last_sequence, digested_sequence)
values (%(source)s, 1, %(count)s, 0)
on conflict (source) do update set last_sequence = s.last_sequence + excluded.last_sequence
returning last_sequence
"""


def reserve_numbers(source: str, count: int = 1) -> range:
    """
    Take the next `count` numbers of a source, and lock the source until the commit.

    Every number taken must be published in the same transaction; a rollback gives all
    of them back. Whoever takes numbers of several sources in one transaction takes them
    in the order of the sources' names.

    :raises ServedElsewhere: if the site's own system runs on another node.
    """
    assert connection.in_atomic_block, "numbers are given in the transaction that publishes them"
    assert count >= 1
    require_served([source])
    ((last,),) = database.fetch(_RESERVE, {"source": source, "count": count})
    return range(last - count + 1, last + 1)


_RESERVE_MANY = """
insert into exchange_stream as s (source, epoch, last_sequence, digested_sequence)
select source, 1, count, 0
from unnest(%(source)s::text[], %(count)s::bigint[]) as needed (source, count)
order by source collate "C"
on conflict (source) do update set last_sequence = s.last_sequence + excluded.last_sequence
returning source, last_sequence
"""


def reserve_numbers_of(counts: Mapping[str, int]) -> dict[str, range]:
    """Take the next numbers of several sources at once, as `reserve_numbers` does of one."""
    assert connection.in_atomic_block, "numbers are given in the transaction that publishes them"
    assert min(counts.values(), default=1) >= 1
    require_served(counts)
    names = {"source": list(counts), "count": list(counts.values())}
    return {
        source: range(last - counts[source] + 1, last + 1)
        for source, last in database.fetch(_RESERVE_MANY, names)
    }


class Issued(NamedTuple):
    """
    How far a source has been told here, in its current epoch.

    What was told below `first_sequence` of the epoch that was asked for is not kept any more.
    """

    epoch: int
    last_sequence: int
    first_sequence: int = 1


_GET_ISSUED = """
select s.epoch, s.last_sequence, coalesce(f.last_sequence, 0) + 1
from exchange_stream s
left join exchange_forgottentold f
    on f.stream_id = s.id and f.epoch = coalesce(%(epoch)s::integer, s.epoch)
where s.source = %(source)s
"""


def get_issued(source: str, *, epoch: int | None = None) -> Issued:
    """
    Return how far a source has been told here, and from where on `epoch` is kept.

    :raises SourceUnknown: if nothing was ever told or heard under this name.
    """
    rows = database.fetch(_GET_ISSUED, {"source": source, "epoch": epoch})
    if not rows:
        raise SourceUnknown(source=source)
    return Issued(*rows[0])


@transaction.atomic
def open_epoch(source: str) -> int:
    """
    Begin a new epoch of a source, whose numbers start at 1 again; return it.

    The hub does so when a device is registered again, replaced, or brought back from a
    backup. What was told in the old epoch stays; messages told again keep their ids, so
    that they have no second effect.

    :raises SourceUnknown: if nothing was ever told or heard under this name.
    """
    rows = database.fetch(
        "update exchange_stream set epoch = epoch + 1, last_sequence = 0, digested_sequence = 0"
        " where source = %(source)s returning epoch",
        {"source": source},
    )
    if not rows:
        raise SourceUnknown(source=source)
    epoch: int = rows[0][0]
    return epoch


def list_epochs(sources: Collection[str]) -> dict[str, int]:
    """Return the current epoch of those sources that are known."""
    rows = database.fetch(
        "select source, epoch from exchange_stream where source = any(%(sources)s)",
        {"sources": sorted(sources)},
    )
    return {row[0]: row[1] for row in rows}


def get_stream(source: str) -> tuple[int, int]:
    """Return the id and the current epoch of a source, making it known when it is new."""
    rows = database.fetch(
        "select id, epoch from exchange_stream where source = %(source)s", {"source": source}
    )
    if not rows:
        database.fetch(
            "insert into exchange_stream (source, epoch, last_sequence, digested_sequence)"
            " values (%(source)s, 1, 0, 0)"
            " on conflict (source) do nothing",
            {"source": source},
        )
        rows = database.fetch(
            "select id, epoch from exchange_stream where source = %(source)s", {"source": source}
        )
    ((stream_id, epoch),) = rows
    return stream_id, epoch
