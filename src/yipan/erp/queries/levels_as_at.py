"""Stock levels as they were at a past moment, on both time axes: of one site, or of one SKU.

`as_of` bounds when things happened, `known_at` when this system wrote them down. What is on
order is read from the accounts of what is to come, which every step of an order posts into.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yipan.erp.queries.destinations import (
    PURCHASE_KEY,
    find_destinations,
    find_order_sites,
    get_purchase_number,
    list_orders_open_at,
    list_transfers_to,
)
from yipan.erp.queries.levels import LevelFilter, StockLevel, find_reach
from yipan.foundation.refusals import Refusal
from yipan.ledger import snapshots
from yipan.ledger.levels import Key, LevelRow
from yipan.ledger.rows import BalanceRow
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import find_sku_names
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool.book import SITE_BOOK

ROWS_MAX = 10_000


class SubjectMissing(Refusal):
    """A past moment is shown for one site, or for one SKU. Choose one of them."""

    code = "levels.subject_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A past moment: what had happened until `as_of`, as far as was known at `known_at`."""

    as_of: datetime | None = None
    known_at: datetime | None = None


def list_stock_as_at(
    which: LevelFilter, moment: Moment, *, after: str = "", limit: int = 50
) -> list[StockLevel]:
    """
    Return levels as they were, ordered by SKU and site; `after` is the cursor of the last row.

    :raises SubjectMissing: if the filter names neither one site nor one SKU.
    """
    assert 0 < limit <= ROWS_MAX
    found = _read(which, moment)
    sku, _, site = after.rpartition("~")
    everything = found.levels.keys() | found.in_transit.keys() | found.on_order.keys()
    keys = sorted(key for key in everything if key > (sku, site))[:limit]
    skus = find_sku_names({sku for sku, _ in keys})
    sites = masterdata.find_sites({site for _, site in keys if site})
    return [
        StockLevel(
            sku=skus.get(sku) or SkuRow(code=sku, name=sku),
            site=sites.get(site),
            level=found.levels.get((sku, site)) or LevelRow(sku=sku, place=site),
            on_order=found.on_order.get((sku, site), 0),
            in_transit=found.in_transit.get((sku, site), 0),
            cursor=f"{sku}~{site}",
        )
        for sku, site in keys
    ]


def sum_stock_as_at(which: LevelFilter, moment: Moment) -> StockLevel:
    """
    Return everything of a past moment added up.

    :raises SubjectMissing: if the filter names neither one site nor one SKU.
    """
    found = _read(which, moment)
    return StockLevel(
        sku=SkuRow(code="", name=""),
        site=None,
        level=_add_up(found.levels.values()),
        on_order=sum(found.on_order.values()),
        in_transit=sum(found.in_transit.values()),
    )


def get_day_end(site: SiteRow | None, day: date) -> datetime:
    """
    Return the last instant of a business day, by the clock of its site.

    A store whose day begins at six is still trading yesterday at five.
    """
    row = site or SiteRow(code="", site_type="", name="")
    ends = masterdata.compute_day_start(row, day + timedelta(days=1))
    return ends - timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """What there was, by SKU and site: on hand by status, between sites, and on order."""

    levels: dict[Key, LevelRow]
    in_transit: dict[Key, int]
    on_order: dict[Key, int]


def _read(which: LevelFilter, moment: Moment) -> _Found:
    reach = find_reach(which)
    sites = sorted(reach.sites) if reach.sites is not None else []
    if which.site or len(sites) == 1:
        rows = _read_sites(sites, moment)
    elif reach.skus is not None and len(reach.skus) == 1:
        [sku] = reach.skus
        rows = snapshots.list_sku_as_of(
            book=SITE_BOOK, sku=sku, as_of=moment.as_of, known_at=moment.known_at
        )
    else:
        raise SubjectMissing
    places = _find_places(rows)
    statuses: dict[Key, dict[str, int]] = {}
    in_transit: dict[Key, int] = {}
    on_order: dict[Key, int] = {}
    for row in rows:
        root, place, *_, status = row.account.split("/")
        key = (row.sku, place if root == "on_hand" else places.get((row.sku, place), ""))
        if not reach.holds(key):
            continue
        if root == "on_hand":
            found = statuses.setdefault(key, {})
            found[status] = found.get(status, 0) + row.quantity
        elif root == "in_transit":
            in_transit[key] = in_transit.get(key, 0) + row.quantity
        elif root == "pool" and (row.sku, place) in places:
            on_order[key] = on_order.get(key, 0) + row.quantity
    levels = {
        (sku, place): LevelRow(sku=sku, place=place, **found)
        for (sku, place), found in statuses.items()
    }
    return _Found(
        levels=levels,
        in_transit=in_transit,
        on_order={key: quantity for key, quantity in on_order.items() if quantity},
    )


def _find_places(rows: Iterable[BalanceRow]) -> dict[tuple[str, str], str]:
    """Return where what is not on hand goes to: SKU and the account's second word to a site."""
    transfers: dict[tuple[str, str], str] = {}
    orders: dict[tuple[str, str], str] = {}
    for row in rows:
        root, place, *_ = row.account.split("/")
        if root == "in_transit":
            transfers[row.sku, place] = place
        elif root == "pool" and (number := get_purchase_number(place, sku=row.sku)):
            orders[row.sku, place] = number
    sites = find_order_sites(set(orders.values()))
    targets = find_destinations(set(transfers.values()))
    return {key: targets.get(number, "") for key, number in transfers.items()} | {
        key: sites[number] for key, number in orders.items() if number in sites
    }


def _read_sites(sites: Iterable[str], moment: Moment) -> list[BalanceRow]:
    prefixes = [
        prefix
        for site in sites
        for prefix in (
            f"on_hand/{site}/",
            *(f"in_transit/{number}/" for number in list_transfers_to(site)),
            *(
                f"pool/{PURCHASE_KEY}{number}-"
                for number in list_orders_open_at(
                    site, as_of=moment.as_of, known_at=moment.known_at
                )
            ),
        )
    ]
    return snapshots.list_places_as_of(
        book=SITE_BOOK, prefixes=prefixes, as_of=moment.as_of, known_at=moment.known_at
    )


def _add_up(rows: Iterable[LevelRow]) -> LevelRow:
    names = ("available", "held", "reserved", "quarantine", "damaged", "blocked")
    found = list(rows)
    return LevelRow(
        sku="",
        place="",
        **{name: sum(getattr(row, name) for row in found) for name in names},
    )
