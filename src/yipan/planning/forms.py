"""What people key in about policies and events: sections of a form, read into terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

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
    "service_permille": _("Service level, %"),
    "minimum": _("Minimum"),
    "maximum": _("Maximum"),
    "reorder_point": _("Reorder point"),
    "reorder_quantity": _("Reorder quantity"),
    "cover_days": _("Days of cover"),
    "source": _("Comes from (supplier or site)"),
    "lead_time_days": _("Lead time, days"),
    "lead_time_spread_days": _("Spread of the lead time, days"),
    "review_days": _("Ordered on"),
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
    "lane_minimum_minor": _("A way between stores is worth at least, ¥"),
    "reserve_percent": _("Kept back for a second push, %"),
    "like_sku": _("Sells like the SKU"),
    "like_site": _("Sells like the site"),
    "like_percent": _("As much of that, %"),
}
assert set(LABELS) == set(TERMS)

#: Terms that are kept in thousandths or hundredths, and how many of them make what people write.
SCALES: Final[Mapping[str, int]] = {"service_permille": 10, "lane_minimum_minor": 100}
WEEKDAYS: Final[Sequence[tuple[str, StrPromise]]] = (
    ("1", _("Mon")), ("2", _("Tue")), ("3", _("Wed")), ("4", _("Thu")), ("5", _("Fri")),
    ("6", _("Sat")), ("7", _("Sun")),
)  # fmt: skip
#: Terms that only one way of planning reads.
METHOD_OF: Final[Mapping[str, str]] = {
    "service_permille": "service_level",
    "minimum": "min_max",
    "maximum": "min_max",
    "reorder_point": "reorder_point",
    "reorder_quantity": "reorder_point",
    "cover_days": "days_of_cover",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Terms of a policy that answer one question."""

    title: StrPromise
    hint: StrPromise
    terms: tuple[str, ...]


SECTIONS: Final = (
    Section(
        title=_("What to hold"),
        hint=_("How the level to order up to is found."),
        terms=(
            "method", "service_permille", "minimum", "maximum", "reorder_point",
            "reorder_quantity", "cover_days",
        ),
    ),
    Section(
        title=_("When to order"),
        hint=_("From whom, on which days, and how long it takes."),
        terms=("source", "review_days", "lead_time_days", "lead_time_spread_days"),
    ),
    Section(
        title=_("How much"),
        hint=_("What an order is rounded to, and what is sent without being asked for."),
        terms=("minimum_order", "case_size", "is_pushed", "reserve_percent"),
    ),
    Section(
        title=_("Limits of the shelf"),
        hint=_("What has to stand there, and what there must not be more of."),
        terms=("display_minimum", "days_max", "shelf_life_days", "may_exceed_max"),
    ),
    Section(
        title=_("Between stores"),
        hint=_("Whether surplus may go to another store, and when a van is worth it."),
        terms=("may_rebalance", "lane_minimum_minor"),
    ),
    Section(
        title=_("New goods and new stores"),
        hint=_("Whose history counts until there is some."),
        terms=("like_sku", "like_site", "like_percent"),
    ),
    Section(
        title=_("Not to stock"),
        hint=_("What is left to run out, and what is not kept at all."),
        terms=("is_running_out", "is_not_stocked"),
    ),
)  # fmt: skip
assert sorted(it for section in SECTIONS for it in section.terms) == sorted(TERMS)


def read_terms(data: QueryDict) -> dict[str, Any]:
    """
    Return the terms of a form; an empty field is inherited: None.

    What is no number stays a text, which the verb refuses by name.
    """
    terms: dict[str, Any] = {}
    for name in TERMS:
        text = get_typed(data, name)
        if not text:
            terms[name] = None
        elif name in SCALES:
            terms[name] = _read_scaled(text, SCALES[name])
        elif name in LIMITS:
            terms[name] = int(text) if text.isascii() and text.isdecimal() else text
        elif name in FLAGS:
            terms[name] = text == "yes"
        else:
            terms[name] = text
    return terms


def get_typed(data: QueryDict, name: str) -> str:
    """Return what was typed into the field of a term; of days, those that were marked."""
    if name == "review_days":
        return "".join(data.getlist(name))[:64].strip()
    return data.get(name, "").strip()[:64]


def write_term(name: str, value: Any) -> str:
    """Return a term as a field holds it and people write it; nothing for None."""
    if value is None:
        return ""
    if name in FLAGS:
        return "yes" if value else "no"
    if name in SCALES and isinstance(value, int):
        scale = SCALES[name]
        return f"{Decimal(value) / scale:.{len(str(scale)) - 1}f}"
    return str(value)


def _read_scaled(text: str, scale: int) -> int | str:
    """Return a decimal number in its small units; the text where it is none, or has more digits."""
    plain = text.removesuffix("%").removeprefix("¥").replace(",", ".").strip()
    try:
        value = Decimal(plain) * scale
    except InvalidOperation:
        return text
    is_whole = value.is_finite() and value == value.to_integral_value()
    return int(value) if is_whole and abs(value) < 10**12 else text


def read_day(text: str) -> date:
    """
    Return the day a field holds.

    :raises DateUnreadable: if it holds none.
    """
    return told.read_date(text[:10])
