"""What each site has of some SKUs, status by status, and what of it may be promised now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.sku_levels import list_site_levels
from yipan.pool.book import SITE_BOOK
from yipan.pool.models import PromiseLine
from yipan.pool.models.promise import PromiseState
from yipan.pool.rules import get_account

SKUS_PER_QUESTION_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """
    What one site has of one SKU, in its smallest unit, status by status.

    `on_hand` is the sum of the statuses. `available_to_promise` is what a new promise could
    get now: what is available, and what expired holds give back as soon as somebody asks.
    """

    sku: str
    site: str
    on_hand: int
    available: int
    held: int
    reserved: int
    quarantine: int
    damaged: int
    blocked: int
    available_to_promise: int


def get_stock(*, site: str, sku: str) -> dict[StockStatus, int]:
    """Return the quantity in every status, in the SKU's smallest unit. May be negative."""
    return {
        status: ledger.get_quantity(
            book=SITE_BOOK, account=get_account(site=site, status=status), sku=sku
        )
        for status in StockStatus
    }


def list_availability(
    *, skus: Collection[str], at: datetime, sites: Collection[str] | None = None
) -> list[Availability]:
    """
    Return what each site has of each of the SKUs, ordered by SKU and site.

    `sites` limits the answer, to a scope or a question; None means all. Sites that have
    nothing of a SKU are left out.
    """
    by_sku = list_availability_by_sku(skus=skus, at=at)
    return [
        row for sku in sorted(by_sku) for row in by_sku[sku] if sites is None or row.site in sites
    ]


def list_availability_by_sku(
    *, skus: Collection[str], at: datetime
) -> dict[str, list[Availability]]:
    """Return SKU to what each site has of it, ordered by site: two statements for all SKUs."""
    due = sum_due(skus, at=at)
    found: dict[str, list[Availability]] = {}
    for sku, site, *quantities in list_site_levels(book=SITE_BOOK, skus=set(skus)):
        available, held, reserved, quarantine, damaged, blocked = quantities
        row = Availability(
            sku=sku,
            site=site,
            on_hand=available + held + reserved + quarantine + damaged + blocked,
            available=available,
            held=held,
            reserved=reserved,
            quarantine=quarantine,
            damaged=damaged,
            blocked=blocked,
            available_to_promise=max(0, available + due.get((sku, site), 0)),
        )
        found.setdefault(sku, []).append(row)
    return found


def sum_due(skus: Collection[str], *, at: datetime) -> dict[tuple[str, str], int]:
    """Return SKU and site to what holds set aside whose time is over at `at`."""
    lines = PromiseLine.objects.filter(
        promise__state=PromiseState.HELD, promise__expires_at__lte=at, sku__in=set(skus), supply=""
    )
    due: dict[tuple[str, str], int] = {}
    for sku, site, quantity in lines.values_list("sku", "site", "quantity_open"):
        due[sku, site] = due.get((sku, site), 0) + quantity
    return due
