"""Pages of limits (审批限额): what holds, who asked for what, and asking for a change."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.roles import ROLE_LABELS, Role
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp.documents.stock import limit_change
from yipan.erp.models.adjustment import AdjustmentType
from yipan.erp.models.limit_change import LimitPurpose
from yipan.erp.queries import limits as queries
from yipan.erp.queries.limits import LimitChangeRow
from yipan.erp.rules.adjustment import TYPES
from yipan.foundation.ids import make_id
from yipan.foundation.limits import Limit, Purpose
from yipan.foundation.money import parse_amount
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata

CURRENCY = "CNY"
SITE_TYPES = {"warehouse": gettext_lazy("Warehouses"), "store": gettext_lazy("Stores")}
FIELDS = (
    "role",
    "adjustment_type",
    "site_type",
    "site",
    "quantity_max",
    "value_max",
    "percent_max",
)


@require_GET
@page(action="erp.read_limits")
def list_limits(request: HttpRequest) -> HttpResponse:
    """List the limits that hold, the changes that wait, and those decided."""
    actor = get_actor(request)
    held = [it for it in queries.list_limits() if not it.site or actor.sees(it.site)]
    waiting = queries.list_changes(states=("submitted",))
    decided = queries.list_changes(states=("approved", "rejected", "canceled"), limit=50)
    context = {
        "groups": [
            (purpose, label, [describe(it) for it in held if it.purpose == purpose])
            for purpose, label in LimitPurpose.choices
        ],
        "waiting": [_describe_change(it) for it in waiting],
        "decided": [_describe_change(it) for it in decided],
        "may_write": actor.may("erp.adjustment_limit.write"),
    }
    return render(request, "erp/limits.html", context)


@require_GET
@page(action="erp.read_limits")
def show_change(request: HttpRequest, number: str) -> HttpResponse:
    """Show one change of a limit, its effect, and who asked and agreed."""
    actor = get_actor(request)
    change = queries.get_change(number)
    is_open = change.state == "submitted"
    is_own = change.created_by == actor.name
    context = {
        "change": change,
        "effect": queries.try_out(change.limit, at=timezone.now()) if is_open else None,
        "history": read_history(document_type=limit_change.DOCUMENT_TYPE, number=number),
        "may_decide": is_open and not is_own and actor.may("erp.adjustment_limit.approve"),
        "may_cancel": is_open and actor.may("erp.adjustment_limit.write"),
        "is_own": is_open and is_own,
        "way": "submitted approved" if change.state != "rejected" else "submitted rejected",
        "purpose": dict(LimitPurpose.choices)[change.limit.purpose],
        **describe(change.limit),
    }
    return render(request, "erp/limit_change.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.adjustment_limit.write")
def create_change(request: HttpRequest) -> HttpResponse:
    """Ask for a limit; its effect is shown before it is asked for."""
    said = request.POST if request.method == "POST" else request.GET
    purpose = Purpose.POST if said.get("purpose") == "post" else Purpose.APPROVE
    entered = {name: said.get(name, "").strip()[:96] for name in FIELDS}
    is_end = said.get("is_end") == "on"
    errors: dict[str, str] = {}
    limit = _read(purpose, entered, errors)
    effect = None
    if request.method == "POST" and not errors:
        if "preview" in request.POST:
            effect = queries.try_out(limit, at=timezone.now())
        elif number := _try(request, limit, is_end=is_end):
            return redirect("erp:limit_change", number=number)
    context = {
        "purpose": purpose,
        "purposes": LimitPurpose.choices,
        "entered": entered,
        "is_end": is_end,
        "reason": said.get("reason", ""),
        "errors": errors,
        "effect": effect,
        "roles": [(it, ROLE_LABELS[Role(it)]) for it in limit_change.list_roles(purpose)],
        "types": [(value, label) for value, label in AdjustmentType.choices if value in TYPES],
        "site_types": SITE_TYPES.items(),
        "sites": masterdata.list_sites(),
        "currency": CURRENCY,
    }
    status = 422 if request.method == "POST" and effect is None else 200
    return render(request, "erp/limit_form.html", context, status=status)


@require_POST
@page(action="erp.adjustment_limit.approve")
def decide_change(request: HttpRequest, number: str) -> HttpResponse:
    """Agree to a change, or leave the limit as it is."""
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    at, sites = timezone.now(), get_actor(request).sites
    if request.POST.get("step") == "approve":
        take_step(
            request,
            lambda: limit_change.approve(
                number=number, sites=sites, by=trace, at=at, message_id=make_id()
            ),
            done=_("The limit holds from now on."),
        )
    else:
        take_step(
            request,
            lambda: limit_change.reject(number=number, sites=sites, by=trace, at=at),
            done=_("Rejected. The limit stays as it is."),
        )
    return redirect("erp:limit_change", number=number)


@require_POST
@page(action="erp.adjustment_limit.write")
def cancel_change(request: HttpRequest, number: str) -> HttpResponse:
    """Give up a change nobody has decided on."""
    queries.get_change(number)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: limit_change.cancel(number=number, by=trace, at=timezone.now()),
        done=_("Given up. The limit stays as it is."),
    )
    return redirect("erp:limit_change", number=number)


def describe(limit: Limit) -> dict[str, object]:
    """Return a limit with the words a page shows for what it is about."""
    return {
        "limit": limit,
        "role": ROLE_LABELS[Role(limit.role)] if limit.role else _("All roles"),
        "type": dict(AdjustmentType.choices).get(limit.adjustment_type) or _("All types"),
        "place": limit.site or SITE_TYPES.get(limit.site_type) or _("All sites"),
        "currency": CURRENCY,
    }


def _describe_change(change: LimitChangeRow) -> dict[str, object]:
    return {"change": change, **describe(change.limit)}


def _read(purpose: Purpose, entered: Mapping[str, str], errors: dict[str, str]) -> Limit:
    return Limit(
        purpose=purpose,
        role=entered["role"],
        adjustment_type=entered["adjustment_type"],
        site_type=entered["site_type"],
        site=entered["site"],
        quantity_max=_read_number("quantity_max", entered, errors),
        value_max_minor=_read_value(entered, errors),
        percent_max=_read_number("percent_max", entered, errors),
    )


def _read_number(name: str, entered: Mapping[str, str], errors: dict[str, str]) -> int | None:
    text = entered[name].replace(",", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        errors[name] = _("Enter a whole number, or nothing for no limit.")
        return None
    return int(text)


def _read_value(entered: Mapping[str, str], errors: dict[str, str]) -> int | None:
    if not entered["value_max"]:
        return None
    amount = parse_amount(entered["value_max"], currency=CURRENCY)
    if amount is None:
        errors["value_max"] = _("Enter an amount, or nothing for no limit.")
    return amount


def _try(request: HttpRequest, limit: Limit, *, is_end: bool) -> str:
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    try:
        change = limit_change.create(
            limit=limit,
            is_end=is_end,
            sites=get_actor(request).sites,
            by=trace,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return ""
    messages.success(request, _("Asked for. Another person has to agree."))
    return change.number
