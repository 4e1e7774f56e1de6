"""Pages of stock reports (库存报告), and of what to count next (盘点选点)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step
from yipan.documents.uploads import read_upload
from yipan.exchange.serving import is_served
from yipan.foundation.refusals import Refusal
from yipan.masterdata.queries import list_sites
from yipan.masterdata.rows import SiteRow
from yipan.masterdata.tabular import open_table
from yipan.recon.documents import report
from yipan.recon.documents.report import LinesUnfit, Reported, Told
from yipan.recon.queries import reports, targets
from yipan.recon.queries.cuts import SYSTEMS

TEXT_LENGTH_MAX = 32
NUMBER_DIGITS_MAX = 18
TARGETS_SHOWN = 50
TARGETS_PLANNED = 20
#: Words above the columns of a file, in the languages people write them in.
HEADS = frozenset({"sku", "商品", "单品", "编码", "商品编码"})

REASONS: Mapping[str, str | Promise] = {
    "negative_book": gettext_lazy("The book is below zero"),
    "short_pick": gettext_lazy("A pick came up short"),
    "zero_sales": gettext_lazy("Sold well, and stopped"),
    "past_errors": gettext_lazy("Was wrong before"),
    "hot_goods": gettext_lazy("Stolen often"),
    "active": gettext_lazy("Moves much"),
    "valuable": gettext_lazy("Worth much"),
    "low_stock": gettext_lazy("Little left"),
    "long_ago": gettext_lazy("Not counted for long"),
}


@require_http_methods(["GET", "POST"])
@page(action="recon.report")
def list_reports(request: HttpRequest) -> HttpResponse:
    """Show reports and what became of them; take one as a file."""
    actor = get_actor(request)
    errors: list[Mapping[str, str]] = []
    if request.method == "POST":
        try:
            taken = _take(request, actor=actor)
        except LinesUnfit as refused:
            found = refused.facts["errors"]
            errors = found if isinstance(found, list) else []
        except Refusal as refused:
            if refused.status in (403, 404):
                raise
            take_step(request, partial(_raise, refused), done="")
        else:
            if taken:
                return redirect("recon:reports")
    context = {
        "rows": reports.list_reports(sites=actor.sites),
        "sites": _list_own_sites(actor),
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "recon/reports.html", context, status=422 if errors else 200)


@require_GET
@page(action="recon.read")
def list_targets(request: HttpRequest) -> HttpResponse:
    """Show what is most worth counting at a site, and why."""
    actor = get_actor(request)
    sites = _list_own_sites(actor)
    wanted = request.GET.get("site", "")[:TEXT_LENGTH_MAX] or find_chosen_site(request, actor=actor)
    site = next((each for each in sites if each.code == wanted), sites[0] if sites else None)
    by_place = bool(request.GET.get("by_place"))
    rows = (
        targets.list_targets(
            site=site.code, at=timezone.now(), by_place=by_place, limit=TARGETS_SHOWN
        )
        if site is not None
        else []
    )
    system = SYSTEMS[site.site_type] if site is not None else ""
    context = {
        "site": site,
        "sites": sites,
        "by_place": by_place,
        # The plan of a count is the site's own page: it is given the list, as by hand.
        "plan_url": reverse(f"{system}:plan_stocktake")
        # A site elsewhere plans its counts on its own node, which would never hear of this one.
        if site is not None
        and rows
        and actor.may(f"{system}.plan_count")
        and is_served(f"{system}:{site.code}/stock")
        else "",
        "list": "\n".join(
            f"{row.target.candidate.place},{row.sku.code}" if by_place else row.sku.code
            for row in rows[:TARGETS_PLANNED]
        ),
        "rows": [
            {
                "place": row.target.candidate.place,
                "sku": row.sku,
                "candidate": row.target.candidate,
                "reasons": [REASONS[reason] for reason in row.target.reasons],
            }
            for row in rows
        ],
    }
    return render(request, "recon/targets.html", context)


def _take(request: HttpRequest, *, actor: Actor) -> bool:
    site = request.POST.get("site", "")[:TEXT_LENGTH_MAX]
    if not site:
        raise report.ReportEmpty(site=site)
    actor.require_site(site)
    typed = request.POST.get("as_of_sequence", "").strip()
    uploaded = request.FILES.get("file")
    if uploaded is None or not (
        typed.isdecimal() and typed.isascii() and len(typed) <= NUMBER_DIGITS_MAX
    ):
        raise report.ReportEmpty(site=site)
    lines = _read_lines(read_upload(uploaded))
    trace = get_trace(request)
    taken = report.take(
        reported=Reported(
            site=site,
            as_of_sequence=int(typed),
            is_complete=not request.POST.get("is_partial"),
            file_name=uploaded.name or "",
        ),
        lines=lines,
        by=trace,
        at=timezone.now(),
    )
    number = taken.number
    return take_step(request, lambda: None, done=_("Taken as %(number)s.") % {"number": number})


def _read_lines(content: bytes) -> list[Told]:
    """Return the lines of a file: SKU, status (or none) and quantity; a head row is left out."""
    lines: list[Told] = []
    for row in open_table(content).lines:
        cells = [str(cell).strip() for cell in row.cells]
        if not any(cells) or (not lines and cells[0].casefold() in HEADS):
            continue
        sku, status, quantity = (
            (cells[0], "", cells[1]) if len(cells) == 2 else [*cells, "", "", ""][:3]
        )
        lines.append(Told(line=row.number, sku=sku, status=status, quantity=_read_number(quantity)))
    return lines


def _read_number(text: str) -> int | str:
    plain = text.replace(",", "").replace("−", "-").removesuffix(".0")
    digits = plain.removeprefix("-")
    is_number = digits.isdecimal() and digits.isascii() and len(digits) <= NUMBER_DIGITS_MAX
    return int(plain) if is_number else text


def _list_own_sites(actor: Actor) -> list[SiteRow]:
    """Return the sites the actor sees that have a system of their own."""
    return [row for row in list_sites() if row.site_type in SYSTEMS and actor.sees(row.code)]


def _raise(refused: Refusal) -> None:
    raise refused
