"""Pages of policies (补货策略): what each inherits, its effect before it is saved, saving it."""

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
from yipan.planning.documents import policy
from yipan.planning.documents.policy import LIMITS, Scope, TermWrong
from yipan.planning.forms import LABELS, get_typed, read_terms, write_term
from yipan.planning.queries import policies
from yipan.planning.queries.policies import LayerRow
from yipan.planning.rules.policies import TERMS
from yipan.planning.views.policy_effect import compare_sides
from yipan.planning.views.policy_fields import make_sections, say_limits, say_term
from yipan.planning.views.words import METHODS

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
                    (LABELS[name], say_term(name, row.terms[name]))
                    for name in TERMS
                    if name in row.terms
                ],
            )
            for row in policies.list_layers()
        ],
        "categories": {it.code: it for it in masterdata.list_categories()},
        "may_write": get_actor(request).may("planning.policy"),
    }
    return render(request, "planning/policies.html", context)


@require_GET
@page(action="planning.policy")
def edit_policy(request: HttpRequest) -> HttpResponse:
    """
    Show the form of a layer: a known one by its id, or a new one.

    Asked by the form itself, when somebody chose another scope, it answers with the fields alone:
    what was typed, and what that scope inherits.
    """
    asked = request.GET.get("layer", "")
    row = policies.get_layer(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    if request.headers.get("HX-Request"):
        typed = {name: get_typed(request.GET, name) for name in TERMS}
        context = _make_context(row, scope=_read_scope(request.GET), typed=typed)
        return render(request, "planning/_policy_fields.html", context)
    terms = row.terms if row else {}
    typed = {name: write_term(name, terms.get(name)) for name in TERMS}
    scope = Scope(**dict(zip(SCOPE, policies.get_scope(row), strict=True))) if row else Scope()
    return render(
        request, "planning/policy_form.html", _make_context(row, scope=scope, typed=typed)
    )


@require_POST
@page(action="planning.policy")
def try_policy(request: HttpRequest) -> HttpResponse:
    """Answer the fragment that says what the terms of the form would have cost on history."""
    terms = read_terms(request.POST)
    errors = _find_errors(terms)
    if errors:
        wrong = "; ".join(f"{LABELS[name]}: {text}" for name, text in errors.items())
        return render(request, "planning/_effect.html", {"problem": wrong})
    try:
        found = tasks.try_setting(scope=_read_scope(request.POST), terms=terms, at=timezone.now())
    except Refusal as refusal:
        problem = f"{tell(refusal)} ({refusal.code})"
        return render(request, "planning/_effect.html", {"problem": problem})
    return render(request, "planning/_effect.html", {**found, **compare_sides(found)})


@require_POST
@page(action="planning.policy")
def save_policy(request: HttpRequest) -> HttpResponse:
    """Save a layer, or take it away when that was pressed; what is refused stays typed."""
    layer = request.POST.get("layer", "")
    layer_id = int(layer) if layer.isdecimal() and len(layer) < 10 else None
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    if request.POST.get("decision") == "remove" and layer_id is not None:
        take_step(
            request,
            lambda: policy.remove_layer(layer_id=layer_id, by=trace, at=timezone.now()),
            done=_("The policy is taken away. Its scope inherits from the next plan on."),
        )
        return redirect("planning:policies")
    terms, version = read_terms(request.POST), request.POST.get("version", "")
    errors = _find_errors(terms)
    is_saved = not errors and take_step(
        request,
        lambda: policy.save_layer(
            scope=_read_scope(request.POST),
            terms=terms,
            version=int(version[:9]) if version.isdecimal() else None,
            by=trace,
            at=timezone.now(),
        ),
        done=_("The policy is saved. It holds from the next plan on."),
    )
    if is_saved:
        return redirect("planning:policies")
    if errors:
        messages.error(request, _("Nothing is saved yet: some fields are wrong."))
    row = policies.get_layer(layer_id) if layer_id is not None else None
    typed = {name: get_typed(request.POST, name) for name in TERMS}
    context = _make_context(row, scope=_read_scope(request.POST), typed=typed, errors=errors)
    context |= {"reason": request.POST.get("reason", ""), "version": version}
    return render(request, "planning/policy_form.html", context, status=422)


SCOPE = ("category", "site_type", "site", "sku")


def _make_context(
    row: LayerRow | None,
    *,
    scope: Scope,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    inherited = policies.read_inherited(
        category=scope.category, site_type=scope.site_type, site=scope.site, sku=scope.sku,
        source=typed["source"],
    )  # fmt: skip
    categories = masterdata.list_categories()
    return {
        "row": row,
        "scope": scope,
        "version": row.version if row else 0,
        "sections": make_sections(
            typed, inherited, errors or {}, categories={it.code: it for it in categories}
        ),
        "inherited_method": inherited["method"].value,
        "categories": categories,
        "sites": masterdata.list_sites(),
        "suppliers": masterdata.list_suppliers(limit=500, only_active=True),
        "methods": METHODS,
    }


def _find_errors(terms: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with which term, in words."""
    errors = {}
    for name, value in terms.items():
        if value is not None:
            try:
                policy.check_term(name, value)
            except TermWrong:
                errors[name] = say_limits(name, LIMITS.get(name))
    return errors


def _read_scope(data: QueryDict) -> Scope:
    return Scope(**{name: data.get(name, "").strip()[:CODE_LENGTH_MAX] for name in SCOPE})
