"""Operations that answer documents as PDF (单据打印)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.printing import PDF_ANSWER, answer_paper, choose_language
from yipan.erp import papers, queries
from yipan.erp.queries import adjustments, transfers

router = Router()


@router.get("/purchase-orders/{number}/paper", openapi_extra=PDF_ANSWER)
@endpoint(action="erp.read")
def print_purchase_order(request: HttpRequest, number: str, language: str = "") -> HttpResponse:
    """Answer a purchase order as PDF, in `language`: `en` or `zh-hans`."""
    order = queries.get_order(number)
    get_actor(request).require_site(order.site.code)
    paper = papers.print_order(
        order,
        language=choose_language(request),
        with_cost=get_actor(request).may("ledger.read_cost"),
    )
    return answer_paper(paper, name=number)


@router.get("/goods-receipts/{number}/paper", openapi_extra=PDF_ANSWER)
@endpoint(action="erp.read")
def print_goods_receipt(request: HttpRequest, number: str, language: str = "") -> HttpResponse:
    """Answer a goods receipt as PDF, in `language`: `en` or `zh-hans`."""
    receipt = queries.get_receipt(number)
    get_actor(request).require_site(receipt.head.site.code)
    paper = papers.print_receipt(receipt, language=choose_language(request))
    return answer_paper(paper, name=number)


@router.get("/transfers/{number}/paper", openapi_extra=PDF_ANSWER)
@endpoint(action="erp.read")
def print_transfer(request: HttpRequest, number: str, language: str = "") -> HttpResponse:
    """Answer a transfer as PDF, in `language`: `en` or `zh-hans`."""
    get_actor(request).require_any_site(*transfers.get_transfer_sites(number))
    order = transfers.get_transfer(number)
    paper = papers.print_transfer(order, language=choose_language(request))
    return answer_paper(paper, name=number)


@router.get("/adjustments/{number}/paper", openapi_extra=PDF_ANSWER)
@endpoint(action="erp.read")
def print_adjustment(request: HttpRequest, number: str, language: str = "") -> HttpResponse:
    """Answer an adjustment as PDF, in `language`: `en` or `zh-hans`."""
    actor = get_actor(request)
    actor.require_site(adjustments.get_adjustment_site(number))
    paper = papers.print_adjustment(
        adjustments.get_adjustment(number),
        language=choose_language(request),
        with_cost=actor.may("ledger.read_cost"),
    )
    return answer_paper(paper, name=number)
