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
from yipan.oms.queries.shadow import make_rules, run_shadow
from yipan.oms.rules.sourcing import PRESETS
from yipan.pool.queries.channels import list_channels

DAYS = (1, 7, 30)
DIGITS_MAX = 9
#: What may be set besides the preset, in minor units.
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
    said = {name: _read(asked.get(name, "")) for name in FIELDS}
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
            {"name": name, "label": label, "value": said[name], "usual": getattr(weights, name)}
            for name, label in FIELDS.items()
        ],
        "may_split": may_split,
        "with_stores": with_stores,
    }
    return render(request, "oms/shadow.html", context)


def _read(text: str) -> int | None:
    digits = text.strip()[:DIGITS_MAX]
    return int(digits) if digits.isascii() and digits.isdigit() else None
