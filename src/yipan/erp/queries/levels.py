"""Reads of stock levels (库存总览): SKU x site x state, for all sites at once.

What is on hand is read from the site book, what is on order from the orders, what is between
sites from the transfers. Rows come in one order over all three, and are read on by a cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F, Q
from django.db.models.functions import Collate

from yipan.erp.models import PurchaseOrderLine
from yipan.erp.models.purchase_order import STATES_ON_ORDER
from yipan.erp.queries.destinations import find_destinations
from yipan.erp.queries.purchase_orders import list_quantities_on_order
from yipan.foundation.refusals import Refusal
from yipan.ledger import levels
from yipan.ledger.levels import MEASURES, START, Key, LevelRow, Scope
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import find_sku_names, list_sku_categories
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool.book import SITE_BOOK

ROWS_MAX: Final = 1_000
SKUS_FOUND_MAX: Final = 1_000
#: So many are looked at for zeros before the book is asked for them.
ZEROS_SEEN: Final = 200

#: What a list may be ordered by besides the SKU: what lies in the book, and what is coming.
COMING: Final = ("on_order", "in_transit")
SORTS: Final = ("sku", *MEASURES, *COMING)


class LevelsCursorUnreadable(Refusal):
    """The position to read a list of levels on from was not one this system gave."""

    code = "levels.cursor_unreadable"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelFilter:
    """Which levels to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    skus: tuple[str, ...] = ()
    category: str = ""
    site: str = ""
    site_type: str = ""
    region: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StockLevel:
    """
    What one site has of one SKU, and what is coming. `site` is None for goods between sites.

    `on_hand` is the sum of the six statuses; `on_order` and `in_transit` lie outside it, and
    are None where nobody keeps them: of a past moment.
    """

    sku: SkuRow
    site: SiteRow | None
    level: LevelRow
    on_order: int | None
    in_transit: int | None
    cursor: str = ""

    @property
    def on_hand(self) -> int:
        """Return everything at the site, in whatever status."""
        return self.level.on_hand

    @property
    def free_now(self) -> int:
        """
        Return what is sound, there and set aside for nobody; nothing where the book is below zero.

        What a channel may sell is another number: the pool's, after its rules and what is to come.
        """
        return max(0, self.level.available)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Coming:
    """What is on order and in transit, by SKU and site; site "" when nobody knows where to."""

    on_order: dict[Key, int]
    in_transit: dict[Key, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The SKUs and sites that a filter leaves; None for all of them."""

    skus: frozenset[str] | None
    sites: frozenset[str] | None

    @property
    def scope(self) -> Scope:
        """Return the same as the ledger reads it."""
        return Scope(book=SITE_BOOK, skus=self.skus, places=self.sites)

    def holds(self, key: Key) -> bool:
        """Tell whether a SKU and site are left by the filter."""
        sku, site = key
        return (self.skus is None or sku in self.skus) and (
            self.sites is None or site in self.sites
        )


def find_reach(which: LevelFilter) -> Reach:
    """Return which SKUs and sites a filter leaves."""
    return Reach(skus=_find_skus(which), sites=_find_sites(which))


def list_stock(
    which: LevelFilter, *, sort: str = "sku", after: str = "", limit: int = 50
) -> list[StockLevel]:
    """
    Return levels in the order named by `sort`: `sku`, or a quantity, `-available` for falling.

    `after` is the `cursor` of the last row read so far. Equal quantities are ordered by SKU
    and site.

    :raises LevelsCursorUnreadable: if `after` is none of ours.
    """
    assert 0 < limit <= ROWS_MAX
    name = sort.removeprefix("-")
    assert name in SORTS, f"no such order: {sort}"
    reach = find_reach(which)
    position = _read_cursor(after)
    if name == "sku":
        keys = _list_keys(reach, after=position[1:] if position else START, limit=limit)
        return _fill(keys, measure="")
    ranking = _Ranking(reach=reach, measure=name, is_falling=sort.startswith("-"))
    return _fill(ranking.list_keys(position, limit=limit), measure=name)


def find_stock(keys: Sequence[Key]) -> list[StockLevel | None]:
    """Return what each site has of a SKU, in the order asked; None where either is unknown."""
    unknown_sites, unknown_skus = masterdata.list_unknown(
        sites={site for _, site in keys}, skus={sku for sku, _ in keys}
    )
    gone = {*unknown_sites}, {*unknown_skus}
    known = list(
        dict.fromkeys(key for key in keys if key[1] not in gone[0] and key[0] not in gone[1])
    )
    found = dict(zip(known, _fill(known, measure=""), strict=True))
    return [found.get(key) for key in keys]


def sum_stock(which: LevelFilter) -> StockLevel:
    """Return everything a filter leaves, added up, under a SKU without a name."""
    reach = find_reach(which)
    coming = _read_coming(reach)
    return StockLevel(
        sku=SkuRow(code="", name=""),
        site=None,
        level=levels.sum_levels(reach.scope),
        on_order=sum(coming.on_order.values()),
        in_transit=sum(coming.in_transit.values()),
    )


def _find_skus(which: LevelFilter) -> frozenset[str] | None:
    found: frozenset[str] | None = None
    if which.text.strip():
        rows = masterdata.search_skus(which.text, limit=SKUS_FOUND_MAX, only_active=False)
        found = frozenset(row.code for row in rows)
    if which.category:
        of_category = frozenset(list_sku_categories(category=which.category))
        found = of_category if found is None else found & of_category
    if which.skus:
        named = frozenset(which.skus)
        found = named if found is None else found & named
    return found


def _find_sites(which: LevelFilter) -> frozenset[str] | None:
    wanted = which.sites
    if which.site:
        named = frozenset([which.site])
        wanted = named if wanted is None else wanted & named
    if which.site_type or which.region:
        rows = masterdata.list_sites(site_type=which.site_type)
        of_kind = frozenset(
            row.code for row in rows if not which.region or row.region == which.region
        )
        wanted = of_kind if wanted is None else wanted & of_kind
    return wanted


def _list_keys(reach: Reach, *, after: Key, limit: int) -> list[Key]:
    """Return the next SKUs and sites that have, or expect, anything, in order."""
    held = [(row.sku, row.place)
            for row in levels.list_levels(reach.scope, after=after, limit=limit)]  # fmt: skip
    ordered = _list_ordered_keys(reach, after=after, limit=limit)
    known = sorted({*held, *ordered})[:limit]
    # What is under way matters only up to where this page ends anyway.
    last = known[-1][0] if len(known) == limit else ""
    moving = _read_in_transit(reach, first=after[0], last=last)
    return sorted({*known, *(key for key in moving if key > after)})[:limit]


def _list_ordered_keys(reach: Reach, *, after: Key, limit: int) -> list[Key]:
    query = PurchaseOrderLine.objects.filter(
        order__state__in=STATES_ON_ORDER,
        quantity_ordered__gt=F("quantity_received"),
        is_closed=False,
    ).annotate(code=Collate("sku", "C"), place=Collate("order__site", "C"))
    query = query.filter(Q(code__gt=after[0]) | Q(code=after[0], place__gt=after[1]))
    if reach.skus is not None:
        query = query.filter(sku__in=reach.skus)
    if reach.sites is not None:
        query = query.filter(order__site__in=reach.sites)
    return list(query.order_by("code", "place").values_list("code", "place").distinct()[:limit])


def _read_coming(reach: Reach) -> _Coming:
    ordered = list_quantities_on_order(skus=reach.skus, sites=reach.sites)
    return _Coming(
        on_order={(sku, site): quantity for (site, sku), quantity in ordered.items()},
        in_transit=_read_in_transit(reach),
    )


def _read_in_transit(reach: Reach, *, first: str = "", last: str = "") -> dict[Key, int]:
    """Return what is under way, by SKU and where to; "" where nobody says, for who sees all."""
    scope = Scope(book=SITE_BOOK, skus=reach.skus)
    rows = levels.list_below(scope, root="in_transit", first=first, last=last)
    targets = find_destinations({place for place, _, _ in rows})
    found: dict[Key, int] = {}
    for place, sku, quantity in rows:
        key = (sku, targets.get(place, ""))
        if reach.holds(key):
            found[key] = found.get(key, 0) + quantity
    return found


def _fill(keys: Sequence[Key], *, measure: str) -> list[StockLevel]:
    """Return the rows of SKUs and sites, in their order."""
    held = levels.find_levels(book=SITE_BOOK, keys=keys)
    skus = find_sku_names({sku for sku, _ in keys})
    sites = masterdata.find_sites({site for _, site in keys if site})
    reach = Reach(skus=frozenset(sku for sku, _ in keys), sites=None)
    coming = _read_coming(reach) if keys else _Coming(on_order={}, in_transit={})
    rows = []
    for key in keys:
        sku, site = key
        level = held.get(key) or LevelRow(sku=sku, place=site)
        row = StockLevel(
            sku=skus.get(sku) or SkuRow(code=sku, name=sku),
            site=sites.get(site),
            level=level,
            on_order=coming.on_order.get(key, 0),
            in_transit=coming.in_transit.get(key, 0),
            cursor=f"{_measure(level, coming, key, measure)}~{sku}~{site}",
        )
        rows.append(row)
    return rows


def _measure(level: LevelRow, coming: _Coming, key: Key, measure: str) -> int:
    if measure == "on_order":
        return coming.on_order.get(key, 0)
    if measure == "in_transit":
        return coming.in_transit.get(key, 0)
    return int(getattr(level, measure)) if measure else 0


def _read_cursor(cursor: str) -> tuple[int, str, str] | None:
    if not cursor:
        return None
    value, _, rest = cursor.partition("~")
    sku, parted, site = rest.rpartition("~")
    try:
        number = int(value)
    except ValueError as error:
        raise LevelsCursorUnreadable(cursor=cursor[:64]) from error
    if not parted or not sku:
        raise LevelsCursorUnreadable(cursor=cursor[:64])
    return number, sku, site


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ranking:
    """
    An order by a quantity: what is above zero, what is exactly zero, what is below.

    The middle part is most of a book and has no order but that of SKU and site, so it is read
    in that one.
    """

    reach: Reach
    measure: str
    is_falling: bool

    def list_keys(self, after: tuple[int, str, str] | None, *, limit: int) -> list[Key]:
        """Return the next SKUs and sites in this order."""
        keys: list[Key] = []
        for part in self._get_parts(after):
            position = after if after is not None and _get_sign(after[0]) == part else None
            keys += self._read_part(part, position, limit=limit - len(keys))
            if len(keys) == limit:
                break
        return keys

    def _get_parts(self, after: tuple[int, str, str] | None) -> Iterable[int]:
        parts = (1, 0, -1) if self.is_falling else (-1, 0, 1)
        return parts if after is None else parts[parts.index(_get_sign(after[0])) :]

    def _read_part(self, part: int, after: tuple[int, str, str] | None, *, limit: int) -> list[Key]:
        if part == 0:
            return self._read_zeros(after[1:] if after else START, limit=limit)
        if self.measure in COMING:
            return self._rank_coming(part, after)[:limit]
        rows = levels.list_levels_by(
            self.reach.scope,
            self.measure,
            falling=self.is_falling,
            sign=part,
            after=after,
            limit=limit,
        )
        return [(row.sku, row.place) for row in rows]

    def _read_zeros(self, after: Key, *, limit: int) -> list[Key]:
        """Return the next that are exactly zero: most of a book, or hardly any of it."""
        leave_zeros = self._make_test()
        seen = max(limit, ZEROS_SEEN)
        keys = _list_keys(self.reach, after=after, limit=seen)
        zeros = leave_zeros(keys)
        if len(zeros) >= limit or len(keys) < seen:
            return zeros[:limit]
        if self.measure in COMING:
            return list(_take(self._walk_zeros(after, limit=seen, leave=leave_zeros), limit))
        rows = levels.list_levels_by(
            self.reach.scope, self.measure, falling=False, sign=0, after=(0, *after), limit=limit
        )
        coming = _read_coming(self.reach)
        expected = [key for key in coming.on_order.keys() | coming.in_transit.keys() if key > after]
        return sorted({*((row.sku, row.place) for row in rows), *leave_zeros(expected)})[:limit]

    def _walk_zeros(
        self, after: Key, *, limit: int, leave: Callable[[Sequence[Key]], list[Key]]
    ) -> Iterator[Key]:
        while keys := _list_keys(self.reach, after=after, limit=limit):
            yield from leave(keys)
            after, limit = keys[-1], min(ROWS_MAX, limit * 4)

    def _make_test(self) -> Callable[[Sequence[Key]], list[Key]]:
        """Return what leaves the keys whose quantity is exactly zero."""
        if self.measure in COMING:
            coming = self._read_coming()
            return lambda keys: [key for key in keys if not coming.get(key)]

        def leave(keys: Sequence[Key]) -> list[Key]:
            held = levels.find_levels(book=SITE_BOOK, keys=keys)
            return [key for key in keys if key not in held or not getattr(held[key], self.measure)]

        return leave

    def _read_coming(self) -> dict[Key, int]:
        coming = _read_coming(self.reach)
        return coming.on_order if self.measure == "on_order" else coming.in_transit

    def _rank_coming(self, part: int, after: tuple[int, str, str] | None) -> list[Key]:
        sign = -1 if self.is_falling else 1
        ranked = sorted(
            (sign * quantity, *key)
            for key, quantity in self._read_coming().items()
            if _get_sign(quantity) == part
        )
        start = None if after is None else (sign * after[0], *after[1:])
        return [(sku, site) for value, sku, site in ranked
                if start is None or (value, sku, site) > start]  # fmt: skip


def _get_sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _take(keys: Iterator[Key], limit: int) -> Iterator[Key]:
    for _, key in zip(range(limit), keys, strict=False):
        yield key
