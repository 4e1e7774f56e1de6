"""Pages of allocations (配货单): list, the grid of SKUs and stores, and its steps."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp.documents.steps import list_steps
from yipan.erp.documents.transfers import allocation
from yipan.erp.documents.transfers.allocation import Need, Wanted
from yipan.erp.queries import allocations
from yipan.erp.views.allocation_grid import Grid, read_grid
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 200_000


@require_GET
@page(action="erp.read")
def list_allocations(request: HttpRequest) -> HttpResponse:
    """List allocations."""
    actor = get_actor(request)
    rows = allocations.list_allocations(
        sites=actor.sites,
        site=find_chosen_site(request, actor=actor),
        after=request.GET.get("after", "")[:96],
        limit=ROWS_PER_PAGE,
    )
    context = {
        "rows": rows,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "many": list_steps("allocation", actor),
        "may_write": actor.may("erp.allocation.write"),
    }
    return render(request, "erp/allocations.html", context)


@require_GET
@page(action="erp.read")
def show_allocation(request: HttpRequest, number: str) -> HttpResponse:
    """Show who needs what, and who gets what."""
    actor = get_actor(request)
    actor.require_site(allocations.get_allocation_site(number))
    document = allocations.get_allocation(number)
    is_own = document.head.created_by == actor.name
    is_draft = document.head.state == "draft"
    context = {
        "document": document,
        "history": read_history(document_type=allocation.DOCUMENT_TYPE, number=number),
        "is_own": is_own and is_draft,
        "may_release": is_draft and not is_own and actor.may("erp.allocation.release"),
        "may_cancel": is_draft and actor.may("erp.allocation.write"),
    }
    return render(request, "erp/allocation.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.allocation.write")
def create_allocation(request: HttpRequest) -> HttpResponse:
    """Write an allocation in a grid, or from pasted lines; its shares are shown before."""
    actor = get_actor(request)
    sites = masterdata.list_sites(only=actor.sites)
    from_site = request.POST.get("from_site", "") or _find_first(sites)
    actor.require_site(from_site)
    text = request.POST.get("needs", "")[:TEXT_LENGTH_MAX]
    grid = read_grid(request.POST, sites=sites, from_site=from_site)
    needs, wrong = _read(text)
    needs += grid.list_needs()
    is_kept = request.method == "POST" and not {"preview", "add_rows"} & request.POST.keys()
    is_shown = "preview" in request.POST
    if (is_kept or is_shown) and not wrong and not grid.is_wrong:
        wanted = Wanted(
            from_site=from_site,
            needs=tuple(needs),
            note=request.POST.get("note", "")[:500],
        )
        number = _share_out(request, wanted, grid=grid, is_kept=is_kept)
        if number:
            return redirect("erp:allocation", number=number)
    context = {
        "sites": sites,
        "from_site": from_site,
        "grid": grid,
        "stores": request.POST.get("stores", "")[:500],
        "needs": text,
        "note": request.POST.get("note", ""),
        "wrong": wrong[:5],
        "is_shown": is_shown,
    }
    status = 422 if is_kept else 200
    return render(request, "erp/allocation_form.html", context, status=status)


def _find_first(sites: Sequence[SiteRow]) -> str:
    warehouses = [row.code for row in sites if row.site_type == "warehouse"]
    return (warehouses or [row.code for row in sites] or [""])[0]


def _share_out(request: HttpRequest, wanted: Wanted, *, grid: Grid, is_kept: bool) -> str:
    """Write the allocation and return its number, or only show its shares."""
    try:
        if not is_kept:
            grid.show_shares(allocation.preview(wanted))
            return ""
        written = allocation.create(wanted=wanted, by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return ""
    messages.success(request, _("Written. Another person has to release it."))
    return written.number


@require_POST
@page(action="erp.allocation.release")
def release_allocation(request: HttpRequest, number: str) -> HttpResponse:
    """Make the shares transfers."""
    get_actor(request).require_site(allocations.get_allocation_site(number))
    trace = get_trace(request)
    take_step(
        request,
        lambda: allocation.release(
            number=number, by=trace, at=timezone.now(), message_id=make_id()
        ),
        done=_("Released. A transfer was made for each store."),
    )
    return redirect("erp:allocation", number=number)


@require_POST
@page(action="erp.allocation.write")
def cancel_allocation(request: HttpRequest, number: str) -> HttpResponse:
    """Give an allocation up."""
    get_actor(request).require_site(allocations.get_allocation_site(number))
    trace = get_trace(request)
    take_step(
        request,
        lambda: allocation.cancel(number=number, by=trace, at=timezone.now()),
        done=_("Canceled. Nobody was told."),
    )
    return redirect("erp:allocation", number=number)


def _read(text: str) -> tuple[list[Need], list[str]]:
    """Return the needs, and the lines that cannot be read as one."""
    needs, wrong = [], []
    for line in text.splitlines():
        parts = line.replace(",", " ").replace("\t", " ").split()
        if not parts:
            continue
        if len(parts) == 3 and parts[2].isdecimal() and len(parts[2]) < 10:
            needs.append(Need(sku=parts[0], to_site=parts[1], quantity=int(parts[2])))
        else:
            wrong.append(line[:80])
    return needs, wrong
