"""What the order desk decides about returns: announce, note the refund, give up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.money import parse_amount
from yipan.oms.documents import order_return as verbs
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.queries import orders, returns

DIGITS_MAX = 9


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


def _read(text: str) -> int:
    digits = text.strip()[:DIGITS_MAX]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
