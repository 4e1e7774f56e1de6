"""Levels: one row per SKU and place with what it holds in each status, for lists and heat maps.

The first place of an account is the site in the hub's book. Quantities are in the SKU's
smallest unit. Read from the balances, so nothing here depends on the length of history.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from yipan.ledger.calls import Row, call, numbers, texts

ROWS_MAX = 100_000

#: What a list may be ordered by, as an expression over the sums of one SKU at one place.
MEASURES: Final[Mapping[str, LiteralString]] = {
    "on_hand": "sum(b.quantity)",
    "available": "coalesce(sum(b.quantity) filter (where b.status = 1), 0)",
    "held": "coalesce(sum(b.quantity) filter (where b.status = 2), 0)",
    "reserved": "coalesce(sum(b.quantity) filter (where b.status = 3), 0)",
    "quarantine": "coalesce(sum(b.quantity) filter (where b.status = 4), 0)",
    "damaged": "coalesce(sum(b.quantity) filter (where b.status = 5), 0)",
    "blocked": "coalesce(sum(b.quantity) filter (where b.status = 6), 0)",
}


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
        return (
            self.available + self.held + self.reserved
            + self.quarantine + self.damaged + self.blocked
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Which levels count: of some SKUs, at some places; None counts all."""

    book: str
    skus: Collection[str] | None = None
    places: Collection[str] | None = None


Key = tuple[str, str]


def list_levels(scope: Scope, *, after: Key = ("", ""), limit: int) -> list[LevelRow]:
    """
    Return levels ordered by SKU and place, those behind `after` only.

    A place that holds nothing of a SKU in any status has no row.
    """
    assert 0 < limit <= ROWS_MAX
    rows = call(
        _BY_KEY,
        {
            **_get_parameters(scope),
            "sku": after[0],
            "place": after[1],
            "limit": limit,
        },
    )
    return [_read(row) for row in rows]


def list_levels_by(
    scope: Scope,
    measure: str,
    *,
    descending: bool,
    after: tuple[int, str, str] | None = None,
    limit: int,
) -> list[LevelRow]:
    """
    Return levels ordered by one of the `MEASURES`, then by SKU and place.

    `after` is the measure, SKU and place of the last row read so far.
    """
    assert 0 < limit <= ROWS_MAX
    expression = MEASURES[measure]
    value, sku, place = after or (None, "", "")
    rows = call(
        _HEAD
        + _SCOPED
        + _TOTAL_HEAD
        + expression
        + _TOTAL_TAIL
        + (_BEYOND_FALLING if descending else _BEYOND_RISING)
        + (_FALLING if descending else _RISING)
        + _TAIL,
        {**_get_parameters(scope), "value": value, "sku": sku, "place": place, "limit": limit},
    )
    return [_read(row) for row in rows]


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
    found = [_read(row) for row in rows]
    return {(row.sku, row.place): row for row in found}


def sum_levels(scope: Scope) -> LevelRow:
    """Return everything in scope added up, under an empty SKU and place."""
    rows = call(_HEAD + _SCOPED + _SUMMED, _get_parameters(scope))
    return LevelRow(sku="", place="", **_read_statuses(rows[0]))


def sum_by_group(scope: Scope, *, groups: Mapping[str, str]) -> list[LevelRow]:
    """
    Return levels added up by group of SKUs and place, ordered by group and place.

    `groups` maps a SKU to its group, which stands where the SKU would; SKUs that are not named
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


def list_below(*, book: str, root: str, skus: Collection[str] | None = None) -> list[tuple[str, str, int]]:
    """Return (path below `root`, SKU, quantity) of what is not zero, in any status, ordered so."""
    rows = call(
        """
        select substr(p.path, length(%s) + 2), s.code, sum(b.quantity)::bigint
          from ledger_book k
          join ledger_place p on p.book_id = k.book_id and p.path ^@ (%s || '/')
          join ledger_balance b on b.place_id = p.place_id
          join ledger_sku s on s.sku_id = b.sku_id
         where k.code = %s and (%s::text[] is null or s.code = any (%s::text[]))
           and b.quantity <> 0
         group by p.path, s.code having sum(b.quantity) <> 0
         order by p.path collate "C", s.code collate "C" limit %s
        """,
        [root, root, book, *[None if skus is None else texts(skus)] * 2, ROWS_MAX],
    )
    return [(path, sku, quantity) for path, sku, quantity in rows]


def _get_parameters(scope: Scope) -> dict[str, object]:
    return {
        "book": scope.book,
        "skus": None if scope.skus is None else texts(scope.skus),
        "places": None if scope.places is None else texts(scope.places),
    }


def _read(row: Row) -> LevelRow:
    sku, place, *quantities = row
    return LevelRow(sku=sku, place=place, **_read_statuses(quantities))


def _read_statuses(quantities: Sequence[int | None]) -> dict[str, int]:
    names = ("available", "held", "reserved", "quarantine", "damaged", "blocked")
    return {name: int(value or 0) for name, value in zip(names, quantities, strict=True)}


_STATUSES: Final = """
       sum(b.quantity) filter (where b.status = 1), sum(b.quantity) filter (where b.status = 2),
       sum(b.quantity) filter (where b.status = 3), sum(b.quantity) filter (where b.status = 4),
       sum(b.quantity) filter (where b.status = 5), sum(b.quantity) filter (where b.status = 6)
"""
_HEAD: Final = """
    with site as materialized (
      select p.place_id, split_part(p.path, '/', 2) collate "C" as name
        from ledger_place p join ledger_book k on k.book_id = p.book_id
       where k.code = %(book)s and p.path ^@ 'on_hand/'
         and (%(places)s::text[] is null
              or split_part(p.path, '/', 2) = any (%(places)s::text[]))),
    wanted as materialized (
      select sku_id, bucket, code collate "C" as code from ledger_sku
       where %(skus)s::text[] is null or code = any (%(skus)s::text[]))
"""
_SCOPED: Final = """,
    mine as (
      select b.sku_id, b.place_id, b.status, b.quantity
        from ledger_balance b join site on site.place_id = b.place_id
       where b.quantity <> 0
         and (%(skus)s::text[] is null or b.sku_id in (select sku_id from wanted)))
"""
_TOTAL_HEAD: Final = """,
    total as (
      select b.sku_id, site.name, """
_TOTAL_TAIL: Final = (
    " as value, "
    + _STATUSES.replace("sum(b.quantity) filter (where b.status = ", "sum(b.quantity) filter (where b.status = ")
    + """
        from mine b join site on site.place_id = b.place_id
       group by b.sku_id, site.name)
    """
)
