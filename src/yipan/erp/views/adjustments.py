"""Pages of adjustments (库存调整单): what waits for a decision, the document, raising one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.documents.printing import answer_paper, choose_language
from yipan.erp import papers
from yipan.erp.documents.steps import list_steps
from yipan.erp.documents.stock import adjustment
from yipan.erp.documents.stock.adjustment import Wanted
from yipan.erp.forms import read_goods
from yipan.erp.models import Adjustment
from yipan.erp.models.adjustment import AdjustmentType
from yipan.erp.queries import adjustments
from yipan.erp.queries.adjustments import AdjustmentDetail, AdjustmentFilter
from yipan.erp.rules import adjustment as rules
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.erp.views.limits import describe
from yipan.foundation.ids import make_id
from yipan.foundation.limits import Verdict
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.masterdata import queries as masterdata
from yipan.pool.book import SITE_BOOK
from yipan.stocktake.queries.results import list_moved

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96

#: What a site may be asked to adjust. What is promised to somebody is moved by its order.
STATUSES = (
    StockStatus.AVAILABLE,
    StockStatus.QUARANTINE,
    StockStatus.DAMAGED,
    StockStatus.BLOCKED,
)

#: Group in the address to the states it shows.
GROUPS: dict[str, tuple[str, ...]] = {
    "open": ("submitted", "draft"),
    "decided": ("approved", "rejected", "recount"),
    "posted": ("posted", "reversed"),
}
WAYS = {
    "rejected": "submitted rejected",
    "recount": "submitted recount approved posted",
    "canceled": "draft canceled",
    "reversed": "submitted approved reversed",
}


@require_GET
@page(action="erp.read")
def list_adjustments(request: HttpRequest) -> HttpResponse:
    """List adjustments, those that wait for a decision first."""
    actor = get_actor(request)
    group = request.GET.get("state", "open")
    site = find_chosen_site(request, actor=actor)
    which = AdjustmentFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=GROUPS.get(group, ()),
        site=site,
        sites=actor.sites,
    )
    rows = adjustments.list_adjustments(
        which, after=request.GET.get("after", "")[:TEXT_LENGTH_MAX], limit=ROWS_PER_PAGE
    )
    context = {
        "rows": rows,
        "text": which.text,
        "group": group if group in GROUPS else "all",
        "labels": AdjustmentType.choices,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "open_count": adjustments.count_adjustments(
            AdjustmentFilter(states=GROUPS["open"], site=site, sites=actor.sites)
        ),
        "may_write": actor.may("erp.adjustment.write"),
        "many": list_steps("adjustment", actor),
        "may_see_limits": actor.may("erp.read_limits"),
        "may_see_cost": actor.may("ledger.read_cost"),
    }
    return render(request, "erp/adjustments.html", context)


@require_GET
@page(action="erp.read")
def show_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Show one adjustment: what is asked, on what grounds, what was decided and posted."""
    actor = get_actor(request)
    actor.require_site(adjustments.get_adjustment_site(number))
    document = adjustments.get_adjustment(number)
    history = read_history(
        document_type=adjustment.DOCUMENT_TYPE,
        number=number,
        postings=[
            (SITE_BOOK, f"adjustment/{number}/post"),
            (document.site_book, f"adjustment/{document.site_number}/post"),
        ],
    )
    is_own = document.head.created_by == actor.name
    verdict = _judge(document, actor)
    context = {
        "document": document,
        "history": history,
        "way": _find_way(document),
        "labels": AdjustmentType.choices,
        "steps": _list_steps(document, actor, is_above_limit=not verdict.is_allowed),
        "moved": list_moved(book=document.site_book, document=document.site_number)
        if document.head.state in GROUPS["open"]
        else [],
        "is_own": is_own and document.head.state in GROUPS["open"],
        "is_above_limit": not verdict.is_allowed,
        "bites": [
            {
                "measure": bite.measure,
                "maximum": bite.maximum,
                "actual": bite.actual,
                **describe(bite.limit),
            }
            for bite in verdict.bites
        ],
        "may_see_cost": actor.may("ledger.read_cost"),
        "may_open_messages": actor.may("exchange.read"),
        "may_see_cases": actor.may("recon.read"),
    }
    return render(request, "erp/adjustment.html", context)


@require_GET
@page(action="erp.read")
def print_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Show an adjustment as PDF, in the language of the reader or of `?language=`."""
    actor = get_actor(request)
    actor.require_site(adjustments.get_adjustment_site(number))
    paper = papers.print_adjustment(
        adjustments.get_adjustment(number),
        language=choose_language(request),
        with_cost=actor.may("ledger.read_cost"),
    )
    return answer_paper(paper, name=number)


@require_POST
@page(action="erp.adjustment.decide")
def decide_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Approve, reject or have counted again."""
    actor = get_actor(request)
    actor.require_site(adjustments.get_adjustment_site(number))
    step = request.POST.get("step", "")
    if step not in adjustment.DECIDED:
        messages.error(request, _("Choose a decision."))
        return redirect("erp:adjustment", number=number)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: adjustment.decide(
            number=number,
            step=step,
            roles=sorted(actor.roles),
            by=trace,
            at=timezone.now(),
            message_id=make_id(),
        ),
        done=_("Decided. The site is told."),
    )
    return redirect("erp:adjustment", number=number)


@require_POST
@page(action="erp.adjustment.write")
def cancel_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Give up what the hub raised."""
    get_actor(request).require_site(adjustments.get_adjustment_site(number))
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: adjustment.cancel(number=number, by=trace, at=timezone.now()),
        done=_("Canceled. Nobody was told."),
    )
    return redirect("erp:adjustment", number=number)


@require_http_methods(["GET", "POST"])
@page(action="erp.adjustment.write")
def create_adjustment(request: HttpRequest) -> HttpResponse:
    """Raise an adjustment that a site should post."""
    actor = get_actor(request)
    sites = masterdata.list_sites(only=actor.sites)
    lines = read_goods(request.POST)
    if request.method == "POST":
        site = request.POST.get("site", "")
        if site:
            actor.require_site(site)
        if not any(line.errors for line in lines):
            document = _try(request, _read(request))
            if document is not None:
                messages.success(request, _("Written. Another person has to approve it."))
                return redirect("erp:adjustment", number=document.number)
    context = {
        "sites": sites,
        "site": request.POST.get("site") or find_chosen_site(request, actor=actor),
        "types": [
            (value, label)
            for value, label in AdjustmentType.choices
            if value in rules.TYPES and value != "display_issue"
        ],
        "adjustment_type": request.POST.get("adjustment_type", "scrap"),
        "statuses": STATUSES,
        "from_status": request.POST.get("from_status", "available"),
        "to_status": request.POST.get("to_status", ""),
        "reason": request.POST.get("reason", ""),
        "lines": lines,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/adjustment_form.html", context, status=status)


def _read(request: HttpRequest) -> Wanted:
    kind = request.POST.get("adjustment_type", "")
    is_inside = kind in rules.INSIDE
    return Wanted(
        site=request.POST.get("site", ""),
        adjustment_type=kind,
        lines=tuple(
            AdjustedLine(
                sku=line.sku.code,
                quantity=line.quantity_read,
                from_status=_find_status(request.POST.get("from_status", ""))
                or StockStatus.AVAILABLE,
                to_status=_find_status(request.POST.get("to_status", "")) if is_inside else None,
            )
            for line in read_goods(request.POST)
        ),
        reason=request.POST.get("reason", "")[:200],
        cost_center=request.POST.get("cost_center", "")[:TEXT_LENGTH_MAX],
    )


def _find_status(text: str) -> StockStatus | None:
    return StockStatus(text) if text in list(StockStatus) else None


def _try(request: HttpRequest, wanted: Wanted) -> Adjustment | None:
    try:
        return adjustment.create(wanted=wanted, by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _find_way(document: AdjustmentDetail) -> str:
    first = "draft" if document.head.is_ordered else "submitted"
    return WAYS.get(document.head.state, f"{first} approved posted")


def _judge(document: AdjustmentDetail, actor: Actor) -> Verdict:
    if document.head.state not in GROUPS["open"] or not actor.may("erp.adjustment.decide"):
        return Verdict(is_allowed=True)
    found = Adjustment.objects.get(number=document.head.number)
    return adjustment.judge(found, sorted(actor.roles))


def _list_steps(
    document: AdjustmentDetail, actor: Actor, *, is_above_limit: bool
) -> frozenset[str]:
    """Return the steps this reader may take from where the adjustment stands."""
    head = document.head
    steps = {step for step, states in adjustment.STEPS.items() if head.state in states}
    if head.created_by == actor.name or not actor.may("erp.adjustment.decide"):
        steps -= set(adjustment.DECIDED)
    if is_above_limit:
        steps.discard("approve")
    if not actor.may("erp.adjustment.write"):
        steps.discard("cancel")
    return frozenset(steps)
