"""Stock levels as they were at a past moment, on both time axes: of one site, or of one SKU.

`as_of` bounds when things happened, `known_at` when this system wrote them down. What is on
order is not kept for the past: it follows from the orders as they are now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yipan.erp.queries.destinations import find_destinations, list_transfers_to
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
    levels, in_transit = _read(which, moment)
    sku, _, site = after.rpartition("~")
    keys = sorted(key for key in levels.keys() | in_transit.keys() if key > (sku, site))[:limit]
    skus = find_sku_names({sku for sku, _ in keys})
    sites = masterdata.find_sites({site for _, site in keys if site})
    return [
        StockLevel(
            sku=skus.get(sku) or SkuRow(code=sku, name=sku),
            site=sites.get(site),
            level=levels.get((sku, site)) or LevelRow(sku=sku, place=site),
            on_order=None,
            in_transit=in_transit.get((sku, site), 0),
            cursor=f"{sku}~{site}",
        )
        for sku, site in keys
    ]


def sum_stock_as_at(which: LevelFilter, moment: Moment) -> StockLevel:
    """
    Return everything of a past moment added up.

    :raises SubjectMissing: if the filter names neither one site nor one SKU.
    """
    levels, in_transit = _read(which, moment)
    return StockLevel(
        sku=SkuRow(code="", name=""),
        site=None,
        level=_add_up(levels.values()),
        on_order=None,
        in_transit=sum(in_transit.values()),
    )


def get_day_end(site: SiteRow | None, day: date) -> datetime:
    """
    Return the last instant of a business day, by the clock of its site.

    A store whose day begins at six is still trading yesterday at five.
    """
    row = site or SiteRow(code="", site_type="", name="")
    ends = datetime.combine(
        day + timedelta(days=1), row.day_starts_at, tzinfo=ZoneInfo(row.time_zone)
    )
    return ends - timedelta(microseconds=1)


def _read(which: LevelFilter, moment: Moment) -> tuple[dict[Key, LevelRow], dict[Key, int]]:
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
    targets = find_destinations({
        row.account.split("/")[1] for row in rows if row.account.startswith("in_transit/")
    })  # fmt: skip
    statuses: dict[Key, dict[str, int]] = {}
    in_transit: dict[Key, int] = {}
    for row in rows:
        root, place, *_, status = row.account.split("/")
        key = (row.sku, place if root == "on_hand" else targets.get(place, ""))
        if not reach.holds(key):
            continue
        if root == "in_transit":
            in_transit[key] = in_transit.get(key, 0) + row.quantity
        elif root == "on_hand":
            found = statuses.setdefault(key, {})
            found[status] = found.get(status, 0) + row.quantity
    levels = {
        (sku, place): LevelRow(sku=sku, place=place, **found)
        for (sku, place), found in statuses.items()
    }
    return levels, in_transit


def _read_sites(sites: Iterable[str], moment: Moment) -> list[BalanceRow]:
    prefixes = [
        prefix
        for site in sites
        for prefix in (
            f"on_hand/{site}/",
            *(f"in_transit/{number}/" for number in list_transfers_to(site)),
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
