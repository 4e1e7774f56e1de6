"""Reads of what stores ask for. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from yipan.erp.models import ReplenishmentRequest
from yipan.foundation.refusals import NotFound
from yipan.ledger import levels
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool.book import SITE_BOOK

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFilter:
    """Which requests to list. `sites` is the asker's scope, None meaning all sites."""

    state: str = ""
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRow:
    """A request as a list shows it; `quantity_there` is what the store has free of it."""

    request_id: int
    number: str
    state: str
    site: SiteRow
    sku: SkuRow
    quantity: int
    quantity_there: int
    need_by: date | None
    note: str
    created_by: str
    created_at: datetime
    quantity_ordered: int
    transfer_number: str
    decided_by: str
    decided_at: datetime | None
    decision_note: str


def list_requests(which: RequestFilter, *, after: str = "", limit: int = 100) -> list[RequestRow]:
    """Return requests, the last first; `after` is the `request_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = ReplenishmentRequest.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.state:
        query = query.filter(state=which.state)
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _make_rows(query.order_by("-id")[:limit])


def list_request_sites(numbers: Collection[str]) -> set[str]:
    """
    Return the stores of some requests.

    :raises NotFound: if one of the numbers was never given out.
    """
    found = dict(
        ReplenishmentRequest.objects.filter(number__in=numbers).values_list("number", "site")
    )
    for number in numbers:
        if number not in found:
            raise NotFound(kind="replenishment_request", id=number)
    return set(found.values())


def find_request_skus(numbers: Collection[str]) -> dict[str, SkuRow]:
    """Return the SKU of each request, by number; of unknown numbers nothing."""
    query = ReplenishmentRequest.objects.filter(number__in=numbers).order_by("number")
    skus = dict(query.values_list("number", "sku"))
    rows = masterdata.find_skus(set(skus.values()))
    return {number: rows[sku] for number, sku in skus.items()}


def get_request(number: str) -> RequestRow:
    """
    Return one request.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(ReplenishmentRequest.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="replenishment_request", id=number)
    return rows[0]


def _make_rows(requests: Iterable[ReplenishmentRequest]) -> list[RequestRow]:
    rows = list(requests)
    sites = masterdata.find_sites({row.site for row in rows})
    skus = masterdata.find_skus({row.sku for row in rows})
    there = levels.find_levels(book=SITE_BOOK, keys={(row.sku, row.site) for row in rows})
    return [
        RequestRow(
            request_id=row.id,
            number=row.number,
            state=row.state,
            site=sites[row.site],
            sku=skus[row.sku],
            quantity=row.quantity,
            quantity_there=there[row.sku, row.site].available
            if (row.sku, row.site) in there
            else 0,
            need_by=row.need_by,
            note=row.note,
            created_by=row.created_by,
            created_at=row.created_at,
            quantity_ordered=row.quantity_ordered,
            transfer_number=row.transfer_number,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            decision_note=row.decision_note,
        )
        for row in rows
    ]
