"""Operations on cases (差异案件)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.recon.documents import case, choosing, comparing, counting, healing, proposing
from yipan.recon.queries import cases
from yipan.recon.queries.cases import CaseFilter, CaseRow

router = Router()

ROWS_MAX = 200
Word = Annotated[str, Field(max_length=48)]
Reason = Annotated[str, Field(max_length=200)]


class CaseOut(Schema):
    """A difference, both figures, and the parts that add up to it."""

    number: str
    kind: str
    state: str
    site: str
    sku: str
    place: str
    group: str
    quantity: int
    quantity_book: int
    quantity_other: int
    value_minor: int
    currency: str
    since: datetime
    compared_at: datetime
    watermark: int | None
    count_number: str
    cause: str
    probability_permille: int
    owner: str
    due_on: date | None
    closed_at: datetime | None
    closing_reason: str
    waiting_document: str = ""
    parts: list[dict[str, Any]] = []
    chosen: dict[str, Any] | None = None
    runner_up: dict[str, Any] | None = None
    corrections: list[str] = []


class CasesOut(Schema):
    """Cases, the newest first; `after` is what to ask for to read on."""

    data: list[CaseOut]
    after: str


class ComparedOut(Schema):
    """What a comparison found."""

    sites: int
    differences: int
    opened: int
    changed: int
    closed: int
    leaves: int


class CompareQuery(Schema):
    """`full` adds up all balances anew instead of trusting the sums that are kept."""

    full: bool = False


class CaseOwnerIn(Schema):
    owner: Word = ""
    due_on: date | None = None


class CorrectIn(Schema):
    """
    The posted document that puts a case right, or a part of it.

    `quantity` is signed as the case's; without it, all that the document moved counts, at most
    the rest of the case.
    """

    document: Annotated[str, Field(min_length=1, max_length=48)]
    cause: Annotated[str, Field(max_length=32)] = ""
    quantity: Annotated[int, Field(ge=-(10**9), le=10**9)] | None = None


class CauseIn(Schema):
    """The code of a cause of a difference between book and shelf."""

    cause: Annotated[str, Field(min_length=1, max_length=32)]


class HealIn(Schema):
    """Which part of the finding to heal, from 0."""

    part: Annotated[int, Field(ge=0, le=100)] = 0


class CaseReasonIn(Schema):
    reason: Reason = ""


class CaseQuery(Schema):
    state: Word = "open"
    kind: Word = ""
    cause: Word = ""
    site: Word = ""
    after: Word = ""
    limit: Annotated[int, Field(ge=1, le=ROWS_MAX)] = 50


@router.get("/cases", response=CasesOut)
@endpoint(action="recon.read")
def list_cases(request: HttpRequest, wanted: Query[CaseQuery]) -> CasesOut:
    """Tell the differences that are open, or those in one state."""
    actor = get_actor(request)
    rows = cases.list_cases(
        CaseFilter(
            state=wanted.state,
            kind=wanted.kind,
            cause=wanted.cause,
            site=wanted.site,
            sites=actor.sites,
        ),
        after=wanted.after,
        limit=wanted.limit,
    )
    return CasesOut(
        data=[_write(row) for row in rows],
        after=rows[-1].number if len(rows) == wanted.limit else "",
    )


@router.post("/cases/compare", response=ComparedOut)
@endpoint(action="recon.settle")
def compare_books(request: HttpRequest, wanted: Query[CompareQuery]) -> ComparedOut:
    """Compare the hub's book with the sites' own now, at their common watermarks."""
    sites = get_actor(request).sites
    at = timezone.now()
    compared = comparing.compare(at=at, sites=sites, is_full=wanted.full)
    counting.revisit(at=at, sites=sites)
    return ComparedOut(
        sites=compared.sites,
        differences=compared.differences,
        opened=compared.opened,
        changed=compared.changed,
        closed=compared.closed,
        leaves=compared.leaves,
    )


@router.get("/cases/{number}", response=CaseOut)
@endpoint(action="recon.read")
def get_case(request: HttpRequest, number: str) -> CaseOut:
    """Tell one difference with its finding."""
    get_actor(request).require_site(cases.get_case_site(number))
    return _show(number)


@router.post("/cases/{number}/assign", response=CaseOut)
@endpoint(action="recon.settle")
def assign_case(request: HttpRequest, number: str, payload: CaseOwnerIn) -> CaseOut:
    """Say who looks into it; you, when nobody is named."""
    actor = get_actor(request)
    actor.require_site(cases.get_case_site(number))
    case.assign(
        number=number,
        owner=payload.owner or actor.name,
        due_on=payload.due_on,
        by=get_trace(request),
        at=timezone.now(),
    )
    return _show(number)


@router.post("/cases/{number}/choose", response=CaseOut)
@endpoint(action="recon.settle")
def choose_cause(request: HttpRequest, number: str, payload: CauseIn) -> CaseOut:
    """Say what caused it, whatever was held for probable: it stays, and priors learn from it."""
    get_actor(request).require_site(cases.get_case_site(number))
    choosing.choose(number=number, cause=payload.cause, by=get_trace(request), at=timezone.now())
    return _show(number)


@router.post("/cases/{number}/correct", response=CaseOut)
@endpoint(action="recon.settle")
def correct_case(request: HttpRequest, number: str, payload: CorrectIn) -> CaseOut:
    """Note the document that corrects it; the same one for the same cause only once."""
    get_actor(request).require_site(cases.get_case_site(number))
    case.correct(
        number=number,
        document=payload.document,
        cause=payload.cause,
        quantity=payload.quantity,
        by=get_trace(request),
        at=timezone.now(),
    )
    return _show(number)


@router.post("/cases/{number}/heal", response=CaseOut)
@endpoint(action="recon.settle")
def heal_case(request: HttpRequest, number: str, payload: HealIn) -> CaseOut:
    """Take the step that heals a proved cause: send again, try again, reverse, book rightly."""
    get_actor(request).require_site(cases.get_case_site(number))
    healing.heal(
        number=number,
        part=payload.part,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _show(number)


@router.post("/cases/{number}/propose", response=CaseOut)
@endpoint(action="recon.settle")
def propose_case(request: HttpRequest, number: str, payload: CaseReasonIn) -> CaseOut:
    """Ask the site to post the gain or loss that is proposed; its limits decide how."""
    get_actor(request).require_site(cases.get_case_site(number))
    proposing.propose(
        number=number,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _show(number)


@router.post("/cases/{number}/close", response=CaseOut)
@endpoint(action="recon.settle")
def close_case(request: HttpRequest, number: str, payload: CaseReasonIn) -> CaseOut:
    """End it: with the documents that correct it, or with a reason."""
    get_actor(request).require_site(cases.get_case_site(number))
    case.close(number=number, by=get_trace(request, reason=payload.reason), at=timezone.now())
    return _show(number)


@router.post("/cases/{number}/reopen", response=CaseOut)
@endpoint(action="recon.settle")
def reopen_case(request: HttpRequest, number: str, payload: CaseReasonIn) -> CaseOut:
    """Take a closed case up again, with a reason."""
    get_actor(request).require_site(cases.get_case_site(number))
    case.reopen(number=number, by=get_trace(request, reason=payload.reason), at=timezone.now())
    return _show(number)


def _show(number: str) -> CaseOut:
    detail = cases.get_case(number)
    shown = _write(detail.head)
    shown.parts = list(detail.parts)
    shown.runner_up = detail.runner_up
    shown.chosen = detail.chosen
    shown.corrections = [row.document for row in detail.corrections]
    return shown


def _write(row: CaseRow) -> CaseOut:
    return CaseOut(
        number=row.number,
        kind=row.kind,
        state=row.state,
        site=row.site.code,
        sku=row.sku.code,
        place=row.place,
        group=row.group,
        quantity=row.quantity,
        quantity_book=row.quantity_book,
        quantity_other=row.quantity_other,
        value_minor=row.value_minor,
        currency=row.currency,
        since=row.since,
        compared_at=row.compared_at,
        watermark=row.watermark,
        count_number=row.count_number,
        cause=row.cause,
        probability_permille=row.probability_permille,
        owner=row.owner,
        due_on=row.due_on,
        closed_at=row.closed_at,
        closing_reason=row.closing_reason,
        waiting_document=row.waiting_document,
    )
