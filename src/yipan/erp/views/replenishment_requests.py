"""Page of what stores ask for (要货申请): chosen ones become a transfer, others are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, read_entry, take_step, tell
from yipan.documents.told import QUANTITY_MAX
from yipan.erp.documents.transfers import replenishment_request
from yipan.erp.documents.transfers.replenishment_request import NothingRequested
from yipan.erp.queries import replenishment_requests
from yipan.erp.queries.replenishment_requests import RequestFilter
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.units import write_units

ROWS_PER_PAGE = 100
STATES = ("submitted", "ordered", "rejected")
SITE_LENGTH_MAX = 16
FIELD = "quantity-"
TEXT_LENGTH_MAX = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What somebody typed: the chosen numbers, the texts by number, what is wrong by number."""

    chosen: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@require_GET
@page(action="erp.read")
def list_requests(request: HttpRequest) -> HttpResponse:
    """List what stores ask for, the open ones first to be seen."""
    return _render(request, entry=Entry(), status=200)


@require_POST
@page(action="erp.replenishment.decide")
def order_requests(request: HttpRequest) -> HttpResponse:
    """Turn the chosen requests of one store into a draft of a transfer."""
    actor = get_actor(request)
    chosen = request.POST.getlist("number")[: replenishment_request.REQUESTS_PER_TRANSFER_MAX]
    if not chosen:
        messages.error(request, tell(NothingRequested()))
        return redirect("erp:replenishment_requests")
    for site in replenishment_requests.list_request_sites(chosen):
        actor.require_site(site)
    from_site = request.POST.get("from_site", "")[:SITE_LENGTH_MAX]
    actor.require_site(from_site)
    quantities, problems = _read(request, chosen)
    entry = Entry(chosen=chosen, texts=_list_texts(request), problems=problems)
    if problems:
        told = _("Nothing was ordered: look at the marked quantities.")
        messages.error(request, f"{told} {next(iter(problems.values()))}")
        return _render(request, entry=entry, status=422)
    try:
        transfer = replenishment_request.order(
            quantities=quantities,
            from_site=from_site,
            by=get_trace(request),
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return _render(request, entry=entry, status=422)
    messages.success(request, _("Draft of a transfer written. The store is told."))
    return redirect("erp:transfer", number=transfer.number)


@require_POST
@page(action="erp.replenishment.decide")
def reject_requests(request: HttpRequest) -> HttpResponse:
    """Send nothing of the chosen requests, and say why."""
    actor = get_actor(request)
    chosen = request.POST.getlist("number")[: replenishment_request.REQUESTS_PER_TRANSFER_MAX]
    for site in replenishment_requests.list_request_sites(chosen):
        actor.require_site(site)
    by, at = get_trace(request, reason=request.POST.get("reason", "")), timezone.now()

    def step() -> None:
        for number in chosen:
            replenishment_request.reject(number=number, by=by, at=at, message_id=make_id())

    take_step(request, step, done=_("Refused. The store is told."))
    return redirect("erp:replenishment_requests")


def _list_texts(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(FIELD): value[:TEXT_LENGTH_MAX]
        for name, value in request.POST.items()
        if name.startswith(FIELD) and isinstance(value, str)
    }


def _read(request: HttpRequest, chosen: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Return what is sent of each chosen request, and what cannot be read, by number."""
    texts = _list_texts(request)
    quantities: dict[str, int] = {}
    problems: dict[str, str] = {}
    for number, sku in replenishment_requests.find_request_skus(chosen).items():
        quantities[number], problem = read_entry(
            sku=sku, text=texts.get(number, ""), maximum=QUANTITY_MAX
        )
        if problem:
            problems[number] = problem
    return quantities, problems


def _render(request: HttpRequest, *, entry: Entry, status: int) -> HttpResponse:
    actor = get_actor(request)
    state = request.GET.get("state", "submitted")
    which = RequestFilter(
        state=state if state in STATES else "",
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = replenishment_requests.list_requests(
        which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE
    )
    context = {
        "rows": [
            (
                row,
                entry.texts.get(row.number, row.quantity),
                entry.problems.get(row.number, ""),
                write_units(row.sku),
            )
            for row in rows
        ],
        "chosen": entry.chosen,
        "from_site": request.POST.get("from_site", ""),
        "state": which.state,
        "states": STATES,
        "after": rows[-1].request_id if len(rows) == ROWS_PER_PAGE else "",
        "warehouses": masterdata.list_sites(site_type="warehouse", only=actor.sites),
        "may_decide": actor.may("erp.replenishment.decide") and which.state == "submitted",
    }
    return render(request, "erp/replenishment_requests.html", context, status=status)
