"""Pages of supplier returns (采购退货单): list, document, its steps, and writing one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp import queries
from yipan.erp.documents.purchasing import supplier_return
from yipan.erp.documents.purchasing.supplier_return import STATUSES, Returned, ReturnedLine
from yipan.erp.models import SupplierReturn
from yipan.erp.queries import ReturnFilter, ReturnRow
from yipan.erp.queries.supplier_returns import find_return_of_shipment
from yipan.erp.views.typed import read_whole
from yipan.foundation.ids import make_id
from yipan.foundation.money import parse_amount, write_amount
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.pool.book import SITE_BOOK

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
HITS_MAX = 8
GROUPS: dict[str, tuple[str, ...]] = {
    "draft": ("draft",),
    "approved": ("approved",),
    "open": ("to_ship", "partly_shipped"),
    "done": ("shipped", "closed", "canceled"),
}
WAY = "draft approved to_ship shipped"
WAY_IN_PARTS = "draft approved to_ship partly_shipped shipped"
#: Step to the action it needs.
ACTIONS = {
    "approve": "erp.supplier_return.approve",
    "release": "erp.supplier_return.write",
    "cancel": "erp.supplier_return.write",
    "close": "erp.supplier_return.write",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A line of the form as it was typed."""

    sku: SkuRow
    quantity: str
    status: str
    unit_credit: str = ""


@require_GET
@page(action="erp.read")
def list_returns(request: HttpRequest) -> HttpResponse:
    """List supplier returns."""
    actor = get_actor(request)
    group = request.GET.get("state", "")
    which = ReturnFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        site=find_chosen_site(request, actor=actor),
        states=GROUPS.get(group, ()),
        sites=actor.sites,
    )
    rows = queries.list_returns(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "group": group if group in GROUPS else "",
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_write": actor.may("erp.supplier_return.write"),
        "may_see_cost": actor.may("ledger.read_cost"),
    }
    return render(request, "erp/supplier_returns.html", context)


@require_GET
@page(action="erp.read")
def show_return(request: HttpRequest, number: str) -> HttpResponse:
    """Show one supplier return: what goes back, what has left, and what is owed for it."""
    actor = get_actor(request)
    row = _get_seen(number, actor=actor)
    shipments = queries.list_return_shipments(number)
    context = {
        "row": row,
        "way": WAY_IN_PARTS if row.state == "partly_shipped" else WAY,
        "steps": _list_steps(row, actor),
        "is_own": row.state == "draft" and row.created_by == actor.name,
        "shipments": shipments,
        "history": read_history(
            document_type=supplier_return.DOCUMENT_TYPE,
            number=number,
            postings=[
                (SITE_BOOK, f"supplier_return_shipment/{it.number}/{step}")
                for it in shipments
                for step in ("post", "reverse")
            ],
        ),
        "is_store": row.site.site_type == "store",
        "may_see_cost": actor.may("ledger.read_cost"),
        "may_see_site": actor.may("wms.read"),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/supplier_return.html", context)


@require_GET
@page(action="erp.read")
def show_shipment(request: HttpRequest, number: str) -> HttpResponse:
    """Lead from a shipment, as the book names it, to its return."""
    row = _get_seen(find_return_of_shipment(number), actor=get_actor(request))
    return redirect("erp:supplier_return", number=row.number)


@require_http_methods(["GET", "POST"])
@page(action="erp.supplier_return.write")
def write_return(request: HttpRequest) -> HttpResponse:
    """Write down what should go back; an order named begins it with what came damaged."""
    actor = get_actor(request)
    typed = request.POST if request.method == "POST" else request.GET
    order = typed.get("order", "").strip()[:TEXT_LENGTH_MAX]
    if order:
        actor.require_site(queries.get_order_site(order))
    if request.method == "GET":
        return _show_form(request, typed=_suggest(request, order), entries=_suggest_lines(order))
    entries = _read_entries(typed)
    if typed.get("site"):
        actor.require_site(typed["site"])
    created = _try(request, typed, entries)
    if created is not None:
        messages.success(request, _("Written. Another person has to approve it."))
        return redirect("erp:supplier_return", number=created.number)
    return _show_form(request, typed=typed.dict(), entries=entries)


@require_GET
@page(action="erp.supplier_return.write")
def find_goods(request: HttpRequest) -> HttpResponse:
    """Search goods for the line editor (a fragment)."""
    text = request.GET.get("goods", "")[:TEXT_LENGTH_MAX]
    context = {
        "hits": masterdata.search_skus(text, HITS_MAX),
        "text": text,
        "line_url": "erp:add_return_line",
    }
    return render(request, "erp/_goods_hits.html", context)


@require_GET
@page(action="erp.supplier_return.write")
def add_line(request: HttpRequest) -> HttpResponse:
    """Give a new line of the editor for a SKU (a fragment)."""
    sku = masterdata.get_sku(request.GET.get("code", ""))
    entry = Entry(sku=sku, quantity="1", status=StockStatus.DAMAGED)
    context = {"entry": entry, "statuses": STATUSES, **_see_cost(request)}
    return render(request, "erp/_return_line.html", context)


@require_POST
@page(action="erp.supplier_return.approve")
def approve_return(request: HttpRequest, number: str) -> HttpResponse:
    """Allow goods to go back."""
    return _step(
        request,
        number,
        lambda by: supplier_return.approve(number=number, by=by, at=timezone.now()),
        done=_("Approved. The site can be told."),
    )


@require_POST
@page(action="erp.supplier_return.write")
def release_return(request: HttpRequest, number: str) -> HttpResponse:
    """Tell the site to send the goods."""
    return _step(
        request,
        number,
        lambda by: supplier_return.release(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Released. The site is told to send the goods."),
    )


@require_POST
@page(action="erp.supplier_return.write")
def cancel_return(request: HttpRequest, number: str) -> HttpResponse:
    """Give a return up before anything left."""
    return _step(
        request,
        number,
        lambda by: supplier_return.cancel(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Canceled. The goods stay."),
    )


@require_POST
@page(action="erp.supplier_return.write")
def close_return(request: HttpRequest, number: str) -> HttpResponse:
    """Wait no longer for what has not left."""
    return _step(
        request,
        number,
        lambda by: supplier_return.close(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Closed. What has not left stays."),
    )


def _step(
    request: HttpRequest, number: str, take: Callable[[Trace], object], *, done: str
) -> HttpResponse:
    _get_seen(number, actor=get_actor(request))
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(request, lambda: take(trace), done=done)
    return redirect("erp:supplier_return", number=number)


def _get_seen(number: str, *, actor: Actor) -> ReturnRow:
    row = queries.get_return(number)
    actor.require_site(row.site.code)
    return row


def _list_steps(row: ReturnRow, actor: Actor) -> frozenset[str]:
    """Return the steps this reader may take from where the return stands."""
    steps = {
        step
        for step, states in supplier_return.STEPS.items()
        if row.state in states and actor.may(ACTIONS[step])
    }
    if row.created_by == actor.name:
        steps.discard("approve")
    return frozenset(steps)


def _suggest(request: HttpRequest, order: str) -> dict[str, str]:
    if order:
        known = queries.get_order(order)
        return {"order": order, "site": known.site.code, "supplier": known.supplier.code}
    return {"site": find_chosen_site(request, actor=get_actor(request))}


def _suggest_lines(order: str) -> list[Entry]:
    """Return a line for each SKU of an order of which something came damaged or too much."""
    if not order:
        return []
    known = queries.get_order(order)
    return [
        Entry(
            sku=line.sku,
            quantity=str(line.quantity_damaged or line.quantity_blocked),
            status=StockStatus.DAMAGED if line.quantity_damaged else StockStatus.BLOCKED,
            unit_credit=write_amount(line.unit_cost_minor, currency=known.currency),
        )
        for line in known.lines
        if line.quantity_damaged or line.quantity_blocked
    ]


def _read_entries(typed: QueryDict) -> list[Entry]:
    codes = typed.getlist("sku")[: supplier_return.LINES_MAX]
    skus = masterdata.find_skus(codes)
    columns = [typed.getlist(name) for name in ("quantity", "status", "unit_cost")]
    return [
        Entry(sku=skus[code], quantity=quantity, status=status, unit_credit=credit)
        for code, quantity, status, credit in zip(codes, *columns, strict=False)
        if code in skus
    ]


def _try(request: HttpRequest, typed: QueryDict, entries: Sequence[Entry]) -> SupplierReturn | None:
    """Write the return down; tell why not, and return None, when it is refused."""
    supplier = masterdata.find_suppliers([typed.get("supplier", "")]).get(typed.get("supplier", ""))
    site = typed.get("site", "")
    if supplier is None or not site:
        messages.error(request, _("Say where the goods are, and to whom they go back."))
        return None
    lines = [_read_line(entry, currency=supplier.currency) for entry in entries]
    if not all(lines):
        messages.error(request, _("A line has a whole number and an amount such as 12.80."))
        return None
    wanted = Returned(
        site=site,
        supplier=supplier.code,
        reason=typed.get("reason", ""),
        purchase_order_number=typed.get("order", "").strip(),
        reference=typed.get("reference", "").strip(),
        lines=tuple(line for line in lines if line),
    )
    try:
        return supplier_return.create(wanted=wanted, by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _read_line(entry: Entry, *, currency: str) -> ReturnedLine | None:
    quantity = read_whole(entry.quantity)
    credit = parse_amount(entry.unit_credit, currency=currency) if entry.unit_credit else None
    if not quantity or (entry.unit_credit and credit is None):
        return None
    status = entry.status if entry.status in STATUSES else StockStatus.DAMAGED
    return ReturnedLine(
        sku=entry.sku.code,
        quantity=quantity,
        status=StockStatus(status),
        unit_credit_minor=credit,
    )


def _see_cost(request: HttpRequest) -> dict[str, bool]:
    return {"may_see_cost": get_actor(request).may("ledger.read_cost")}


def _show_form(
    request: HttpRequest, *, typed: dict[str, str], entries: Sequence[Entry]
) -> HttpResponse:
    actor = get_actor(request)
    context = {
        "typed": typed,
        "entries": entries,
        "statuses": STATUSES,
        "sites": masterdata.list_sites(only=actor.sites),
        "suppliers": masterdata.list_suppliers(),
        **_see_cost(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/supplier_return_form.html", context, status=status)
