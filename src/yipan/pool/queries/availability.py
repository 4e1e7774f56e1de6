"""What each site has of some SKUs, status by status, and what of it may be promised now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.sku_levels import list_account_levels
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
    due = sum_due(skus, at=at)
    found = read_statuses(skus)
    return [
        _describe(sku=sku, site=site, by_status=found[sku, site], due=due.get((sku, site), 0))
        for sku, site in sorted(found)
        if sites is None or site in sites
    ]


def read_statuses(skus: Collection[str]) -> dict[tuple[str, str], dict[str, int]]:
    """Return SKU and site to status to quantity, for all SKUs in one statement."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for level in list_account_levels(book=SITE_BOOK, skus=set(skus)):
        _, site, status = level.account.split("/", 2)
        found.setdefault((level.sku, site), {})[status] = level.quantity
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


def _describe(*, sku: str, site: str, by_status: dict[str, int], due: int) -> Availability:
    quantities = {str(status): by_status.get(status, 0) for status in StockStatus}
    return Availability(
        sku=sku,
        site=site,
        on_hand=sum(quantities.values()),
        available_to_promise=max(0, quantities["available"] + due),
        **quantities,
    )
