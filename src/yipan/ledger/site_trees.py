"""
Sums over SKU buckets of a site's two books: they agree where the books do, and follow changes.

A leaf is one of 256 buckets of SKUs; its sum is that of quantity times a coefficient that SKU and
status alone decide. One SKU that differs always changes the sum, and several do but for an
accident of 62 bits. Because the sum is linear, what was posted since is added, and what came
beyond a watermark taken away, without looking at what lay there before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from yipan.foundation.ids import BUCKETS
from yipan.foundation.status import StockStatus
from yipan.ledger.calls import call, moments, numbers, texts
from yipan.ledger.feed import LAG
from yipan.ledger.models import STATUS_CODES
from yipan.ledger.site_differences import PLACES, SOUND, SOUND_CODE, SiteCut

#: What is compared besides what is sound, each for itself.
_GROUPS = {
    SOUND_CODE: "sound",
    **{code: str(status) for status, code in STATUS_CODES.items() if status not in SOUND},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LeafSum:
    """
    A part of the sum of one leaf of one book of a site.

    `settled` is what was written down before the instant asked for, `pending` what came after
    it, less what lies beyond the cut.
    """

    site: str
    is_hub: bool
    leaf: int
    settled: int
    pending: int = 0


def get_settled_until() -> datetime:
    """Return the instant before which nothing is written down any more, by this one neither."""
    # What this very transaction posts still gets the instant of its beginning.
    instant: datetime = call("select least(ledger_get_settled_until(%s), now())", [LAG])[0][0]
    return instant


def find_books(codes: Collection[str]) -> set[str]:
    """Return which of these books lie in this database."""
    rows = call(
        "select code from ledger_book where code = any (%s::text[])", [texts(sorted(codes))]
    )
    return {code for (code,) in rows}


def count_positions(*, hub: str, cuts: Sequence[SiteCut]) -> dict[str, int]:
    """Return how many SKUs lie on hand at some sites by the hub's book."""
    rows = call(
        """
        select split_part(p.path, '/', 2), count(distinct b.sku_id)
          from ledger_book k
          join ledger_place p on p.book_id = k.book_id and p.path ^@ 'on_hand/'
           and split_part(p.path, '/', 2) = any (%s::text[])
          join ledger_balance b on b.place_id = p.place_id and b.quantity <> 0
         where k.code = %s group by 1
        """,
        [texts(cut.site for cut in cuts), hub],
    )
    return dict(rows)


def sum_leaves(*, hub: str, cuts: Sequence[SiteCut], until: datetime) -> list[LeafSum]:
    """Return the sums of all leaves of some sites from their balances, as of `until`."""
    rows = call(_ALL, {**_name(hub, cuts), "until": until})
    return [
        LeafSum(site=site, is_hub=is_hub, leaf=leaf, settled=int(total))
        for site, is_hub, leaf, total in rows
    ]


def sum_changes(
    *, hub: str, cuts: Sequence[SiteCut], since: Mapping[str, datetime], until: datetime
) -> list[LeafSum]:
    """
    Return by how much leaves changed since an instant of each site, and stand at their cut.

    All is read in one statement, so both books are seen at the same moment. Leaves that did
    not change are left out.
    """
    if not cuts:
        return []
    rows = call(
        _CHANGES,
        {
            **_name(hub, cuts),
            "sources": texts(cut.source for cut in cuts),
            "sequences": numbers(cut.watermark for cut in cuts),
            "since": moments(since[cut.site] for cut in cuts),
            "earliest": min(since[cut.site] for cut in cuts),
            "until": until,
        },
    )
    return [
        LeafSum(site=site, is_hub=is_hub, leaf=leaf, settled=int(settled), pending=int(pending))
        for site, is_hub, leaf, settled, pending in rows
    ]


def _name(hub: str, cuts: Sequence[SiteCut]) -> dict[str, object]:
    return {
        "hub": hub,
        "sites": texts(cut.site for cut in cuts),
        "books": texts(cut.book for cut in cuts),
        "buckets": numbers(range(BUCKETS)),
        "sound": numbers(STATUS_CODES[StockStatus(status)] for status in SOUND),
        "sound_code": SOUND_CODE,
        "groups": numbers(_GROUPS),
        "names": texts(_GROUPS.values()),
    }


# The first byte of the hash of the code says the leaf; of the hash of code and group, 62 bits are
# the coefficient. Anybody can compute both from what is in the books.
_GRADED: LiteralString = """
    graded as materialized (
      select s.sku_id, g.status, get_byte(sha256(convert_to(s.code, 'UTF8')), 0) as leaf,
             (('x' || encode(substr(sha256(convert_to(s.code || '/' || g.name, 'UTF8')), 1, 8),
                             'hex'))::bit(64)::bigint & 4611686018427387903)::numeric as weight
        from ledger_sku s
       cross join unnest(%(groups)s::smallint[], %(names)s::text[]) g (status, name)),
"""
_ALL: LiteralString = (
    """
    with cut as (select * from unnest(%(sites)s::text[], %(books)s::text[]) c (site, book)),
"""
    + PLACES
    + ","
    + _GRADED
    + """
    change as (
      select p.site, p.is_hub, b.sku_id, b.status, b.quantity
        from place p join ledger_balance b on b.place_id = p.place_id and b.quantity <> 0
      union all
      select p.site, p.is_hub, m.sku_id, l.status, l.quantity
        from ledger_movement m
       cross join lateral (values (m.from_place, m.from_status, m.quantity),
                                  (m.to_place, m.to_status, -m.quantity))
                          l (place_id, status, quantity)
        join place p on p.place_id = l.place_id
       where m.bucket = any (%(buckets)s::smallint[]) and m.recorded_at >= %(until)s)
    select c.site, c.is_hub, g.leaf, sum(c.quantity * g.weight)
      from change c
      join graded g on g.sku_id = c.sku_id
       and g.status = case when c.status = any (%(sound)s::smallint[])
                           then %(sound_code)s::smallint else c.status end
     group by c.site, c.is_hub, g.leaf
"""
)
# Few SKUs change between two looks: only theirs are graded. The legs are laid out before they meet
# the places, of which there are as many: left to itself, the planner pairs each with each.
_CHANGES: LiteralString = (
    """
    with cut as (
      select * from unnest(%(sites)s::text[], %(books)s::text[], %(sources)s::text[],
                           %(sequences)s::bigint[], %(since)s::timestamptz[])
                    c (site, book, source, sequence, since)),
"""
    + PLACES
    + """,
    fresh as (
      select m.*, m.recorded_at < %(until)s as is_settled
        from ledger_movement m
       where m.bucket = any (%(buckets)s::smallint[]) and m.recorded_at >= %(earliest)s),
    behind as (
      select distinct c.site, h.event_id, h.recorded_at
        from cut c
        join ledger_posting h on h.bucket = any (%(buckets)s::smallint[])
                             and h.source = c.source and h.sequence > c.sequence
                             and h.source <> ''),
    leg as materialized (
      select l.place_id, m.sku_id, l.status, m.recorded_at,
             case when m.is_settled then l.quantity else 0 end as settled,
             case when m.is_settled then 0 else l.quantity end as pending
        from fresh m
       cross join lateral (values (m.from_place, m.from_status, -m.quantity),
                                  (m.to_place, m.to_status, m.quantity))
                          l (place_id, status, quantity)),
    change as (
      select p.site, p.is_hub, l.sku_id, l.status, l.settled, l.pending
        from leg l
        join place p on p.place_id = l.place_id
        join cut c on c.site = p.site and l.recorded_at >= c.since
      union all
      select p.site, p.is_hub, m.sku_id, l.status, 0, l.quantity
        from behind w
        join ledger_movement m on m.bucket = any (%(buckets)s::smallint[])
                              and m.recorded_at = w.recorded_at and m.event_id = w.event_id
       cross join lateral (values (m.from_place, m.from_status, m.quantity),
                                  (m.to_place, m.to_status, -m.quantity))
                          l (place_id, status, quantity)
        join place p on p.place_id = l.place_id and p.site = w.site),
    netted as (
      select c.site, c.is_hub, c.sku_id,
             case when c.status = any (%(sound)s::smallint[])
                  then %(sound_code)s::smallint else c.status end as status,
             sum(c.settled)::bigint as settled, sum(c.pending)::bigint as pending
        from change c group by 1, 2, 3, 4)
    select n.site, n.is_hub, h.leaf, sum(n.settled * h.weight), sum(n.pending * h.weight)
      from netted n
      join ledger_sku s on s.sku_id = n.sku_id
      join unnest(%(groups)s::smallint[], %(names)s::text[]) g (status, name)
        on g.status = n.status
     cross join lateral (
       select get_byte(sha256(convert_to(s.code, 'UTF8')), 0),
              (('x' || encode(substr(sha256(convert_to(s.code || '/' || g.name, 'UTF8')), 1, 8),
                              'hex'))::bit(64)::bigint & 4611686018427387903)::numeric
     ) h (leaf, weight)
     where n.settled <> 0 or n.pending <> 0
     group by n.site, n.is_hub, h.leaf
"""
)
