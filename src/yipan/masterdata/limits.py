"""Limits (审批限额) as kept here: reading those that hold, and taking over a newer version."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from yipan.foundation.limits import Limit, Purpose
from yipan.masterdata.models import AdjustmentLimit

LIMITS_MAX = 1_000


def list_limits(purpose: Purpose, *, site: str | None = None) -> list[Limit]:
    """Return the limits that hold, of all sites or for one, by role, type and site."""
    rows = AdjustmentLimit.objects.filter(purpose=purpose, is_active=True)
    if site is not None:
        rows = rows.filter(site__in=("", site))
    return _make(rows)


def find_limit(limit: Limit) -> Limit | None:
    """Return what holds for the same role, types and site, or held last; None if nothing did."""
    found = _make(_like(limit))
    return found[0] if found else None


@transaction.atomic
def apply_limit(limit: Limit, *, is_active: bool = True) -> bool:
    """Take over one limit at its version. Return False when this or a newer one is known."""
    known = _like(limit).select_for_update().first()
    if known is not None and known.version >= limit.version:
        return False
    row = known or AdjustmentLimit(
        purpose=limit.purpose,
        role=limit.role,
        adjustment_type=limit.adjustment_type,
        site_type=limit.site_type,
        site=limit.site,
    )
    row.number, row.version, row.is_active = limit.number, limit.version, is_active
    row.quantity_max = limit.quantity_max
    row.value_max_minor = limit.value_max_minor
    row.percent_max = limit.percent_max
    row.save()
    return True


def _like(limit: Limit) -> QuerySet[AdjustmentLimit]:
    return AdjustmentLimit.objects.filter(
        purpose=limit.purpose,
        role=limit.role,
        adjustment_type=limit.adjustment_type,
        site_type=limit.site_type,
        site=limit.site,
    )


def _make(rows: QuerySet[AdjustmentLimit]) -> list[Limit]:
    ordered = rows.order_by("role", "adjustment_type", "site_type", "site", "id")
    return [
        Limit(
            purpose=Purpose(row.purpose),
            role=row.role,
            adjustment_type=row.adjustment_type,
            site_type=row.site_type,
            site=row.site,
            quantity_max=row.quantity_max,
            value_max_minor=row.value_max_minor,
            percent_max=row.percent_max,
            number=row.number,
            version=row.version,
        )
        for row in ordered[:LIMITS_MAX]
    ]
