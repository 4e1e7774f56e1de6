"""Fields of the policy form: what was typed, what holds without it by whom, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yipan.masterdata.rows import CategoryRow
from yipan.planning.documents.policy import FLAGS, LIMITS
from yipan.planning.forms import LABELS, METHOD_OF, SCALES, SECTIONS, WEEKDAYS, write_term
from yipan.planning.queries.policies import Inherited, LayerRow
from yipan.planning.views.words import METHODS, name_of

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise


#: What a term means where it is 0 or empty.
NOTHING: Final[Mapping[str, StrPromise]] = {
    "case_size": gettext_lazy("that of the SKU"),
    "days_max": gettext_lazy("no limit"),
    "shelf_life_days": gettext_lazy("no limit"),
    "lane_minimum_minor": gettext_lazy("no limit"),
    "source": gettext_lazy("nowhere"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """
    One term on the form.

    `value` is what was typed or is kept, as people write it; `inherited` what holds where it is
    empty, `origin` who says that, `layer` the number of the policy that does. `of` is the planning
    method that alone reads it.
    """

    name: str
    label: str
    kind: str
    value: str
    inherited: str
    origin: str
    layer: int | None
    error: str
    of: str


def make_sections(
    typed: Mapping[str, str],
    inherited: Mapping[str, Inherited],
    errors: Mapping[str, str],
    *,
    categories: Mapping[str, CategoryRow],
) -> list[dict[str, Any]]:
    """Return the sections of the form with their fields, in order."""

    def make(name: str) -> Field:
        more = inherited[name]
        return Field(
            name=name,
            label=str(LABELS[name]),
            kind=_find_kind(name),
            value=typed.get(name, ""),
            inherited=say_term(name, more.value),
            origin=_say_origin(more, categories),
            layer=more.layer.id if more.layer else None,
            error=errors.get(name, ""),
            of=METHOD_OF.get(name, ""),
        )

    return [
        {"title": it.title, "hint": it.hint, "fields": [make(name) for name in it.terms],
         "days": WEEKDAYS}
        for it in SECTIONS
    ]  # fmt: skip


def say_term(name: str, value: Any) -> str:
    """Return the value of a term in words, as people write it."""
    if name == "method":
        return str(METHODS.get(value, value))
    if name in FLAGS:
        return str(_("yes") if value else _("no"))
    if name == "review_days":
        days = [str(label) for number, label in WEEKDAYS if number in str(value)]
        return _("every day") if len(days) in (0, len(WEEKDAYS)) else ", ".join(days)
    if name in NOTHING and not value:
        return str(NOTHING[name])
    if name not in SCALES and isinstance(value, int):
        return f"{value:,}"
    return write_term(name, value) or "–"


def say_limits(name: str, limits: tuple[int, int] | None) -> str:
    """Return in a sentence what a term may be."""
    if limits is None:
        return {
            "source": _("There is no supplier and no site of this code."),
            "like_sku": _("There is no SKU of this code."),
            "like_site": _("There is no site of this code."),
        }.get(name, _("Choose one of the list."))
    low, high = (write_term(name, it) for it in limits)
    if name in SCALES:
        digits = len(str(SCALES[name])) - 1
        return ngettext(
            "A number from %(low)s to %(high)s, with one digit behind the point at most.",
            "A number from %(low)s to %(high)s, with %(digits)s digits behind the point at most.",
            digits,
        ) % {"low": low, "high": high, "digits": digits}
    return _("A whole number from %(low)s to %(high)s.") % {
        "low": f"{limits[0]:,}", "high": f"{limits[1]:,}",
    }  # fmt: skip


def say_scope(row: LayerRow, categories: Mapping[str, CategoryRow]) -> str:
    """Return what a layer holds for, in words: goods and sites."""
    branch = categories.get(row.category)
    goods = row.sku or (name_of(branch) if branch else row.category) or _("All products")
    kinds = {"store": _("all stores"), "warehouse": _("all warehouses")}
    return f"{goods} · {row.site or kinds.get(row.site_type) or _('all sites')}"


def _say_origin(more: Inherited, categories: Mapping[str, CategoryRow]) -> str:
    if more.supplier is not None:
        return name_of(more.supplier)
    if more.layer is not None:
        return say_scope(more.layer, categories)
    return _("by default")


def _find_kind(name: str) -> str:
    kinds: Sequence[tuple[str, bool]] = (
        (name, name in ("method", "source", "review_days")),
        ("flag", name in FLAGS),
        ("decimal", name in SCALES),
        ("number", name in LIMITS),
    )
    return next((kind for kind, is_it in kinds if is_it), "text")
