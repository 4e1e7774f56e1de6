"""What the clock starts in the pool."""

from __future__ import annotations

from datetime import datetime, timedelta

from yipan.pool import promises
from yipan.pool.models import Promise
from yipan.pool.models.promise import PromiseState

REFUSED_KEPT_FOR = timedelta(days=7)
REFUSED_FORGOTTEN_AT_ONCE_MAX = 5_000


def expire_holds(*, at: datetime) -> int:
    """Give back the goods of the holds whose time is over at `at`. Return how many."""
    return promises.expire_due(at=at)


def forget_refused(*, at: datetime) -> int:
    """Forget promises refused more than seven days ago; nothing was set aside for them."""
    old = Promise.objects.filter(state=PromiseState.REFUSED, created_at__lte=at - REFUSED_KEPT_FOR)
    ids = list(old.order_by("id").values_list("pk", flat=True)[:REFUSED_FORGOTTEN_AT_ONCE_MAX])
    Promise.objects.filter(pk__in=ids).delete()
    return len(ids)
