"""Pages of the pool (一盘货): what may be sold and why, and the rules that say so."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console.documents import PAGES
from yipan.console.views import reservations
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.moments import read_day
from yipan.masterdata import queries as masterdata
from yipan.pool.policy import selling_rules
from yipan.pool.policy.selling_rules import NewRule
from yipan.pool.queries import channels
from yipan.pool.queries.selling import list_pegs, list_sellable
from yipan.pool.rules.selling import Measured, Step, Terms

SKU_LENGTH_MAX = 48
QUANTITY_DIGITS_MAX = 9
PRIORITY_MAX = 1_000

#: What each step from on hand to the promise is called.
STEPS: Mapping[str, str | Promise] = {
    "on_hand": gettext_lazy("On hand"),
    "quarantine": gettext_lazy("Quarantine"),
    "damaged": gettext_lazy("Damaged"),
    "blocked": gettext_lazy("Blocked"),
    "reserved": gettext_lazy("Reserved"),
    "held": gettext_lazy("Held"),
    "below_zero": gettext_lazy("Below zero"),
    "switch_off": gettext_lazy("Switched off"),
    "safety_stock": gettext_lazy("Safety stock"),
    "buffer": gettext_lazy("Buffer"),
    "exclusive": gettext_lazy("Kept for others"),
    "incoming": gettext_lazy("To come"),
    "presale": gettext_lazy("Pre-sale"),
    "quota": gettext_lazy("Beyond the quota"),
    "part": gettext_lazy("Part"),
    "sellable": gettext_lazy("Sellable"),
}

KINDS: Mapping[str, str | Promise] = {
    "safety_stock": gettext_lazy("Safety stock"),
    "buffer": gettext_lazy("Buffer"),
    "quota": gettext_lazy("Quota"),
    "switch_off": gettext_lazy("Switch off"),
    "presale": gettext_lazy("Pre-sale"),
}

METHODS: Mapping[str, str | Promise] = {
    "ship": gettext_lazy("Delivery"),
    "pickup": gettext_lazy("Pick-up"),
    "ship_to_store": gettext_lazy("Delivery to a store"),
}


@require_GET
@page(action="pool.read")
def show_sellable(request: HttpRequest) -> HttpResponse:
    """Show what may be sold of one SKU, step by step, each open to what is behind it."""
    actor = get_actor(request)
    sku = request.GET.get("sku", "").strip()[:SKU_LENGTH_MAX]
    known = {row.code for row in channels.list_channels() if row.is_active}
    channel = request.GET.get("channel", "")
    method = request.GET.get("method", "")
    terms = Terms(
        channel=channel if channel in known else "",
        method=method if method in METHODS else "",
        by=read_day(request.GET.get("by", "")),
    )
    found = masterdata.find_skus([sku]).get(sku) if sku else None
    measured = None
    if found is not None:
        [measured] = list_sellable(skus=[sku], terms=terms, at=timezone.now(), sites=actor.sites)
    context = {
        "sku": sku,
        "found": found,
        "terms": terms,
        "measured": measured,
        "steps": _draw(measured) if measured else [],
        "sites": sorted(measured.by_site.items()) if measured else [],
        "pegs": list_pegs(today=timezone.localdate(), sku=sku, sites=actor.sites)
        if measured
        else [],
        "channels": [row for row in channels.list_channels() if row.is_active],
        "methods": METHODS.items(),
    }
    return render(request, "console/pool/sellable.html", context)


@require_GET
@page(action="pool.read")
def show_rules(request: HttpRequest) -> HttpResponse:
    """Show the selling rules that count or will, and the channels with their sites."""
    actor, today = get_actor(request), timezone.localdate()
    asked = {
        name: request.GET.get(name, "").strip()[:SKU_LENGTH_MAX]
        for name in ("kind", "sku", "site", "channel")
    }
    rows = [
        {
            "row": row,
            "kind": KINDS[row.kind],
            "method": METHODS.get(row.method, ""),
            "is_to_come": row.starts_on is not None and row.starts_on > today,
        }
        for row in channels.list_rules(**asked, on=today)
        if not row.site or actor.sees(row.site)
    ]
    kept, places = channels.list_channels(), masterdata.list_sites(only=actor.sites)
    context = {
        "rules": rows,
        "channels": kept,
        "by_code": {row.code: row for row in kept},
        "places": {row.code: row for row in places},
        "kinds": KINDS.items(),
        "methods": METHODS.items(),
        "asked": asked,
        "is_narrowed": any(asked.values()),
        "kind": asked["kind"],
        "sites": places,
        "may_write": actor.may("pool.policy"),
    }
    return render(request, "console/pool/rules.html", context)


@require_POST
@page(action="pool.policy")
def add_rule(request: HttpRequest) -> HttpResponse:
    """Make a selling rule."""
    actor = get_actor(request)
    form = request.POST
    site = form.get("site", "")[:16]
    if site:
        actor.require_site(site)
    days = {name: form.get(name, "").strip() for name in ("due_on", "starts_on", "ends_on")}
    if any(text and read_day(text) is None for text in days.values()):
        messages.error(request, _("This is no day. Write it as 2026-03-31."))
        return redirect("pool:rules")
    priority = _read_priority(form.get("priority", ""))
    if priority is None:
        messages.error(request, _("A priority is a whole number from −1,000 to 1,000."))
        return redirect("pool:rules")
    rule = NewRule(
        kind=form.get("kind", "") if form.get("kind") in KINDS else "buffer",
        sku=form.get("sku", "").strip()[:SKU_LENGTH_MAX],
        site=site,
        channel=form.get("channel", "")[:32],
        method=form.get("method", "") if form.get("method") in METHODS else "",
        quantity=_read_number(form.get("quantity", "")),
        percent=min(100, _read_number(form.get("percent", ""))),
        is_exclusive=form.get("is_exclusive") == "on",
        due_on=read_day(days["due_on"]),
        starts_on=read_day(days["starts_on"]),
        ends_on=read_day(days["ends_on"]),
        priority=priority,
        reason=form.get("reason", "").strip()[:200],
    )
    trace = get_trace(request)
    take_step(
        request,
        lambda: selling_rules.add(rule=rule, by=trace, at=timezone.now()),
        done=_("The rule counts from its first day on.")
        if rule.starts_on
        else _("The rule counts from now on."),
    )
    return redirect("pool:rules")


@require_POST
@page(action="pool.policy")
def end_rule(request: HttpRequest, rule: int) -> HttpResponse:
    """End a selling rule."""
    trace = get_trace(request)
    take_step(
        request,
        lambda: selling_rules.end(rule=rule, by=trace, at=timezone.now()),
        done=_("Ended. What was sold under it stands."),
    )
    return redirect("pool:rules")


def _draw(measured: Measured) -> list[dict[str, object]]:
    """Return the bars of the waterfall, each with an address where there is something behind it."""
    return [
        {
            "label": " ".join(filter(None, [str(STEPS[it.code]), it.site or it.number])),
            "amount": it.amount,
            "is_total": it.is_total,
            "url": _find_address(it, measured.sku),
        }
        for it in measured.steps
    ]


def _find_address(step: Step, sku: str) -> str:
    if step.rule:
        return f"{reverse('pool:rules')}#rule-{step.rule}"
    if step.code in {"reserved", "held"}:
        return reservations.find_address(sku=sku, site=step.site, state=step.code)
    if step.code == "part":
        return f"{reverse('pool:sellable')}?sku={step.number}"
    name = PAGES.get(("erp", step.document_type), "")
    if not name:
        return reverse("books:compare", args=[sku])
    try:
        return reverse(name, kwargs={"number": step.number})
    except NoReverseMatch:
        return ""


def _read_priority(text: str) -> int | None:
    """Return a priority, 0 where none is written; None when it is none."""
    written = text.strip().replace("−", "-")
    sign, digits = (-1, written[1:]) if written.startswith("-") else (1, written)
    if not digits and sign > 0:
        return 0
    fits = digits.isascii() and digits.isdigit() and len(digits) <= len(str(PRIORITY_MAX))
    value = sign * int(digits) if fits else None
    return value if value is not None and abs(value) <= PRIORITY_MAX else None


def _read_number(text: str) -> int:
    digits = text.strip()[:QUANTITY_DIGITS_MAX]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
