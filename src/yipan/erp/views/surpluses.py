"""The work list of receipt surpluses (超收): propose what becomes of the goods, and decide."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_reversal, take_step
from yipan.documents.history import read_history
from yipan.erp import queries
from yipan.erp.documents.purchasing import receipt_reversal, receipt_surplus
from yipan.erp.queries import SurplusFilter
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
#: Outcome to the way of a surplus.
WAYS = {"accept": "open proposed kept", "return": "open proposed returned"}


@require_GET
@page(action="erp.read")
def list_surpluses(request: HttpRequest) -> HttpResponse:
    """List what came too much: what waits for a decision, or all."""
    actor = get_actor(request)
    which = SurplusFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        site=find_chosen_site(request, actor=actor),
        is_waiting=request.GET.get("all") != "1",
        sites=actor.sites,
    )
    rows = queries.list_surpluses(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": [(row, row.proposed_by == actor.name) for row in rows],
        "text": which.text,
        "shows_all": not which.is_waiting,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_propose": actor.may("erp.receipt_surplus.propose"),
        "may_decide": actor.may("erp.receipt_surplus.decide"),
    }
    return render(request, "erp/receipt_surpluses.html", context)


@require_GET
@page(action="erp.read")
def show_surplus(request: HttpRequest, number: str) -> HttpResponse:
    """Show one surplus: what came too much, what was proposed, and what was decided."""
    actor = get_actor(request)
    row = queries.get_surplus(number)
    actor.require_site(row.site.code)
    is_own = row.proposed_by == actor.name
    context = {
        "row": row,
        "way": WAYS.get(row.outcome, "open proposed kept"),
        "is_own": row.state == "proposed" and is_own,
        "may_propose": row.state == "open" and actor.may("erp.receipt_surplus.propose"),
        "may_decide": row.state == "proposed"
        and not is_own
        and actor.may("erp.receipt_surplus.decide"),
        "history": read_history(document_type=receipt_surplus.DOCUMENT_TYPE, number=number),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/receipt_surplus.html", context)


@require_POST
@page(action="erp.receipt_surplus.propose")
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """Say what should become of the goods."""
    outcome = request.POST.get("outcome", "")
    return _step(
        request,
        number,
        lambda by: receipt_surplus.propose(
            number=number, outcome=outcome, by=by, at=timezone.now()
        ),
        done=_("Proposed. Another person decides."),
    )


@require_POST
@page(action="erp.receipt_surplus.decide")
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """Follow a proposal somebody else made."""
    roles = [str(role) for role in get_actor(request).roles]
    return _step(
        request,
        number,
        lambda by: receipt_surplus.approve(
            number=number, roles=roles, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Approved. The site is told."),
    )


@require_POST
@page(action="erp.receipt_surplus.decide")
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Do not follow a proposal."""
    return _step(
        request,
        number,
        lambda by: receipt_surplus.reject(number=number, by=by, at=timezone.now()),
        done=_("Rejected. The goods stay blocked."),
    )


@require_POST
@page(action="erp.goods_receipt.reverse")
def ask_reversal(request: HttpRequest, number: str) -> HttpResponse:
    """Tell a site to undo a goods receipt."""
    get_actor(request).require_site(queries.get_receipt(number).head.site.code)
    done = _("The site is told to undo it. Both books change when it has.")
    take_reversal(request, receipt_reversal.ask, number=number, done=done)
    return redirect("erp:goods_receipt", number=number)


def _step(
    request: HttpRequest, number: str, take: Callable[[Trace], object], *, done: str
) -> HttpResponse:
    get_actor(request).require_site(queries.get_surplus(number).site.code)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(request, lambda: take(trace), done=done)
    if request.POST.get("back") == "page":
        return redirect("erp:receipt_surplus", number=number)
    return redirect("erp:receipt_surpluses")
