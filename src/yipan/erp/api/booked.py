"""Reads of what sites told and the hub booked: goods receipts, sales issues."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.erp import queries
from yipan.erp.api.schemas import (
    GoodsReceiptBrief,
    GoodsReceiptOut,
    GoodsReceiptPage,
    IssueBrief,
    IssueOut,
    IssuePage,
    IssueQuery,
    PageQuery,
)
from yipan.erp.queries import IssueFilter, ReceiptFilter

router = Router()


@router.get("/goods-receipts", response=GoodsReceiptPage)
@endpoint(action="erp.read")
def list_goods_receipts(request: HttpRequest, which: Query[PageQuery]) -> GoodsReceiptPage:
    """List goods receipts (收货单), the last posted first."""
    rows = queries.list_receipts(
        ReceiptFilter(text=which.q, site=which.site, sites=get_actor(request).sites),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return GoodsReceiptPage(
        data=[GoodsReceiptBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/goods-receipts/{number}", response=GoodsReceiptOut)
@endpoint(action="erp.read")
def get_goods_receipt(request: HttpRequest, number: str) -> GoodsReceiptOut:
    """Tell one goods receipt with its lines and the message that told of it."""
    receipt = queries.get_receipt(number)
    get_actor(request).require_site(receipt.head.site.code)
    return GoodsReceiptOut.of(receipt)


@router.get("/sales-issues", response=IssuePage)
@endpoint(action="erp.read")
def list_sales_issues(request: HttpRequest, which: Query[IssueQuery]) -> IssuePage:
    """List sales issues (销售出库单), the last booked first."""
    rows = queries.list_sales_issues(
        IssueFilter(
            text=which.q,
            site=which.site,
            day=which.day,
            sku=which.sku,
            cashiers=(which.cashier,) if which.cashier else (),
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return IssuePage(
        data=[IssueBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/sales-issues/{number}", response=IssueOut)
@endpoint(action="erp.read")
def get_sales_issue(request: HttpRequest, number: str) -> IssueOut:
    """Tell one sales issue with its lines and the message that told of it."""
    issue = queries.get_sales_issue(number)
    get_actor(request).require_site(issue.head.site.code)
    return IssueOut.of(issue)
