"""Operations on limits of adjustments (审批限额) and their changes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import StepIn, Text
from yipan.erp.documents.stock import limit_change
from yipan.erp.queries import limits
from yipan.erp.queries.limits import LimitChangeRow
from yipan.foundation.ids import make_id
from yipan.foundation.limits import Limit, Purpose

router = Router()

Maximum = Annotated[int, Field(ge=0, le=limit_change.MAXIMUM_MAX)]


class LimitBody(Schema):
    """
    How much a role may approve, or post alone. An empty text means all, null no maximum.

    Value in minor units: at cost where it is approved, at shelf price where it is posted.
    """

    purpose: Literal["approve", "post"] = "approve"
    role: Text = ""
    adjustment_type: Text = ""
    site_type: Text = ""
    site: Text = ""
    quantity_max: Maximum | None = None
    value_max_minor: Maximum | None = None
    percent_max: Annotated[int, Field(ge=0, le=limit_change.PERCENT_MAX)] | None = None


class LimitChangeIn(LimitBody):
    """A limit as it shall be, or (`is_end`) shall no longer be, and why."""

    is_end: bool = False
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class LimitOut(LimitBody):
    """A limit that holds, and the change that set it."""

    number: str
    version: int

    @classmethod
    def of(cls, limit: Limit) -> LimitOut:
        """Return what the API tells of a limit."""
        return cls(**_write(limit), number=limit.number, version=limit.version)


class LimitsOut(Schema):
    """The limits that hold."""

    data: list[LimitOut]


class LimitChangeOut(LimitBody):
    """A change of a limit. `version` is null until it is approved."""

    number: str
    state: str
    is_end: bool
    reason: str
    version: int | None
    created_by: str
    created_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str

    @classmethod
    def of(cls, row: LimitChangeRow) -> LimitChangeOut:
        """Return what the API tells of a change."""
        return cls(
            **_write(row.limit),
            number=row.number,
            state=row.state,
            is_end=row.is_end,
            reason=row.reason,
            version=row.limit.version or None,
            created_by=row.created_by,
            created_at=row.created_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            decision_note=row.decision_note,
        )


class LimitChangesOut(Schema):
    """Changes, the newest first, at most 200."""

    data: list[LimitChangeOut]


@router.get("/adjustment-limits", response=LimitsOut)
@endpoint(action="erp.read_limits")
def list_limits(request: HttpRequest) -> LimitsOut:
    """List the limits that hold, at the asker's sites."""
    actor = get_actor(request)
    rows = [it for it in limits.list_limits() if not it.site or actor.sees(it.site)]
    return LimitsOut(data=[LimitOut.of(row) for row in rows])


@router.get("/adjustment-limit-changes", response=LimitChangesOut)
@endpoint(action="erp.read_limits")
def list_changes(request: HttpRequest, state: Text = "") -> LimitChangesOut:
    """List changes of limits, the newest first."""
    actor = get_actor(request)
    rows = limits.list_changes(states=(state,) if state else ())
    return LimitChangesOut(
        data=[
            LimitChangeOut.of(row)
            for row in rows
            if not row.limit.site or actor.sees(row.limit.site)
        ]
    )


@router.post("/adjustment-limit-changes", response={201: LimitChangeOut})
@endpoint(action="erp.adjustment_limit.write")
def create_change(request: HttpRequest, payload: LimitChangeIn) -> Status[LimitChangeOut]:
    """Ask for a limit. It holds when another person has agreed."""
    change = limit_change.create(
        limit=Limit(
            purpose=Purpose(payload.purpose),
            role=payload.role,
            adjustment_type=payload.adjustment_type,
            site_type=payload.site_type,
            site=payload.site,
            quantity_max=payload.quantity_max,
            value_max_minor=payload.value_max_minor,
            percent_max=payload.percent_max,
        ),
        is_end=payload.is_end,
        sites=get_actor(request).sites,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return Status(201, LimitChangeOut.of(limits.get_change(change.number)))


@router.get("/adjustment-limit-changes/{number}", response=LimitChangeOut)
@endpoint(action="erp.read_limits")
def get_change(request: HttpRequest, number: str) -> LimitChangeOut:
    """Tell one change of a limit."""
    return LimitChangeOut.of(limits.get_change(number))


@router.post("/adjustment-limit-changes/{number}/approve", response=LimitChangeOut)
@endpoint(action="erp.adjustment_limit.approve")
def approve_change(request: HttpRequest, number: str, payload: StepIn) -> LimitChangeOut:
    """Let a limit hold from now on; 409 `document.own_approval` for who asked for it."""
    limit_change.approve(
        number=number,
        sites=get_actor(request).sites,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return LimitChangeOut.of(limits.get_change(number))


@router.post("/adjustment-limit-changes/{number}/reject", response=LimitChangeOut)
@endpoint(action="erp.adjustment_limit.approve")
def reject_change(request: HttpRequest, number: str, payload: StepIn) -> LimitChangeOut:
    """Leave a limit as it is; a no always says why."""
    limit_change.reject(
        number=number,
        sites=get_actor(request).sites,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return LimitChangeOut.of(limits.get_change(number))


@router.post("/adjustment-limit-changes/{number}/cancel", response=LimitChangeOut)
@endpoint(action="erp.adjustment_limit.write")
def cancel_change(request: HttpRequest, number: str, payload: StepIn) -> LimitChangeOut:
    """Give up a change nobody has decided on."""
    limit_change.cancel(
        number=number, by=get_trace(request, reason=payload.reason), at=timezone.now()
    )
    return LimitChangeOut.of(limits.get_change(number))


def _write(limit: Limit) -> dict[str, Any]:
    return {
        "purpose": str(limit.purpose),
        "role": limit.role,
        "adjustment_type": limit.adjustment_type,
        "site_type": limit.site_type,
        "site": limit.site,
        "quantity_max": limit.quantity_max,
        "value_max_minor": limit.value_max_minor,
        "percent_max": limit.percent_max,
    }
