"""Desk pages of inbound orders (入库通知单) and receipts (收货单)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import reversals
from yipan.documents.history import read_history
from yipan.wms import queries
from yipan.wms.documents.inbound import inbound_order, receipt
from yipan.wms.queries import (
    InboundFilter,
    InboundRow,
    ReceiptDetail,
    ReceiptFilter,
    arrivals,
    photos,
)

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96

GROUPS: dict[str, tuple[str, ...]] = {
    "open": ("released", "partly_received"),
    "done": ("received", "closed_short", "canceled"),
}
WAY = "released received"
WAY_IN_PARTS = "released partly_received received"


@require_GET
@page(action="wms.read")
def list_inbound_orders(request: HttpRequest) -> HttpResponse:
    """List inbound orders."""
    actor = get_actor(request)
    group = request.GET.get("state", "open")
    which = InboundFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=GROUPS.get(group, ()),
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = queries.list_inbound_orders(
        which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE
    )
    coming = arrivals.find_next_arrivals([row.number for row in rows])
    context = {
        "rows": [(row, coming.get(row.number)) for row in rows],
        "text": which.text,
        "group": group if group in GROUPS else "all",
        "today": timezone.localdate(),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_receive": actor.may("wms.receive"),
    }
    return render(request, "wms/inbound_orders.html", context)


@require_GET
@page(action="wms.read")
def show_inbound_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one inbound order: what is expected, and what came of it."""
    actor = get_actor(request)
    order = queries.get_inbound_order(number)
    site = order.head.site.code
    actor.require_site(site)
    receipts = queries.list_receipts(ReceiptFilter(order=number, sites=actor.sites))
    history = read_history(
        document_type=inbound_order.DOCUMENT_TYPE,
        number=number,
        postings=[
            (f"wms:{site}", f"receipt/{row.number}/post")
            for row in receipts
            if row.state == "posted"
        ],
    )
    context = {
        "order": order,
        "way": WAY_IN_PARTS if order.head.state == "partly_received" else WAY,
        "receipts": receipts,
        "now": timezone.now(),
        "arrivals": arrivals.list_arrivals_of_order(number, site=site),
        "history": history,
        "may_receive": actor.may("wms.receive"),
        "may_open_messages": actor.may("exchange.read"),
        "may_see_order": actor.may("erp.read"),
    }
    return render(request, "wms/inbound_order.html", context)


@require_GET
@page(action="wms.read")
def list_receipts(request: HttpRequest) -> HttpResponse:
    """List receipts of warehouses."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    which = ReceiptFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=(state,) if state in ("draft", "posted", "reversed", "canceled") else (),
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = queries.list_receipts(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "state": state,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_receive": actor.may("wms.receive"),
    }
    return render(request, "wms/receipts.html", context)


@require_GET
@page(action="wms.read")
def show_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Show one receipt: what was posted, and every scan that led to it."""
    actor = get_actor(request)
    detail = queries.get_receipt(number)
    site = detail.head.site.code
    actor.require_site(site)
    history = read_history(
        document_type=receipt.DOCUMENT_TYPE,
        number=number,
        postings=[(f"wms:{site}", f"receipt/{number}/{step}") for step in ("post", "reverse")],
        message_ids=[detail.message_id] if detail.message_id else [],
    )
    context = {
        "receipt": detail,
        "history": history,
        "photos": photos.list_photos(document_type=receipt.DOCUMENT_TYPE, number=number),
        "may_match": _may_match(detail) and actor.may("wms.receive"),
        "orders": _list_open_orders(site) if _may_match(detail) else [],
        "may_reverse": actor.may("wms.reverse"),
        "correction_causes": reversals.CAUSES.items(),
        "may_receive": actor.may("wms.receive"),
        "may_open_messages": actor.may("exchange.read"),
        "may_see_order": actor.may("erp.read"),
    }
    return render(request, "wms/receipt.html", context)


def _may_match(detail: ReceiptDetail) -> bool:
    """Tell whether goods came blind, and nobody has said yet to which order they belong."""
    head = detail.head
    return head.state == "posted" and not head.inbound_order_number and not detail.is_return


def _list_open_orders(site: str) -> list[InboundRow]:
    which = InboundFilter(states=("released", "partly_received"), sites=frozenset({site}))
    return queries.list_inbound_orders(which, limit=ROWS_PER_PAGE)
