"""What other sites have (他店库存), as a store sees it: the free stock of each, and no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pool.book import SITE_BOOK
from yipan.pool.queries.availability import list_availability
from yipan.pool.rules import get_account

#: A register keeps what so many sites near by have, for when nobody answers.
SITES_KEPT_MAX = 8
#: And of so many positions; beyond that, what is missing is unknown and not zero.
POSITIONS_KEPT_MAX = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """
    Other sites, the nearest first, and SKU to the free quantity at each, in their order.

    A SKU that is missing has none anywhere, unless `is_cut` says that not all were read.
    """

    sites: tuple[SiteRow, ...]
    quantities: dict[str, list[int]]
    is_cut: bool = False


def look_elsewhere(*, site: str, skus: Collection[str], at: datetime) -> Elsewhere:
    """Return what all other sites have of some SKUs now."""
    others = _list_others(site)
    places = {other.code: place for place, other in enumerate(others)}
    quantities = {sku: [0] * len(others) for sku in sorted(set(skus))}
    for row in list_availability(skus=skus, at=at, sites=places):
        quantities[row.sku][places[row.site]] = row.available_to_promise
    return Elsewhere(sites=tuple(others), quantities=quantities)


def list_elsewhere(*, site: str) -> Elsewhere:
    """Return what the sites nearest to a store have of everything, for a register to keep."""
    others = _list_others(site)[:SITES_KEPT_MAX]
    quantities: dict[str, list[int]] = {}
    count = 0
    for place, other in enumerate(others):
        account = get_account(site=other.code, status=StockStatus.AVAILABLE)
        rows = ledger.list_balances(book=SITE_BOOK, prefix=f"on_hand/{other.code}/")
        for row in rows:
            if row.account == account and row.quantity > 0 and count < POSITIONS_KEPT_MAX:
                quantities.setdefault(row.sku, [0] * len(others))[place] = row.quantity
                count += 1
    return Elsewhere(sites=tuple(others), quantities=quantities, is_cut=count >= POSITIONS_KEPT_MAX)


def _list_others(site: str) -> Sequence[SiteRow]:
    """Return the other stores and warehouses: those of the same region first."""
    here = masterdata.get_site(site)
    others = [
        row
        for row in masterdata.list_sites()
        if row.is_active and row.code != site and row.site_type in ("store", "warehouse")
    ]
    return sorted(
        others, key=lambda row: (row.region != here.region, row.site_type != "store", row.code)
    )
