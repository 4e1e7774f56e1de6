"""Reads of a store's counts and differences. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos.models import StoreCount, StoreDifference

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class CountTaskRow:
    """A count as its counter sees it: blind, without what the book says."""

    number: str
    state: str
    reason: str
    reason_label: str
    site: SiteRow
    place: str
    sku: SkuRow
    partner_number: str
    created_at: datetime
    quantity_counted: int | None
    counted_by: str
    counted_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceFilter:
    """Which differences to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceRow:
    """
    A difference as the manager sees it.

    `quantity_book_then` is what the book said when it was counted, and `variance` what was
    there more (or less) than that; both None until somebody has counted.
    """

    difference_id: int
    number: str
    state: str
    difference_type: str
    type_label: str
    site: SiteRow
    sku: SkuRow
    place: str
    quantity_book: int
    quantity_seen: int | None
    quantity_book_then: int | None
    variance: int | None
    partner_number: str
    count_number: str
    counted_by: str
    outcome: str
    note: str
    adjustment_number: str
    created_by: str
    created_at: datetime
    closed_by: str
    closed_at: datetime | None
    message_id: UUID


def list_counts(*, site: str, state: str = "open", limit: int = 100) -> list[CountTaskRow]:
    """Return the counts of a store in a state, the oldest first where they are open."""
    assert 0 < limit <= ROWS_MAX
    query = StoreCount.objects.filter(site=site, state=state)
    return _make_counts(query.order_by("id" if state == "open" else "-id")[:limit])


def get_count(number: str) -> CountTaskRow:
    """
    Return one count.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_counts(StoreCount.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="store_count", id=number)
    return rows[0]


def list_differences(
    which: DifferenceFilter, *, after: str = "", limit: int = 50
) -> list[DifferenceRow]:
    """Return differences, the last opened first; `after` is the `difference_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = StoreDifference.objects.select_related("count")
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    text = which.text.strip()
    if text:
        query = query.filter(
            Q(number__istartswith=text) | Q(partner_number__istartswith=text) | Q(sku=text.upper())
        )
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _make_differences(query.order_by("-id")[:limit])


def get_difference(number: str) -> DifferenceRow:
    """
    Return one difference.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_differences(StoreDifference.objects.select_related("count").filter(number=number))
    if not rows:
        raise NotFound(kind="store_difference", id=number)
    return rows[0]


def _make_counts(counts: Iterable[StoreCount]) -> list[CountTaskRow]:
    rows = list(counts)
    sites = masterdata.find_sites({row.site for row in rows})
    skus = masterdata.find_skus({row.sku for row in rows})
    return [
        CountTaskRow(
            number=row.number,
            state=row.state,
            reason=row.reason,
            reason_label=row.get_reason_display(),
            site=sites[row.site],
            place=row.place,
            sku=skus[row.sku],
            partner_number=row.partner_number,
            created_at=row.created_at,
            quantity_counted=row.quantity_counted,
            counted_by=row.counted_by,
            counted_at=row.counted_at,
        )
        for row in rows
    ]


def _make_differences(differences: Iterable[StoreDifference]) -> list[DifferenceRow]:
    rows = list(differences)
    sites = masterdata.find_sites({row.site for row in rows})
    skus = masterdata.find_skus({row.sku for row in rows})
    return [
        DifferenceRow(
            difference_id=row.id,
            number=row.number,
            state=row.state,
            difference_type=row.difference_type,
            type_label=row.get_difference_type_display(),
            site=sites[row.site],
            sku=skus[row.sku],
            place=row.place,
            quantity_book=row.quantity_book,
            quantity_seen=row.quantity_seen,
            quantity_book_then=row.count.quantity_book_then if row.count else None,
            variance=_get_variance(row.count),
            partner_number=row.partner_number,
            count_number=row.count.number if row.count else "",
            counted_by=row.count.counted_by if row.count else "",
            outcome=row.outcome,
            note=row.note,
            adjustment_number=row.adjustment_number,
            created_by=row.created_by,
            created_at=row.created_at,
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            message_id=row.message_id,
        )
        for row in rows
    ]


def _get_variance(count: StoreCount | None) -> int | None:
    if count is None or count.quantity_counted is None or count.quantity_book_then is None:
        return None
    return count.quantity_counted - count.quantity_book_then
