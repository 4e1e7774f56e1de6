"""Reads of supplier returns (采购退货单)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from yipan.erp.models import SupplierReturn, SupplierReturnShipment
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow

ROWS_MAX = 1_000
STATES_OPEN = ("draft", "approved", "to_ship", "partly_shipped")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnLineRow:
    """One SKU of a return. Money in minor units of the return's currency."""

    line: int
    sku: SkuRow
    status: str
    quantity: int
    quantity_shipped: int
    unit_credit_minor: int

    @property
    def credit_minor(self) -> int:
        """Return what the supplier owes for what has left."""
        return self.quantity_shipped * self.unit_credit_minor

    @property
    def credit_expected_minor(self) -> int:
        """Return what the supplier will owe when all has left."""
        return max(self.quantity, self.quantity_shipped) * self.unit_credit_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnShipmentRow:
    """A shipment of a return, as the hub booked it."""

    number: str
    state: str
    site_number: str
    occurred_at: datetime
    actor: str
    is_last: bool
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnRow:
    """A return as a list and its page show it."""

    number: str
    state: str
    site: SiteRow
    supplier: SupplierRow | None
    currency: str
    purchase_order_number: str
    reason: str
    reference: str
    external_id: str
    is_reported: bool
    created_by: str
    created_at: datetime
    approved_by: str
    outbound_order_number: str
    warnings: tuple[dict[str, Any], ...]
    lines: tuple[ReturnLineRow, ...]

    @property
    def quantity(self) -> int:
        """Return how much should go back."""
        return sum(line.quantity for line in self.lines)

    @property
    def quantity_shipped(self) -> int:
        """Return how much has left."""
        return sum(line.quantity_shipped for line in self.lines)

    @property
    def credit_minor(self) -> int:
        """Return what the supplier owes for what has left."""
        return sum(line.credit_minor for line in self.lines)

    @property
    def credit_expected_minor(self) -> int:
        """Return what the supplier will owe when all has left."""
        return sum(line.credit_expected_minor for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnFilter:
    """Which returns to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    site: str = ""
    order: str = ""
    states: tuple[str, ...] = ()
    sites: frozenset[str] | None = None


def list_returns(which: ReturnFilter, *, after: str = "", limit: int = 50) -> list[ReturnRow]:
    """Return returns, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = SupplierReturn.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.order:
        query = query.filter(purchase_order_number=which.order)
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(purchase_order_number__icontains=word)
            | Q(supplier__iexact=word)
            | Q(reference__icontains=word)
            | Q(external_id__iexact=word)
        )
    known = SupplierReturn.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(query.prefetch_related("lines").order_by("-id")[:limit])


def get_return(number: str) -> ReturnRow:
    """
    Return one supplier return.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(SupplierReturn.objects.filter(number=number).prefetch_related("lines"))
    if not rows:
        raise NotFound(kind="supplier_return", id=number)
    return rows[0]


def find_return_of_shipment(number: str) -> str:
    """
    Return the number of the return a shipment belongs to.

    :raises NotFound: if there is no such shipment.
    """
    found = (
        SupplierReturnShipment.objects.filter(number=number)
        .values_list("order__number", flat=True)
        .first()
    )
    if found is None:
        raise NotFound(kind="supplier_return_shipment", id=number)
    return found


def list_return_shipments(number: str) -> list[ReturnShipmentRow]:
    """Return the shipments of a return, the first one first."""
    rows = SupplierReturnShipment.objects.filter(order__number=number, is_heard=True)
    return [
        ReturnShipmentRow(
            number=row.number,
            state=row.state,
            site_number=row.site_number,
            occurred_at=row.occurred_at,
            actor=row.created_by,
            is_last=row.is_last,
            quantity=sum(line["quantity"] for line in row.lines),
        )
        for row in rows.order_by("id")[:ROWS_MAX]
    ]


def _make_rows(returns: Iterable[SupplierReturn]) -> list[ReturnRow]:
    rows = list(returns)
    sites = masterdata.find_sites({row.site for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    skus = masterdata.find_skus({line.sku for row in rows for line in row.lines.all()})
    return [
        ReturnRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            supplier=suppliers.get(row.supplier),
            currency=row.currency,
            purchase_order_number=row.purchase_order_number,
            reason=row.reason,
            reference=row.reference,
            external_id=row.external_id,
            is_reported=row.is_reported,
            created_by=row.created_by,
            created_at=row.created_at,
            approved_by=row.approved_by,
            outbound_order_number=row.outbound_order_number,
            warnings=tuple(row.warnings),
            lines=tuple(
                ReturnLineRow(
                    line=line.line,
                    sku=skus[line.sku],
                    status=line.status,
                    quantity=line.quantity,
                    quantity_shipped=line.quantity_shipped,
                    unit_credit_minor=line.unit_credit_minor,
                )
                for line in sorted(row.lines.all(), key=lambda each: each.line)
            ),
        )
        for row in rows
    ]
