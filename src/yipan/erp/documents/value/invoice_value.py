"""What the prices of an invoice do to the value of the goods: a landed cost for each difference."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum

from yipan.erp.documents.value import landed_cost, legal_entity
from yipan.erp.documents.value.landed_cost import Cost, NothingToCarry, ReceiptNotValued
from yipan.erp.models import GoodsReceiptLine, SupplierInvoice, SupplierInvoiceLine
from yipan.erp.models.goods_receipt import GoodsReceiptState
from yipan.erp.models.supplier_invoice import SupplierInvoiceState as State
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.rules.invoice import find_billed
from yipan.ledger.moves import Trace

#: An invoice changes the value of goods when it may be paid.
STATES_SETTLED = (State.MATCHED, State.APPROVED)


def settle(invoice: SupplierInvoice, *, by: Trace, at: datetime) -> int:
    """
    Bring what an invoice's prices differ by into the value of the goods. Return how many lines.

    The goods it bills take it: those that came after what earlier invoices billed. What is still
    there carries it, the rest is spent. What has not come, or has not been valued yet, waits for
    the next time.
    """
    if invoice.state not in STATES_SETTLED:
        return 0
    waiting = invoice.lines.exclude(price_minor=0).filter(quantity_settled__lt=F("quantity"))
    return sum(_settle_line(invoice, line, by=by, at=at) for line in waiting.order_by("line"))


def settle_all(*, at: datetime, limit: int = 5_000) -> int:
    """Bring the prices of all invoices that may be paid into value. Return how many lines."""
    waiting = (
        SupplierInvoiceLine.objects.filter(
            invoice__state__in=STATES_SETTLED, quantity_settled__lt=F("quantity")
        )
        .exclude(price_minor=0)
        .order_by("invoice_id")
        .values_list("invoice_id", flat=True)
        .distinct()[:limit]
    )
    count = 0
    for key in list(waiting):
        with transaction.atomic():
            invoice = SupplierInvoice.objects.select_for_update().get(pk=key)
            count += settle(invoice, by=Trace(actor="system"), at=at)
    return count


def list_invoiced(invoice: SupplierInvoice, orders: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return what earlier invoices asked for of the same orders, by order and SKU."""
    rows = (
        SupplierInvoiceLine.objects.filter(
            purchase_order_number__in=orders, invoice_id__lt=invoice.pk
        )
        .exclude(invoice__state=State.CANCELED)
        .values_list("purchase_order_number", "sku")
        .annotate(total=Sum("quantity"))
    )
    return {(order, sku): total for order, sku, total in rows}


def _settle_line(
    invoice: SupplierInvoice, line: SupplierInvoiceLine, *, by: Trace, at: datetime
) -> bool:
    assert line.unit_cost_minor is not None, "a line without an order's price differs by nothing"
    order = line.purchase_order_number
    before = list_invoiced(invoice, [order]).get((order, line.sku), 0)
    billed = find_billed(
        came=_list_came(line), first=before + line.quantity_settled, last=before + line.quantity
    )
    receipts = list(billed)[: landed_cost.RECEIPTS_MAX]
    quantities = {receipt: billed[receipt] for receipt in receipts}
    quantity = sum(quantities.values())
    if not quantity:
        return False
    try:
        with transaction.atomic():
            document = landed_cost.create(
                cost=Cost(
                    entity=legal_entity.get_site_entity(line.site),
                    cost_type=CostType.PRICE,
                    basis=CostBasis.QUANTITY,
                    amount_minor=quantity * (line.unit_price_minor - line.unit_cost_minor),
                    occurred_on=invoice.invoiced_on,
                    receipts=tuple(receipts),
                    quantities=quantities,
                    sku=line.sku,
                    supplier=invoice.supplier,
                    reference=invoice.invoice_number,
                    note=invoice.number,
                ),
                by=by,
                at=at,
            )
            landed_cost.post(number=document.number, by=by, at=at)
    except (ReceiptNotValued, NothingToCarry):
        return False
    line.landed_cost_number = document.number
    line.quantity_settled += quantity
    line.save(update_fields=["landed_cost_number", "quantity_settled"])
    return True


def _list_came(line: SupplierInvoiceLine) -> list[tuple[str, int]]:
    """Return what came of an order's line: receipt and quantity, as the hub booked them."""
    came = (
        GoodsReceiptLine.objects.filter(
            receipt__purchase_order_number=line.purchase_order_number,
            receipt__state=GoodsReceiptState.POSTED,
            receipt__site=line.site,
            sku=line.sku,
        )
        .order_by("receipt_id")
        .values_list("receipt_id", "receipt__number")
        .annotate(
            total=Sum(
                F("quantity_sound")
                + F("quantity_damaged")
                + F("quantity_blocked")
                + F("quantity_quarantine")
            )
        )
    )
    return [(number, total) for _, number, total in came]
