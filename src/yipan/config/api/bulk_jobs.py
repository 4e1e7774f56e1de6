"""API of bulk jobs: lines that are too many for one call, their progress and their results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import endpoint
from yipan.documents import bulk, bulk_jobs
from yipan.documents.bulk import Result
from yipan.documents.bulk_jobs import BulkJobRow
from yipan.erp.api import bulk as erp_bulk
from yipan.erp.api.bulk import OPERATIONS, Caller

router = Router(tags=["jobs"])

Key = Annotated[str, Field(min_length=1, max_length=48)]


class BulkJobIn(Schema):
    """Lines as the bulk call of the operation takes them; each is kept or refused alone."""

    operation: Literal["purchase_orders", "transfers", "allocations", "adjustments", "steps"]
    lines: Annotated[list[dict[str, Any]], Field(min_length=1)]


class BulkJobOut(Schema):
    """How far a job is: `waiting`, `running`, `done`, or `failed` by a fault of ours."""

    job: str
    operation: str
    state: str
    total: int
    done: int
    refused: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: BulkJobRow) -> BulkJobOut:
        """Return what the API tells of a job."""
        return cls(job=row.public_id, **{k: v for k, v in asdict(row).items() if k != "public_id"})


class BulkJobsOut(Schema):
    """Jobs, the newest first."""

    data: list[BulkJobOut]


@router.post("/bulk-jobs", response={202: BulkJobOut})
@endpoint(action="erp.read")
def add_bulk_job(request: HttpRequest, payload: BulkJobIn) -> Status[BulkJobOut]:
    """Put up to 20,000 lines into the queue. A worker takes them, as the asker may now."""
    actor = get_actor(request)
    actor.require(OPERATIONS[payload.operation].action)
    lines = erp_bulk.read_lines(payload.operation, payload.lines)
    bulk.check(lines, maximum=bulk_jobs.LINES_PER_JOB_MAX)
    job = bulk_jobs.add(
        operation=payload.operation, lines=payload.lines, actor=actor, at=timezone.now()
    )
    return Status(202, BulkJobOut.of(job))


@router.get("/bulk-jobs", response=BulkJobsOut)
@endpoint(action="erp.read")
def list_bulk_jobs(
    request: HttpRequest, limit: Annotated[int, Field(ge=1, le=100)] = 20
) -> BulkJobsOut:
    """List the newest jobs of the asker's sites."""
    rows = bulk_jobs.list_jobs(get_actor(request), limit=limit)
    return BulkJobsOut(data=[BulkJobOut.of(row) for row in rows])


@router.get("/bulk-jobs/{job}", response=BulkJobOut)
@endpoint(action="erp.read")
def get_bulk_job(request: HttpRequest, job: Key) -> BulkJobOut:
    """Tell how far a job is."""
    return BulkJobOut.of(bulk_jobs.get_job(job, get_actor(request)))


@router.get(
    "/bulk-jobs/{job}/result",
    openapi_extra={"responses": {200: {"content": {"application/x-ndjson": {}}}}},
)
@endpoint(action="erp.read")
def get_bulk_job_result(request: HttpRequest, job: Key) -> HttpResponse:
    """Return one result per line done so far, as NDJSON in the order of the lines."""
    rows = bulk_jobs.get_results(job, get_actor(request))
    body = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    return HttpResponse(body, content_type="application/x-ndjson")


def run_part(*, clock: Callable[[], datetime]) -> int:
    """Take the next lines of the oldest job that is not done. Return how many."""
    return bulk_jobs.run_part(run=_run, clock=clock)


def _run(operation: str, lines: list[dict[str, Any]], actor: Actor, first: int) -> list[Result]:
    caller = Caller(actor=actor, device="job")
    return erp_bulk.run(operation, lines, caller=caller, first=first)
