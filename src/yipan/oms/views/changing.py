"""What a person changes of an order taken in (改单): less of it, and how long it may wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.ids import make_id
from yipan.masterdata import queries as masterdata
from yipan.masterdata.units import TEXT_LENGTH_MAX, read_quantity
from yipan.oms.documents import order_change
from yipan.oms.queries import orders
from yipan.oms.queries.orders import OrderDetail


@require_POST
@page(action="oms.order.write")
def reduce_order(request: HttpRequest, number: str) -> HttpResponse:
    """Take less of some lines: what was typed is how much of each is still wanted."""
    detail = orders.get_order(number, sites=get_actor(request).sites)
    texts = {
        line.line: request.POST.get(f"quantity-{line.line}", "").strip()[:TEXT_LENGTH_MAX]
        for line in detail.lines
    }
    if not any(texts.values()):
        messages.error(request, _("Nothing was changed: no quantity was written."))
        return redirect("oms:order", number=number)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: order_change.reduce(
            number=number,
            wanted=_read(detail, texts),
            by=trace,
            at=timezone.now(),
            message_id=make_id(),
        ),
        done=_("Changed. What waits is canceled; sites that work on the rest were told."),
    )
    return redirect("oms:order", number=number)


@require_POST
@page(action="oms.order.write")
def change_cancel_day(request: HttpRequest, number: str) -> HttpResponse:
    """Set, move or take away the day on which what still waits is canceled."""
    orders.get_order(number, sites=get_actor(request).sites)
    text = request.POST.get("cancel_on", "").strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        messages.error(request, _("This is no day. Write it as 2026-03-31."))
        return redirect("oms:order", number=number)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: order_change.reschedule(number=number, cancel_on=day, by=trace, at=timezone.now()),
        done=_("Changed. What waits then is canceled by itself.")
        if day
        else _("Changed. What waits is not canceled by itself."),
    )
    return redirect("oms:order", number=number)


def _read(detail: OrderDetail, texts: Mapping[int, str]) -> dict[int, int]:
    """
    Return line to how much of it is wanted, in smallest units, of what was typed.

    :raises NotLess: if more of a line is wanted than was ordered, or a quantity is below zero.
    """
    goods = masterdata.find_skus({line.sku for line in detail.lines})
    wanted = {}
    for line in detail.lines:
        if texts[line.line]:
            quantity = read_quantity(sku=goods[line.sku], text=texts[line.line])
            if not 0 <= quantity <= line.quantity_wanted:
                raise order_change.NotLess(
                    line=line.line, asked=quantity, wanted=line.quantity_wanted
                )
            wanted[line.line] = quantity
    return wanted
