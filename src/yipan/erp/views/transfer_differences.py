"""Pages of transfer differences (调拨差异单): list, document, and settling it."""

from __future__ import annotations

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
from yipan.erp.documents.transfers import transfer_difference
from yipan.erp.documents.transfers.transfer_difference import SettledLine
from yipan.erp.models.transfer_difference import TransferOutcome
from yipan.erp.queries import transfer_differences
from yipan.pool.book import SITE_BOOK

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
QUANTITY_DIGITS_MAX = 12


@require_GET
@page(action="erp.read")
def list_differences(request: HttpRequest) -> HttpResponse:
    """List what did not come, the open ones first."""
    actor = get_actor(request)
    state = request.GET.get("state", "open")
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    rows = transfer_differences.list_differences(
        state=state if state in ("open", "settled") else "",
        site=find_chosen_site(request, actor=actor),
        text=text,
        sites=actor.sites,
        after=request.GET.get("after", "")[:TEXT_LENGTH_MAX],
        limit=ROWS_PER_PAGE,
    )
    context = {
        "rows": rows,
        "text": text,
        "state": state,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
    }
    return render(request, "erp/transfer_differences.html", context)


@require_GET
@page(action="erp.read")
def show_difference(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is missing of a transfer, and what was decided."""
    actor = get_actor(request)
    _require_seen(request, number)
    document = transfer_differences.get_difference(number)
    origins = sorted({each.origin for each in document.settlements})
    history = read_history(
        document_type=transfer_difference.DOCUMENT_TYPE,
        number=number,
        postings=[(SITE_BOOK, origin) for origin in origins],
    )
    context = {
        "document": document,
        "history": history,
        "outcomes": TransferOutcome.choices,
        "labels": dict(TransferOutcome.choices),
        "may_settle": actor.may("erp.transfer_difference.settle") and document.head.state == "open",
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/transfer_difference.html", context)


@require_POST
@page(action="erp.transfer_difference.settle")
def settle_difference(request: HttpRequest, number: str) -> HttpResponse:
    """Settle quantities, each with its outcome."""
    _require_seen(request, number)
    lines = [
        SettledLine(sku=sku, quantity=int(quantity), outcome=outcome)
        for sku, quantity, outcome in zip(
            request.POST.getlist("sku"),
            request.POST.getlist("quantity"),
            request.POST.getlist("outcome"),
            strict=False,
        )
        if quantity.isdecimal() and len(quantity) <= QUANTITY_DIGITS_MAX and int(quantity) > 0
    ]
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: transfer_difference.settle(
            number=number,
            lines=lines,
            reference=request.POST.get("reference", "").strip()[:TEXT_LENGTH_MAX],
            by=trace,
            at=timezone.now(),
        ),
        done=_("Settled. The goods are out of transit."),
    )
    return redirect("erp:transfer_difference", number=number)


@require_POST
@page(action="erp.transfer_difference.settle")
def assign_difference(request: HttpRequest, number: str) -> HttpResponse:
    """Say who has to find out what became of the goods."""
    _require_seen(request, number)
    owner = request.POST.get("owner", "").strip()[:TEXT_LENGTH_MAX] or get_actor(request).name
    trace = get_trace(request)
    take_step(
        request,
        lambda: transfer_difference.assign(number=number, owner=owner, by=trace, at=timezone.now()),
        done=_("Assigned."),
    )
    return redirect("erp:transfer_difference", number=number)


def _require_seen(request: HttpRequest, number: str) -> None:
    get_actor(request).require_any_site(*transfer_differences.get_difference_sites(number))
