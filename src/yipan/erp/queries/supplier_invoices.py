"""Reads of supplier invoices (供应商发票) and of what their match found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from yipan.erp.models import SupplierInvoice, SupplierInvoiceLine
from yipan.erp.rules import invoice
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow, SupplierRow

ROWS_MAX = 1_000

#: Code of a difference to what people call it.
DIFFERENCES = {
    invoice.NOT_ORDERED: _("Not ordered"),
    invoice.ABOVE_ORDERED: _("More than ordered"),
    invoice.ABOVE_RECEIVED: _("More than came"),
    invoice.PRICE_ABOVE: _("Dearer than ordered"),
    invoice.PRICE_BELOW: _("Cheaper than ordered"),
    invoice.NO_ORDER_PRICE: _("Ordered without a price"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceRow:
    """What was expected and what was found: a quantity, or a price in minor units."""

    code: str
    expected: int
    found: int

    @property
    def is_price(self) -> bool:
        """Tell whether the figures are prices."""
        return "price" in self.code

    @property
    def label(self) -> str:
        """Return what differs, in the reader's language."""
        return str(DIFFERENCES.get(self.code, self.code))


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLineRow:
    """A line of an invoice beside its order's line. Money in minor units."""

    line: int
    sku: SkuRow
    purchase_order_number: str
    site: str
    quantity: int
    unit_price_minor: int
    unit_cost_minor: int | None
    quantity_ordered: int
    quantity_received: int
    quantity_invoiced_before: int
    differences: tuple[DifferenceRow, ...]
    price_minor: int
    landed_cost_number: str
    quantity_settled: int

    @property
    def amount_minor(self) -> int:
        """Return what the line costs."""
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceRow:
    """An invoice as a list and its page show it."""

    number: str
    state: str
    supplier: SupplierRow
    invoice_number: str
    currency: str
    invoiced_on: date
    due_on: date | None
    note: str
    created_by: str
    created_at: datetime
    matched_at: datetime | None
    approved_by: str
    approved_reason: str
    lines: tuple[InvoiceLineRow, ...]

    @property
    def amount_minor(self) -> int:
        """Return what the supplier wants, without taxes."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def orders(self) -> tuple[str, ...]:
        """Return the purchase orders it is for."""
        return tuple(dict.fromkeys(line.purchase_order_number for line in self.lines))

    @property
    def sites(self) -> frozenset[str]:
        """Return the sites the goods were for."""
        return frozenset(line.site for line in self.lines)

    @property
    def difference_count(self) -> int:
        """Return how many things differ."""
        return sum(len(line.differences) for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceFilter:
    """Which to list. `sites` is the asker's scope: an invoice of another site is left out."""

    text: str = ""
    state: str = ""
    supplier: str = ""
    order: str = ""
    sites: frozenset[str] | None = None


def list_invoices(which: InvoiceFilter, *, after: str = "", limit: int = 50) -> list[InvoiceRow]:
    """Return invoices, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = SupplierInvoice.objects.all()
    if which.sites is not None:
        elsewhere = SupplierInvoiceLine.objects.exclude(site__in=which.sites)
        query = query.exclude(id__in=elsewhere.values("invoice_id"))
    if which.state:
        query = query.filter(state=which.state)
    if which.supplier:
        query = query.filter(supplier=which.supplier)
    if which.order:
        named = SupplierInvoiceLine.objects.filter(purchase_order_number=which.order)
        query = query.filter(id__in=named.values("invoice_id"))
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(invoice_number__icontains=word)
            | Q(supplier__iexact=word)
            | Q(
                id__in=SupplierInvoiceLine.objects.filter(
                    purchase_order_number__icontains=word
                ).values("invoice_id")
            )
        )
    known = SupplierInvoice.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(query.prefetch_related("lines").order_by("-id")[:limit])


def get_invoice(number: str) -> InvoiceRow:
    """
    Return one invoice.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(SupplierInvoice.objects.filter(number=number).prefetch_related("lines"))
    if not rows:
        raise NotFound(kind="supplier_invoice", id=number)
    return rows[0]


def list_invoiced(order: str) -> dict[str, int]:
    """Return what invoices ask for of an order so far, by SKU."""
    rows = (
        SupplierInvoiceLine.objects.filter(purchase_order_number=order)
        .exclude(invoice__state="canceled")
        .values_list("sku")
        .annotate(total=Sum("quantity"))
    )
    return dict(rows)


def list_differing(*, limit: int = 200) -> list[str]:
    """Return the numbers of invoices that differ, the ones looked at longest ago first."""
    assert 0 < limit <= ROWS_MAX
    rows = SupplierInvoice.objects.filter(state="differing").order_by("matched_at", "id")
    return list(rows.values_list("number", flat=True)[:limit])


def _make_rows(invoices: Iterable[SupplierInvoice]) -> list[InvoiceRow]:
    rows = list(invoices)
    suppliers = masterdata.find_suppliers({row.supplier for row in rows})
    skus = masterdata.find_skus({line.sku for row in rows for line in row.lines.all()})
    return [
        InvoiceRow(
            number=row.number,
            state=row.state,
            supplier=suppliers[row.supplier],
            invoice_number=row.invoice_number,
            currency=row.currency,
            invoiced_on=row.invoiced_on,
            due_on=row.due_on,
            note=row.note,
            created_by=row.created_by,
            created_at=row.created_at,
            matched_at=row.matched_at,
            approved_by=row.approved_by,
            approved_reason=row.approved_reason,
            lines=tuple(
                InvoiceLineRow(
                    line=line.line,
                    sku=skus[line.sku],
                    purchase_order_number=line.purchase_order_number,
                    site=line.site,
                    quantity=line.quantity,
                    unit_price_minor=line.unit_price_minor,
                    unit_cost_minor=line.unit_cost_minor,
                    quantity_ordered=line.quantity_ordered,
                    quantity_received=line.quantity_received,
                    quantity_invoiced_before=line.quantity_invoiced_before,
                    differences=tuple(DifferenceRow(**each) for each in line.differences),
                    price_minor=line.price_minor,
                    landed_cost_number=line.landed_cost_number,
                    quantity_settled=line.quantity_settled,
                )
                for line in sorted(row.lines.all(), key=lambda each: each.line)
            ),
        )
        for row in rows
    ]
