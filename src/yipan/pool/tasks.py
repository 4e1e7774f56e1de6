"""What the clock starts in the pool."""

from __future__ import annotations

from datetime import datetime, timedelta

from yipan.ledger.moves import Trace
from yipan.pool import promises
from yipan.pool.models import Promise
from yipan.pool.models.promise import PromiseState
from yipan.pool.policy import selling_rules

REFUSED_KEPT_FOR = timedelta(days=7)
REFUSED_FORGOTTEN_AT_ONCE_MAX = 5_000


def expire_holds(*, at: datetime) -> int:
    """Give back the goods of the holds whose time is over at `at`. Return how many."""
    return promises.expire_due(at=at)


def end_expired_rules(*, at: datetime) -> int:
    """End the selling rules whose last day is over at `at`. Return how many."""
    count = 0
    # Each in a transaction of its own: two of them would lock balances out of order.
    while selling_rules.end_next_expired(at=at, by=Trace(actor="system")):
        count += 1
    return count


def forget_refused(*, at: datetime) -> int:
    """Forget promises refused more than seven days ago; nothing was set aside for them."""
    old = Promise.objects.filter(state=PromiseState.REFUSED, created_at__lte=at - REFUSED_KEPT_FOR)
    ids = list(old.order_by("id").values_list("pk", flat=True)[:REFUSED_FORGOTTEN_AT_ONCE_MAX])
    Promise.objects.filter(pk__in=ids).delete()
    return len(ids)
