"""Desk pages of outbound orders (出库通知单) and shipments (发货单)."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.wms.documents.outbound import outbound_order, shipment
from yipan.wms.queries import outbound_orders, shipments
from yipan.wms.queries.outbound_orders import OutboundFilter

ROWS_PER_PAGE = 50
POSTINGS_SHOWN_MAX = 30
TEXT_LENGTH_MAX = 96

GROUPS: dict[str, tuple[str, ...]] = {
    "open": ("released", "picking", "picked", "packed", "partly_shipped"),
    "ship": ("picked", "packed"),
    "done": ("shipped", "closed_short", "canceled"),
}


@require_GET
@page(action="wms.read")
def list_orders(request: HttpRequest) -> HttpResponse:
    """List outbound orders."""
    actor = get_actor(request)
    group = request.GET.get("state", "open")
    which = OutboundFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=GROUPS.get(group, ()),
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = outbound_orders.list_outbound_orders(
        which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE
    )
    context = {
        "rows": rows,
        "text": which.text,
        "group": group if group in GROUPS else "all",
        "today": timezone.localdate(),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_pick": actor.may("wms.pick"),
    }
    return render(request, "wms/outbound_orders.html", context)


@require_GET
@page(action="wms.read")
def show_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one outbound order: lines, picks, shipments."""
    actor = get_actor(request)
    order = outbound_orders.get_outbound_order(number)
    site = order.head.site.code
    actor.require_site(site)
    shown = range(max(1, order.postings_count - POSTINGS_SHOWN_MAX), order.postings_count + 1)
    steps = ("reserve", "pick", "short", "undo", "drop", "cancel", "close")
    history = read_history(
        document_type=outbound_order.DOCUMENT_TYPE,
        number=number,
        postings=[
            *((f"wms:{site}", f"shipment/{row.number}/post") for row in order.shipments),
            *((f"wms:{site}", f"outbound_order/{number}/{it}-{n}") for n in shown for it in steps),
        ],
    )
    state = order.head.state
    middle = state if state in {"partly_shipped", "packed"} else "picked"
    context = {
        "order": order,
        "way": f"to_pick picking {middle} shipped",
        "history": history,
        "may_pick": actor.may("wms.pick"),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "wms/outbound_order.html", context)


@require_POST
@page(action="wms.pick")
def reserve(request: HttpRequest, number: str) -> HttpResponse:
    """Try again to set aside what could not be."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    step = partial(outbound_order.reserve, number=number, by=get_trace(request), at=timezone.now())
    take_step(request, step, done=_("Looked again: what is there is set aside."))
    return redirect("wms:outbound_order", number=number)


@require_GET
@page(action="wms.read")
def show_shipment(request: HttpRequest, number: str) -> HttpResponse:
    """Show what left, and the message that tells of it."""
    actor = get_actor(request)
    detail = shipments.get_shipment(number)
    site = detail.site.code
    actor.require_site(site)
    history = read_history(
        document_type=shipment.DOCUMENT_TYPE,
        number=number,
        postings=[
            (f"wms:{site}", f"shipment/{number}/post"),
            (f"wms:{site}", f"shipment/{number}/reverse"),
        ],
        message_ids=list(detail.message_ids),
    )
    context = {
        "shipment": detail,
        "history": history,
        "may_reverse": actor.may("wms.reverse"),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "wms/shipment.html", context)


@require_POST
@page(action="wms.reverse")
def reverse_shipment(request: HttpRequest, number: str) -> HttpResponse:
    """Undo a shipment that did not leave."""
    get_actor(request).require_site(shipments.get_shipment(number).site.code)
    step = partial(
        shipment.reverse,
        number=number,
        by=get_trace(request, reason=request.POST.get("reason", "")),
        at=timezone.now(),
        message_id=make_id(),
    )
    take_step(request, step, done=_("Reversed. The goods stand picked again; the hub is told."))
    return redirect("wms:shipment", number=number)
