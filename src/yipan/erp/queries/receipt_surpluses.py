"""Reads of receipt surpluses (超收单): what waits for a decision, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from yipan.erp.models import ReceiptSurplus
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow

ROWS_MAX = 1_000
STATES_WAITING = ("open", "proposed")


@dataclass(frozen=True, kw_only=True, slots=True)
class SurplusRow:
    """So much of one SKU is blocked; and what was proposed and decided."""

    number: str
    state: str
    site: SiteRow
    supplier: SupplierRow | None
    receipt_number: str
    purchase_order_number: str
    sku: SkuRow
    quantity: int
    is_ordered: bool
    outcome: str
    outcome_label: str
    reason: str
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    adjustment_number: str
    supplier_return_number: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SurplusFilter:
    """Which to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    site: str = ""
    state: str = ""
    order: str = ""
    is_waiting: bool = False
    sites: frozenset[str] | None = None


def list_surpluses(which: SurplusFilter, *, after: str = "", limit: int = 50) -> list[SurplusRow]:
    """Return surpluses, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = ReceiptSurplus.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.is_waiting:
        query = query.filter(state__in=STATES_WAITING)
    if which.state:
        query = query.filter(state=which.state)
    if which.order:
        query = query.filter(purchase_order_number=which.order)
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(receipt_number__icontains=word)
            | Q(purchase_order_number__icontains=word)
            | Q(supplier__iexact=word)
            | Q(sku__iexact=word)
        )
    known = ReceiptSurplus.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(query.order_by("-id")[:limit])


def get_surplus(number: str) -> SurplusRow:
    """
    Return one surplus.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(ReceiptSurplus.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="receipt_surplus", id=number)
    return rows[0]


def _make_rows(surpluses: Iterable[ReceiptSurplus]) -> list[SurplusRow]:
    rows = list(surpluses)
    sites = masterdata.find_sites({row.site for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    skus = masterdata.find_skus({row.sku for row in rows})
    return [
        SurplusRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            supplier=suppliers.get(row.supplier),
            receipt_number=row.receipt_number,
            purchase_order_number=row.purchase_order_number,
            sku=skus[row.sku],
            quantity=row.quantity,
            is_ordered=row.is_ordered,
            outcome=row.outcome,
            outcome_label=str(row.get_outcome_display()) if row.outcome else "",
            reason=row.reason,
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            adjustment_number=row.adjustment_number,
            supplier_return_number=row.supplier_return_number,
            created_at=row.created_at,
        )
        for row in rows
    ]
