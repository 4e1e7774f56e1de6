"""One step of many orders: what would become of each, and then what did."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.oms.documents import many
from yipan.oms.queries import orders

NAMES: Mapping[str, str | Promise] = {
    "source": gettext_lazy("Source again"),
    "cancel": gettext_lazy("Cancel orders"),
}


@require_POST
@page(action="oms.order.write")
def take_many(request: HttpRequest) -> HttpResponse:
    """Show what a step would do to each of many orders; with `go`, take it."""
    step = request.POST.get("step", "")
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[: many.ORDERS_MAX]
    if step not in NAMES:
        messages.error(request, _("Choose what to do with them."))
        return redirect("oms:orders")
    seen = orders.filter_seen(numbers, sites=get_actor(request).sites)
    numbers = [number for number in numbers if number in seen]
    if not numbers:
        messages.error(request, _("Choose at least one first: by a click, or with x."))
        return redirect("oms:orders")
    is_trial = "go" not in request.POST
    reason = request.POST.get("reason", "").strip()[:200]
    outcomes = many.take_many(
        step=step,
        numbers=numbers,
        is_trial=is_trial,
        by=get_trace(request, reason=reason),
        at=timezone.now(),
    )
    refused = sum(it.refusal is not None for it in outcomes)
    context = {
        "rows": [
            {"outcome": it, "sentence": tell(it.refusal) if it.refusal else ""} for it in outcomes
        ],
        "is_trial": is_trial,
        "step": step,
        "name": NAMES[step],
        "total": len(outcomes),
        "refused": refused,
        "taken": len(outcomes) - refused,
    }
    return render(request, "oms/many.html", context)
