"""Returns on the order desk: the list of all, and announcing, noting the refund, giving up."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.money import parse_amount
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import find_sku_names
from yipan.oms.documents import order_return as verbs
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.models.order_return import OrderReturnState
from yipan.oms.queries import orders, returns
from yipan.oms.queries.returns import ReturnFilter
from yipan.pool.queries.channels import list_channel_names

DIGITS_MAX = 9
ROWS_PER_PAGE = 50
DAYS = (1, 3, 7, 30)


@require_GET
@page(action="oms.read")
def list_returns(request: HttpRequest) -> HttpResponse:
    """List returns of all orders; what waits for somebody the oldest first."""
    actor = get_actor(request)
    which = _read_filter(request, actor=actor)
    found = returns.search_returns(
        which, after=request.GET.get("after", "")[:20], limit=ROWS_PER_PAGE + 1
    )
    rows = found[:ROWS_PER_PAGE]
    details = [row.detail for row in rows]
    places = {it.site for it in details} | {row.site for it in details for row in it.receipts}
    context = {
        "rows": [
            {
                "it": row,
                "announced": sum(line.quantity for line in row.detail.lines),
                "came": sum(line.quantity_received for line in row.detail.lines),
                "sites": sorted({it.site for it in row.detail.receipts}) or [row.detail.site],
            }
            for row in rows
        ],
        "next_after": rows[-1].cursor if len(found) > ROWS_PER_PAGE else "",
        "which": which,
        "days": request.GET.get("days", ""),
        "days_offered": DAYS,
        "sites": masterdata.list_sites(only=actor.sites),
        "places": masterdata.find_sites(places - {""}),
        "goods": find_sku_names({line.sku for it in details for line in it.lines}),
        "channels": {row.code: row for row in list_channel_names()},
    }
    return render(request, "oms/returns.html", context)


@require_GET
@page(action="oms.read")
def show_return(request: HttpRequest, number: str) -> HttpResponse:
    """Lead to a return on the page of its order."""
    row = returns.get_return(number, sites=get_actor(request).sites)
    return redirect(f"{reverse('oms:order', kwargs={'number': row.order})}#return-{number}")


@require_POST
@page(action="oms.order.write")
def announce_return(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what a customer will bring back."""
    detail = orders.get_order(number, sites=get_actor(request).sites)
    quantities = {
        line.sku: _read(request.POST.get(f"quantity-{line.sku}", "")) for line in detail.lines
    }
    announced = Announced(
        order=number,
        lines=tuple(
            BroughtBack(sku=sku, quantity=quantity)
            for sku, quantity in quantities.items()
            if quantity
        ),
        reason=request.POST.get("reason", "").strip()[:200],
    )
    trace = get_trace(request)
    take_step(
        request,
        lambda: verbs.announce(announced=announced, by=trace, at=timezone.now()),
        done=_("Announced. Any site may take it back."),
    )
    return redirect("oms:order", number=number)


@require_POST
@page(action="oms.order.write")
def refund_return(request: HttpRequest, number: str) -> HttpResponse:
    """Write down that the money was paid back."""
    row = returns.get_return(number, sites=get_actor(request).sites)
    trace = get_trace(request)
    currency = orders.get_order(row.order).currency
    amount = parse_amount(request.POST.get("amount", ""), currency=currency)
    if amount is None or amount < 0:
        messages.error(request, _("This is no amount. Write it as 12.50."))
        return redirect("oms:order", number=row.order)
    take_step(
        request,
        lambda: verbs.refund(
            number=number,
            amount_minor=amount,
            reference=request.POST.get("reference", ""),
            by=trace,
            at=timezone.now(),
        ),
        done=_("Noted. It moves no goods."),
    )
    return redirect("oms:order", number=row.order)


@require_POST
@page(action="oms.order.write")
def cancel_return(request: HttpRequest, number: str) -> HttpResponse:
    """Give a return up of which nothing came."""
    row = returns.get_return(number, sites=get_actor(request).sites)
    trace = get_trace(request)
    take_step(
        request,
        lambda: verbs.cancel(number=number, by=trace, at=timezone.now()),
        done=_("The customer keeps the goods."),
    )
    return redirect("oms:order", number=row.order)


def _read_filter(request: HttpRequest, *, actor: Actor) -> ReturnFilter:
    state = request.GET.get("state", "")
    site = request.GET.get("site", "")[:16]
    days = request.GET.get("days", "")
    is_known = days in {str(it) for it in DAYS}
    return ReturnFilter(
        state=state if state in OrderReturnState.values else "",
        site=site if site and actor.sees(site) else "",
        text=request.GET.get("q", "").strip()[:96],
        before=timezone.now() - timedelta(days=int(days)) if is_known else None,
        sites=actor.sites,
    )


def _read(text: str) -> int:
    digits = text.strip()[:DIGITS_MAX]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
