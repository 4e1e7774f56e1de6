"""Changing a purchase order that was sent (采购订单变更), and deciding on a change that waits."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step, tell
from yipan.erp import queries
from yipan.erp.documents.purchasing import purchase_change
from yipan.erp.documents.purchasing.purchase_change import Wanted
from yipan.erp.documents.purchasing.purchase_order import OrderedLine
from yipan.erp.forms import LineEntry, make_line, read_lines
from yipan.erp.models import PurchaseChange
from yipan.erp.queries import OrderDetail
from yipan.erp.views.typed import read_day, read_whole
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal


@require_http_methods(["GET", "POST"])
@page(action="erp.purchase_order.write")
def change_order(request: HttpRequest, number: str) -> HttpResponse:
    """Say what an order that was sent should say instead."""
    actor = get_actor(request)
    order = queries.get_order(number)
    actor.require_site(order.site.code)
    if order.state not in purchase_change.STEPS["change"]:
        messages.error(request, _("Only an order that was sent, and has not all come, is changed."))
        return redirect("erp:purchase_order", number=number)
    if request.method == "GET":
        lines = [
            make_line(
                line.sku, quantity=line.quantity_ordered, unit_cost_minor=line.unit_cost_minor
            )
            for line in order.lines
        ]
        return _show(request, order, lines=lines, expected_on=order.expected_on)
    lines = read_lines(request.POST, currency=order.currency)
    expected_on = read_day(request.POST.get("expected_on", ""))
    if not any(line.errors for line in lines):
        change = _try(request, order, lines, expected_on=expected_on)
        if change is not None and change.state == "proposed":
            messages.success(request, _("Asked for. It costs more, so another person decides."))
        elif change is not None:
            messages.success(request, _("Changed. The warehouse is told."))
        if change is not None:
            return redirect("erp:purchase_order", number=number)
    return _show(request, order, lines=lines, expected_on=expected_on)


@require_POST
@page(action="erp.purchase_order.approve")
def decide_change(request: HttpRequest, number: str) -> HttpResponse:
    """Approve or reject the change of an order that waits."""
    actor = get_actor(request)
    actor.require_site(queries.get_order_site(number))
    is_approved = request.POST.get("decision") == "approve"
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: purchase_change.decide(
            number=number,
            is_approved=is_approved,
            roles=actor.roles,
            by=trace,
            at=timezone.now(),
            message_id=make_id(),
        ),
        done=_("Changed. The warehouse is told.")
        if is_approved
        else _("Rejected. The order stays as it is."),
    )
    return redirect("erp:purchase_order", number=number)


def _try(
    request: HttpRequest, order: OrderDetail, lines: list[LineEntry], *, expected_on: date | None
) -> PurchaseChange | None:
    """Change the order, or ask for it; tell why not, and return None, when it is refused."""
    days = {line.sku.code: line.expected_on for line in order.lines}
    wanted = Wanted(
        lines=tuple(
            OrderedLine(
                sku=line.sku.code,
                quantity=line.quantity_read,
                unit_cost_minor=line.unit_cost_read,
                expected_on=days.get(line.sku.code),
            )
            for line in lines
        ),
        expected_on=expected_on,
    )
    try:
        return purchase_change.propose(
            number=order.number,
            wanted=wanted,
            version=read_whole(request.POST.get("version", "")) or 0,
            by=get_trace(request, reason=request.POST.get("reason", "")),
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _show(
    request: HttpRequest, order: OrderDetail, *, lines: list[LineEntry], expected_on: date | None
) -> HttpResponse:
    came = {line.sku.code: line.quantity_received for line in order.lines}
    for line in lines:
        line.quantity_came = came.get(line.sku.code, 0)
    context = {
        "order": order,
        "lines": lines,
        "currency": order.currency,
        "expected_on": expected_on.isoformat() if expected_on else "",
        "reason": request.POST.get("reason", ""),
        "version": request.POST.get("version", order.version),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/purchase_change_form.html", context, status=status)
