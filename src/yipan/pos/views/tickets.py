"""Desk pages of tickets (小票), and a store's stock."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import openings, reversals
from yipan.documents.doors import get_trace, tell
from yipan.documents.history import History, read_history
from yipan.documents.printing import answer_paper, choose_language
from yipan.foundation.ids import make_id
from yipan.foundation.moments import read_day
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata.queries import compute_business_date
from yipan.pos import papers, queries
from yipan.pos.documents import stock_opening, ticket
from yipan.pos.documents.stock_opening import ShopStock
from yipan.pos.queries import TicketDetail, TicketFilter
from yipan.pos.views.sites import find_store, get_store, list_stores

ROWS_PER_PAGE = 50
STOCK_SHOWN_MAX = 500
TEXT_LENGTH_MAX = 96
TYPES = ("sale", "return", "exchange", "void")


@require_GET
@page(action="pos.read")
def list_tickets(request: HttpRequest) -> HttpResponse:
    """List tickets."""
    actor = get_actor(request)
    ticket_type = request.GET.get("type", "")
    day = request.GET.get("day", "")
    which = TicketFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        ticket_type=ticket_type if ticket_type in TYPES else "",
        site=find_chosen_site(request, actor=actor),
        on=read_day(day),
        sites=actor.sites,
    )
    rows = queries.list_tickets(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "ticket_type": which.ticket_type,
        "day": which.on,
        "after": rows[-1].ticket_id if len(rows) == ROWS_PER_PAGE else "",
        "may_sell": actor.may("pos.sell"),
    }
    return render(request, "pos/tickets.html", context)


@require_GET
@page(action="pos.read")
def show_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """Show one ticket. Two stores may use the same number; then the address names the store."""
    actor = get_actor(request)
    sites = queries.list_ticket_sites(number, sites=actor.sites)
    wanted = request.GET.get("site", "")
    if wanted:
        sites = [site for site in sites if site == wanted]
    if not sites:
        raise NotFound(kind="ticket", id=number)
    if len(sites) > 1:
        return redirect(f"{reverse('pos:tickets')}?q={number}")
    [site] = sites
    detail = queries.get_ticket(site, number)
    history = read_history(
        document_type=ticket.DOCUMENT_TYPE,
        number=number,
        postings=[(f"pos:{site}", f"ticket/{number}/post")],
        message_ids=[detail.message_id, ticket.make_told_id(detail.message_id)],
    )
    context = {
        "ticket": detail,
        "history": history,
        "may_reverse": actor.may("pos.reverse") and _may_be_taken_back(detail, history),
        "correction_causes": reversals.CAUSES.items(),
        "may_open_messages": actor.may("exchange.read"),
        "may_see_hub": actor.may("erp.read"),
    }
    return render(request, "pos/ticket.html", context)


def _may_be_taken_back(detail: TicketDetail, history: History) -> bool:
    """Tell whether a ticket is a sale of today that nobody took back; the verb decides."""
    is_undone = any(entry.tone == "bad" for entry in history.entries)
    today = compute_business_date(detail.head.site, timezone.now())
    is_of_today = detail.head.business_date == today
    return detail.head.ticket_type == "sale" and is_of_today and not is_undone


@require_GET
@page(action="pos.read")
def print_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """Show the receipt of a ticket as PDF, in the language of the reader or of `?language=`."""
    sites = queries.list_ticket_sites(number, sites=get_actor(request).sites)
    wanted = request.GET.get("site", "")
    found = [site for site in sites if site == wanted or not wanted]
    if not found:
        raise NotFound(kind="ticket", id=number)
    detail = queries.get_ticket(found[0], number)
    paper = papers.print_receipt(detail, language=choose_language(request))
    return answer_paper(paper, name=number)


@require_GET
@page(action="pos.read")
def list_stock(request: HttpRequest) -> HttpResponse:
    """Show what a store has, as its own book says."""
    store = find_store(request)
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    only_negative = request.GET.get("below") == "1"
    only_apart = request.GET.get("apart") == "1"
    rows = (
        queries.list_stock(
            site=store.code, text=text, only_negative=only_negative, only_apart=only_apart
        )
        if store is not None
        else []
    )
    context = {
        "store": store,
        "stores": list_stores(request),
        "book_code": f"pos:{store.code}" if store else "",
        "rows": rows[:STOCK_SHOWN_MAX],
        "is_cut": len(rows) > STOCK_SHOWN_MAX,
        "text": text,
        "only_negative": only_negative,
        "only_apart": only_apart,
        "statuses_apart": queries.STATUSES_APART,
        "may_adjust": get_actor(request).may("pos.adjust"),
        "may_sell": get_actor(request).may("pos.sell"),
        "may_open": get_actor(request).may("pos.open_stock"),
    }
    return render(request, "pos/stock.html", context)


@require_http_methods(["GET", "POST"])
@page(action="pos.open_stock")
def open_stock(request: HttpRequest) -> HttpResponse:
    """Begin a store's book with what stands on its shop floor: lines of SKU, quantity."""
    store = get_store(request)
    text = request.POST.get("lines", "")
    if request.method == "POST":
        try:
            rows = openings.read_rows(request, columns=2)
            openings.require_total(openings.read_total(request), [it for _, it in rows])
            opening = stock_opening.post(
                site=store.code,
                stock=[ShopStock(sku=codes[0], quantity=quantity) for codes, quantity in rows],
                by=get_trace(request),
                at=timezone.now(),
                message_id=make_id(),
            )
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            messages.success(request, _("The book has begun. The hub is told."))
            return redirect("pos:stock_opening", number=opening.number)
    context = {"store": store, "text": text, "typed": request.POST}
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/stock_opening_form.html", context, status=status)


@require_GET
@page(action="pos.read")
def show_opening(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a store's book began with."""
    actor = get_actor(request)
    opening = queries.get_opening(number)
    actor.require_site(opening.site)
    history = read_history(
        document_type=stock_opening.DOCUMENT_TYPE,
        number=number,
        postings=[
            (f"pos:{opening.site}", f"stock_opening/{number}/{step}")
            for step in ("post", "reverse")
        ],
        message_ids=[opening.message_id],
    )
    context = {
        "opening": opening,
        "book_code": f"pos:{opening.site}",
        "history": history,
        "may_reverse": actor.may("pos.reverse"),
        "correction_causes": reversals.CAUSES.items(),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "pos/stock_opening.html", context)
