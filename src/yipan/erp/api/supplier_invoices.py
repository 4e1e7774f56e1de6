"""Operations on supplier invoices (供应商发票), and on receipts a site should undo."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import endpoint
from yipan.documents import reversals
from yipan.documents.doors import get_trace
from yipan.erp import queries
from yipan.erp.api.purchasing_schemas import (
    InvoiceIn,
    InvoiceOut,
    InvoicePage,
    PurchasingQuery,
    ReversalIn,
)
from yipan.erp.api.schemas import GoodsReceiptOut, StepIn
from yipan.erp.documents.purchasing import receipt_reversal, supplier_invoice
from yipan.erp.documents.purchasing.supplier_invoice import Billed, BilledLine
from yipan.erp.queries import InvoiceFilter
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound

router = Router()


@router.get("/supplier-invoices", response=InvoicePage)
@endpoint(action="ledger.read_cost")
def list_supplier_invoices(request: HttpRequest, which: Query[PurchasingQuery]) -> InvoicePage:
    """List supplier invoices, the newest first."""
    rows = queries.list_invoices(
        InvoiceFilter(
            text=which.q, state=which.state, order=which.order, sites=get_actor(request).sites
        ),
        after=which.cursor,
        limit=which.limit,
    )
    return InvoicePage(
        data=[InvoiceOut.of(row) for row in rows],
        next_cursor=rows[-1].number if len(rows) == which.limit else None,
    )


@router.post("/supplier-invoices", response={201: InvoiceOut})
@endpoint(action="erp.supplier_invoice.write")
def create_supplier_invoice(request: HttpRequest, payload: InvoiceIn) -> Status[InvoiceOut]:
    """Write an invoice down; the answer tells what differs from orders and receipts."""
    actor = get_actor(request)
    for number in sorted({line.purchase_order_number for line in payload.lines}):
        actor.require_site(queries.get_order_site(number))
    billed = Billed(
        supplier=payload.supplier,
        invoice_number=payload.invoice_number,
        invoiced_on=payload.invoiced_on,
        due_on=payload.due_on,
        note=payload.note,
        lines=tuple(
            BilledLine(
                purchase_order_number=line.purchase_order_number,
                sku=line.sku,
                quantity=line.quantity,
                unit_price_minor=line.unit_price_minor,
            )
            for line in payload.lines
        ),
    )
    invoice = supplier_invoice.create(billed=billed, by=get_trace(request), at=timezone.now())
    return Status(201, _show(actor, invoice.number))


@router.get("/supplier-invoices/{number}", response=InvoiceOut)
@endpoint(action="ledger.read_cost")
def get_supplier_invoice(request: HttpRequest, number: str) -> InvoiceOut:
    """Tell one invoice, and what differs line by line."""
    return _show(get_actor(request), number)


@router.post("/supplier-invoices/{number}/match", response=InvoiceOut)
@endpoint(action="erp.supplier_invoice.write")
def match_supplier_invoice(request: HttpRequest, number: str, payload: StepIn) -> InvoiceOut:
    """Match an invoice with what has come by now."""
    _show(get_actor(request), number)
    by = get_trace(request, reason=payload.reason)
    supplier_invoice.match(number=number, by=by, at=timezone.now())
    return _show(get_actor(request), number)


@router.post("/supplier-invoices/{number}/approve", response=InvoiceOut)
@endpoint(action="erp.supplier_invoice.approve")
def approve_supplier_invoice(request: HttpRequest, number: str, payload: StepIn) -> InvoiceOut:
    """Let an invoice be paid whatever differs, with a reason; never whoever wrote it."""
    _show(get_actor(request), number)
    by = get_trace(request, reason=payload.reason)
    supplier_invoice.approve(number=number, by=by, at=timezone.now())
    return _show(get_actor(request), number)


@router.post("/supplier-invoices/{number}/cancel", response=InvoiceOut)
@endpoint(action="erp.supplier_invoice.write")
def cancel_supplier_invoice(request: HttpRequest, number: str, payload: StepIn) -> InvoiceOut:
    """Give an invoice up that should not be paid."""
    _show(get_actor(request), number)
    by = get_trace(request, reason=payload.reason)
    supplier_invoice.cancel(number=number, by=by, at=timezone.now())
    return _show(get_actor(request), number)


@router.post("/goods-receipts/{number}/ask-reversal", response=GoodsReceiptOut)
@endpoint(action="erp.goods_receipt.reverse")
def ask_reversal(request: HttpRequest, number: str, payload: ReversalIn) -> GoodsReceiptOut:
    """Tell the site to undo a receipt; both books change when it does."""
    get_actor(request).require_site(queries.get_receipt(number).head.site.code)
    reason = reversals.write_reason(cause=payload.correction_reason, words=payload.reason)
    receipt_reversal.ask(
        number=number,
        by=get_trace(request, reason=reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return GoodsReceiptOut.of(queries.get_receipt(number))


def _show(actor: Actor, number: str) -> InvoiceOut:
    row = queries.get_invoice(number)
    if not all(actor.sees(site) for site in row.sites):
        raise NotFound(kind="supplier_invoice", id=number)
    return InvoiceOut.of(row)
