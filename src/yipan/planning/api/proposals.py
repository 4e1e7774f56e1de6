"""Operations on proposals (建议单) and outlooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.planning.documents import proposal
from yipan.planning.queries import outlooks, proposals
from yipan.planning.queries.outlooks import OutlookRow
from yipan.planning.queries.proposals import ProposalFilter, ProposalRow

router = Router()

ROWS_MAX = 200
Word = Annotated[str, Field(max_length=48)]
Number = Annotated[str, Field(min_length=1, max_length=48)]


class ProposalOut(Schema):
    """What the plan thinks should be bought or moved, and why. Value at sales price."""

    number: str
    kind: str
    state: str
    sku: str
    site: str
    source: str
    quantity: int
    quantity_chosen: int | None
    wanted: int
    urgency_permille: int
    value_minor: int
    currency: str
    order_on: date
    arrives_on: date
    reasons: dict[str, Any]
    version: int
    changed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    document_type: str
    document_number: str


class ProposalsOut(Schema):
    """Proposals in the order asked for; `after` is what to ask for to read on."""

    data: list[ProposalOut]
    after: int | None


class ProposalQuery(Schema):
    state: Word = "open"
    kind: Word = ""
    site: Word = ""
    source: Word = ""
    order: Literal["urgency", "value", "date"] = "urgency"
    after: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Annotated[int, Field(ge=1, le=ROWS_MAX)] = 50


class ChooseIn(Schema):
    """Another quantity than the plan's, null for the plan's; `version` guards what you saw."""

    quantity: Annotated[int | None, Field(ge=1, le=9_999_999)] = None
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class NumbersIn(Schema):
    numbers: Annotated[list[Number], Field(min_length=1, max_length=1_000)]
    reason: Annotated[str, Field(max_length=200)] = ""


class ProposalsApprovedOut(Schema):
    """How many proposals were approved, and how many documents the hub makes of them."""

    proposals: int
    documents: int


class ProposalsRefusedOut(Schema):
    """How many proposals were refused."""

    proposals: int


class OutlookOut(Schema):
    """What is expected of a SKU at a site. Levels in thousandths of the smallest unit a day."""

    sku: str
    site: str
    run_number: str
    method: str
    model: str
    level_milli: int
    ratio_milli: int
    horizon: int
    mean_milli: int
    quantiles: list[list[int]]
    season: list[int]
    position: int
    order_below: int
    up_to: int
    runs_out_on: date | None
    chance_out_permille: int
    overstock: int
    days_of_cover: int
    value_at_risk_minor: int
    overstock_value_minor: int


class OutlooksOut(Schema):
    """Places at risk, or with too much; `after` is what to ask for to read on."""

    data: list[OutlookOut]
    after: int | None


class OutlookQuery(Schema):
    kind: Literal["risk", "overstock"] = "risk"
    site: Word = ""
    after: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Annotated[int, Field(ge=1, le=ROWS_MAX)] = 50


@router.get("/planning/proposals", response=ProposalsOut)
@endpoint(action="planning.read")
def list_proposals(request: HttpRequest, wanted: Query[ProposalQuery]) -> ProposalsOut:
    """Tell the proposals that wait for a decision, or those in one state."""
    rows = proposals.list_proposals(
        ProposalFilter(
            state=wanted.state,
            kind=wanted.kind,
            site=wanted.site,
            source=wanted.source,
            sites=get_actor(request).sites,
        ),
        order=wanted.order,
        skip=wanted.after,
        limit=wanted.limit,
    )
    return ProposalsOut(
        data=[_write(row) for row in rows],
        after=wanted.after + len(rows) if len(rows) == wanted.limit else None,
    )


@router.post("/planning/proposals/approve", response=ProposalsApprovedOut)
@endpoint(action="planning.decide")
def approve_proposals(request: HttpRequest, payload: NumbersIn) -> ProposalsApprovedOut:
    """Approve proposals, all or none; the hub makes their documents."""
    _require_sites(request, payload.numbers)
    approved = proposal.approve(
        numbers=payload.numbers,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return ProposalsApprovedOut(proposals=approved.proposals, documents=approved.documents)


@router.post("/planning/proposals/refuse", response=ProposalsRefusedOut)
@endpoint(action="planning.decide")
def refuse_proposals(request: HttpRequest, payload: NumbersIn) -> ProposalsRefusedOut:
    """Refuse proposals with a reason; the plan asks again at the next review."""
    _require_sites(request, payload.numbers)
    count = proposal.refuse(
        numbers=payload.numbers,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return ProposalsRefusedOut(proposals=count)


@router.get("/planning/proposals/{number}", response=ProposalOut)
@endpoint(action="planning.read")
def get_proposal(request: HttpRequest, number: str) -> ProposalOut:
    """Tell one proposal with all it was decided from."""
    row = proposals.get_proposal(number)
    get_actor(request).require_site(row.site.code)
    return _write(row)


@router.post("/planning/proposals/{number}/choose", response=ProposalOut)
@endpoint(action="planning.decide")
def choose_quantity(request: HttpRequest, number: str, payload: ChooseIn) -> ProposalOut:
    """Choose another quantity; it stays when the plan is made again."""
    get_actor(request).require_site(proposals.get_proposal(number).site.code)
    proposal.choose(
        number=number,
        quantity=payload.quantity,
        version=payload.version,
        by=get_trace(request),
        at=timezone.now(),
    )
    return _write(proposals.get_proposal(number))


@router.get("/planning/outlooks", response=OutlooksOut)
@endpoint(action="planning.read")
def list_outlooks(request: HttpRequest, wanted: Query[OutlookQuery]) -> OutlooksOut:
    """Tell where stock may run out, or where there is too much."""
    rows = outlooks.list_outlooks(
        wanted.kind,
        sites=get_actor(request).sites,
        site=wanted.site,
        skip=wanted.after,
        limit=wanted.limit,
    )
    return OutlooksOut(
        data=[_write_outlook(row) for row in rows],
        after=wanted.after + len(rows) if len(rows) == wanted.limit else None,
    )


def _require_sites(request: HttpRequest, numbers: list[str]) -> None:
    actor = get_actor(request)
    for site in sorted(proposals.find_sites_of(numbers)):
        actor.require_site(site)


def _write(row: ProposalRow) -> ProposalOut:
    names = set(ProposalOut.model_fields) - {"sku", "site", "currency", "reasons"}
    return ProposalOut(
        sku=row.sku.code,
        site=row.site.code,
        currency=row.sku.currency,
        reasons=dict(row.reasons),
        **{name: getattr(row, name) for name in names},
    )


def _write_outlook(row: OutlookRow) -> OutlookOut:
    names = set(OutlookOut.model_fields) - {"sku", "site"}
    return OutlookOut(
        sku=row.sku.code, site=row.site.code, **{name: getattr(row, name) for name in names}
    )
