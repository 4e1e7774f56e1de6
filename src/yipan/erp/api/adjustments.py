"""Operations on adjustments (库存调整单)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import Code, Limit, Text, WarningOut
from yipan.erp.documents.stock import adjustment
from yipan.erp.documents.stock.adjustment import Wanted
from yipan.erp.queries import adjustments
from yipan.erp.queries.adjustments import AdjustmentDetail, AdjustmentFilter, AdjustmentRow
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.foundation.ids import make_id
from yipan.foundation.status import StockStatus

router = Router()

Kind = Literal[
    "count_gain", "count_loss", "scrap", "sample_issue", "internal_use", "status_change",
    "display_issue",
]  # fmt: skip


class AdjustmentLineIn(Schema):
    """A change of one SKU, always positive, in its smallest unit."""

    sku: Code
    quantity: Annotated[int, Field(ge=1, le=adjustment.QUANTITY_ADJUSTED_MAX)]
    from_status: StockStatus = StockStatus.AVAILABLE
    to_status: StockStatus | None = None


class AdjustmentIn(Schema):
    """What a site should post, once another person has approved it."""

    site: Code
    adjustment_type: Kind
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    cost_center: Text = ""
    lines: Annotated[
        list[AdjustmentLineIn],
        Field(min_length=1, max_length=adjustment.LINES_PER_ADJUSTMENT_MAX),
    ]


class DecisionIn(Schema):
    """What is decided, and why: a no always says why."""

    decision: Literal["approve", "reject", "recount"]
    reason: Annotated[str, Field(max_length=200)] = ""


class AdjustmentBrief(Schema):
    """An adjustment in a list. `value_minor` is null for who may not see cost."""

    number: str
    state: str
    site: str
    adjustment_type: str
    reason: str
    is_ordered: bool
    quantity: int
    value_minor: int | None
    created_by: str
    submitted_at: datetime
    decided_by: str
    decided_at: datetime | None

    @classmethod
    def of(cls, row: AdjustmentRow, *, with_cost: bool) -> AdjustmentBrief:
        """Return what a list tells of an adjustment."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            adjustment_type=row.adjustment_type,
            reason=row.reason,
            is_ordered=row.is_ordered,
            quantity=row.quantity,
            value_minor=row.value_minor if with_cost else None,
            created_by=row.created_by,
            submitted_at=row.submitted_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )


class AdjustmentPage(Schema):
    """Newest first. `next_cursor` is null on the last page."""

    data: list[AdjustmentBrief]
    next_cursor: str | None


class AdjustmentLineOut(Schema):
    line: int
    sku: str
    quantity: int
    from_status: str
    to_status: str
    place: str
    quantity_counted: int | None
    quantity_book: int | None
    cause: str


class AdjustmentOut(Schema):
    head: AdjustmentBrief
    site_number: str
    version: int
    cost_center: str
    evidence: str
    decision_note: str
    posted_by: str
    posted_at: datetime | None
    reverses: str
    warnings: list[WarningOut]
    lines: list[AdjustmentLineOut]

    @classmethod
    def of(cls, document: AdjustmentDetail, *, with_cost: bool) -> AdjustmentOut:
        """Return what the API tells of an adjustment."""
        return cls(
            head=AdjustmentBrief.of(document.head, with_cost=with_cost),
            site_number=document.site_number,
            version=document.version,
            cost_center=document.cost_center,
            evidence=document.evidence,
            decision_note=document.decision_note,
            posted_by=document.posted_by,
            posted_at=document.posted_at,
            reverses=document.reverses,
            warnings=[WarningOut.model_validate(each) for each in document.warnings],
            lines=[
                AdjustmentLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity=line.quantity,
                    from_status=line.from_status,
                    to_status=line.to_status,
                    place=line.place,
                    quantity_counted=line.quantity_counted,
                    quantity_book=line.quantity_book,
                    cause=line.cause,
                )
                for line in document.lines
            ],
        )


class AdjustmentsQuery(Schema):
    """Which adjustments to list; empty is: all."""

    state: Text = ""
    site: Text = ""
    adjustment_type: Text = ""
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


@router.get("/adjustments", response=AdjustmentPage)
@endpoint(action="erp.read")
def list_adjustments(request: HttpRequest, which: Query[AdjustmentsQuery]) -> AdjustmentPage:
    """List adjustments, the newest first."""
    actor = get_actor(request)
    rows = adjustments.list_adjustments(
        AdjustmentFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            adjustment_type=which.adjustment_type,
            sites=actor.sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    with_cost = actor.may("ledger.read_cost")
    return AdjustmentPage(
        data=[AdjustmentBrief.of(row, with_cost=with_cost) for row in rows],
        next_cursor=rows[-1].number if len(rows) == which.limit else None,
    )


@router.post("/adjustments", response={201: AdjustmentOut})
@endpoint(action="erp.adjustment.write")
def create_adjustment(request: HttpRequest, payload: AdjustmentIn) -> Status[AdjustmentOut]:
    """Raise an adjustment. The site is told when another person has approved it."""
    get_actor(request).require_site(payload.site)
    document = adjustment.create(
        wanted=read_wanted(payload),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, _show(request, document.number))


@router.get("/adjustments/{number}", response=AdjustmentOut)
@endpoint(action="erp.read")
def get_adjustment(request: HttpRequest, number: str) -> AdjustmentOut:
    """Tell one adjustment with its lines and its decision."""
    get_actor(request).require_site(adjustments.get_adjustment_site(number))
    return _show(request, number)


@router.post("/adjustments/{number}/decide", response=AdjustmentOut)
@endpoint(action="erp.adjustment.decide")
def decide_adjustment(request: HttpRequest, number: str, payload: DecisionIn) -> AdjustmentOut:
    """Approve, reject or have counted again; 403 `adjustment.above_limit` beyond your limit."""
    actor = get_actor(request)
    actor.require_site(adjustments.get_adjustment_site(number))
    adjustment.decide(
        number=number,
        step=payload.decision,
        roles=sorted(actor.roles),
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _show(request, number)


@router.post("/adjustments/{number}/cancel", response=AdjustmentOut)
@endpoint(action="erp.adjustment.write")
def cancel_adjustment(request: HttpRequest, number: str) -> AdjustmentOut:
    """Give up what the hub raised, before anybody approved it."""
    get_actor(request).require_site(adjustments.get_adjustment_site(number))
    adjustment.cancel(number=number, by=get_trace(request), at=timezone.now())
    return _show(request, number)


def read_wanted(payload: AdjustmentIn) -> Wanted:
    """Return what a body asks for."""
    return Wanted(
        site=payload.site,
        adjustment_type=payload.adjustment_type,
        reason=payload.reason,
        cost_center=payload.cost_center,
        lines=tuple(
            AdjustedLine(
                sku=line.sku,
                quantity=line.quantity,
                from_status=line.from_status,
                to_status=line.to_status,
            )
            for line in payload.lines
        ),
    )


def _show(request: HttpRequest, number: str) -> AdjustmentOut:
    with_cost = get_actor(request).may("ledger.read_cost")
    return AdjustmentOut.of(adjustments.get_adjustment(number), with_cost=with_cost)
