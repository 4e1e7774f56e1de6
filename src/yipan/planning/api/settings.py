"""Operations on policies, events, runs and back-tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.planning import tasks
from yipan.planning.documents import event, policy
from yipan.planning.documents.event import Happening
from yipan.planning.documents.policy import Scope
from yipan.planning.models import PlanRun
from yipan.planning.queries import policies, runs

router = Router()

Code = Annotated[str, Field(max_length=48)]
Branch = Annotated[str, Field(max_length=96)]
Term = Annotated[str, Field(max_length=64)] | int | bool | None


class PolicyLayerOut(Schema):
    """What is decided for a scope; a field of the scope that is empty stands for all."""

    id: int
    category: str
    site_type: str
    site: str
    sku: str
    terms: dict[str, Any]
    version: int
    changed_by: str
    changed_at: datetime
    reason: str


class PolicyLayersOut(Schema):
    """All layers, the general ones first."""

    data: list[PolicyLayerOut]


class PolicyLayerIn(Schema):
    """Terms for a scope; null is inherited. `version` guards what you saw, 0 for a new one."""

    category: Branch = ""
    site_type: Annotated[str, Field(max_length=16)] = ""
    site: Annotated[str, Field(max_length=16)] = ""
    sku: Code = ""
    terms: Annotated[dict[Code, Term], Field(max_length=40)]
    version: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None
    reason: Annotated[str, Field(max_length=200)] = ""


class DemandEventIn(Schema):
    """On these days so much more is sold, in percent of an ordinary day."""

    name: Annotated[str, Field(min_length=1, max_length=96)]
    starts_on: date
    ends_on: date
    percent: Annotated[int, Field(ge=-95, le=2_000)]
    sku: Code = ""
    category: Branch = ""
    site: Annotated[str, Field(max_length=16)] = ""
    promotion: Code = ""


class DemandEventOut(Schema):
    """An event as it is kept."""

    id: int
    name: str
    starts_on: date
    ends_on: date
    percent: int
    sku: str
    category: str
    site: str


class DemandEventsOut(Schema):
    """The events that count, the latest first."""

    data: list[DemandEventOut]


class PlanRunOut(Schema):
    """A plan that was made, or how far it is."""

    number: str
    state: str
    today: date
    executor: str
    shards: int
    shards_done: int
    places: int
    proposals: int
    opened: int
    changed: int
    withdrawn: int
    digest: str
    milliseconds: int


class PlanRunsOut(Schema):
    """The last plans, the newest first."""

    data: list[PlanRunOut]


class BacktestOut(Schema):
    """What the gate saw of a segment, and the model it adopted."""

    number: str
    segment: str
    first_day: date
    last_day: date
    series: int
    origins: int
    adopted: str
    gain_permille: int
    scores: list[dict[str, Any]]
    curves: list[dict[str, Any]]


class BacktestsOut(Schema):
    """The current back-test of each segment."""

    data: list[BacktestOut]


@router.get("/planning/policies", response=PolicyLayersOut)
@endpoint(action="planning.read")
def list_policies(request: HttpRequest) -> PolicyLayersOut:
    """Tell what is decided for which goods and sites."""
    names = PolicyLayerOut.model_fields
    return PolicyLayersOut(
        data=[
            PolicyLayerOut(**{name: getattr(row, name) for name in names})
            for row in policies.list_layers()
        ]
    )


@router.put("/planning/policies", response=PolicyLayerOut)
@endpoint(action="planning.policy")
def save_policy(request: HttpRequest, payload: PolicyLayerIn) -> PolicyLayerOut:
    """Make or change the layer of a scope; it holds from the next plan on."""
    layer = policy.save_layer(
        scope=Scope(
            category=payload.category,
            site_type=payload.site_type,
            site=payload.site,
            sku=payload.sku,
        ),
        terms=payload.terms,
        version=payload.version,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    row = policies.get_layer(layer.pk)
    return PolicyLayerOut(**{name: getattr(row, name) for name in PolicyLayerOut.model_fields})


@router.get("/planning/events", response=DemandEventsOut)
@endpoint(action="planning.read")
def list_demand_events(request: HttpRequest) -> DemandEventsOut:
    """Tell what moves demand."""
    return DemandEventsOut(
        data=[
            DemandEventOut(**{name: getattr(row, name) for name in DemandEventOut.model_fields})
            for row in runs.list_events()
        ]
    )


@router.post("/planning/events", response=DemandEventOut)
@endpoint(action="planning.policy")
def save_demand_event(request: HttpRequest, payload: DemandEventIn) -> DemandEventOut:
    """Write an event down; it counts from the next plan on."""
    row = event.save_event(
        happening=Happening(**payload.model_dump()), by=get_trace(request), at=timezone.now()
    )
    return DemandEventOut(**{name: getattr(row, name) for name in DemandEventOut.model_fields})


@router.get("/planning/runs", response=PlanRunsOut)
@endpoint(action="planning.read")
def list_plan_runs(request: HttpRequest) -> PlanRunsOut:
    """Tell the last plans, and how far the one is that is being made."""
    return PlanRunsOut(data=[_write_run(row) for row in runs.list_runs(limit=50)])


@router.post("/planning/runs", response=PlanRunOut)
@endpoint(action="planning.run")
def start_plan_run(request: HttpRequest) -> PlanRunOut:
    """Begin a plan of today; the worker carries it out."""
    run = tasks.start_plan(setting=tasks.get_setting(), by=get_trace(request), at=timezone.now())
    return _write_run(run)


@router.get("/planning/backtests", response=BacktestsOut)
@endpoint(action="planning.read")
def list_backtests(request: HttpRequest) -> BacktestsOut:
    """Tell which forecast was adopted for each segment, and on what grounds."""
    return BacktestsOut(
        data=[
            BacktestOut(**{name: getattr(row, name) for name in BacktestOut.model_fields})
            for row in runs.list_backtests()
        ]
    )


def _write_run(row: PlanRun) -> PlanRunOut:
    return PlanRunOut(**{name: getattr(row, name) for name in PlanRunOut.model_fields})
