"""Stock by bin, bin moves (移库单), and what a warehouse's book began with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import openings, reversals, told
from yipan.documents.doors import get_trace, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.masterdata import queries as masterdata
from yipan.wms import queries, rules
from yipan.wms.documents.stock import bin_move, stock_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models.lot import LOT_LENGTH_MAX
from yipan.wms.rules import Shifted
from yipan.wms.views.sites import find_warehouse, get_warehouse, list_warehouses

ROWS_PER_PAGE = 50
STOCK_SHOWN_MAX = 500
TEXT_LENGTH_MAX = 96
STATUSES = ("available", "quarantine", "damaged", "blocked")


@require_GET
@page(action="wms.read")
def list_stock(request: HttpRequest) -> HttpResponse:
    """Show what lies where in a warehouse."""
    site = find_warehouse(request)
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    status = request.GET.get("status", "")
    rows = []
    if site is not None:
        today = masterdata.get_business_date(site.code, timezone.now())
        rows = queries.list_stock(site=site.code, text=text, status=status, today=today)
    context = {
        "site": site,
        "book_code": f"wms:{site.code}" if site else "",
        "warehouses": list_warehouses(request),
        "rows": rows[:STOCK_SHOWN_MAX],
        "is_cut": len(rows) > STOCK_SHOWN_MAX,
        "text": text,
        "status": status if status in STATUSES else "",
        "statuses": STATUSES,
        "may_move": get_actor(request).may("wms.move"),
        "may_open": get_actor(request).may("wms.open_stock"),
    }
    return render(request, "wms/stock.html", context)


@require_GET
@page(action="wms.read")
def list_moves(request: HttpRequest) -> HttpResponse:
    """List bin moves."""
    actor = get_actor(request)
    rows = queries.list_bin_moves(
        sites=actor.sites,
        site=find_chosen_site(request, actor=actor),
        after=request.GET.get("after", ""),
        limit=ROWS_PER_PAGE,
    )
    context = {
        "rows": rows,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_move": actor.may("wms.move"),
    }
    return render(request, "wms/bin_moves.html", context)


@require_GET
@page(action="wms.read")
def show_move(request: HttpRequest, number: str) -> HttpResponse:
    """Show one bin move."""
    move = queries.get_bin_move(number)
    get_actor(request).require_site(move.site)
    history = read_history(
        document_type=bin_move.DOCUMENT_TYPE,
        number=number,
        postings=[(f"wms:{move.site}", f"bin_move/{number}/{it}") for it in ("post", "reverse")],
    )
    context = {
        "move": move,
        "history": history,
        "book_code": f"wms:{move.site}",
        "may_move": get_actor(request).may("wms.move"),
    }
    return render(request, "wms/bin_move.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.move")
def move_goods(request: HttpRequest) -> HttpResponse:
    """Write down what was carried from one bin to another."""
    site = get_warehouse(request)
    values = {
        name: (request.POST.get(name) or request.GET.get(name) or "").strip()[:TEXT_LENGTH_MAX]
        for name in ("from_bin", "sku", "quantity", "to_bin", "status", "lot")
    }
    if request.method == "POST":
        try:
            move = bin_move.post(
                site=site.code,
                shifts=[_read_shift(site.code, values)],
                by=get_trace(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            messages.success(request, _("Moved. %(number)s is posted.") % {"number": move.number})
            return redirect("wms:bin_move", number=move.number)
    from_bin = values["from_bin"].upper()
    rows = queries.list_stock(site=site.code, text=from_bin) if from_bin else []
    context = {
        "site": site,
        "values": values,
        "rows": [row for row in rows if row.bin_code == from_bin],
        "statuses": STATUSES,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "wms/bin_move_form.html", context, status=status)


def _read_shift(site: str, values: dict[str, str]) -> Shifted:
    scanned = queries.resolve_scan(site, values["sku"])
    if scanned.sku is None:
        raise queries.ScanUnknown(text=values["sku"], site=site)
    text = values["quantity"]
    quantity = int(text) if text.isdecimal() and len(text) < 6 else 0
    return Shifted(
        sku=scanned.sku.code,
        from_bin=values["from_bin"].upper(),
        to_bin=values["to_bin"].upper(),
        quantity=min(quantity, rules.QUANTITY_KEYED_MAX),
        lot=values["lot"] or scanned.lot,
        status=StockStatus(values["status"])
        if values["status"] in STATUSES
        else StockStatus.AVAILABLE,
    )


@require_http_methods(["GET", "POST"])
@page(action="wms.open_stock")
def open_stock(request: HttpRequest) -> HttpResponse:
    """Begin a warehouse's book with what lies in its bins: bin, SKU, quantity, lot, last day."""
    site = get_warehouse(request)
    text = request.POST.get("lines", "")
    if request.method == "POST":
        try:
            rows = openings.read_long_rows(request, columns=3, more=2)
            openings.require_total(openings.read_total(request), [it for _, it, _ in rows])
            opening = stock_opening.post(
                site=site.code,
                stock=[
                    BinStock(
                        bin_code=codes[0],
                        sku=codes[1],
                        quantity=quantity,
                        lot=lot[:LOT_LENGTH_MAX],
                        # A table writes a day with its time; the day alone counts.
                        expires_on=told.read_date(ends[:10]) if ends else None,
                    )
                    for codes, quantity, (lot, ends) in rows
                ],
                by=get_trace(request),
                at=timezone.now(),
                message_id=make_id(),
            )
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            messages.success(request, _("The book has begun. The hub is told."))
            return redirect("wms:stock_opening", number=opening.number)
    context = {"site": site, "text": text, "typed": request.POST}
    status = 422 if request.method == "POST" else 200
    return render(request, "wms/stock_opening_form.html", context, status=status)


@require_GET
@page(action="wms.read")
def show_opening(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a warehouse's book began with."""
    actor = get_actor(request)
    opening = queries.get_opening(number)
    actor.require_site(opening.site)
    history = read_history(
        document_type=stock_opening.DOCUMENT_TYPE,
        number=number,
        postings=[
            (f"wms:{opening.site}", f"stock_opening/{number}/{step}")
            for step in ("post", "reverse")
        ],
        message_ids=[opening.message_id],
    )
    context = {
        "opening": opening,
        "book_code": f"wms:{opening.site}",
        "history": history,
        "may_reverse": actor.may("wms.reverse"),
        "correction_causes": reversals.CAUSES.items(),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "wms/stock_opening.html", context)
