"""One step of many documents: what would become of each, and then what did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.erp.documents import steps
from yipan.erp.documents.steps import Many, Outcome
from yipan.erp.queries.many import find_rows

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise

NUMBERS_MAX = 1_000

#: Type of document to the URL names of its list and its page, and what many of them are called.
TYPES: Mapping[str, tuple[str, str, StrPromise]] = {
    "purchase_order": (
        "erp:purchase_orders",
        "erp:purchase_order",
        gettext_lazy("Purchase orders"),
    ),
    "transfer_order": ("erp:transfers", "erp:transfer", gettext_lazy("Transfers")),
    "allocation": ("erp:allocations", "erp:allocation", gettext_lazy("Allocations")),
    "adjustment": ("erp:adjustments", "erp:adjustment", gettext_lazy("Adjustments")),
}
#: Steps that say no, and therefore why.
WITH_REASON = frozenset({"reject", "recount", "cancel"})


@require_POST
@page(action="erp.read")
def take_many(request: HttpRequest) -> HttpResponse:
    """Show what a step would do to each of many documents; with `go`, take it."""
    actor = get_actor(request)
    document_type, step = request.POST.get("document_type", ""), request.POST.get("step", "")
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[:NUMBERS_MAX]
    if document_type not in TYPES or (document_type, step) not in steps.STEPS:
        messages.error(request, _("Choose what to do with them."))
        return redirect("erp:transfers")
    list_url, page_url, name = TYPES[document_type]
    if not numbers:
        messages.error(request, _("Choose at least one first: by a click, or with x."))
        return redirect(list_url)
    is_trial = "go" not in request.POST
    reason = request.POST.get("reason", "")
    many = Many(
        document_type=document_type,
        step=step,
        numbers=numbers,
        # A trial is about everything but the reason, which is asked for with it.
        by=get_trace(request, reason=reason or ("…" if is_trial else "")),
        at=timezone.now(),
    )
    # Before they change: what they are now stands beside what they become.
    before = find_rows(document_type, numbers)
    outcomes = steps.take_many(many, actor=actor, is_trial=is_trial)
    context = {
        "rows": [
            {
                "outcome": it,
                "before": before.get(it.number),
                "sentence": tell(it.refusal) if it.refusal else "",
            }
            for it in outcomes
        ],
        "is_trial": is_trial,
        "name": name,
        "list_url": list_url,
        "page_url": page_url,
        "document_type": document_type,
        "step": step,
        "reason": reason,
        "asks_reason": step in WITH_REASON,
        **_count(outcomes),
    }
    return render(request, "erp/many.html", context)


def _count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    refused = sum(it.refusal is not None for it in outcomes)
    return {"total": len(outcomes), "refused": refused, "taken": len(outcomes) - refused}
