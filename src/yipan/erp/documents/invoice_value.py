"""What the prices of an invoice do to the value of the goods: a landed cost for each difference."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.erp.documents import landed_cost, legal_entity
from yipan.erp.documents.landed_cost import Cost, NothingToCarry, ReceiptNotValued
from yipan.erp.models import GoodsReceiptLine, SupplierInvoice, SupplierInvoiceLine
from yipan.erp.models.goods_receipt import GoodsReceiptState
from yipan.erp.models.supplier_invoice import SupplierInvoiceState as State
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.ledger.moves import Trace

#: An invoice changes the value of goods when it may be paid.
STATES_SETTLED = (State.MATCHED, State.APPROVED)


def settle(invoice: SupplierInvoice, *, by: Trace, at: datetime) -> int:
    """
    Bring what an invoice's prices differ by into the value of the goods. Return how many lines.

    Goods that are still there carry it, the rest is spent. What has not come, or has not been
    valued yet, waits for the next time.
    """
    if invoice.state not in STATES_SETTLED:
        return 0
    waiting = invoice.lines.exclude(price_minor=0).filter(landed_cost_number="")
    return sum(_settle_line(invoice, line, by=by, at=at) for line in waiting.order_by("line"))


def settle_all(*, at: datetime, limit: int = 200) -> int:
    """Bring the prices of all invoices that may be paid into value. Return how many lines."""
    waiting = (
        SupplierInvoice.objects.filter(state__in=STATES_SETTLED)
        .filter(lines__landed_cost_number="")
        .exclude(lines__price_minor=0)
        .distinct()
        .order_by("id")
        .values_list("id", flat=True)[:limit]
    )
    count = 0
    for key in list(waiting):
        with transaction.atomic():
            invoice = SupplierInvoice.objects.select_for_update().get(pk=key)
            count += settle(invoice, by=Trace(actor="system"), at=at)
    return count


def _settle_line(
    invoice: SupplierInvoice, line: SupplierInvoiceLine, *, by: Trace, at: datetime
) -> bool:
    receipts = (
        GoodsReceiptLine.objects.filter(
            receipt__purchase_order_number=line.purchase_order_number,
            receipt__state=GoodsReceiptState.POSTED,
            receipt__site=line.site,
            sku=line.sku,
        )
        .order_by("receipt_id")
        .values_list("receipt__number", flat=True)
        .distinct()
    )
    numbers = tuple(dict.fromkeys(receipts))[: landed_cost.RECEIPTS_MAX]
    if not numbers:
        return False
    try:
        with transaction.atomic():
            document = landed_cost.create(
                cost=Cost(
                    entity=legal_entity.get_site_entity(line.site),
                    cost_type=CostType.PRICE,
                    basis=CostBasis.QUANTITY,
                    amount_minor=line.price_minor,
                    occurred_on=invoice.invoiced_on,
                    receipts=numbers,
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
    line.save(update_fields=["landed_cost_number"])
    return True
