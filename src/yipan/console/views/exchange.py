"""The health of the message log: sources, what is parked, single messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.console import documents
from yipan.documents import digests
from yipan.documents.exports import Cell, answer_file
from yipan.exchange import comparisons, parking
from yipan.exchange.comparisons import ComparisonRow
from yipan.exchange.digests import Difference
from yipan.exchange.models import ComparisonState
from yipan.exchange.queries import (
    SourceRow,
    UnsettledRow,
    get_message,
    get_source,
    list_alterations,
    list_gaps,
    list_inbox,
    list_sources,
    list_unsettled,
)
from yipan.exchange.sources import get_site
from yipan.foundation.refusals import NotFound
from yipan.ledger.site_trees import find_books
from yipan.ledger.totals import list_postings_of_message

ROWS_PER_PAGE = 200
GAPS_SHOWN_MAX = 40
MISMATCHES_SHOWN_MAX = 20
LINES_SHOWN_MAX = 20
#: Lines of a digest are looked at one by one up to so many.
LINES_EXPLAINED_MAX = 5_000
STATES = ("", "behind", "parked", "gap", "altered", "mismatch")


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceView:
    """A source at one receiver, with its state and lag as of the page."""

    row: SourceRow
    state: str
    lag_seconds: int
    altered: int = 0
    differing: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class MismatchView:
    """
    A digest that differs: what both books say, figure by figure.

    `lines` are those only one book has, where both books lie here.
    """

    row: ComparisonRow
    figures: list[tuple[str, int, int]]
    lines: list[Difference]


@page(action="exchange.read")
def show_sources(request: HttpRequest) -> HttpResponse:
    """Show how far every source is with every receiver."""
    actor = get_actor(request)
    now = timezone.now()
    unsettled = _find_unsettled(actor)
    every = [_judge(row, now, unsettled) for row in list_sources(sites=actor.sites)]
    wanted = request.GET.get("state", "")
    text = request.GET.get("q", "").strip().casefold()[:80]
    rows = [view for view in every if _fits(view, wanted) and text in view.row.source.casefold()]
    if request.GET.get("format") == "csv":
        return _make_file(rows)
    lagging = [view for view in every if view.lag_seconds]
    return render(
        request,
        "console/exchange/sources.html",
        {
            "rows": rows[:ROWS_PER_PAGE],
            "state": wanted if wanted in STATES else "",
            "q": request.GET.get("q", ""),
            "count_all": len(every),
            "count_behind": sum(view.row.is_behind for view in every),
            "count_parked": sum(view.row.parked + view.row.waiting for view in every),
            "count_gaps": sum(view.row.gaps for view in every),
            "count_altered": sum(view.altered for view in every),
            "count_differing": sum(view.differing for view in every),
            "lag_seconds": max((view.lag_seconds for view in lagging), default=0),
        },
    )


@page(action="exchange.read")
def show_source(request: HttpRequest, source: str) -> HttpResponse:
    """Show one source: numbers per receiver, gaps, what is open, what was altered."""
    actor = get_actor(request)
    _require_sight(source, actor)
    now = timezone.now()
    unsettled = _find_unsettled(actor)
    rows = [_judge(row, now, unsettled) for row in get_source(source)]
    site = get_site(source)
    missing = next((gap for view in rows for gap in list_gaps(view.row, limit=1)), None)
    return render(
        request,
        "console/exchange/source.html",
        {
            "source": source,
            "rows": rows,
            "gaps": [(view.row.receiver, _write_gaps(view.row)) for view in rows if view.row.gaps],
            "inbox": list_inbox(source=source, limit=ROWS_PER_PAGE),
            "alterations": list_alterations(source=source, limit=ROWS_PER_PAGE),
            "mismatches": _list_mismatches(source),
            "may_resolve": actor.may("exchange.resolve"),
            "may_ask": site != "" and not source.startswith("erp:") and _is_hub(),
            "first_missing": missing.start if missing else "",
            "last_missing": missing.stop - 1 if missing else "",
            "cases_url": f"{reverse('recon:cases')}?site={site}"
            if site and actor.may("recon.read")
            else "",
            "reports_url": reverse("recon:reports") if actor.may("recon.report") else "",
        },
    )


@page(action="exchange.read")
def show_parked(request: HttpRequest) -> HttpResponse:
    """Show the messages that are parked or wait, and why."""
    actor = get_actor(request)
    rows = [
        row
        for row in list_inbox(state=_read_state(request), limit=ROWS_PER_PAGE)
        if get_site(row.source) == "" or actor.sees(get_site(row.source))
    ]
    return render(
        request,
        "console/exchange/parked.html",
        {"rows": rows, "state": _read_state(request), "may_resolve": actor.may("exchange.resolve")},
    )


@page(action="exchange.read")
def show_message(request: HttpRequest, source: str, sequence: int) -> HttpResponse:
    """Show one message: what it says, what became of it, and what it posted."""
    actor = get_actor(request)
    _require_sight(source, actor)
    epoch = request.GET.get("epoch", "1")
    message = get_message(
        source=source, sequence=sequence, epoch=int(epoch) if epoch.isdigit() else 1
    )
    posted = [
        (row.book, row.origin, documents.describe(book=row.book, origin=row.origin))
        for row in list_postings_of_message(source=source, sequence=sequence)
        if ":" not in row.book or actor.sees(row.book.partition(":")[2])
    ]
    return render(
        request,
        "console/exchange/message.html",
        {
            "message": message,
            "payload": None
            if message.data is None
            else json.dumps(message.data, ensure_ascii=False, indent=2),
            "posted": posted,
            "correlation_url": documents.find_by_number(message.correlation_id),
            "is_open": any(row.state in {"parked", "waiting"} for row in message.heard_by),
            "may_resolve": actor.may("exchange.resolve"),
        },
    )


@require_POST
@page(action="exchange.resolve")
def try_again(request: HttpRequest) -> HttpResponse:
    """Try parked messages again: all, those of a source, or a single one."""
    source = request.POST.get("source") or None
    sequence = request.POST.get("sequence", "")
    if source is not None:
        _require_sight(source, get_actor(request))
    number = int(sequence) if source and sequence.isdigit() else None
    applied = parking.retry(source=source, sequence=number)
    if applied:
        text = ngettext(
            "%(count)s message is booked now.", "%(count)s messages are booked now.", applied
        )
        messages.success(request, text % {"count": applied})
    else:
        messages.warning(request, _("Nothing could be booked: the causes are still there."))
    return HttpResponseRedirect(_find_way_back(source, number))


def _find_way_back(source: str | None, sequence: int | None) -> str:
    if source is None:
        return reverse("exchange:parked")
    if sequence is None:
        return reverse("exchange:source", args=[source])
    return reverse("exchange:message", args=[source, sequence])


def _make_file(rows: list[SourceView]) -> HttpResponse:
    head = [
        *(_("Source"), _("Heard by"), _("State"), _("Last number"), _("Watermark"), _("Applied")),
        *(_("Gaps"), _("Parked"), _("Waiting"), _("Duplicates"), _("Altered"), _("Lag")),
    ]
    cells: list[list[Cell]] = [
        [
            *(view.row.source, view.row.receiver, view.state),
            *(view.row.last_issued or view.row.highest_seen, view.row.watermark),
            *(view.row.applied, view.row.gaps, view.row.parked, view.row.waiting),
            *(view.row.duplicates, view.row.altered, view.lag_seconds),
        ]
        for view in rows
    ]
    return answer_file(name="message-sources", file_format="csv", head=head, rows=cells)


def _list_mismatches(source: str) -> list[MismatchView]:
    """Return the digests of a source that differ, what nobody settled first."""
    rows = comparisons.list_comparisons(
        source=source, states=[ComparisonState.MISMATCH], limit=ROWS_PER_PAGE
    )
    rows.sort(key=lambda row: row.is_settled)
    site_book = source.partition("/")[0]
    is_here = bool(rows and find_books([site_book]))
    return [
        MismatchView(
            row=row,
            figures=[
                (name, row.theirs.quantities.get(name, 0), row.ours.quantities.get(name, 0))
                for name in sorted({*row.theirs.quantities, *row.ours.quantities})
            ],
            lines=_explain(row, site_book=site_book) if is_here and not row.is_settled else [],
        )
        for row in rows[:MISMATCHES_SHOWN_MAX]
    ]


def _explain(row: ComparisonRow, *, site_book: str) -> list[Difference]:
    if max(row.theirs.line_count, row.ours.line_count) > LINES_EXPLAINED_MAX:
        return []
    return digests.explain(row, their_book=site_book)[:LINES_SHOWN_MAX]


def _is_hub() -> bool:
    """Tell whether this node may tell sites something: it is the hub, or everything in one."""
    return settings.YIPAN_ROLE in {"all", "hub"}


def _find_unsettled(actor: Actor) -> dict[tuple[str, str], UnsettledRow]:
    return {(row.source, row.receiver): row for row in list_unsettled(sites=actor.sites)}


def _judge(
    row: SourceRow, now: datetime, unsettled: dict[tuple[str, str], UnsettledRow]
) -> SourceView:
    waits = unsettled.get((row.source, row.receiver))
    altered, differing = (waits.altered, waits.differing) if waits else (0, 0)
    if row.parked or (row.faults and row.is_behind):
        state = "parked"
    elif row.gaps:
        state = "gap"
    elif differing:
        state = "mismatch"
    elif altered:
        state = "altered"
    else:
        state = "behind" if row.is_behind else "level"
    return SourceView(
        row=row,
        state=state,
        lag_seconds=row.get_lag_seconds(now),
        altered=altered,
        differing=differing,
    )


def _fits(view: SourceView, state: str) -> bool:
    return {
        "behind": view.row.is_behind,
        "parked": view.row.parked + view.row.waiting > 0,
        "gap": view.row.gaps > 0,
        "altered": view.altered > 0,
        "mismatch": view.differing > 0,
    }.get(state, True)


def _write_gaps(row: SourceRow) -> list[str]:
    return [
        f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
        for numbers in list_gaps(row, limit=GAPS_SHOWN_MAX)
    ]


def _read_state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in {"parked", "waiting", "applied", "set_aside"} else ""


def _require_sight(source: str, actor: Actor) -> None:
    site = get_site(source)
    if site and not actor.sees(site):
        raise NotFound(kind="source", id=source)
