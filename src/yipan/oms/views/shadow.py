"""Shadow run (影子运行): what other rules would have decided about past orders, and using them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.money import parse_amount, write_amount
from yipan.masterdata.queries import find_sites
from yipan.oms.documents import sourcing_rules as verbs
from yipan.oms.queries import sourcing_rules
from yipan.oms.queries.shadow import make_rules, run_shadow
from yipan.oms.queries.sourcing_rules import Ruled, RulesRow, weigh
from yipan.oms.rules.sourcing import PRESETS
from yipan.oms.views.naming import PRESET_NAMES
from yipan.pool.queries.channels import list_channels

DAYS = (1, 7, 30)
VERSIONS_SHOWN = 10
CHANNEL_LENGTH_MAX = 32
#: Costs weigh against each other, so all are in one currency.
CURRENCY = "CNY"
#: What may be set besides the preset.
FIELDS: Mapping[str, str | Promise] = {
    "parcel": gettext_lazy("A parcel costs"),
    "store_parcel": gettext_lazy("A parcel from a store costs more by"),
    "day": gettext_lazy("A day costs"),
    "part_value_min": gettext_lazy("A part is worth at least"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The rules somebody typed, and which of the amounts cannot be read."""

    channel: str
    ruled: Ruled
    wrong: frozenset[str]


@require_GET
@page(action="oms.read")
def show_shadow(request: HttpRequest) -> HttpResponse:
    """Show which decisions of the last days other rules would have made otherwise."""
    actor = get_actor(request)
    asked = _read(request.GET)
    ruled = asked.ruled
    days = next((each for each in DAYS if str(each) == request.GET.get("days")), 7)
    at = timezone.now()
    shadow = run_shadow(
        rules=make_rules(**asdict(ruled)),
        since=at - timedelta(days=days),
        until=at,
        channel=asked.channel,
        sites=actor.sites,
    )
    context = {
        "shadow": shadow,
        "presets": PRESET_NAMES.items(),
        "preset": ruled.preset,
        "days": days,
        "all_days": DAYS,
        "channel": asked.channel,
        "channels": list_channels(),
        "fields": [
            {
                "name": name,
                "label": label,
                "value": request.GET.get(name, "")[:12],
                "usual": write_amount(getattr(PRESETS[ruled.preset], name), currency=CURRENCY),
                "is_wrong": name in asked.wrong,
            }
            for name, label in FIELDS.items()
        ],
        "places": find_sites({site for row in shadow.rows for site in row.sites + row.other_sites}),
        "may_split": ruled.may_split,
        "with_stores": ruled.with_stores,
        **_describe_use(asked, may_use=actor.may("pool.policy")),
    }
    return render(request, "oms/shadow.html", context)


@require_POST
@page(action="pool.policy")
def use_rules(request: HttpRequest) -> HttpResponse:
    """Use the rules that were tried for all orders of a channel from now on."""
    asked = _read(request.POST)
    version = request.POST.get("version", "")
    if asked.wrong or not asked.channel:
        told = _("Choose a channel, and its orders can be decided by these rules.")
        if asked.wrong:
            told = _("This is no amount. Write it as 12.50.")
        messages.error(request, told)
        return redirect("oms:shadow")
    take_step(
        request,
        lambda: verbs.use(
            channel=asked.channel,
            ruled=asked.ruled,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            by=get_trace(request, reason=request.POST.get("reason", "")),
            at=timezone.now(),
        ),
        done=_("The channel's orders are decided by these rules from now on."),
    )
    again = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "version", "reason"):
        again.pop(name, None)
    return redirect(f"{reverse('oms:shadow')}?{again.urlencode()}")


def _read(data: QueryDict) -> Asked:
    """Return the rules of a form; an amount that cannot be read is as the preset has it."""
    preset = data.get("preset", "")
    said = {name: parse_amount(data.get(name, ""), currency=CURRENCY) for name in FIELDS}
    costs = {
        name: cost if cost is not None and 0 <= cost <= verbs.WEIGHT_MAX else None
        for name, cost in said.items()
    }
    return Asked(
        channel=data.get("channel", "")[:CHANNEL_LENGTH_MAX],
        ruled=Ruled(
            preset=preset if preset in PRESETS else "fewest_parcels",
            may_split="no_split" not in data,
            with_stores="no_stores" not in data,
            **costs,
        ),
        wrong=frozenset(
            name for name in FIELDS if data.get(name, "").strip() and costs[name] is None
        ),
    )


def _describe_use(asked: Asked, *, may_use: bool) -> dict[str, Any]:
    """Return what is in use for the chosen channel, and what using the tried rules changes."""
    if not asked.channel:
        return {"may_use": False, "wants_channel": may_use}
    versions = sourcing_rules.list_versions(asked.channel, limit=VERSIONS_SHOWN)
    now = versions[0] if versions else RulesRow(channel=asked.channel)
    before, after = _write(now.ruled), _write(asked.ruled)
    changes = [
        {"label": label, "before": before[label], "after": after[label]}
        for label in before
        if before[label] != after[label]
    ]
    return {
        "may_use": may_use and not asked.wrong,
        "now": now,
        "now_says": _say(now.ruled),
        "changes": changes,
        "versions": [(row, _say(row.ruled)) for row in versions],
    }


def _write(ruled: Ruled) -> dict[str, str]:
    """Return rules as people read them, by label."""
    weights = weigh(ruled)
    said = {_("Rules"): str(PRESET_NAMES[ruled.preset])}
    for name, label in FIELDS.items():
        is_own = name == "part_value_min" and ruled.part_value_min is None
        amount = write_amount(getattr(weights, name), currency=CURRENCY)
        said[str(label)] = _("as the channel has it") if is_own else amount
    said[_("Orders in parts")] = _("allowed") if ruled.may_split else _("not allowed")
    said[_("Parcels from stores")] = _("allowed") if ruled.with_stores else _("not allowed")
    return said


def _say(ruled: Ruled) -> str:
    """Return rules in a line: the preset, and only what differs from it."""
    usual, said = _write(Ruled(preset=ruled.preset)), _write(ruled)
    parts = [f"{label}: {value}" for label, value in said.items() if usual[label] != value]
    return " · ".join([str(PRESET_NAMES[ruled.preset]), *parts])
