"""Pages of supplier invoices (供应商发票): the three-way match, its decision, and writing one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp import queries
from yipan.erp.documents.purchasing import supplier_invoice
from yipan.erp.documents.purchasing.supplier_invoice import Billed, BilledLine
from yipan.erp.models import SupplierInvoice
from yipan.erp.queries import InvoiceFilter, InvoiceRow, OrderDetail
from yipan.erp.queries.supplier_invoices import list_invoiced
from yipan.erp.views.chosen_orders import choose_orders, get_orders
from yipan.erp.views.typed import read_day, read_whole
from yipan.foundation.money import parse_amount, write_amount
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
STATES = ("differing", "matched", "approved", "canceled")
STATES_BILLED = ("sent", "partly_received", "received", "closed_short")
WAYS = {"matched": "matched", "canceled": "differing"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A line of the form as it was typed, beside what the order says."""

    order: str
    sku: SkuRow
    quantity: str
    unit_price: str
    quantity_received: int
    quantity_invoiced: int
    unit_cost_minor: int


@require_GET
@page(action="ledger.read_cost")
def list_invoices(request: HttpRequest) -> HttpResponse:
    """List supplier invoices."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    which = InvoiceFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        state=state if state in STATES else "",
        supplier=request.GET.get("supplier", "")[:TEXT_LENGTH_MAX],
        sites=actor.sites,
    )
    rows = queries.list_invoices(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "state": which.state,
        "supplier": which.supplier,
        "suppliers": masterdata.list_suppliers(),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_write": actor.may("erp.supplier_invoice.write"),
    }
    return render(request, "erp/supplier_invoices.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Show one invoice: order, receipt and invoice side by side, and what differs."""
    actor = get_actor(request)
    row = _get_seen(number, actor=actor)
    is_open = row.state == "differing"
    is_own = row.created_by == actor.name
    may_write = actor.may("erp.supplier_invoice.write")
    context = {
        "row": row,
        "way": WAYS.get(row.state, "differing approved"),
        "history": read_history(document_type=supplier_invoice.DOCUMENT_TYPE, number=number),
        "is_own": is_open and is_own,
        "may_match": row.state in supplier_invoice.STEPS["match"] and may_write,
        "may_approve": is_open and not is_own and actor.may("erp.supplier_invoice.approve"),
        "may_cancel": is_open and may_write,
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/supplier_invoice.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.supplier_invoice.write")
def write_invoice(request: HttpRequest) -> HttpResponse:
    """Write down what a supplier wants to be paid for one or several orders."""
    actor = get_actor(request)
    typed = request.POST if request.method == "POST" else request.GET
    orders = get_orders(typed.getlist("order"), actor=actor)
    if not orders:
        return choose_orders(
            request,
            states=STATES_BILLED,
            sort="-number",
            is_notice=False,
            back="erp:supplier_invoices",
        )
    if request.method == "GET":
        return _show(request, orders=orders, entries=_suggest(orders))
    entries = _read_entries(request, orders)
    invoice = _try(request, orders, entries)
    if invoice is None:
        return _show(request, orders=orders, entries=entries)
    if invoice.state == "matched":
        messages.success(request, _("Written. It matches orders and receipts and may be paid."))
    else:
        messages.warning(request, _("Written. Something differs: look at the lines marked."))
    return redirect("erp:supplier_invoice", number=invoice.number)


@require_POST
@page(action="erp.supplier_invoice.write")
def match_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Match an invoice with what has come by now."""
    return _step(
        request,
        number,
        lambda by: supplier_invoice.match(number=number, by=by, at=timezone.now()),
        done=_("Matched with what has come by now."),
    )


@require_POST
@page(action="erp.supplier_invoice.approve")
def approve_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Let an invoice be paid whatever differs, with a reason."""
    return _step(
        request,
        number,
        lambda by: supplier_invoice.approve(number=number, by=by, at=timezone.now()),
        done=_("Approved. It may be paid as it is."),
    )


@require_POST
@page(action="erp.supplier_invoice.write")
def cancel_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Give an invoice up that should not be paid."""
    return _step(
        request,
        number,
        lambda by: supplier_invoice.cancel(number=number, by=by, at=timezone.now()),
        done=_("Canceled. The supplier can send another one."),
    )


def _step(
    request: HttpRequest, number: str, take: Callable[[Trace], object], *, done: str
) -> HttpResponse:
    _get_seen(number, actor=get_actor(request))
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(request, lambda: take(trace), done=done)
    return redirect("erp:supplier_invoice", number=number)


def _get_seen(number: str, *, actor: Actor) -> InvoiceRow:
    """
    Return an invoice all of whose goods were for sites the reader sees.

    :raises NotFound: if some were not, or there is none of this number.
    """
    row = queries.get_invoice(number)
    if not all(actor.sees(site) for site in row.sites):
        raise NotFound(kind="supplier_invoice", id=number)
    return row


def _suggest(orders: Sequence[OrderDetail]) -> list[Entry]:
    """Return a line for each line of the orders: what came and was not billed, at its price."""
    entries = []
    for order in orders:
        invoiced = list_invoiced(order.number)
        for line in order.lines:
            before = invoiced.get(line.sku.code, 0)
            rest = line.quantity_received - line.quantity_returned - before
            entries.append(
                Entry(
                    order=order.number,
                    sku=line.sku,
                    quantity=str(max(0, rest)),
                    unit_price=write_amount(line.unit_cost_minor, currency=order.currency),
                    quantity_received=line.quantity_received - line.quantity_returned,
                    quantity_invoiced=before,
                    unit_cost_minor=line.unit_cost_minor,
                )
            )
    return entries


def _read_entries(request: HttpRequest, orders: Sequence[OrderDetail]) -> list[Entry]:
    suggested = {(entry.order, entry.sku.code): entry for entry in _suggest(orders)}
    columns = [request.POST.getlist(it) for it in ("order", "sku", "quantity", "unit_price")]
    entries = []
    for order, sku, quantity, price in zip(*columns, strict=False):
        known = suggested.get((order, sku))
        if known is not None:
            entries.append(
                Entry(
                    order=order,
                    sku=known.sku,
                    quantity=quantity,
                    unit_price=price,
                    quantity_received=known.quantity_received,
                    quantity_invoiced=known.quantity_invoiced,
                    unit_cost_minor=known.unit_cost_minor,
                )
            )
    return entries


def _try(
    request: HttpRequest, orders: Sequence[OrderDetail], entries: Sequence[Entry]
) -> SupplierInvoice | None:
    """Write the invoice down; tell why not, and return None, when it is refused."""
    typed, currency = request.POST, orders[0].currency
    invoiced_on = read_day(typed.get("invoiced_on", ""))
    lines = [_read_line(entry, currency=currency) for entry in entries]
    if invoiced_on is None:
        messages.error(request, _("Say of which day the invoice is."))
        return None
    if not all(line is not None for line in lines):
        messages.error(request, _("A line has a whole number and an amount such as 12.80."))
        return None
    billed = Billed(
        supplier=orders[0].supplier.code,
        invoice_number=typed.get("invoice_number", "").strip()[:TEXT_LENGTH_MAX],
        invoiced_on=invoiced_on,
        due_on=read_day(typed.get("due_on", "")),
        note=typed.get("note", "").strip(),
        lines=tuple(line for line in lines if line and line.quantity),
    )
    try:
        return supplier_invoice.create(billed=billed, by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _read_line(entry: Entry, *, currency: str) -> BilledLine | None:
    quantity = read_whole(entry.quantity)
    price = parse_amount(entry.unit_price or "0", currency=currency)
    if quantity is None or price is None:
        return None
    return BilledLine(
        purchase_order_number=entry.order,
        sku=entry.sku.code,
        quantity=quantity,
        unit_price_minor=price,
    )


def _show(
    request: HttpRequest, *, orders: Sequence[OrderDetail], entries: Sequence[Entry]
) -> HttpResponse:
    is_typed = request.method == "POST"
    names = ("invoice_number", "invoiced_on", "due_on", "note")
    typed = {name: request.POST.get(name, "") for name in names}
    if not is_typed:
        typed["invoiced_on"] = timezone.localdate().isoformat()
    context = {
        "orders": orders,
        "supplier": orders[0].supplier,
        "currency": orders[0].currency,
        "entries": entries,
        "typed": typed,
    }
    status = 422 if is_typed else 200
    return render(request, "erp/supplier_invoice_form.html", context, status=status)
