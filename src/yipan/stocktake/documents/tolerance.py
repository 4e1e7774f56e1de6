"""Setting a tolerance (盘点容差): who sets it, and when, stays with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.stocktake.documents.refusals import ToleranceEmpty
from yipan.stocktake.models import CountTolerance
from yipan.stocktake.rules import Tolerance


@transaction.atomic
def set_tolerance(*, system: str, tolerance: Tolerance, by: Trace, at: datetime) -> CountTolerance:
    """
    Set how far a line may be off, for a site, a category and a role; or change it.

    :raises ToleranceEmpty: if it limits nothing.
    """
    limits = (tolerance.quantity_max, tolerance.value_max_minor, tolerance.percent_max)
    if all(limit is None for limit in limits):
        raise ToleranceEmpty(purpose=tolerance.purpose)
    row, _ = CountTolerance.objects.update_or_create(
        system=system,
        purpose=tolerance.purpose,
        site=tolerance.site,
        category=tolerance.category,
        role=tolerance.role,
        defaults={
            "quantity_max": tolerance.quantity_max,
            "value_max_minor": tolerance.value_max_minor,
            "percent_max": tolerance.percent_max,
            "set_by": by.actor,
            "set_at": at,
        },
    )
    return row


@transaction.atomic
def drop(*, system: str, tolerance_id: int, sites: Collection[str]) -> None:
    """Let a tolerance of some sites hold no more, of all where "" is among them. Repeatable."""
    CountTolerance.objects.filter(system=system, pk=tolerance_id, site__in=sites).delete()
