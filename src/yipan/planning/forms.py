"""What people key in about policies and events, read into terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from yipan.documents import told
from yipan.planning.documents.policy import FLAGS, LIMITS
from yipan.planning.rules.policies import TERMS

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise

#: Term of a policy -> its name on a form.
LABELS: Mapping[str, StrPromise] = {
    "method": _("Planning method"),
    "service_permille": _("Service level, per mille"),
    "minimum": _("Minimum"),
    "maximum": _("Maximum"),
    "reorder_point": _("Reorder point"),
    "reorder_quantity": _("Reorder quantity"),
    "cover_days": _("Days of cover"),
    "source": _("Comes from (supplier or site)"),
    "lead_time_days": _("Lead time, days"),
    "lead_time_spread_days": _("Spread of the lead time, days"),
    "review_days": _("Ordered on weekdays (1 is Monday)"),
    "minimum_order": _("Minimum order"),
    "case_size": _("Pack it is sent in"),
    "display_minimum": _("Display minimum"),
    "shelf_life_days": _("Shelf life, days"),
    "days_max": _("Most days of stock"),
    "may_exceed_max": _("May exceed the maximum"),
    "is_not_stocked": _("Not kept here"),
    "is_running_out": _("Runs out, not ordered again"),
    "is_pushed": _("Pushed to stores"),
    "may_rebalance": _("May move between stores"),
    "lane_minimum_minor": _("A way between stores is worth at least, in cents"),
    "reserve_percent": _("Kept back for a second push, percent"),
    "like_sku": _("Sells like the SKU"),
    "like_site": _("Sells like the site"),
    "like_percent": _("As much of that, percent"),
}
assert set(LABELS) == set(TERMS)


def read_terms(data: QueryDict) -> dict[str, Any]:
    """Return the terms of a form; an empty field is inherited: None."""
    terms: dict[str, Any] = {}
    for name in TERMS:
        text = data.get(name, "").strip()[:64]
        if not text:
            terms[name] = None
        elif name in LIMITS:
            # What is no number stays a text, which the verb refuses by name.
            terms[name] = int(text) if text.isascii() and text.isdecimal() else text
        elif name in FLAGS:
            terms[name] = text == "yes"
        else:
            terms[name] = text
    return terms


def read_day(text: str) -> date:
    """
    Return the day a field holds.

    :raises DateUnreadable: if it holds none.
    """
    return told.read_date(text[:10])
