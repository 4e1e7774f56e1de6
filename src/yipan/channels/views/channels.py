"""Pages of channels (渠道): all of them with their state, and one with what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.channels.documents import publication as verbs
from yipan.channels.documents.publication import Manner
from yipan.channels.queries import feed, publications, webhooks
from yipan.channels.queries.publications import PublicationRow
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.masterdata import queries as masterdata
from yipan.pool.queries.channels import get_group, list_rules

ROWS_PER_PAGE = 20
CHANGES_SHOWN = 12
DIGITS_MAX = 9

KINDS: Mapping[str, str | Promise] = {
    "web_shop": gettext_lazy("Web shop"),
    "app": gettext_lazy("App"),
    "mini_program": gettext_lazy("Mini-program"),
    "marketplace": gettext_lazy("Marketplace"),
    "register": gettext_lazy("Register"),
}

METHODS: Mapping[str, str | Promise] = {
    "ship": gettext_lazy("Delivery"),
    "pickup": gettext_lazy("Pick-up"),
    "ship_to_store": gettext_lazy("Delivery to a store"),
}

FORMS: Mapping[str, str | Promise] = {
    "quantity": gettext_lazy("Numbers"),
    "level": gettext_lazy("None, few or plenty"),
}

LEVELS: Mapping[str, tuple[str | Promise, str]] = {
    "none": (gettext_lazy("Sold out"), "bad"),
    "few": (gettext_lazy("Few left"), "warn"),
    "plenty": (gettext_lazy("Plenty"), "good"),
}

#: Why a change was told.
REASONS: Mapping[str, str | Promise] = {
    "first": gettext_lazy("First time"),
    "crossed": gettext_lazy("Level crossed"),
    "stepped": gettext_lazy("Differs enough"),
    "due": gettext_lazy("Kept back long enough"),
    "resent": gettext_lazy("Told everything again"),
}


@require_GET
@page(action="channels.read")
def list_channels(request: HttpRequest) -> HttpResponse:
    """List channels: what they are told, how old it is, and how their webhooks fare."""
    rung: dict[str, list[str]] = {}
    for hook in webhooks.list_webhooks():
        rung.setdefault(hook.channel, []).append(hook.state)
    rows = [
        {
            "row": row,
            "kind": KINDS.get(row.channel.kind, row.channel.kind),
            "form": FORMS[row.form],
            "state": get_state(row, rung.get(row.channel.code, ())),
            "webhooks": len(rung.get(row.channel.code, ())),
            "sites": _write_sites(row),
        }
        for row in publications.list_publications()
    ]
    context = {
        "rows": rows,
        "lag": publications.get_lag(),
        "may_keep": get_actor(request).may("pool.policy"),
    }
    return render(request, "channels/index.html", context)


@require_GET
@page(action="channels.read")
def show_channel(request: HttpRequest, code: str) -> HttpResponse:
    """Show one channel: state, rules, webhooks, what it was told and when."""
    row = publications.get_publication(code)
    actor = get_actor(request)
    sku = request.GET.get("sku", "").strip()[:48]
    only = request.GET.get("show") == "differing"
    told = publications.list_told(
        code,
        sku=sku,
        only_differing=only,
        after=request.GET.get("after", "")[:48],
        limit=ROWS_PER_PAGE + 1,
    )
    rows = told[:ROWS_PER_PAGE]
    hooks = webhooks.list_webhooks(channel=code)
    context: dict[str, Any] = {
        "row": row,
        "channel": row.channel,
        "kind": KINDS.get(row.channel.kind, row.channel.kind),
        "form": FORMS[row.form],
        "forms": FORMS.items(),
        "methods": [(name, label, name in row.methods) for name, label in METHODS.items()],
        "state": get_state(row, [hook.state for hook in hooks]),
        "sites": _write_sites(row),
        "told": [_show_told(it) for it in rows],
        "next_after": rows[-1].sku if len(told) > ROWS_PER_PAGE else "",
        "sku": sku,
        "only_differing": only,
        "changes": [
            _show_told(it) | {"reason": REASONS.get(it.reason, it.reason)}
            for it in feed.list_newest(code, limit=CHANGES_SHOWN)
        ],
        "hooks": hooks,
        "deliveries": webhooks.list_deliveries(channel=code, limit=8),
        "readers": publications.list_readers(code),
        "rules_count": len(list_rules(channel=code, on=timezone.localdate())),
        "lag": publications.get_lag(),
        "history": read_history(document_type=verbs.DOCUMENT_TYPE, number=code),
        "may_write": actor.may("channels.write"),
        "may_keep": actor.may("pool.policy"),
        "group": get_group(row.channel.group) if row.channel.group else None,
        "assignments": [it for it in row.channel.assignments if actor.sees(it.site)],
        "places": masterdata.find_sites({it.site for it in row.channel.assignments}),
    }
    return render(request, "channels/channel.html", context)


@require_POST
@page(action="channels.write")
def save_publication(request: HttpRequest, code: str) -> HttpResponse:
    """Say how a channel is told."""
    form = request.POST
    manner = Manner(
        is_on=form.get("is_on") == "on",
        form=form.get("form", "") if form.get("form") in FORMS else "quantity",
        methods=tuple(name for name in form.getlist("methods") if name in METHODS),
        step_quantity=_read_number(form.get("step_quantity", ""), default=1),
        due_seconds=_read_number(form.get("due_seconds", ""), default=300),
        has_shop=form.get("has_shop") == "on",
    )
    take_step(
        request,
        lambda: verbs.save(
            channel=code,
            manner=manner,
            version=_read_number(form.get("version", ""), default=0) or None,
            by=get_trace(request),
            at=timezone.now(),
        ),
        done=_("Saved. What it changes for the channel is told within seconds."),
    )
    return redirect("channels:channel", code=code)


@require_POST
@page(action="channels.write")
def send_all(request: HttpRequest, code: str) -> HttpResponse:
    """Tell a channel everything again."""
    take_step(
        request,
        lambda: verbs.send_all(channel=code, by=get_trace(request), at=timezone.now()),
        done=_("Everything is told again, under new numbers."),
    )
    return redirect("channels:channel", code=code)


def get_state(row: PublicationRow, hooks: Any) -> tuple[str | Promise, str]:
    """Return in a word and a tone how a channel is told."""
    if not row.channel.is_active:
        return _("Closed"), "quiet"
    if not row.is_on:
        return _("Told nothing"), "quiet"
    if "disabled" in hooks:
        return _("Webhook disabled"), "bad"
    if "failing" in hooks:
        return _("Webhook fails"), "warn"
    if row.sweep_after is not None:
        return _("Telling everything"), "info"
    return _("Up to date"), "good"


def _write_sites(row: PublicationRow) -> str:
    """Return the group a channel sells from, and what is given or withdrawn besides."""
    named = [f"{'+' if it.is_included else '−'}{it.site}" for it in row.channel.assignments]
    return " ".join([row.channel.group or str(_("all sites")), *named])


def _show_told(it: Any) -> dict[str, Any]:
    label, tone = LEVELS[it.level]
    return {"row": it, "level": label, "tone": tone, "method": METHODS.get(it.method, it.method)}


def _read_number(text: str, *, default: int) -> int:
    text = text.strip()
    fits = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    return int(text) if fits else default
