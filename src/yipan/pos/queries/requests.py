"""Reads of a store's requests for goods. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos.models import StoreRequest

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFilter:
    """Which requests to list. `sites` is the asker's scope, None meaning all sites."""

    state: str = ""
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRow:
    """A request as a list shows it, with what the hub answered."""

    request_id: int
    number: str
    state: str
    site: SiteRow
    sku: SkuRow
    quantity: int
    need_by: date | None
    note: str
    created_by: str
    created_at: datetime
    quantity_ordered: int
    transfer_number: str
    answer_note: str
    decided_by: str
    decided_at: datetime | None


def list_requests(which: RequestFilter, *, after: str = "", limit: int = 50) -> list[RequestRow]:
    """Return requests, the last first; `after` is the `request_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = StoreRequest.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.state:
        query = query.filter(state=which.state)
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _make_rows(query.order_by("-id")[:limit])


def get_request(number: str) -> RequestRow:
    """
    Return one request.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(StoreRequest.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="store_request", id=number)
    return rows[0]


def _make_rows(requests: Iterable[StoreRequest]) -> list[RequestRow]:
    rows = list(requests)
    sites = masterdata.find_sites({row.site for row in rows})
    skus = masterdata.find_skus({row.sku for row in rows})
    return [
        RequestRow(
            request_id=row.id,
            number=row.number,
            state=row.state,
            site=sites[row.site],
            sku=skus[row.sku],
            quantity=row.quantity,
            need_by=row.need_by,
            note=row.note,
            created_by=row.created_by,
            created_at=row.created_at,
            quantity_ordered=row.quantity_ordered,
            transfer_number=row.transfer_number,
            answer_note=row.answer_note,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in rows
    ]
