"""Pages of what sites told and the hub booked: goods receipts, sales issues, openings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yipan.access import people
from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import reversals
from yipan.documents.history import read_history
from yipan.documents.printing import answer_paper, choose_language
from yipan.erp import papers, queries
from yipan.erp.queries import IssueFilter, ReceiptFilter, special_goods
from yipan.foundation.moments import read_day
from yipan.masterdata import queries as masterdata
from yipan.pool.book import SITE_BOOK

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
CASHIERS_MAX = 50

#: The steps of a document that may have posted something.
STEPS_POSTED = ("post", "reverse")


@require_GET
@page(action="erp.read")
def list_receipts(request: HttpRequest) -> HttpResponse:
    """List goods receipts."""
    actor = get_actor(request)
    which = ReceiptFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        site=find_chosen_site(request, actor=actor),
        only_warned=request.GET.get("warned") == "1",
        sites=actor.sites,
    )
    rows = queries.list_receipts(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "only_warned": which.only_warned,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
    }
    return render(request, "erp/goods_receipts.html", context)


@require_GET
@page(action="erp.read")
def show_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Show one goods receipt: what came, what a person should know, and how it was told."""
    actor = get_actor(request)
    receipt = queries.get_receipt(number)
    actor.require_site(receipt.head.site.code)
    history = read_history(
        document_type="goods_receipt",
        number=number,
        postings=[
            *((SITE_BOOK, f"goods_receipt/{number}/{step}") for step in STEPS_POSTED),
            *(
                (f"wms:{receipt.head.site.code}", f"receipt/{receipt.site_number}/{step}")
                for step in STEPS_POSTED
            ),
        ],
        message_ids=[receipt.message_id],
    )
    context = {
        "receipt": receipt,
        "history": history,
        "may_open_messages": actor.may("exchange.read"),
        "may_see_site": actor.may("wms.read"),
        "may_reverse": receipt.head.state == "posted" and actor.may("erp.goods_receipt.reverse"),
        "correction_causes": reversals.CAUSES.items(),
    }
    return render(request, "erp/goods_receipt.html", context)


@require_GET
@page(action="erp.read")
def print_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Show a goods receipt as PDF, in the language of the reader or of `?language=`."""
    receipt = queries.get_receipt(number)
    get_actor(request).require_site(receipt.head.site.code)
    paper = papers.print_receipt(receipt, language=choose_language(request))
    return answer_paper(paper, name=number)


@require_GET
@page(action="erp.read")
def list_sales_issues(request: HttpRequest) -> HttpResponse:
    """List sales issues."""
    actor = get_actor(request)
    day = read_day(request.GET.get("day", ""))
    sku = request.GET.get("sku", "").strip()[:TEXT_LENGTH_MAX]
    cashier = request.GET.get("cashier", "").strip()[:TEXT_LENGTH_MAX]
    which = IssueFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        site=find_chosen_site(request, actor=actor),
        day=day,
        sku=_find_sku(sku),
        cashiers=_find_cashiers(cashier),
        sites=actor.sites,
    )
    rows = queries.list_sales_issues(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "day": day,
        "sku": sku,
        "cashier": cashier,
        "is_filtered": bool(which.text or day or sku or cashier),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
    }
    return render(request, "erp/sales_issues.html", context)


@require_GET
@page(action="erp.read")
def show_sales_issue(request: HttpRequest, number: str) -> HttpResponse:
    """Show one sales issue: the ticket as the hub booked it."""
    actor = get_actor(request)
    issue = queries.get_sales_issue(number)
    site = issue.head.site.code
    actor.require_site(site)
    history = read_history(
        document_type="sales_issue",
        number=number,
        postings=[
            (SITE_BOOK, f"sales_issue/{number}/post"),
            (f"pos:{site}", f"ticket/{issue.head.ticket_number}/post"),
        ],
        message_ids=[issue.message_id],
    )
    context = {
        "issue": issue,
        "history": history,
        "undue_gifts": special_goods.list_undue_gifts(number=number),
        "may_open_messages": actor.may("exchange.read"),
        "may_see_site": actor.may("pos.read"),
    }
    return render(request, "erp/sales_issue.html", context)


@require_GET
@page(action="erp.read")
def show_opening(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a site's book began with."""
    actor = get_actor(request)
    opening = queries.get_opening(number)
    actor.require_site(opening.site.code)
    history = read_history(
        document_type="stock_opening",
        number=number,
        postings=[(SITE_BOOK, f"stock_opening/{number}/{step}") for step in STEPS_POSTED],
        message_ids=[opening.message_id],
    )
    context = {
        "opening": opening,
        "history": history,
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/stock_opening.html", context)


def _find_sku(text: str) -> str:
    """Return the code of the SKU that is meant by its code or a barcode; else the text itself."""
    for code in (text, text.upper()):
        if masterdata.find_skus({code}):
            return code
    scan = masterdata.find_by_barcode(text) if text else None
    return scan.sku.code if scan else text


def _find_cashiers(text: str) -> tuple[str, ...]:
    """Return the names by which tickets may name the people who are meant."""
    if not text:
        return ()
    return (text, *(row.username for row in people.list_people(text=text)[:CASHIERS_MAX]))
