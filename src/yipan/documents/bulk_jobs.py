"""Bulk jobs (批量任务): more lines than one call takes, worked on in parts, seen while they run.

A part is one transaction with its results, so a job whose worker died goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from yipan.access.actors import Actor
from yipan.access.roles import Role
from yipan.documents.bulk import REFUSED, Result
from yipan.documents.models import BulkJob
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal

LINES_PER_JOB_MAX: Final = 20_000
#: So many lines are taken in one transaction.
PART: Final = 500
JOBS_LISTED_MAX: Final = 100
STATES_OPEN: Final = ("waiting", "running")
#: Worker processes listen here; PostgreSQL tells them when a job was added.
CHANNEL: Final = "yipan_jobs"


class JobTooLarge(Refusal):
    """A job has more lines than one may have. Send it in parts."""

    code = "bulk.job_too_large"
    status = 413


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkJobRow:
    """How far a job is: `waiting`, `running`, `done`, or `failed` by a fault of ours."""

    public_id: str
    operation: str
    state: str
    total: int
    done: int
    refused: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None


#: Takes lines of an operation for somebody, and returns a result for each; the number is the
#: place of the first of them in the job.
Run = Callable[[str, list[dict[str, Any]], Actor, int], Sequence[Result]]


@transaction.atomic
def add(
    *, operation: str, lines: Sequence[dict[str, Any]], actor: Actor, at: datetime
) -> BulkJobRow:
    """
    Put lines into the queue, to be taken as `actor` may now.

    :raises JobTooLarge: if there are more than a job may have.
    """
    if len(lines) > LINES_PER_JOB_MAX:
        raise JobTooLarge(lines=len(lines), maximum=LINES_PER_JOB_MAX)
    job = BulkJob.objects.create(
        public_id=f"job_{make_id().hex}",
        operation=operation,
        lines=list(lines),
        total=len(lines),
        created_by=actor.name,
        kind_of_actor=actor.kind,
        key_id=actor.key_id,
        user_id=actor.user_id,
        roles=sorted(role.value for role in actor.roles),
        sites=None if actor.sites is None else sorted(actor.sites),
        created_at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, job.public_id])
    return _make_row(job)


def run_part(*, run: Run, clock: Callable[[], datetime]) -> int:
    """
    Take the next lines of the oldest job that is not over. Return how many; 0 when none is.

    A fault of ours ends the job, and is raised: the jobs behind it shall not wait for it. When
    the database went away, or chose this part to end a deadlock, the part is taken again.
    """
    public_id = ""
    try:
        with transaction.atomic():
            # Jobs are no balances: whoever comes second shall take another one, not wait.
            due = BulkJob.objects.filter(state__in=STATES_OPEN)
            job = due.select_for_update(skip_locked=True).order_by("id").first()
            if job is None:
                return 0
            public_id = job.public_id
            return _run_part(job, run=run, clock=clock)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            _fail(public_id, at=clock())
        raise
    except Exception:
        _fail(public_id, at=clock())
        raise


def _fail(public_id: str, *, at: datetime) -> None:
    BulkJob.objects.filter(public_id=public_id).update(state="failed", finished_at=at)


def _run_part(job: BulkJob, *, run: Run, clock: Callable[[], datetime]) -> int:
    part = job.lines[job.done : job.done + PART]
    results = run(job.operation, part, _make_actor(job), job.done) if part else []
    job.results = [*job.results, *(asdict(result) for result in results)]
    job.done += len(part)
    job.refused += sum(result.status == REFUSED for result in results)
    job.state = "done" if job.done >= job.total else "running"
    job.finished_at = clock() if job.state == "done" else None
    job.save(update_fields=["results", "done", "refused", "state", "finished_at"])
    return len(part)


def list_jobs(actor: Actor, *, limit: int = 20) -> list[BulkJobRow]:
    """Return the newest jobs the actor may see, newest first."""
    rows = BulkJob.objects.order_by("-id")
    if actor.sites is not None:
        rows = rows.filter(sites__contained_by=sorted(actor.sites))
    return [_make_row(row) for row in rows.defer("lines", "results")[: min(limit, JOBS_LISTED_MAX)]]


def get_job(public_id: str, actor: Actor) -> BulkJobRow:
    """
    Return one job.

    :raises NotFound: if there is none, or it reaches sites the actor does not see.
    """
    return _make_row(_find(public_id, actor))


def get_results(public_id: str, actor: Actor) -> list[dict[str, Any]]:
    """
    Return the results of a job so far, in the order of its lines.

    :raises NotFound: if there is none, or it reaches sites the actor does not see.
    """
    return list(_find(public_id, actor).results)


def _find(public_id: str, actor: Actor) -> BulkJob:
    job = BulkJob.objects.filter(public_id=public_id).first()
    is_seen = job is not None and (
        actor.sites is None or (job.sites is not None and set(job.sites) <= actor.sites)
    )
    if job is None or not is_seen:
        raise NotFound(kind="job", id=public_id)
    return job


def _make_actor(job: BulkJob) -> Actor:
    assert job.kind_of_actor in ("user", "api_key", "system")
    return Actor(
        name=job.created_by,
        kind=job.kind_of_actor,  # type: ignore[arg-type]  # checked right before
        roles=frozenset(Role(role) for role in job.roles),
        sites=None if job.sites is None else frozenset(job.sites),
        key_id=job.key_id,
        user_id=job.user_id,
    )


def _make_row(job: BulkJob) -> BulkJobRow:
    return BulkJobRow(
        public_id=job.public_id,
        operation=job.operation,
        state=job.state,
        total=job.total,
        done=job.done,
        refused=job.refused,
        created_by=job.created_by,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )
