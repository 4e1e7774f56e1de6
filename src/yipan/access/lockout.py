"""Lock-out (锁定): after five failed log-ins, a name or an address has to wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from yipan.access.models import LoginFailure
from yipan.foundation.refusals import Refusal

FAILURES_MAX = 5
WINDOW = timedelta(minutes=15)
NAME_LENGTH_MAX = 150


class LoginLocked(Refusal):
    """Too many failed log-ins for this name or from this address. Wait, then try again."""

    code = "auth.login_locked"
    status = 429


@transaction.atomic
def begin_attempt(*, name: str, address: str, at: datetime) -> None:
    """
    Count an attempt as failed before the password is looked at.

    Counted first, a hundred attempts at the same moment are no way around the limit.
    `end_attempt` takes the count back when the password was right.

    :raises LoginLocked: if the name or the address failed five times in fifteen minutes.
    """
    name = _fold(name)
    _take_turns(f"login-name:{name}", f"login-address:{address}")
    since = at - WINDOW
    waits = [
        _get_wait(LoginFailure.objects.filter(kind, at__gt=since), at=at)
        for kind in (Q(name=name), Q(address=address))
    ]
    if any(waits):
        raise LoginLocked(retry_after_ms=max(waits))
    LoginFailure.objects.create(name=name, address=address, at=at)


def end_attempt(*, name: str, at: datetime) -> None:
    """Forget the failures of a name that got in, and those of anybody that are over."""
    LoginFailure.objects.filter(Q(name=_fold(name)) | Q(at__lte=at - WINDOW)).delete()


def count_old(*, at: datetime) -> int:
    """Return how many failures are so old that they count for nothing."""
    return LoginFailure.objects.filter(at__lte=at - WINDOW).count()


def forget_old(*, at: datetime) -> int:
    """Forget failures that count for nothing any more; return how many."""
    return LoginFailure.objects.filter(at__lte=at - WINDOW).delete()[0]


def _get_wait(failures: QuerySet[LoginFailure], *, at: datetime) -> int:
    """Return how many milliseconds to wait until fewer than five failures count."""
    newest = list(failures.order_by("-at").values_list("at", flat=True)[:FAILURES_MAX])
    if len(newest) < FAILURES_MAX:
        return 0
    return max(1, int((newest[-1] + WINDOW - at).total_seconds() * 1000))


def _fold(name: str) -> str:
    return name.strip().casefold()[:NAME_LENGTH_MAX]


def _take_turns(*subjects: str) -> None:
    # Sorted, so that two attempts never wait for each other in a circle.
    with connection.cursor() as cursor:
        for subject in sorted(subjects):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [subject])
