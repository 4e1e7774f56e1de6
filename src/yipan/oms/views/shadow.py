"""Shadow run (影子运行): what other rules would have decided about past orders, on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.foundation.money import parse_amount, write_amount
from yipan.masterdata.queries import find_sites
from yipan.oms.queries.shadow import make_rules, run_shadow
from yipan.oms.rules.sourcing import PRESETS
from yipan.pool.queries.channels import list_channels

DAYS = (1, 7, 30)
#: Costs weigh against each other, so all are in one currency.
CURRENCY = "CNY"
COST_MAX = 999_999_999
#: What may be set besides the preset.
FIELDS: Mapping[str, str | Promise] = {
    "parcel": gettext_lazy("A parcel costs"),
    "store_parcel": gettext_lazy("A parcel from a store costs more by"),
    "day": gettext_lazy("A day costs"),
    "part_value_min": gettext_lazy("A part is worth at least"),
}

PRESET_NAMES: Mapping[str, str | Promise] = {
    "cheapest": gettext_lazy("Cheapest"),
    "nearest": gettext_lazy("Nearest"),
    "fastest": gettext_lazy("Fastest"),
    "fewest_parcels": gettext_lazy("Fewest parcels"),
}


@require_GET
@page(action="oms.read")
def show_shadow(request: HttpRequest) -> HttpResponse:
    """Show which decisions of the last days other rules would have made otherwise."""
    asked = request.GET
    preset = asked.get("preset", "") if asked.get("preset") in PRESETS else "fewest_parcels"
    days = next((each for each in DAYS if str(each) == asked.get("days")), 7)
    channel = asked.get("channel", "")[:32]
    said = {name: parse_amount(asked.get(name, ""), currency=CURRENCY) for name in FIELDS}
    said = {
        name: cost if cost is None or 0 <= cost <= COST_MAX else None for name, cost in said.items()
    }
    may_split, with_stores = "no_split" not in asked, "no_stores" not in asked
    at = timezone.now()
    shadow = run_shadow(
        rules=make_rules(preset=preset, may_split=may_split, with_stores=with_stores, **said),
        since=at - timedelta(days=days),
        until=at,
        channel=channel,
        sites=get_actor(request).sites,
    )
    weights = PRESETS[preset]
    context = {
        "shadow": shadow,
        "presets": PRESET_NAMES.items(),
        "preset": preset,
        "days": days,
        "all_days": DAYS,
        "channel": channel,
        "channels": list_channels(),
        "fields": [
            {
                "name": name,
                "label": label,
                "value": asked.get(name, "")[:12],
                "usual": write_amount(getattr(weights, name), currency=CURRENCY),
                "is_wrong": bool(asked.get(name, "").strip()) and said[name] is None,
            }
            for name, label in FIELDS.items()
        ],
        "places": find_sites({site for row in shadow.rows for site in row.sites + row.other_sites}),
        "may_split": may_split,
        "with_stores": with_stores,
    }
    return render(request, "oms/shadow.html", context)
