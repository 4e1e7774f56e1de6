"""What the API takes and tells of import jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from yipan.masterdata.jobs import JobRow


class JobQuery(Schema):
    """Which kind of file, and what to do with it."""

    kind: Annotated[str, Field(max_length=32)]
    file_name: Annotated[str, Field(max_length=200)] = "upload"
    dry_run: bool = True
    skip_wrong_rows: bool = False


class JobOut(Schema):
    """
    A job: how far it is, and what became of the rows of its file.

    `counts` says how many rows are new, changed, unchanged and wrong, `rows` shows the first
    of them, the wrong ones first.
    """

    id: str
    kind: str
    state: str
    dry_run: bool
    file_name: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    percent: int
    code: str
    facts: dict[str, Any]
    counts: dict[str, int]
    rows: list[dict[str, Any]]

    @staticmethod
    def of(job: JobRow) -> JobOut:
        """Return what is told of a job."""
        return JobOut(
            id=job.public_id,
            kind=job.kind,
            state=job.state,
            dry_run=job.is_dry_run,
            file_name=job.file_name,
            created_by=job.created_by,
            created_at=job.created_at,
            finished_at=job.finished_at,
            done=job.done,
            total=job.total,
            percent=job.percent,
            code=job.code,
            facts=job.facts,
            counts=job.counts,
            rows=job.sample,
        )


class JobsOut(Schema):
    """The newest jobs first; each without its rows."""

    data: list[JobOut]
