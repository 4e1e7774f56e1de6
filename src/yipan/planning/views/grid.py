"""The allocation grid (配货): what warehouses send, SKU by store, changed and approved at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, read_entry, tell
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.masterdata.units import write_units
from yipan.planning.documents import proposal
from yipan.planning.documents.proposal import Settled
from yipan.planning.models.proposal import ProposalKind
from yipan.planning.queries import proposals
from yipan.planning.queries.proposals import ProposalFilter, ProposalRow

#: One form field a cell; Django takes a thousand of a form.
CELLS_MAX = 900
FIELD = "quantity:"
TEXT_LENGTH_MAX = 64


@dataclass(kw_only=True, slots=True)
class Cell:
    """A proposal in the grid, what stands in its field, and why that cannot be taken."""

    row: ProposalRow
    text: str
    problem: str = ""


@dataclass(kw_only=True, slots=True)
class GridLine:
    """One SKU over the stores of the grid; None where nothing is proposed."""

    sku: SkuRow
    units: str
    cells: list[Cell | None] = field(default_factory=list)
    supply: int = 0
    total: int = 0
    wanted: int = 0


@require_GET
@page(action="planning.read")
def show_grid(request: HttpRequest) -> HttpResponse:
    """Show what the warehouses send, SKU by store: fair shares where it is not enough."""
    return _render(request, typed={}, problems={}, status=200)


@require_POST
@page(action="planning.decide")
def save_grid(request: HttpRequest) -> HttpResponse:
    """Take the grid over, all or none; an empty cell or 0 leaves its store out."""
    actor = get_actor(request)
    typed = {
        name.removeprefix(FIELD): value.strip()[:TEXT_LENGTH_MAX]
        for name, value in request.POST.items()
        if name.startswith(FIELD) and isinstance(value, str)
    }
    for site in sorted(proposals.find_sites_of(typed)):
        actor.require_site(site)
    quantities, problems = _read(typed)
    if problems:
        told = ngettext(
            "Nothing was saved: %(count)d quantity cannot be read.",
            "Nothing was saved: %(count)d quantities cannot be read.",
            len(problems),
        )
        sentence = next(iter(problems.values()))
        messages.error(request, f"{told % {'count': len(problems)}} {sentence}")
        return _render(request, typed=typed, problems=problems, status=422)
    reason = request.POST.get("reason", "").strip() or _("Left out of the allocation")
    try:
        settled = proposal.settle(
            quantities=quantities,
            is_approved=request.POST.get("decision") == "approve",
            by=get_trace(request, reason=reason),
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        problems = {str(refusal.facts.get("number", "")): tell(refusal)}
        return _render(request, typed=typed, problems=problems, status=422)
    messages.success(request, _say(settled))
    return redirect("planning:grid")


def _read(typed: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    """Return what each cell orders, and of those that cannot be read why not, by number."""
    quantities = dict.fromkeys(typed, 0)
    problems: dict[str, str] = {}
    for number, row in proposals.find_proposals(typed).items():
        if not typed[number]:
            continue
        quantity, problem = read_entry(
            sku=row.sku, text=typed[number], maximum=proposal.QUANTITY_MAX
        )
        quantities[number] = quantity
        if problem:
            problems[number] = problem
    return quantities, problems


def _say(settled: Settled) -> str:
    if not settled.left_out:
        return _("The grid is saved.")
    told = ngettext(
        "The grid is saved; %(count)d proposal was left out.",
        "The grid is saved; %(count)d proposals were left out.",
        settled.left_out,
    )
    return told % {"count": settled.left_out}


def _render(
    request: HttpRequest, *, typed: Mapping[str, str], problems: Mapping[str, str], status: int
) -> HttpResponse:
    actor = get_actor(request)
    which = ProposalFilter(site=find_chosen_site(request, actor=actor), sites=actor.sites)
    found = [
        row
        for row in proposals.list_proposals(which, limit=CELLS_MAX)
        if row.kind in (ProposalKind.ALLOCATION, ProposalKind.REPLENISHMENT)
    ]
    cells = [
        Cell(
            row=row,
            text=typed.get(row.number, str(row.quantity_final)),
            problem=problems.get(row.number, ""),
        )
        for row in found
    ]
    stores, lines = _lay_out(cells)
    context = {
        "stores": stores,
        "lines": lines,
        "reason": request.POST.get("reason", "")[:TEXT_LENGTH_MAX],
        "may_decide": actor.may("planning.decide"),
    }
    return render(request, "planning/grid.html", context, status=status)


def _lay_out(found: Sequence[Cell]) -> tuple[list[SiteRow], list[GridLine]]:
    stores = {cell.row.site.code: cell.row.site for cell in found}
    codes = sorted(stores)
    lines: dict[str, GridLine] = {}
    for cell in sorted(found, key=lambda it: it.row.sku.code):
        row = cell.row
        line = lines.get(row.sku.code)
        if line is None:
            units = write_units(row.sku)
            line = GridLine(sku=row.sku, units=units, cells=[None] * len(codes))
            lines[row.sku.code] = line
        line.cells[codes.index(row.site.code)] = cell
        line.supply = max(line.supply, int(row.reasons.get("supply", 0)))
        line.total += row.quantity_final
        line.wanted += row.wanted
    return [stores[code] for code in codes], list(lines.values())
