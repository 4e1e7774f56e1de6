"""The effect of a policy as people read it: a sentence, and pairs of bars of now and then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: Smaller differences than these are none: a thousandth of demand, a tenth of a day.
DAYS_SAME = 0.05


def compare_sides(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sentence and the bars of a comparison; nothing where nothing was tried."""
    now, then = found.get("now"), found.get("then")
    if not now or not then:
        return {}
    figures = [
        _make_bar(_("Demand met, %"), 100 * now["fill"], 100 * then["fill"], better=1, least=50.0),
        _make_bar(_("Days of stock"), now["days_of_stock"], then["days_of_stock"], better=-1),
        _make_bar(_("Stock at sales price, ¥"), now["value"] / 100, then["value"] / 100,
                  better=-1, digits=0),
        _make_bar(_("Orders a week and place"), now["orders_per_week"], then["orders_per_week"],
                  better=-1, digits=2),
    ]  # fmt: skip
    return {"figures": figures, "said": _say(now, then)}


def _make_bar(
    label: str, now: float, then: float, *, better: int, digits: int = 1, least: float = 0.0
) -> dict[str, Any]:
    """Return a pair of bars; `better` is 1 where more is better, -1 where less is."""
    change = round(then, digits) - round(now, digits)
    return {
        "label": label,
        "now": now,
        "then": then,
        "now_text": f"{now:,.{digits}f}",
        "then_text": f"{then:,.{digits}f}",
        "change_text": f"{change:+,.{digits}f}".replace("-", "−") if change else "±0",
        "tone": "" if not change else "good" if change * better > 0 else "warn",
        "least": min(least, now, then) if least else 0,
        "most": max(100.0 if least else 0.0, now, then) or 1,
    }


def _say(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    pieces, days = now["lost"] - then["lost"], then["days_of_stock"] - now["days_of_stock"]
    if pieces > 0:
        sold = ngettext(
            "%(count)s piece more would have been sold",
            "%(count)s pieces more would have been sold",
            pieces,
        )
    elif pieces < 0:
        sold = ngettext(
            "%(count)s piece fewer would have been sold",
            "%(count)s pieces fewer would have been sold",
            -pieces,
        )
    else:
        sold = _("As much would have been sold")
    if abs(days) < DAYS_SAME:
        kept = _("from as much stock.")
    elif days > 0:
        kept = _("from a stock of %(days)s days more.")
    else:
        kept = _("from a stock of %(days)s days less.")
    return _("%(sold)s, %(kept)s") % {
        "sold": sold % {"count": f"{abs(pieces):,}"},
        "kept": kept % {"days": f"{abs(days):.1f}"},
    }
