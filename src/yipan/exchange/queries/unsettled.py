"""What came with other content or differs by its digest, and nobody has settled: by source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from yipan.exchange import database
from yipan.exchange.queries.messages import AlterationRow, list_alterations
from yipan.exchange.sources import get_site
from yipan.foundation.refusals import NotFound

# A hub's book has the name of its receiver: what differs there is the receiver's.
_COUNT = """
select s.source, waits.receiver, sum(waits.altered)::int, sum(waits.differing)::int
from (
    select stream_id, receiver, count(*) as altered, 0 as differing
    from exchange_alteration where settled_at is null group by 1, 2
    union all
    select stream_id, book, 0, count(*)
    from exchange_comparison where state = 'mismatch' and settled_at is null group by 1, 2
) waits
join exchange_stream s on s.id = waits.stream_id
group by 1, 2 order by s.source collate "C", 2
"""

_FIND_FIRST = """
select s.source, i.epoch, i.sequence
from exchange_inboxmessage i join exchange_stream s on s.id = i.stream_id
where i.receiver = %(receiver)s and i.message_id = %(message_id)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnsettledRow:
    """How many messages of a source came altered, and how many of its digests differ."""

    source: str
    receiver: str
    altered: int
    differing: int

    @property
    def site(self) -> str:
        """Return the site the source belongs to; "" when it is for all sites."""
        return get_site(self.source)


def list_unsettled(*, sites: Collection[str] | None = None) -> list[UnsettledRow]:
    """Return what nobody has settled, by source; `sites` leaves out those of other sites."""
    rows = [
        UnsettledRow(source=row[0], receiver=row[1], altered=row[2], differing=row[3])
        for row in database.fetch(_COUNT, {})
    ]
    return [row for row in rows if sites is None or not row.site or row.site in sites]


def get_alteration(alteration_id: int) -> AlterationRow:
    """
    Return one message that came with other content, settled or not.

    :raises NotFound: if there is none.
    """
    rows = list_alterations(alteration_id=alteration_id)
    if not rows:
        raise NotFound(kind="alteration", id=str(alteration_id))
    return rows[0]


def find_first(row: AlterationRow) -> tuple[str, int, int]:
    """
    Return source, epoch and number of the message that counts.

    It came under the same number, or under another with the same id.
    """
    message_id = str(row.envelope.get("id", ""))
    try:
        names = {"receiver": row.receiver, "message_id": UUID(message_id)}
    except ValueError:
        return row.source, row.epoch, row.sequence
    found = database.fetch(_FIND_FIRST, names)
    source, epoch, sequence = found[0] if found else (row.source, row.epoch, row.sequence)
    return source, epoch, sequence
