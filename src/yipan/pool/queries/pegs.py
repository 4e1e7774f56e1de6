"""What is set aside under a promise, and which of it comes too late: said in the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from yipan.pool.models import PromiseLine, Supply
from yipan.pool.models.promise import PromiseState

#: Goods expected longer ago than this are not counted on any more (ETA grace period).
GRACE: Final = timedelta(days=1)


def filter_standing() -> QuerySet[PromiseLine]:
    """Return the lines of which something is still set aside."""
    return PromiseLine.objects.filter(
        promise__state__in=[PromiseState.HELD, PromiseState.RESERVED], quantity_open__gt=0
    )


def filter_pegs() -> QuerySet[PromiseLine]:
    """Return the lines set aside on goods that are still to come."""
    return filter_standing().exclude(supply="")


def filter_at_risk(*, today: date) -> QuerySet[PromiseLine]:
    """Return the pegs due before their goods can be used, or whose goods nobody counts on."""
    too_late = Q(usable_on__gt=OuterRef("due_on"))
    given_up = Q(expected_on__isnull=True) | Q(expected_on__lt=today - GRACE)
    supplies = Supply.objects.filter(too_late | given_up, key=OuterRef("supply"))
    return filter_pegs().filter(Exists(supplies))


def sum_set_aside(*, promise: str, sku: str) -> Coalesce:
    """
    Return how much of a SKU is set aside under a promise, on goods that are there or to come.

    An expression to annotate with: `promise` and `sku` are the columns of the annotated query
    that name them. In smallest units.
    """
    lines = filter_standing().filter(promise__number=OuterRef(promise), sku=OuterRef(sku))
    total = lines.order_by().values("sku").annotate(total=Sum("quantity_open")).values("total")
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())
