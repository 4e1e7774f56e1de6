"""The page of limits of approving purchase orders (采购审批限额)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.roles import ROLE_LABELS, Role
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.erp.documents.purchasing import purchase_limit
from yipan.erp.queries.purchase_limits import count_drafts_above, list_currencies
from yipan.foundation.money import parse_amount, write_amount

CURRENCY = "CNY"


@require_GET
@page(action="erp.read_limits")
def list_limits(request: HttpRequest) -> HttpResponse:
    """Show how much each role may approve, and what waits for somebody who may approve more."""
    actor = get_actor(request)
    currencies = list_currencies()
    chosen = request.GET.get("currency", "")
    currency = chosen if chosen in currencies else currencies[0]
    limits = purchase_limit.list_limits(currency=currency)
    rows = [
        {
            "limit": limit,
            "label": ROLE_LABELS[Role(limit.role)],
            "amount": ""
            if limit.value_max_minor is None
            else write_amount(limit.value_max_minor, currency=currency),
            "above": 0
            if limit.value_max_minor is None
            else count_drafts_above(currency=currency, value_minor=limit.value_max_minor),
            "history": read_history(
                document_type=purchase_limit.DOCUMENT_TYPE, number=f"{limit.role}/{currency}"
            ).entries[:3],
        }
        for limit in limits
    ]
    context = {
        "rows": rows,
        "currency": currency,
        "currencies": currencies,
        "may_write": actor.may("erp.purchase_limit.write"),
    }
    return render(request, "erp/purchase_limits.html", context)


@require_POST
@page(action="erp.purchase_limit.write")
def set_limit(request: HttpRequest) -> HttpResponse:
    """Say how much a role may approve."""
    actor = get_actor(request)
    currency = request.POST.get("currency", CURRENCY)[:3]
    text = request.POST.get("amount", "").strip()
    amount = parse_amount(text, currency=currency) if text else None
    role = request.POST.get("role", "")
    if (text and amount is None) or role not in purchase_limit.list_roles():
        messages.error(request, _("A limit is an amount such as 50,000.00, or nothing at all."))
        return redirect("erp:purchase_limits")
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: purchase_limit.set_limit(
            role=role,
            currency=currency,
            value_max_minor=amount,
            roles=actor.roles,
            by=trace,
            at=timezone.now(),
        ),
        done=_("Saved. It counts from the next approval on."),
    )
    return redirect("erp:purchase_limits")
