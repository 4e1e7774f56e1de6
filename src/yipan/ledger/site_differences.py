"""Compare the hub's book with all sites' own books, each cut at one watermark, in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import LiteralString

from yipan.foundation.ids import BUCKETS
from yipan.foundation.status import StockStatus
from yipan.ledger.calls import call, numbers, texts
from yipan.ledger.models import OUTSIDE, STATUS_CODES, STATUSES

DIFFERENCES_MAX = 20_000

#: One pile to a system that knows no promises; told under the code of what is available.
SOUND = (StockStatus.AVAILABLE, StockStatus.HELD, StockStatus.RESERVED)
SOUND_CODE = STATUS_CODES[StockStatus.AVAILABLE]


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteCut:
    """
    One site to compare: its code, its own book, the source it tells under.

    `watermark` is the highest number of the source that counts in both books.
    """

    site: str
    book: str
    source: str
    watermark: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDifference:
    """
    Where two books differ. Quantities are in the SKU's smallest unit.

    `group` is `sound` for available, held and reserved, which a site may know as one; else
    the status itself.
    """

    site: str
    sku: str
    group: str
    quantity_hub: int
    quantity_site: int


def list_site_differences(
    *,
    hub: str,
    cuts: Sequence[SiteCut],
    leaves: Collection[tuple[str, int]] | None = None,
    limit: int = DIFFERENCES_MAX,
) -> list[SiteDifference]:
    """
    Return where the book `hub` and the sites' own differ, ordered by site, SKU and group.

    Compared is what lies on hand: `on_hand/<site>/...` in the hub's book, all of `on_hand/` in
    a site's own. A posting that names a source beyond its watermark is left out of both;
    all others count. `leaves` narrows it to some buckets of SKUs of some sites, as pairs of a
    site and a leaf (`ledger.site_trees`): only they are read then.
    """
    assert 0 < limit <= DIFFERENCES_MAX
    if not cuts or (leaves is not None and not leaves):
        return []
    if leaves is not None:
        few = {site for site, _ in leaves}
        cuts = [cut for cut in cuts if cut.site in few]
    wanted = sorted(leaves or ())
    rows = call(
        _DIFFERENCES if leaves is None else _DIFFERENCES_OF_LEAVES,
        {
            "hub": hub,
            "sites": texts(cut.site for cut in cuts),
            "books": texts(cut.book for cut in cuts),
            "sources": texts(cut.source for cut in cuts),
            "sequences": numbers(cut.watermark for cut in cuts),
            "buckets": numbers(range(BUCKETS)),
            "sound": numbers(STATUS_CODES[status] for status in SOUND),
            "sound_code": SOUND_CODE,
            "outside": OUTSIDE,
            "limit": limit,
            "leaf_sites": texts(site for site, _ in wanted),
            "leaves": numbers(leaf for _, leaf in wanted),
        },
    )
    return [
        SiteDifference(
            site=site,
            sku=sku,
            group="sound" if status == SOUND_CODE else str(STATUSES[status]),
            quantity_hub=quantity_hub,
            quantity_site=quantity_site,
        )
        for site, sku, status, quantity_hub, quantity_site in rows
    ]


#: The places of both books of a site; `is_hub` tells its two sides apart. Paths are compared as
#: they stand: of an expression over them the planner would expect hardly any to fit.
PLACES: LiteralString = """
    place as (
      select p.place_id, c.site, false as is_hub
        from cut c join ledger_book k on k.code = c.book
        join ledger_place p on p.book_id = k.book_id
       where p.path ^@ 'on_hand/' or p.path = 'on_hand'
      union all
      select p.place_id, c.site, true
        from ledger_book k join ledger_place p on p.book_id = k.book_id
        join cut c on c.site = split_part(p.path, '/', 2)
       where k.code = %(hub)s and p.path ^@ 'on_hand/')
"""
_CUT: LiteralString = """
    with cut as (
      select * from unnest(%(sites)s::text[], %(books)s::text[], %(sources)s::text[],
                           %(sequences)s::bigint[]) c (site, book, source, sequence)),
"""
_LATE: LiteralString = """,
    behind as (
      select c.site, h.event_id, h.recorded_at
        from cut c
        join ledger_posting h on h.bucket = any (%(buckets)s::smallint[])
                             and h.source = c.source and h.sequence > c.sequence
                             and h.source <> ''),
    late as (
      select w.site, m.* from (select distinct site, event_id, recorded_at from behind) w
        join ledger_movement m on m.bucket = any (%(buckets)s::smallint[])
                              and m.recorded_at = w.recorded_at and m.event_id = w.event_id),
"""
_TAKEN_BACK: LiteralString = """
      union all
      select p.site, p.is_hub, m.sku_id, m.from_status, m.quantity
        from late m join place p on p.place_id = m.from_place and p.site = m.site
      union all
      select p.site, p.is_hub, m.sku_id, m.to_status, -m.quantity
        from late m join place p on p.place_id = m.to_place and p.site = m.site),
    total as (
      select c.site, c.sku_id, g.status,
             coalesce(sum(c.quantity) filter (where c.is_hub), 0)::bigint as hub,
             coalesce(sum(c.quantity) filter (where not c.is_hub), 0)::bigint as own
        from change c
       cross join lateral (
         select case when c.status = any (%(sound)s::smallint[]) then %(sound_code)s::smallint
                     else c.status end
       ) g (status)
       group by c.site, c.sku_id, g.status)
    select t.site, s.code, t.status, t.hub, t.own
      from total t join ledger_sku s on s.sku_id = t.sku_id
     where t.hub <> t.own and t.status <> %(outside)s
"""
_IN_ORDER: LiteralString = """
     order by t.site collate "C", s.code collate "C", t.status
     limit %(limit)s
"""
# Balances as they are now, and what came beyond the cut taken back: one sum over both sides is
# the difference.
_DIFFERENCES: LiteralString = (
    _CUT
    + PLACES
    + _LATE
    + """
    change as (
      select p.site, p.is_hub, b.sku_id, b.status, b.quantity
        from place p join ledger_balance b on b.place_id = p.place_id
"""
    + _TAKEN_BACK
    + _IN_ORDER
)
# Only the SKUs of the leaves are looked up, each at the places of its site.
_DIFFERENCES_OF_LEAVES: LiteralString = (
    _CUT
    + PLACES
    + _LATE
    + """
    wanted as materialized (
      select l.site, s.sku_id, s.bucket
        from (select sku_id, bucket, get_byte(sha256(convert_to(code, 'UTF8')), 0) as leaf
                from ledger_sku) s
        join unnest(%(leaf_sites)s::text[], %(leaves)s::int[]) l (site, leaf) on l.leaf = s.leaf),
    change as (
      select p.site, p.is_hub, b.sku_id, b.status, b.quantity
        from wanted w
        join ledger_balance b on b.bucket = w.bucket and b.sku_id = w.sku_id
        join place p on p.place_id = b.place_id and p.site = w.site
"""
    + _TAKEN_BACK
    + """
       and exists (select from wanted w where w.site = t.site and w.sku_id = t.sku_id)
"""
    + _IN_ORDER
)
