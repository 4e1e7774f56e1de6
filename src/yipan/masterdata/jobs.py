"""Jobs (后台任务): a file waits, a worker takes it, a page sees how far it is.

The file, its progress and its result live in the database, since the process that takes a
file in and the one that works on it share nothing else.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound
from yipan.masterdata import kinds
from yipan.masterdata.models import Job
from yipan.masterdata.models.jobs import JobState
from yipan.masterdata.refusals import FileTooLarge
from yipan.masterdata.tabular import FILE_BYTES_MAX

#: A running job without a sign of life for so long lost its worker, and is taken again.
SILENT_MAX = timedelta(seconds=60)
JOBS_LISTED_MAX = 100

#: Worker processes listen here; PostgreSQL tells them when a job was added.
CHANNEL = "yipan_jobs"

_FIELDS = (
    "public_id", "kind", "state", "is_dry_run", "skips_wrong_rows", "file_name", "created_by",
    "created_at", "started_at", "finished_at", "done", "total", "code", "facts", "counts",
    "sample",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRow:
    """
    A job as pages and the API show it.

    `counts` says how many rows are new, changed, unchanged and wrong; `sample` holds the
    first of them, the wrong ones first. `done` and `total` count rows, each once per pass.
    """

    public_id: str
    kind: str
    state: str
    is_dry_run: bool
    skips_wrong_rows: bool
    file_name: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int
    code: str
    facts: dict[str, Any]
    counts: dict[str, int]
    sample: list[dict[str, Any]]

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.state not in {JobState.WAITING, JobState.RUNNING}

    @property
    def percent(self) -> int:
        """Return how far the job is, from 0 to 100."""
        if self.is_finished:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file somebody wants imported, and how."""

    kind: str
    file_name: str
    content: bytes
    is_dry_run: bool = True
    skips_wrong_rows: bool = False


@transaction.atomic
def add_job(upload: Upload, *, by: str, at: datetime) -> JobRow:
    """
    Put a file into the queue.

    :raises KindUnknown: if there is no such kind of import.
    :raises FileTooLarge: if the file is larger than an import may be.
    """
    kinds.get_kind(upload.kind)
    if len(upload.content) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes=len(upload.content), maximum=FILE_BYTES_MAX)
    job = Job.objects.create(
        public_id=f"job_{make_id().hex}",
        kind=upload.kind,
        file_name=upload.file_name[-200:].replace("\x00", ""),
        content=upload.content,
        is_dry_run=upload.is_dry_run,
        skips_wrong_rows=upload.skips_wrong_rows,
        created_by=by,
        created_at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, job.public_id])
    return get_job(job.public_id)


def repeat_job(public_id: str, *, skips_wrong_rows: bool, by: str, at: datetime) -> JobRow:
    """
    Put the file of a dry run into the queue again, to be kept this time.

    :raises NotFound: if there is no such job.
    """
    job = Job.objects.filter(public_id=public_id).first()
    if job is None:
        raise NotFound(kind="job", id=public_id)
    upload = Upload(
        kind=job.kind,
        file_name=job.file_name,
        content=bytes(job.content),
        is_dry_run=False,
        skips_wrong_rows=skips_wrong_rows,
    )
    return add_job(upload, by=by, at=at)


@transaction.atomic
def take_job(*, at: datetime, public_id: str = "") -> tuple[JobRow, bytes] | None:
    """
    Take the oldest waiting job, or one whose worker fell silent; nothing when none waits.

    Returned with the content of its file. With `public_id`, only that job is taken.
    """
    is_due = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, beat_at__lt=at - SILENT_MAX)
    due = Job.objects.filter(is_due)
    if public_id:
        due = due.filter(public_id=public_id)
    # Jobs are no balances: whoever comes second shall take another one, not wait.
    job = due.select_for_update(skip_locked=True).order_by("id").first()
    if job is None:
        return None
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, started_at=at, beat_at=at, done=0, total=0, code="", facts={}
    )
    return get_job(job.public_id), bytes(job.content)


def get_job(public_id: str) -> JobRow:
    """
    Return one job.

    :raises NotFound: if there is no such job.
    """
    row = Job.objects.filter(public_id=public_id).values(*_FIELDS).first()
    if row is None:
        raise NotFound(kind="job", id=public_id)
    return JobRow(**row)


def list_jobs(*, limit: int = 20) -> list[JobRow]:
    """Return the newest jobs, newest first, without their samples."""
    assert 0 < limit <= JOBS_LISTED_MAX
    fields = [name for name in _FIELDS if name != "sample"]
    rows = Job.objects.order_by("-id").values(*fields)[:limit]
    return [JobRow(**row, sample=[]) for row in rows]


def get_result(public_id: str) -> bytes:
    """
    Return the gzipped CSV with one row per input row; empty while there is none.

    :raises NotFound: if there is no such job.
    """
    row = Job.objects.filter(public_id=public_id).values_list("result").first()
    if row is None:
        raise NotFound(kind="job", id=public_id)
    return bytes(row[0] or b"")


def read_result(public_id: str) -> bytes:
    """
    Return the result of a job as CSV, UTF-8 with BOM; empty while there is none.

    :raises NotFound: if there is no such job.
    """
    packed = get_result(public_id)
    return gzip.decompress(packed) if packed else b""


def finish_job(
    public_id: str, *, state: JobState, at: datetime, result: bytes = b"", **fields: Any
) -> None:
    """Write down what became of a job. In the transaction of its effect, where it has one."""
    assert state in {JobState.SUCCEEDED, JobState.REFUSED, JobState.FAILED}
    Job.objects.filter(public_id=public_id).update(
        state=state, finished_at=at, result=result, **fields
    )


def _list_unfinished() -> QuerySet[Job]:
    return Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING])


class Beat:
    """
    Tells how far a job is while its own transaction is still open.

    It writes over a connection of its own, so that pages see it at once, and so that a
    worker that died is noticed. The transaction of the job must not touch the job's row
    until it is finished.
    """

    def __init__(self, public_id: str) -> None:
        self._public_id = public_id
        self._connection = connection.copy()

    def tell(self, *, done: int, total: int, at: datetime) -> None:
        """Write down progress, at once and for everybody to see."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "update masterdata_job set done = %s, total = %s, beat_at = %s"
                " where public_id = %s",
                [done, max(done, total), at, self._public_id],
            )

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
