"""Who walks to which bin (拣货领取): two pickers on one wave are never sent to the same line."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from yipan.ledger.moves import Trace
from yipan.wms.models import Pick
from yipan.wms.models.outbound_order import PickState

#: After this time a pick somebody opened and left is anybody's again.
CLAIM = timedelta(minutes=15)


@transaction.atomic
def claim_next(*, walk: str, by: Trace, at: datetime, zone: str = "") -> int | None:
    """
    Take the next bin of a walk for oneself, and return its pick; None when none is left.

    What the picker holds already comes first. With it go the other picks of the walk from the
    same bin and SKU: one stands there once. A pick that a colleague is just taking is passed
    over, not waited for; locks on stock are another matter, and are waited for.
    """
    picks = _list_open(walk, zone)
    held, free = _part(picks, by=by, at=at)
    first = held.select_for_update(skip_locked=True).first()
    if first is None:
        first = free.select_for_update(skip_locked=True).first()
    if first is None:
        return None
    same = picks.filter(bin_code=first.bin_code, sku=first.sku, skips=first.skips).exclude(
        Q(claimed_at__gt=at - CLAIM) & ~Q(claimed_by__in=["", by.actor])
    )
    locked = list(same.select_for_update(skip_locked=True).values_list("pk", flat=True))
    mine = Pick.objects.filter(pk__in=[first.pk, *locked])
    mine.update(claimed_by=by.actor, claimed_at=at)
    return first.pk


def peek_next(*, walk: str, by: Trace, at: datetime, zone: str = "") -> int | None:
    """Return the pick that `claim_next` would take now, and take nothing."""
    held, free = _part(_list_open(walk, zone), by=by, at=at)
    first = held.first() or free.first()
    return None if first is None else first.pk


def _part(
    picks: QuerySet[Pick], *, by: Trace, at: datetime
) -> tuple[QuerySet[Pick], QuerySet[Pick]]:
    """Return what a picker holds already, and what no colleague holds, as one walks."""
    held = picks.filter(claimed_by=by.actor, claimed_at__gt=at - CLAIM)
    free = picks.exclude(Q(claimed_at__gt=at - CLAIM) & ~Q(claimed_by__in=["", by.actor]))
    return held.order_by("skips", "path", "id"), free.order_by("skips", "path", "id")


@transaction.atomic
def release(*, walk: str, by: Trace) -> int:
    """Give up what one holds of a walk, as when it is handed over. Return how many picks."""
    held = _list_open(walk, "").filter(claimed_by=by.actor)
    return held.update(claimed_by="", claimed_at=None, is_bin_scanned=False)


def _list_open(walk: str, zone: str) -> QuerySet[Pick]:
    which = Q(order__number=walk) | Q(order__wave__number=walk, order__wave__state="released")
    # Their tables are joined in a subquery, so that the lock is on picks alone.
    picks = Pick.objects.filter(
        pk__in=Pick.objects.filter(which, state=PickState.OPEN).values("pk"), state=PickState.OPEN
    )
    return picks.filter(zone=zone) if zone else picks
