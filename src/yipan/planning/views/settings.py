"""Settings of planning: policies with their effect before saving, events, runs, back-tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
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
from yipan.planning.documents import event, policy
from yipan.planning.documents.event import Happening
from yipan.planning.documents.policy import FLAGS, LIMITS, Scope
from yipan.planning.forms import LABELS, read_day, read_terms
from yipan.planning.queries import occasions, policies, runs
from yipan.planning.rules.policies import TERMS
from yipan.planning.views.words import METHODS, MODELS

CODE_LENGTH_MAX = 96


@require_GET
@page(action="planning.read")
def list_policies(request: HttpRequest) -> HttpResponse:
    """List what is decided for which goods and sites, the general first."""
    context = {
        "rows": [
            (
                row,
                [
                    (LABELS[name], _say(name, row.terms[name]))
                    for name in TERMS
                    if name in row.terms
                ],
            )
            for row in policies.list_layers()
        ],
        "may_write": get_actor(request).may("planning.policy"),
    }
    return render(request, "planning/policies.html", context)


@require_GET
@page(action="planning.policy")
def edit_policy(request: HttpRequest) -> HttpResponse:
    """Show the form of a layer: a known one by its id, or a new one."""
    asked = request.GET.get("layer", "")
    row = policies.get_layer(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    terms = row.terms if row else {}
    context = {
        "row": row,
        "fields": [_make_field(name, terms.get(name)) for name in TERMS],
        "categories": masterdata.list_categories(),
        "sites": masterdata.list_sites(),
        "methods": METHODS,
    }
    return render(request, "planning/policy_form.html", context)


@require_POST
@page(action="planning.policy")
def try_policy(request: HttpRequest) -> HttpResponse:
    """Answer the fragment that says what the terms of the form would have cost on history."""
    context: dict[str, Any] = {}
    try:
        terms = read_terms(request.POST)
        for name, value in terms.items():
            if value is not None:
                policy.check_term(name, value)
        context = tasks.try_setting(scope=_read_scope(request.POST), terms=terms, at=timezone.now())
        for side in (context["now"], context["then"]):
            if side is not None:
                side["percent_met"] = 100 * side["fill"]
    except Refusal as refusal:
        context = {"problem": f"{tell(refusal)} ({refusal.code})"}
    return render(request, "planning/_effect.html", context)


@require_POST
@page(action="planning.policy")
def save_policy(request: HttpRequest) -> HttpResponse:
    """Save a layer, or take it away when that was pressed."""
    layer = request.POST.get("layer", "")
    trace = get_trace(request, reason=request.POST.get("reason", ""))

    def save() -> None:
        if request.POST.get("decision") == "remove" and layer.isdecimal():
            policy.remove_layer(layer_id=int(layer[:9]), by=trace, at=timezone.now())
            return
        version = request.POST.get("version", "")
        policy.save_layer(
            scope=_read_scope(request.POST),
            terms=read_terms(request.POST),
            version=int(version[:9]) if version.isdecimal() else None,
            by=trace,
            at=timezone.now(),
        )

    take_step(request, save, done=_("The policy is saved. It holds from the next plan on."))
    return redirect("planning:policies")


@require_GET
@page(action="planning.read")
def list_events(request: HttpRequest) -> HttpResponse:
    """List what moves demand: promotions, holidays, openings."""
    context = {
        "rows": runs.list_events(),
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
        "curves": [
            {**curve, "label": MODELS.get(curve["name"], curve["name"])}
            for curve in (chosen.curves if chosen else ())
        ],
        "models": MODELS,
        "leaning": round(100 * chosen.tuning.get("leaning", 0)) if chosen else 0,
        "is_mixed": chosen is not None and chosen.tuning.get("is_mixed", False),
        "is_seasonal": chosen is not None and chosen.tuning.get("is_seasonal", False),
        "span": None if chosen else runs.read_span(today=timezone.localdate()),
    }  # fmt: skip
    return render(request, "planning/backtests.html", context)


@require_GET
@page(action="planning.read")
def list_runs(request: HttpRequest) -> HttpResponse:
    """List the plans that were made, and how far the one is that is being made."""
    rows = runs.list_runs()
    context = {
        "rows": [(row, round(100 * row.shards_done / row.shards)) for row in rows],
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


def _read_scope(data: QueryDict) -> Scope:
    def read(name: str) -> str:
        return data.get(name, "").strip()[:CODE_LENGTH_MAX]

    return Scope(
        category=read("category"),
        site_type=read("site_type"),
        site=read("site"),
        sku=read("sku"),
    )


def _make_field(name: str, value: Any) -> Mapping[str, Any]:
    kind = "number" if name in LIMITS else "flag" if name in FLAGS else "text"
    low, high = LIMITS.get(name, (0, 0))
    return {
        "name": name,
        "label": LABELS[name],
        "kind": "method" if name == "method" else kind,
        "value": value,
        "least": low,
        "most": high,
    }


def _say(name: str, value: Any) -> str:
    if name == "method":
        return str(METHODS.get(value, value))
    if name in FLAGS:
        return str(_("yes") if value else _("no"))
    if name == "service_permille":
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
