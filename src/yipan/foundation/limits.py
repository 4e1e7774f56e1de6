"""Limits (审批限额): how large an adjustment somebody may approve, or post alone. Arithmetic only.

Quantities are in the SKU's smallest unit, money in minor units, percent of what the book said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a limit is about."""

    APPROVE = "approve"  # in the hub, what a site asked for
    POST = "post"  # at a site, without asking the hub


class Measure(StrEnum):
    """By what an adjustment is measured."""

    QUANTITY = "quantity"
    VALUE = "value"
    PERCENT = "percent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """
    How much a role may do; an empty role, type or site means all, a maximum of None is none.

    `number` is the document that set it, empty for what holds until one does.
    """

    purpose: Purpose = Purpose.APPROVE
    role: str = ""
    adjustment_type: str = ""
    site_type: str = ""
    site: str = ""
    quantity_max: int | None = None
    value_max_minor: int | None = None
    percent_max: int | None = None
    number: str = ""
    version: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Return what there is one limit for."""
        return (self.purpose, self.role, self.adjustment_type, self.site_type, self.site)

    @property
    def is_none(self) -> bool:
        """Tell whether it allows anything."""
        return (
            self.quantity_max is None
            and self.value_max_minor is None
            and (self.percent_max is None)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """
    How large an adjustment is.

    `percent` is the largest part of the book any SKU loses or gains, rounded up; None says
    that the book held nothing of one of them, which is more than any percentage.
    """

    adjustment_type: str
    site: str
    site_type: str
    quantity: int
    value_minor: int
    percent: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bite:
    """A limit that is too small: by which measure, up to how much, and how much it is."""

    limit: Limit
    measure: Measure
    maximum: int
    actual: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether it is allowed; if not, the limits that bite, and if so the one that allows it."""

    is_allowed: bool
    bites: tuple[Bite, ...] = ()
    allowed_by: Limit | None = None


def find_limit(limits: Iterable[Limit], *, role: str, measured: Measured) -> Limit | None:
    """
    Return the limit that counts for a role: the most specific one.

    The site goes before the type of adjustment, that before the type of site, and that before
    the role: a limit for one store counts there, whatever else is said of all stores.
    """
    fitting = [limit for limit in limits if _fits(limit, role=role, measured=measured)]
    return max(fitting, key=_rank, default=None)


def find_bites(limit: Limit, *, measured: Measured) -> tuple[Bite, ...]:
    """Return by which of its measures a limit is too small; exactly the maximum is allowed."""
    found = []
    for measure, maximum, actual in (
        (Measure.QUANTITY, limit.quantity_max, measured.quantity),
        (Measure.VALUE, limit.value_max_minor, measured.value_minor),
        (Measure.PERCENT, limit.percent_max, measured.percent),
    ):
        if maximum is not None and (actual is None or actual > maximum):
            found.append(Bite(limit=limit, measure=measure, maximum=maximum, actual=actual))
    return tuple(found)


def judge(
    *,
    roles: Iterable[str],
    measured: Measured,
    limits: Iterable[Limit],
    otherwise: Iterable[Limit] = (),
) -> Verdict:
    """
    Tell whether one of the roles is allowed it, and if none is, which limits bite.

    `otherwise` holds where no limit was set. A role for which there is no limit at all is
    allowed whatever its action allows. Of several roles the one that comes nearest is told.
    """
    told, defaults = list(limits), list(otherwise)
    nearest: tuple[Bite, ...] | None = None
    for role in sorted(set(roles)) or [""]:
        limit = find_limit(told, role=role, measured=measured) or find_limit(
            defaults, role=role, measured=measured
        )
        bites = find_bites(limit, measured=measured) if limit else ()
        if not bites:
            return Verdict(is_allowed=True, allowed_by=limit)
        if nearest is None or len(bites) < len(nearest):
            nearest = bites
    return Verdict(is_allowed=False, bites=nearest or ())


def get_percent(*, adjusted: Mapping[str, int], book: Mapping[str, int]) -> int | None:
    """
    Return the largest part of the book that is adjusted, in percent, rounded up.

    Both map a SKU to a quantity. None when the book held nothing of one of them, or less.
    """
    largest = 0
    for sku, quantity in adjusted.items():
        held = book.get(sku, 0)
        if quantity and held <= 0:
            return None
        if quantity:
            largest = max(largest, -(-quantity * 100 // held))
    return largest


def _fits(limit: Limit, *, role: str, measured: Measured) -> bool:
    return (
        limit.role in ("", role)
        and limit.adjustment_type in ("", measured.adjustment_type)
        and limit.site_type in ("", measured.site_type)
        and limit.site in ("", measured.site)
    )


def _rank(limit: Limit) -> tuple[bool, bool, bool, bool]:
    return (
        limit.site != "",
        limit.adjustment_type != "",
        limit.site_type != "",
        limit.role != "",
    )
