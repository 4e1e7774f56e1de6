"""What may go: messages everybody has had long ago, and what only served for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from yipan.access import lockout
from yipan.config.edge import idempotency
from yipan.exchange import retention
from yipan.exchange.retention import Run, Terms

#: Jobs that ended well are gone at once; what failed is kept so long, for whoever looks into it.
JOBS_KEPT_FOR: Final = timedelta(days=30)
ROWS_AT_ONCE_MAX: Final = 10_000
#: How often a run goes over the outbox again: 100 x 10,000 messages of each stream.
ROUNDS_MAX: Final = 100

ENDED_BADLY: Final = ("failed", "cancelled", "aborted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Going:
    """So many rows of a kind may go. `held_by` says why no more; "" means they are young."""

    what: str
    count: int
    source: str = ""
    held_by: str = ""


def make_terms(*, at: datetime, days: int | None = None) -> Terms | None:
    """Return what is kept of the messages, by the setting or `days`; None where all of them are."""
    kept = settings.YIPAN_KEEP_MESSAGES_DAYS if days is None else days
    if not kept:
        return None
    return Terms(
        horizon=at - timedelta(days=kept), now=at, is_forwarded=bool(settings.YIPAN_HUB_URL)
    )


def list_going(*, at: datetime, days: int | None = None) -> Iterator[Going]:
    """Yield what `forget` would let go now, messages by stream; what is held too."""
    terms = make_terms(at=at, days=days)
    if terms is not None:
        yield from (_tell(run, what="told") for run in retention.list_told(terms))
        yield from (_tell(run, what="heard") for run in retention.list_heard(terms))
        yield Going(what="comparisons", count=retention.count_matches(terms))
    yield Going(what="answers", count=idempotency.count_old(at=at))
    yield Going(what="sessions", count=Session.objects.filter(expire_date__lt=at).count())
    yield Going(what="log-in failures", count=lockout.count_old(at=at))
    yield Going(what="jobs", count=len(_list_old_jobs(at=at, limit=None)))


def forget(*, at: datetime, days: int | None = None) -> dict[str, int]:
    """
    Let go what nobody asks for any more; return how many rows of each kind.

    In transactions of some thousand rows, so that nobody has to wait for it. Repeatable: what is
    left of a run that was killed goes with the next.
    """
    gone = {"told": 0, "heard": 0, "comparisons": 0}
    terms = make_terms(at=at, days=days)
    if terms is not None:
        for _ in range(ROUNDS_MAX):
            told = retention.forget_told(terms)
            gone["told"] += told
            if not told:
                break
        gone["heard"] = retention.forget_heard(terms)
        gone["comparisons"] = retention.forget_matches(terms)
    gone["answers"] = idempotency.purge(at=at)
    gone["sessions"] = _delete_sessions(at=at)
    gone["log-in failures"] = lockout.forget_old(at=at)
    jobs = _list_old_jobs(at=at, limit=ROWS_AT_ONCE_MAX)
    gone["jobs"] = _delete_jobs(jobs)
    return gone


def _tell(run: Run, *, what: str) -> Going:
    receiver = f" at {run.receiver}" if run.receiver else ""
    epoch = f" epoch {run.epoch}" if run.epoch > 1 else ""
    return Going(
        what=what, source=f"{run.source}{epoch}{receiver}", count=run.count, held_by=run.held_by
    )


def _delete_sessions(*, at: datetime) -> int:
    old = Session.objects.filter(expire_date__lt=at).order_by("expire_date")
    keys = list(old.values_list("pk", flat=True)[:ROWS_AT_ONCE_MAX])
    return Session.objects.filter(pk__in=keys).delete()[0]


def _list_old_jobs(*, at: datetime, limit: int | None) -> list[int]:
    """Return the ids of jobs that ended badly so long ago that nobody looks into them any more."""
    ended = ProcrastinateJob.objects.filter(status__in=ENDED_BADLY).exclude(
        procrastinateevent__at__gte=at - JOBS_KEPT_FOR
    )
    return list(ended.order_by("id").values_list("id", flat=True)[:limit])


def _delete_jobs(ids: list[int]) -> int:
    """Delete jobs with their events; procrastinate's own models only read."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where id = any(%s)", [ids])
        return int(cursor.rowcount)
