"""Levels: what each place holds of each SKU, by status, for lists and heat maps of a whole book.

A place is the second segment of an account: the site, in the hub's book. Read from the
balances, so nothing here depends on the length of history. Quantities are in the SKU's
smallest unit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from yipan.foundation.status import StockStatus
from yipan.ledger.calls import Row, call, texts
from yipan.ledger.models import STATUS_CODES

ROWS_MAX: Final = 10_000
#: How many SKUs are looked at in the first try; many more in each further one.
SKUS_TRIED: Final = 64
GROWTH: Final = 8

#: What a list may be ordered by: one status of a place, or (None) all of it.
MEASURES: Final[Mapping[str, int | None]] = {
    "on_hand": None,
    **{str(status): code for status, code in STATUS_CODES.items()},
}

#: A SKU and a place.
Key = tuple[str, str]
START: Final[Key] = ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelRow:
    """What one place holds of one SKU, by status. The parts add up to `on_hand`."""

    sku: str
    place: str
    available: int = 0
    held: int = 0
    reserved: int = 0
    quarantine: int = 0
    damaged: int = 0
    blocked: int = 0

    @property
    def on_hand(self) -> int:
        """Return everything at the place, in whatever status."""
        sound = self.available + self.held + self.reserved
        return sound + self.quarantine + self.damaged + self.blocked


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelAge:
    """What a place holds of a SKU, and since when it holds any: its first goods came then."""

    place: str
    sku: str
    quantity: int
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Which levels count: of some SKUs, at some places; None counts all."""

    book: str
    skus: Collection[str] | None = None
    places: Collection[str] | None = None


def list_levels(scope: Scope, *, after: Key = START, limit: int) -> list[LevelRow]:
    """
    Return levels ordered by SKU and place, those behind `after` only.

    What a place holds nothing of, in any status, has no row.
    """
    assert 0 < limit <= ROWS_MAX
    found: list[LevelRow] = []
    beyond, tried = after, SKUS_TRIED
    while True:
        skus = _list_next_skus(scope, start=beyond[0], limit=tried)
        if skus:
            rows = call(
                _OF_SKUS,
                {**_get_parameters(scope), "skus": texts(skus), "sku": beyond[0],
                 "place": beyond[1], "limit": limit - len(found)},
            )  # fmt: skip
            found += [_read(row) for row in rows]
        if len(found) == limit or len(skus) < tried:
            return found
        # Every place of the last SKU tried has been read.
        beyond, tried = (skus[-1], "\U0010ffff"), tried * GROWTH


def _list_next_skus(scope: Scope, *, start: str, limit: int) -> list[str]:
    if scope.skus is not None:
        return sorted(sku for sku in scope.skus if sku >= start)[:limit]
    rows = call(
        'select code from ledger_sku where code collate "C" >= %s'
        ' order by code collate "C" limit %s',
        [start, limit],
    )
    return [code for (code,) in rows]


def list_levels_by(
    scope: Scope,
    measure: str,
    *,
    falling: bool,
    sign: int,
    after: tuple[int, str, str] | None = None,
    limit: int,
) -> list[LevelRow]:
    """
    Return levels ordered by one of `MEASURES`, then by SKU and place.

    `sign` says which: 1 those above zero in it, -1 those below, 0 those that are exactly zero
    and hold something in another status. `after` is the measure, SKU and place of the last row
    read so far.
    """
    assert 0 < limit <= ROWS_MAX
    value, sku, place = after or (None, "", "")
    status = MEASURES[measure]
    rows = call(
        _SITE
        + _MINE
        + (_ALL_STATUSES if status is None else _ONE_STATUS if sign else _ONE_STATUS_ZERO)
        + _RANKED
        + (_FALLING if falling else _RISING),
        {
            **_get_parameters(scope),
            "status": status,
            "sign": sign,
            "value": value,
            "sku": sku,
            "place": place,
            "limit": limit,
        },
    )
    keys = [(code, name) for code, name, _value in rows]
    levels = find_levels(book=scope.book, keys=keys)
    return [levels[key] for key in keys]


def find_levels(*, book: str, keys: Collection[Key]) -> dict[Key, LevelRow]:
    """Return the levels that exist among pairs of SKU and place."""
    if not keys:
        return {}
    wanted = sorted(keys)
    rows = call(
        _OF_KEYS,
        {
            "book": book,
            "skus": texts([sku for sku, _ in wanted]),
            "places": texts([place for _, place in wanted]),
        },
    )
    return {(row[0], row[1]): _read(row) for row in rows}


def sum_levels(scope: Scope) -> LevelRow:
    """Return everything in scope added up, under an empty SKU and place."""
    rows = call(_SUMMED, _get_parameters(scope))
    sums = {code: int(quantity) for code, quantity in rows}
    return LevelRow(
        sku="",
        place="",
        **{str(status): sums.get(code, 0) for status, code in STATUS_CODES.items()},
    )


def sum_by_group(scope: Scope, *, groups: Mapping[str, str]) -> list[LevelRow]:
    """
    Return levels added up by group of SKUs and place, ordered by group and place.

    `groups` maps a SKU to its group, which stands where the SKU would. SKUs that are not named
    are left out.
    """
    rows = call(
        _GROUPED,
        {
            **_get_parameters(scope),
            "members": texts(groups),
            "groups": texts(groups.values()),
        },
    )
    return [_read(row) for row in rows]


def list_below(
    scope: Scope, *, root: str, first: str = "", last: str = ""
) -> list[tuple[str, str, int]]:
    """
    Return what is not zero below a root (`in_transit`), ordered: place, SKU, quantity.

    All statuses of a place count together. `first` and `last` are the range of SKUs that
    count, both included, empty for no end.
    """
    rows = call(
        _BELOW,
        {**_get_parameters(scope), "root": root, "first": first, "last": last},
    )
    return [(place, sku, quantity) for place, sku, quantity in rows]


def list_ages(*, book: str, root: str) -> list[LevelAge]:
    """Return what is not zero below a root (`in_transit`), and since when, the oldest first."""
    rows = call(_AGES, {"book": book, "root": root, "limit": ROWS_MAX})
    return [
        LevelAge(place=place, sku=sku, quantity=quantity, since=since)
        for place, sku, quantity, since in rows
    ]


def _get_parameters(scope: Scope) -> dict[str, object]:
    return {
        "book": scope.book,
        "all_skus": scope.skus is None,
        "skus": texts(scope.skus or ()),
        "all_places": scope.places is None,
        "places": texts(scope.places or ()),
    }


def _read(row: Row) -> LevelRow:
    sku, place, *quantities = row
    return LevelRow(sku=sku, place=place, **_name(quantities))


def _name(quantities: Sequence[int | None]) -> dict[str, int]:
    return {str(status): int(quantities[code - 1] or 0) for status, code in STATUS_CODES.items()}


assert [STATUS_CODES[status] for status in StockStatus] == [1, 2, 3, 4, 5, 6]

_SITE: Final = """
    with site as materialized (
      select p.place_id, split_part(p.path, '/', 2) collate "C" as name
        from ledger_place p
       where p.book_id = (select book_id from ledger_book where code = %(book)s)
         and p.path ^@ 'on_hand/'
         and (%(all_places)s or split_part(p.path, '/', 2) = any (%(places)s::text[])))
"""
_STATUSES: Final = """
       sum(b.quantity) filter (where b.status = 1), sum(b.quantity) filter (where b.status = 2),
       sum(b.quantity) filter (where b.status = 3), sum(b.quantity) filter (where b.status = 4),
       sum(b.quantity) filter (where b.status = 5), sum(b.quantity) filter (where b.status = 6)
"""
_OF_SKUS: Final = (
    _SITE
    + """
    select s.code collate "C", site.name, """
    + _STATUSES
    + """
      from ledger_sku s
     cross join lateral (
       select b.place_id, b.status, b.quantity from ledger_balance b
        where b.bucket = s.bucket and b.sku_id = s.sku_id and b.quantity <> 0 offset 0) b
      join site on site.place_id = b.place_id
     where s.code = any (%(skus)s::text[])
       and (s.code collate "C", site.name) > (%(sku)s collate "C", %(place)s collate "C")
     group by 1, 2 order by 1, 2 limit %(limit)s
"""
)
# Keys first, then each one's balances by their key: without statistics of a young database the
# planner would read all balances of a SKU, or all places of a book.
_OF_KEYS: Final = (
    """
    with key as materialized (
      select s.code, w.place, s.bucket, s.sku_id,
             (select p.place_id from ledger_place p
               where p.book_id = k.book_id and p.path = 'on_hand/' || w.place) as place_id
        from unnest(%(skus)s::text[], %(places)s::text[]) w (sku, place)
       cross join (select book_id from ledger_book where code = %(book)s) k
       cross join lateral (
         select code, bucket, sku_id from ledger_sku where code = w.sku offset 0) s)
    select key.code, key.place, """
    + _STATUSES
    + """
      from key
     cross join lateral (
       select status, quantity from ledger_balance
        where bucket = key.bucket and sku_id = key.sku_id and place_id = key.place_id
          and quantity <> 0 offset 0) b group by key.code, key.place
"""
)
_MINE: Final = """,
    mine as not materialized (
      select b.bucket, b.sku_id, b.place_id, b.status, b.quantity
        from ledger_balance b
       where b.quantity <> 0 and b.place_id in (select place_id from site)
         and (%(all_skus)s or b.sku_id in (
               select sku_id from ledger_sku where code = any (%(skus)s::text[])))),
"""
_ONE_STATUS: Final = """
    total as (select sku_id, place_id, quantity as value from mine where status = %(status)s)
"""
# What holds nothing in one status, but something in another.
_ONE_STATUS_ZERO: Final = """
    total as (
      select distinct o.sku_id, o.place_id, 0::bigint as value from mine o
       where o.status <> %(status)s
         and not exists (
           select from ledger_balance f
            where f.bucket = o.bucket and f.sku_id = o.sku_id and f.place_id = o.place_id
              and f.status = %(status)s and f.quantity <> 0))
"""
# Nearly all lies in one status; so only the rest is added up, and joined to it.
_ALL_STATUSES: Final = """
    other as materialized (
      select bucket, sku_id, place_id, sum(quantity)::bigint as quantity
        from mine where status <> 1 group by bucket, sku_id, place_id),
    total as (
      select f.sku_id, f.place_id, f.quantity as value from mine f
       where f.status = 1
         and (f.sku_id, f.place_id) not in (select sku_id, place_id from other)
       union all
      select o.sku_id, o.place_id, o.quantity + coalesce(f.quantity, 0)
        from other o
        left join ledger_balance f
          on f.bucket = o.bucket and f.sku_id = o.sku_id and f.place_id = o.place_id
         and f.status = 1)
"""
_RANKED: Final = """
    select s.code collate "C" as code, site.name, t.value
      from total t
      join site on site.place_id = t.place_id join ledger_sku s on s.sku_id = t.sku_id
     where case %(sign)s when 0 then t.value = 0 when 1 then t.value > 0 else t.value < 0 end
"""
_FALLING: Final = """
       and (%(value)s::bigint is null or t.value < %(value)s
            or (t.value = %(value)s
                and (s.code collate "C", site.name) > (%(sku)s collate "C", %(place)s collate "C")))
     order by t.value desc, 1, 2 limit %(limit)s
"""
_RISING: Final = """
       and (%(value)s::bigint is null or t.value > %(value)s
            or (t.value = %(value)s
                and (s.code collate "C", site.name) > (%(sku)s collate "C", %(place)s collate "C")))
     order by t.value, 1, 2 limit %(limit)s
"""
_SUMMED: Final = (
    _SITE
    + """
    select b.status, sum(b.quantity)
      from ledger_balance b where b.place_id in (select place_id from site)
       and (%(all_skus)s or b.sku_id in (
             select sku_id from ledger_sku where code = any (%(skus)s::text[])))
     group by b.status
"""
)
_GROUPED: Final = (
    _SITE
    + """,
    member as materialized (
      select s.sku_id, g.name collate "C" as name
        from unnest(%(members)s::text[], %(groups)s::text[]) g (code, name)
        join ledger_sku s on s.code = g.code
       where %(all_skus)s or s.code = any (%(skus)s::text[]))
    select b.name, site.name, """
    + _STATUSES
    + """
      from (select m.name, b.place_id, b.status, sum(b.quantity) as quantity
              from ledger_balance b join member m on m.sku_id = b.sku_id
             where b.quantity <> 0 and b.place_id in (select place_id from site)
             group by m.name, b.place_id, b.status) b
      join site on site.place_id = b.place_id group by 1, 2 order by 1, 2
"""
)
_BELOW: Final = """
    select split_part(p.path, '/', 2) collate "C", s.code collate "C", sum(b.quantity)::bigint
      from ledger_place p
      join ledger_balance b on b.place_id = p.place_id join ledger_sku s on s.sku_id = b.sku_id
     where p.book_id = (select book_id from ledger_book where code = %(book)s)
       and p.path ^@ (%(root)s || '/') and b.quantity <> 0
       and (%(all_places)s or split_part(p.path, '/', 2) = any (%(places)s::text[]))
       and (%(all_skus)s or s.code = any (%(skus)s::text[]))
       and s.code collate "C" >= %(first)s
       and (%(last)s = '' or s.code collate "C" <= %(last)s)
     group by 1, 2 having sum(b.quantity) <> 0 order by 1, 2
"""
_AGES: Final = """
    select split_part(p.path, '/', 2), s.code, held.quantity, came.since
      from ledger_place p
     cross join lateral (
       select b.bucket, b.sku_id, sum(b.quantity)::bigint as quantity
         from ledger_balance b where b.place_id = p.place_id and b.quantity <> 0
        group by b.bucket, b.sku_id having sum(b.quantity) <> 0) held
      join ledger_sku s on s.sku_id = held.sku_id
     cross join lateral (
       select min(m.occurred_at) as since from ledger_movement m
        where m.bucket = held.bucket and m.sku_id = held.sku_id and m.to_place = p.place_id) came
     where p.book_id = (select book_id from ledger_book where code = %(book)s)
       and p.path ^@ (%(root)s || '/')
     order by came.since, 1, 2 limit %(limit)s
"""
