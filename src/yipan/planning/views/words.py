"""How planning's reasons are said: one sentence for people, the figures under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from yipan.planning.models.proposal import ProposalKind
from yipan.planning.queries.proposals import ProposalRow

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise

#: Limit that bit -> how it is said.
BOUNDS: Mapping[str, StrPromise] = {
    "pack": gettext_lazy("rounded up to whole packs"),
    "minimum_order": gettext_lazy("raised to the minimum order"),
    "display_minimum": gettext_lazy("raised to what has to stand on the shelf"),
    "days_max": gettext_lazy("cut to the most days of stock"),
    "shelf_life": gettext_lazy("cut to what sells within the shelf life"),
    "maximum": gettext_lazy("cut to the maximum"),
    "nothing_fits": gettext_lazy("nothing fits between the limits"),
    "min_max": gettext_lazy("minimum and maximum are set by hand"),
    "reorder_point": gettext_lazy("the reorder point is set by hand"),
    "days_of_cover": gettext_lazy("days of cover are set by hand"),
    "warehouse_short": gettext_lazy("the warehouse has less than all stores need"),
    "pushed": gettext_lazy("the goods are pushed to stores"),
    "not_stocked": gettext_lazy("not kept there any more"),
}

#: Method of a policy -> its name.
METHODS: Mapping[str, StrPromise] = {
    "service_level": gettext_lazy("Service level"),
    "min_max": gettext_lazy("Minimum and maximum"),
    "reorder_point": gettext_lazy("Reorder point"),
    "days_of_cover": gettext_lazy("Days of cover"),
}

#: Model -> its name, in back-tests and outlooks.
MODELS: Mapping[str, StrPromise] = {
    "negative_binomial": gettext_lazy("Negative binomial (tier 0)"),
    "learned": gettext_lazy("Learned, mixed with tier 0 (tier 1)"),
    "normal": gettext_lazy("Normal distribution"),
    "min_max": gettext_lazy("Minimum and maximum, looked at quarterly"),
    "days_of_cover": gettext_lazy("Days of cover, looked at weekly"),
    "today": gettext_lazy("Policies as they stand"),
}

#: Executor -> by whom a plan is computed.
EXECUTORS: Mapping[str, StrPromise] = {
    "serial": gettext_lazy("in one process"),
    "processes": gettext_lazy("in several processes"),
    "queue": gettext_lazy("by the workers"),
    "dask": gettext_lazy("on Dask"),
    "ray": gettext_lazy("on Ray"),
}

#: Figure of the reasons -> its name, in the order they are shown.
FIGURES: tuple[tuple[str, StrPromise, int], ...] = (
    ("on_hand", gettext_lazy("On hand"), 1),
    ("available", gettext_lazy("Available"), 1),
    ("coming", gettext_lazy("On its way"), 1),
    ("coming_late", gettext_lazy("of that too late"), 1),
    ("promised", gettext_lazy("Approved, not yet on its way"), 1),
    ("outgoing", gettext_lazy("Waiting to leave"), 1),
    ("downstream", gettext_lazy("Of that at the stores it feeds"), 1),
    ("position", gettext_lazy("Position"), 1),
    ("rate_milli", gettext_lazy("Sold a day"), 1000),
    ("horizon", gettext_lazy("Days to cover"), 1),
    ("mean_milli", gettext_lazy("Expected in them"), 1000),
    ("quantile_milli", gettext_lazy("Needed at the service level"), 1000),
    ("target", gettext_lazy("Target"), 1),
    ("pack", gettext_lazy("Pack"), 1),
    ("minimum_order", gettext_lazy("Minimum order"), 1),
    ("supply", gettext_lazy("At the warehouse"), 1),
    ("reserve", gettext_lazy("Kept back there"), 1),
    ("donor_available", gettext_lazy("Available at the sender"), 1),
    ("donor_keeps", gettext_lazy("Kept by the sender"), 1),
    ("donor_surplus", gettext_lazy("More than that"), 1),
)


def name_of(row: Any) -> str:
    """Return the name of a site or supplier in the reader's language."""
    is_chinese = (get_language() or "").startswith("zh")
    return str(row.name_zh if is_chinese and row.name_zh else row.name)


def say_why(row: ProposalRow) -> str:
    """Return in a sentence or two why a proposal is made."""
    facts = row.reasons
    if row.kind == ProposalKind.REBALANCING:
        return _(
            "%(from)s has %(surplus)s more than it needs; %(to)s is short of %(wanted)s, and the "
            "warehouse has none."
        ) % {
            "from": name_of(row.source_row),
            "surplus": _write(facts.get("donor_surplus", 0)),
            "to": name_of(row.site),
            "wanted": _write(row.wanted),
        }
    said = [
        _("%(rate)s are sold a day.") % {"rate": _write_milli(facts.get("rate_milli", 0))},
        _say_need(facts) % {
            "days": facts.get("horizon", 0),
            "below": _write(facts.get("order_below", 0)),
            "target": _write(facts.get("target", 0)),
            "position": _write(facts.get("position", 0)),
            "supply": _write(facts.get("supply", 0)),
            "reserve": _write(facts.get("reserve", 0)),
        },
    ]  # fmt: skip
    if "warehouse_short" in facts.get("bounds", ()):
        said.append(
            _("The warehouse has %(supply)s for all stores, and they need more.")
            % {"supply": _write(facts.get("supply", 0))}
        )
    if facts.get("borrowed"):
        said.append(
            _("It is new here; the history is that of %(lender)s.") % {"lender": facts["borrowed"]}
        )
    return _join(said)


def _say_need(facts: Mapping[str, Any]) -> str:
    """Return what makes so many wanted, by the way the place is planned; values to be filled in."""
    if "pushed" in facts.get("bounds", ()):
        return _(
            "The goods are pushed to stores: there are %(position)s with all that is on its way, "
            "and the warehouse has %(supply)s, of which it keeps %(reserve)s back."
        )
    if facts.get("method") in ("min_max", "reorder_point"):
        return _(
            "Set by hand: below %(below)s is ordered, up to %(target)s; there are %(position)s "
            "with all that is on its way."
        )
    if facts.get("method") == "days_of_cover":
        return _(
            "Its days of cover make %(target)s, and there are %(position)s with all that is on its "
            "way."
        )
    return ngettext(
        "The next day needs up to %(target)s, and there are %(position)s with all that is on its "
        "way.",
        "The next %(days)s days need up to %(target)s, and there are %(position)s with all that "
        "is on its way.",
        int(facts.get("horizon", 0)),
    )


def say_misfit(row: ProposalRow) -> str:
    """Return what a quantity somebody chose does not fit: packs, a minimum order; or nothing."""
    quantity, pack = row.quantity_final, int(row.reasons.get("pack") or 1)
    least = int(row.reasons.get("minimum_order") or 1)
    if row.quantity_chosen is None:
        return ""
    if quantity % pack:
        fewer = quantity // pack * pack
        near = [it for it in (fewer, fewer + pack) if it]
        return _("No whole packs of %(pack)s: %(near)s would be.") % {
            "pack": _write(pack),
            "near": _(" or ").join(_write(it) for it in near),
        }
    if row.kind == ProposalKind.PURCHASE and quantity < least:
        return _("Below the minimum order of %(least)s.") % {"least": _write(least)}
    return ""


def list_bounds(facts: Mapping[str, Any]) -> list[str]:
    """Return the limits that bit, in words."""
    return [str(BOUNDS.get(it, it)) for it in facts.get("bounds", ())]


def list_figures(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the figures a proposal was decided from: name and value."""
    found = []
    for name, label, scale in FIGURES:
        value = facts.get(name)
        if value is not None and (value or name in {"on_hand", "position", "target"}):
            text = _write_milli(value) if scale == 1000 else _write(value)
            found.append((str(label), text))
    return found


def _join(sentences: Sequence[str]) -> str:
    """Return sentences in a row; Chinese ones need no gap."""
    return ("" if (get_language() or "").startswith("zh") else " ").join(sentences)


def _write(value: int) -> str:
    return f"{value:,}".replace("-", "−")


def _write_milli(value: int) -> str:
    return f"{value / 1000:,.1f}" if value < 100_000 else f"{value / 1000:,.0f}"
