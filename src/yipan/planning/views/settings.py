"""Settings of planning: events, runs, back-tests. Policies have pages of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step, tell
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.planning import tasks
from yipan.planning.documents import event
from yipan.planning.documents.event import Happening
from yipan.planning.forms import read_day
from yipan.planning.queries import occasions, runs
from yipan.planning.views.words import EXECUTORS, MODELS

CODE_LENGTH_MAX = 96


@require_GET
@page(action="planning.read")
def list_events(request: HttpRequest) -> HttpResponse:
    """List what moves demand: promotions, holidays, openings."""
    context = {
        "rows": runs.list_events(),
        "branches": {it.code: it for it in masterdata.list_categories()},
        "promotions": occasions.list_promotions(today=timezone.localdate()),
        "categories": masterdata.list_categories(),
        "sites": masterdata.list_sites(),
        "may_write": get_actor(request).may("planning.policy"),
    }
    return render(request, "planning/events.html", context)


@require_POST
@page(action="planning.policy")
def save_event(request: HttpRequest) -> HttpResponse:
    """Write an event down, or let one count no more."""
    gone = request.POST.get("remove", "")

    def save() -> None:
        if gone.isdecimal():
            event.remove_event(event_id=int(gone[:9]))
            return
        text = {
            name: value.strip() for name, value in request.POST.items() if isinstance(value, str)
        }
        percent = text.get("percent", "")
        is_number = percent.lstrip("-+").isdecimal() and len(percent) <= 6
        event.save_event(
            happening=Happening(
                name=text.get("name", ""),
                starts_on=read_day(text.get("starts_on", "")),
                ends_on=read_day(text.get("ends_on", "")),
                percent=int(percent) if is_number else 10_000,
                sku=text.get("sku", "")[:48],
                category=text.get("category", "")[:CODE_LENGTH_MAX],
                site=text.get("site", "")[:16],
                promotion=text.get("promotion", "")[:48],
            ),
            by=get_trace(request),
            at=timezone.now(),
        )

    take_step(request, save, done=_("The calendar is saved. It counts from the next plan on."))
    return redirect("planning:events")


@require_GET
@page(action="planning.read")
def list_backtests(request: HttpRequest) -> HttpResponse:
    """Show what each forecast would have said, and what each policy would have cost."""
    rows = runs.list_backtests()
    asked = request.GET.get("segment", "")[:CODE_LENGTH_MAX]
    chosen = next((it for it in rows if it.segment == asked), rows[0] if rows else None)
    context = {
        "rows": rows,
        "chosen": chosen,
        "scores": [
            {**score, "label": MODELS.get(score["model"], score["model"]),
             "is_adopted": chosen is not None and score["model"] == chosen.adopted,
             "covered": [round(it * 100, 1) for it in score["coverage"]]}
            for score in (chosen.scores if chosen else ())
        ],
        **_read_curves(chosen.curves if chosen else ()),
        "models": MODELS,
        "categories": {it.code: it for it in masterdata.list_categories()},
        "leaning": round(100 * chosen.tuning.get("leaning", 0)) if chosen else 0,
        "is_mixed": chosen is not None and chosen.tuning.get("is_mixed", False),
        "is_seasonal": chosen is not None and chosen.tuning.get("is_seasonal", False),
        "span": None if chosen else runs.read_span(today=timezone.localdate()),
    }  # fmt: skip
    return render(request, "planning/backtests.html", context)


def _read_curves(curves: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the curves of a back-test, what today's policies cost, and the least to do as well."""
    rows = [
        {**curve, "label": MODELS.get(curve["name"], curve["name"])}
        for curve in curves
        if curve["name"] != "today"
    ]
    today = next((it["costs"][0] for it in curves if it["name"] == "today"), None)
    rivals = [it for it in rows if it.get("stock_at_today")]
    return {
        "curves": rows,
        "now": {**today, "percent_met": 100 * today["fill"]} if today else None,
        "least": min(rivals, key=lambda it: float(it["stock_at_today"]), default=None),
    }


@require_GET
@page(action="planning.read")
def list_runs(request: HttpRequest) -> HttpResponse:
    """List the plans that were made, and how far the one is that is being made."""
    rows = runs.list_runs()
    context = {
        "rows": [
            (
                row,
                round(100 * row.shards_done / row.shards),
                EXECUTORS.get(row.executor, row.executor),
            )
            for row in rows
        ],
        "is_running": any(row.state == "running" for row in rows),
        "may_run": get_actor(request).may("planning.run"),
    }
    name = "planning/_runs.html" if request.headers.get("HX-Request") else "planning/runs.html"
    return render(request, name, context)


@require_POST
@page(action="planning.run")
def start_run(request: HttpRequest) -> HttpResponse:
    """Begin a plan of today; the worker carries it out."""
    try:
        tasks.start_plan(setting=tasks.get_setting(), by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
    else:
        messages.success(request, _("The plan is being made. The worker takes it up in a minute."))
    return redirect("planning:runs")
