"""Pages of proposals (建议单): the planner's work list, one with its reasons, and the map."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, read_entry, take_step
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.masterdata.units import write_units
from yipan.planning.documents import plan_run, proposal
from yipan.planning.models.proposal import ProposalKind, ProposalState
from yipan.planning.queries import proposals, runs
from yipan.planning.queries.proposals import ORDERS, ProposalFilter, ProposalRow
from yipan.planning.views.words import MODELS, list_bounds, list_figures, say_misfit, say_why

ROWS_PER_PAGE = 50
MAP_ROWS_MAX = 1_000
TEXT_LENGTH_MAX = 64
NUMBERS_AT_ONCE_MAX = 1_000
PAGES_MAX = 10_000
QUANTITY_DIGITS_MAX = 7


@require_GET
@page(action="planning.read")
def list_proposals(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, by urgency and value."""
    actor = get_actor(request)
    wanted = {
        name: request.GET.get(name, default)[:TEXT_LENGTH_MAX]
        for name, default in (("state", "open"), ("kind", ""), ("q", ""), ("order", "urgency"))
    }
    which = _read_filter(request, actor=actor)
    order = wanted["order"] if wanted["order"] in ORDERS else "urgency"
    skip = _read_number(request.GET.get("after", ""))
    rows = proposals.list_proposals(which, order=order, skip=skip, limit=ROWS_PER_PAGE)
    count, value = proposals.count_proposals(which)
    every = ProposalFilter(state=which.state, site=which.site, sites=which.sites)
    kinds = proposals.count_kinds(every)
    context = {
        "rows": [(row, say_why(row), say_misfit(row)) for row in rows],
        "count": count,
        "value": value,
        "kinds": [(code, label, kinds.get(code, 0)) for code, label in ProposalKind.choices],
        "kind_labels": dict(ProposalKind.choices),
        "wanted": wanted,
        "after": str(skip + ROWS_PER_PAGE) if len(rows) == ROWS_PER_PAGE else "",
        "may_decide": actor.may("planning.decide"),
        "may_run": actor.may("planning.run"),
        "run": plan_run.find_running(),
        "last": next(iter(runs.list_runs(limit=1)), None),
    }
    return render(request, "planning/proposals.html", context)


@require_GET
@page(action="planning.read")
def show_proposal(request: HttpRequest, number: str) -> HttpResponse:
    """Show one proposal: why, from which figures, and what became of it."""
    actor = get_actor(request)
    row = proposals.get_proposal(number)
    actor.require_site(row.site.code)
    context = {
        "row": row,
        "units": write_units(row.sku),
        "why": say_why(row),
        "misfit": say_misfit(row),
        "bounds": list_bounds(row.reasons),
        "figures": list_figures(row.reasons),
        "model": MODELS.get(str(row.reasons.get("model", "")), ""),
        "documents": row.reasons.get("documents", ()),
        "kind_label": dict(ProposalKind.choices)[row.kind],
        "history": read_history(document_type=proposal.DOCUMENT_TYPE, number=number),
        "may_decide": actor.may("planning.decide") and row.state == ProposalState.OPEN,
    }
    return render(request, "planning/proposal.html", context)


@require_POST
@page(action="planning.decide")
def decide(request: HttpRequest) -> HttpResponse:
    """Approve or refuse the marked proposals, all or none."""
    actor = get_actor(request)
    numbers = request.POST.getlist("number")[:NUMBERS_AT_ONCE_MAX]
    for site in sorted(proposals.find_sites_of(numbers)):
        actor.require_site(site)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    if request.POST.get("decision") == "refuse":
        take_step(
            request,
            lambda: proposal.refuse(numbers=numbers, by=trace, at=timezone.now()),
            done=ngettext(
                "%(count)d proposal refused.", "%(count)d proposals refused.", len(numbers)
            )
            % {"count": len(numbers)},
        )
    else:
        take_step(
            request,
            lambda: proposal.approve(
                numbers=numbers, by=trace, at=timezone.now(), message_id=make_id()
            ),
            done=ngettext(
                "%(count)d proposal approved. The hub is making its document.",
                "%(count)d proposals approved. The hub is making their documents.",
                len(numbers),
            )
            % {"count": len(numbers)},
        )
    if len(numbers) == 1 and request.POST.get("stay"):
        return redirect("planning:proposal", number=numbers[0])
    return redirect("planning:proposals")


@require_POST
@page(action="planning.decide")
def choose_quantity(request: HttpRequest, number: str) -> HttpResponse:
    """Choose another quantity for a proposal; an empty one takes the plan's again."""
    actor = get_actor(request)
    row = proposals.get_proposal(number)
    actor.require_site(row.site.code)
    quantity: int | None = None
    if text := request.POST.get("quantity", "").strip()[:TEXT_LENGTH_MAX]:
        quantity, problem = read_entry(sku=row.sku, text=text, maximum=proposal.QUANTITY_MAX)
        if problem:
            messages.error(request, problem)
            return redirect("planning:proposal", number=number)
    take_step(
        request,
        lambda: proposal.choose(
            number=number, quantity=quantity, by=get_trace(request), at=timezone.now()
        ),
        done=_("The quantity is changed."),
    )
    return redirect("planning:proposal", number=number)


@require_GET
@page(action="planning.read")
def show_map(request: HttpRequest) -> HttpResponse:
    """Show what moves between stores: a map of the ways, and the goods on each."""
    actor = get_actor(request)
    which = ProposalFilter(kind=ProposalKind.REBALANCING, sites=actor.sites)
    found = proposals.list_proposals(which, order="value", limit=MAP_ROWS_MAX)
    lanes: dict[tuple[str, str], list[ProposalRow]] = {}
    for row in found:
        lanes.setdefault((row.source, row.site.code), []).append(row)
    context = {
        "lanes": [
            {
                "from": rows[0].source_row,
                "from_code": lane[0],
                "to": rows[0].site,
                "rows": [(row, say_why(row)) for row in rows],
                "quantity": sum(row.quantity_final for row in rows),
                "value": sum(row.value_final for row in rows),
            }
            for lane, rows in lanes.items()
        ],
        "count": len(found),
        "has_places": bool(runs.read_coordinates()),
        "may_decide": actor.may("planning.decide"),
    }
    return render(request, "planning/map.html", context)


def _read_filter(request: HttpRequest, *, actor: Actor) -> ProposalFilter:
    state = request.GET.get("state", "open")
    kind = request.GET.get("kind", "")
    return ProposalFilter(
        state=state if state in ProposalState.values else "open",
        kind=kind if kind in ProposalKind.values else "",
        site=find_chosen_site(request, actor=actor),
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        sites=actor.sites,
    )


def _read_number(text: str) -> int:
    """Return a whole number, 0 for what is none or too long: the verb refuses it."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= QUANTITY_DIGITS_MAX
    return min(int(text), 10**QUANTITY_DIGITS_MAX) if is_number else 0
