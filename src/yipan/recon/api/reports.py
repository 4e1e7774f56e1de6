"""Operations on stock reports (库存报告) and on what to count next."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.documents.told import QUANTITY_MAX
from yipan.recon.documents import report
from yipan.recon.documents.report import LINES_MAX, Reported, Told
from yipan.recon.queries import reports, targets
from yipan.recon.queries.reports import ReportRow

router = Router()

Word = Annotated[str, Field(max_length=48)]


class StockReportLineIn(Schema):
    """What is held of a SKU in one status, in its smallest unit."""

    sku: Annotated[str, Field(min_length=1, max_length=48)]
    status: Annotated[str, Field(max_length=32)] = "available"
    quantity: Annotated[int, Field(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class StockReportIn(Schema):
    """A book as of a number of its site's stock stream; `is_complete`: the rest is zero."""

    site: Annotated[str, Field(min_length=1, max_length=16)]
    as_of_sequence: Annotated[int, Field(ge=0, le=2**63 - 1)]
    is_complete: bool = True
    lines: Annotated[list[StockReportLineIn], Field(max_length=LINES_MAX)]


class StockReportOut(Schema):
    """What became of a report: `waiting` for messages, `compared`, or `stale`."""

    number: str
    site: str
    source: str
    as_of_sequence: int
    state: str
    line_count: int
    difference_count: int
    received_at: datetime
    compared_at: datetime | None


class CountTargetOut(Schema):
    """A key worth counting, and why, the weightiest reason first."""

    site: str
    place: str
    sku: str
    stock: int
    reasons: list[str]


class TargetQuery(Schema):
    site: Word
    by_place: bool = False
    limit: Annotated[int, Field(ge=1, le=targets.TARGETS_MAX)] = 50


@router.post("/observations", response=StockReportOut)
@endpoint(action="recon.report", repeatable=True)
def take_report(request: HttpRequest, payload: StockReportIn) -> StockReportOut:
    """
    Tell what a site's system holds as of one of its numbers; it is compared there.

    It sets no book. The same report told again is answered with what became of it.
    """
    get_actor(request).require_site(payload.site)
    taken = report.take(
        reported=Reported(
            site=payload.site,
            as_of_sequence=payload.as_of_sequence,
            is_complete=payload.is_complete,
        ),
        lines=[
            Told(line=number, sku=line.sku, status=line.status, quantity=line.quantity)
            for number, line in enumerate(payload.lines, start=1)
        ],
        by=get_trace(request),
        at=timezone.now(),
    )
    return _write(reports.get_report(taken.number))


@router.get("/observations/{number}", response=StockReportOut)
@endpoint(action="recon.report")
def get_report(request: HttpRequest, number: str) -> StockReportOut:
    """Tell what became of a report."""
    row = reports.get_report(number)
    get_actor(request).require_site(row.site)
    return _write(row)


@router.get("/count-targets", response=list[CountTargetOut])
@endpoint(action="recon.read")
def list_targets(request: HttpRequest, wanted: Query[TargetQuery]) -> list[CountTargetOut]:
    """Tell what is most worth counting at a site, best first."""
    get_actor(request).require_site(wanted.site)
    rows = targets.list_targets(
        site=wanted.site, at=timezone.now(), by_place=wanted.by_place, limit=wanted.limit
    )
    return [
        CountTargetOut(
            site=row.target.candidate.site,
            place=row.target.candidate.place,
            sku=row.sku.code,
            stock=row.target.candidate.stock,
            reasons=[str(reason) for reason in row.target.reasons],
        )
        for row in rows
    ]


def _write(row: ReportRow) -> StockReportOut:
    return StockReportOut(
        number=row.number,
        site=row.site,
        source=row.source,
        as_of_sequence=row.as_of_sequence,
        state=row.state,
        line_count=row.line_count,
        difference_count=row.difference_count,
        received_at=row.received_at,
        compared_at=row.compared_at,
    )
