"""Steps of a supplier invoice (供应商发票): create and match -> approve, or cancel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.states import lock_for, require_second_person
from yipan.erp.documents.value import invoice_value
from yipan.erp.models import PurchaseOrder, PurchaseOrderLine, SupplierInvoice, SupplierInvoiceLine
from yipan.erp.models.supplier_invoice import SupplierInvoiceState as State
from yipan.erp.rules import invoice as rules
from yipan.erp.rules.invoice import InvoicedLine
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata

DOCUMENT_TYPE = "supplier_invoice"
TRAIL = trail.Trail[SupplierInvoice](
    "erp", DOCUMENT_TYPE, lambda it: tuple(it.lines.values_list("site", flat=True))
)
LINES_MAX = 1_000
UNIT_PRICE_MINOR_MAX = 999_999_999

#: From which states may each step be taken? What was approved is settled.
STEPS = {
    "match": frozenset({State.MATCHED, State.DIFFERING}),
    "approve": frozenset({State.DIFFERING}),
    "cancel": frozenset({State.DIFFERING}),
}


class LinesMissing(Refusal):
    """An invoice needs at least one line, and not more than the maximum."""

    code = "supplier_invoice.lines_missing"
    status = 422


class LineRepeated(Refusal):
    """A product of one order is on two lines of one invoice; put the quantities together."""

    code = "supplier_invoice.line_repeated"
    status = 422


class OrderNotOfSupplier(Refusal):
    """A line names a purchase order that there is none of, or one of another supplier."""

    code = "supplier_invoice.order_not_of_supplier"
    status = 422


class NumberTaken(Refusal):
    """This invoice of the supplier is here already, with another content: it may be paid twice."""

    code = "supplier_invoice.number_taken"


class NumberMissing(Refusal):
    """An invoice has the number its supplier gave it."""

    code = "supplier_invoice.number_missing"
    status = 422


class CurrencyDiffers(Refusal):
    """An invoice is in the currency of its orders."""

    code = "supplier_invoice.currency_differs"
    status = 422


class ReasonMissing(Refusal):
    """Differences are accepted with a reason."""

    code = "supplier_invoice.reason_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class BilledLine:
    """A quantity of one SKU of one order, and its price in minor units per smallest unit."""

    purchase_order_number: str
    sku: str
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Billed:
    """What a supplier wants to be paid. Lines are numbered from 1."""

    supplier: str
    invoice_number: str
    invoiced_on: date
    lines: tuple[BilledLine, ...]
    currency: str = ""
    due_on: date | None = None
    note: str = ""


@transaction.atomic
def create(*, billed: Billed, by: Trace, at: datetime) -> SupplierInvoice:
    """
    Write down what a supplier wants, and match it with orders and receipts.

    The same invoice again is answered again; the same number with other lines is refused.

    :raises OrderNotOfSupplier: if an order is not the supplier's.
    :raises NumberTaken: if the number stands for another invoice of the supplier.
    """
    orders = _check(billed)
    known = (
        SupplierInvoice.objects.select_for_update()
        .filter(supplier=billed.supplier, invoice_number=billed.invoice_number.strip())
        .exclude(state=State.CANCELED)
        .first()
    )
    if known is not None:
        if _list_facts(known) != sorted(
            (it.purchase_order_number, it.sku, it.quantity, it.unit_price_minor)
            for it in billed.lines
        ):
            raise NumberTaken(number=known.number, invoice_number=known.invoice_number)
        return known
    invoice = SupplierInvoice.objects.create(
        number=numbers.give_number(prefix="SI", on=masterdata.get_office_date(at)),
        supplier=billed.supplier,
        invoice_number=billed.invoice_number.strip(),
        currency=masterdata.get_supplier(billed.supplier).currency,
        invoiced_on=billed.invoiced_on,
        due_on=billed.due_on,
        note=billed.note[:500],
        created_by=by.actor,
        created_at=at,
    )
    SupplierInvoiceLine.objects.bulk_create(
        SupplierInvoiceLine(
            invoice=invoice,
            line=place,
            purchase_order_number=line.purchase_order_number,
            site=orders[line.purchase_order_number],
            sku=line.sku,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
        )
        for place, line in enumerate(billed.lines, start=1)
    )
    _match(invoice, at=at)
    TRAIL.note(invoice, step="create", from_state="", by=by, at=at)
    invoice_value.settle(invoice, by=by, at=at)
    return invoice


@transaction.atomic
def match(*, number: str, by: Trace, at: datetime) -> SupplierInvoice:
    """Match an invoice with what has come by now. Its trail tells when the outcome changes."""
    invoice = lock_for("match", model=SupplierInvoice, number=number, steps=STEPS)
    before = invoice.state
    _match(invoice, at=at)
    if invoice.state != before:
        TRAIL.note(invoice, step="match", from_state=before, by=by, at=at)
    invoice_value.settle(invoice, by=by, at=at)
    return invoice


@transaction.atomic
def approve(*, number: str, by: Trace, at: datetime) -> SupplierInvoice:
    """
    Let an invoice be paid as it is, whatever differs. Another person than who wrote it has to.

    :raises OwnApproval: if it is the same person.
    :raises ReasonMissing: if no reason is given.
    """
    invoice = lock_for("approve", model=SupplierInvoice, number=number, steps=STEPS)
    require_second_person(invoice, actor=by.actor)
    if not by.reason:
        raise ReasonMissing(number=number)
    _match(invoice, at=at)
    invoice.state = State.APPROVED
    invoice.approved_by = by.actor
    invoice.approved_reason = by.reason
    invoice.save()
    TRAIL.note(invoice, step="approve", from_state=State.DIFFERING, by=by, at=at)
    invoice_value.settle(invoice, by=by, at=at)
    return invoice


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> SupplierInvoice:
    """Give an invoice up that should not be paid, so that the supplier can send another one."""
    invoice = lock_for("cancel", model=SupplierInvoice, number=number, steps=STEPS)
    invoice.state = State.CANCELED
    invoice.save(update_fields=["state"])
    TRAIL.note(invoice, step="cancel", from_state=State.DIFFERING, by=by, at=at)
    return invoice


def _check(billed: Billed) -> dict[str, str]:
    """Return the site of each order that is named."""
    supplier = masterdata.get_supplier(billed.supplier)
    if billed.currency and billed.currency != supplier.currency:
        raise CurrencyDiffers(currency=billed.currency, expected=supplier.currency)
    if not billed.invoice_number.strip():
        raise NumberMissing(supplier=billed.supplier)
    if not 0 < len(billed.lines) <= LINES_MAX:
        raise LinesMissing(lines=len(billed.lines), maximum=LINES_MAX)
    told.require_plausible(((line.sku, line.quantity) for line in billed.lines), minimum=1)
    told.require_known(sites=[], skus={line.sku for line in billed.lines})
    seen: set[tuple[str, str]] = set()
    for line in billed.lines:
        if not 0 <= line.unit_price_minor <= UNIT_PRICE_MINOR_MAX:
            raise told.QuantityNotPlausible(sku=line.sku, unit_price_minor=line.unit_price_minor)
        if (line.purchase_order_number, line.sku) in seen:
            raise LineRepeated(order=line.purchase_order_number, sku=line.sku)
        seen.add((line.purchase_order_number, line.sku))
    wanted = {line.purchase_order_number for line in billed.lines}
    orders = dict(
        PurchaseOrder.objects.filter(number__in=wanted, supplier=billed.supplier)
        .exclude(state__in=["draft", "canceled"])
        .values_list("number", "site")
    )
    for number in sorted(wanted - orders.keys()):
        raise OrderNotOfSupplier(order=number, supplier=billed.supplier)
    return orders


def _match(invoice: SupplierInvoice, *, at: datetime) -> None:
    lines = list(invoice.lines.order_by("line"))
    orders = {line.purchase_order_number for line in lines}
    # Two invoices of one order are matched one after the other, so that none is paid twice.
    list(PurchaseOrder.objects.select_for_update().filter(number__in=orders).order_by("number"))
    ordered = {
        (line.order.number, line.sku): line
        for line in PurchaseOrderLine.objects.filter(order__number__in=orders).select_related(
            "order"
        )
    }
    before = invoice_value.list_invoiced(invoice, orders)
    percent = masterdata.get_supplier(invoice.supplier).tolerance_price_percent
    for line in lines:
        known = ordered.get((line.purchase_order_number, line.sku))
        line.unit_cost_minor = known.unit_cost_minor if known else None
        line.quantity_ordered = known.quantity_ordered if known else 0
        line.quantity_received = (
            max(0, known.quantity_received - known.quantity_returned) if known else 0
        )
        line.quantity_invoiced_before = before.get((line.purchase_order_number, line.sku), 0)
        compared = InvoicedLine(
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            unit_cost_minor=line.unit_cost_minor,
            quantity_ordered=line.quantity_ordered,
            quantity_received=line.quantity_received,
            quantity_before=line.quantity_invoiced_before,
        )
        line.differences = [
            asdict(difference) for difference in rules.match_line(compared, price_percent=percent)
        ]
        line.price_minor = rules.get_price_difference(compared)
        line.save()
    differs = any(line.differences for line in lines)
    invoice.state = State.DIFFERING if differs else State.MATCHED
    invoice.matched_at = at
    invoice.save(update_fields=["state", "matched_at"])


def _list_facts(invoice: SupplierInvoice) -> list[tuple[str, str, int, int]]:
    return sorted(
        (line.purchase_order_number, line.sku, line.quantity, line.unit_price_minor)
        for line in invoice.lines.all()
    )
