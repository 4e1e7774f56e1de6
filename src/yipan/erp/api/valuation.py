"""Operations on value (存货价值): reports, landed costs, periods, legal entities."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import StepIn
from yipan.erp.api.stock_schemas import (
    EntityIn,
    EntityOut,
    EntityPage,
    LandedCostIn,
    LandedCostOut,
    LandedCostPage,
    LateOut,
    LatePage,
    PeriodOut,
    PeriodPage,
    StockValueOut,
    StockValuesOut,
    StockValuesQuery,
    ValueEntriesQuery,
    ValueEntryOut,
    ValueEntryPage,
)
from yipan.erp.documents.value import landed_cost, legal_entity, period
from yipan.erp.documents.value.landed_cost import Cost
from yipan.erp.documents.value.legal_entity import EntityContent
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.queries import landed_costs, periods, value_reports
from yipan.erp.queries.landed_costs import LandedCostRow
from yipan.erp.queries.value_reports import ValueFilter
from yipan.erp.rules.costing import Method
from yipan.foundation.refusals import NotFound
from yipan.ledger import values
from yipan.ledger.moves import Trace

router = Router()


@router.get("/stock-values", response=StockValuesOut)
@endpoint(action="ledger.read_cost")
def list_stock_values(request: HttpRequest, which: Query[StockValuesQuery]) -> StockValuesOut:
    """Tell what stock is worth (存货价值), by site, category or SKU, at the end of a day."""
    entity = legal_entity.require(which.entity or legal_entity.list_or_begin()[0].code)
    as_of = which.as_of or timezone.now().astimezone(ZoneInfo(entity.time_zone)).date()
    lines = value_reports.list_stock_values(
        ValueFilter(
            entity=entity.code,
            as_of=as_of,
            known_at=which.known_at,
            category=which.category,
            sites=get_actor(request).sites,
        ),
        by=which.by,
    )
    return StockValuesOut(
        entity=entity.code,
        currency=entity.currency,
        as_of=as_of,
        value_minor=sum(line.amount for line in lines),
        data=[
            StockValueOut(name=line.name, quantity=line.quantity, value_minor=line.amount)
            for line in lines
        ],
    )


@router.get("/value-entries", response=ValueEntryPage)
@endpoint(action="ledger.read_cost")
def list_value_entries(request: HttpRequest, which: Query[ValueEntriesQuery]) -> ValueEntryPage:
    """Tell how a SKU came to its value: every entry, the last written first."""
    actor = get_actor(request)
    rows = values.list_entries(sku=which.sku, limit=which.limit, before=which.cursor or None)
    is_full = len(rows) == which.limit
    return ValueEntryPage(
        data=[
            ValueEntryOut.of(row)
            for row in rows
            if not row.entry.place or actor.sees(row.entry.place)
        ],
        next_cursor=rows[-1].cursor if is_full else None,
    )


@router.get("/landed-costs", response=LandedCostPage)
@endpoint(action="ledger.read_cost")
def list_landed_costs(
    request: HttpRequest, entity: str = "", state: str = "", cursor: str = "", limit: int = 100
) -> LandedCostPage:
    """List landed costs (采购费用分摊单), the newest first."""
    limit = max(1, min(limit, landed_costs.ROWS_MAX))
    rows = landed_costs.list_landed_costs(
        entity=entity, state=state, sites=get_actor(request).sites, after=cursor, limit=limit
    )
    is_full = len(rows) == limit
    return LandedCostPage(
        data=[LandedCostOut.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.post("/landed-costs", response={201: LandedCostOut})
@endpoint(action="erp.landed_cost.write")
def create_landed_cost(request: HttpRequest, payload: LandedCostIn) -> Status[LandedCostOut]:
    """Write a draft. It changes no value until it is posted."""
    actor = get_actor(request)
    for site in sorted(landed_costs.list_receipt_sites(payload.receipts)):
        actor.require_site(site)
    document = landed_cost.create(
        cost=Cost(
            entity=payload.entity,
            cost_type=CostType(payload.cost_type),
            basis=CostBasis(payload.basis),
            amount_minor=payload.amount_minor,
            occurred_on=payload.occurred_on,
            receipts=tuple(dict.fromkeys(payload.receipts)),
            supplier=payload.supplier,
            reference=payload.reference,
            note=payload.note,
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, LandedCostOut.of(landed_costs.get_landed_cost(document.number)))


@router.get("/landed-costs/{number}", response=LandedCostOut)
@endpoint(action="ledger.read_cost")
def get_landed_cost(request: HttpRequest, number: str) -> LandedCostOut:
    """Tell one landed cost, and what took it."""
    return LandedCostOut.of(_get_seen(request, number))


@router.post("/landed-costs/{number}/post", response=LandedCostOut)
@endpoint(action="erp.landed_cost.post")
def post_landed_cost(request: HttpRequest, number: str, payload: StepIn) -> LandedCostOut:
    """Spread a landed cost over its receipts: goods that are still there carry it."""
    _get_seen(request, number)
    by = get_trace(request, reason=payload.reason)
    landed_cost.post(number=number, by=by, at=timezone.now())
    return LandedCostOut.of(landed_costs.get_landed_cost(number))


@router.post("/landed-costs/{number}/cancel", response=LandedCostOut)
@endpoint(action="erp.landed_cost.write")
def cancel_landed_cost(request: HttpRequest, number: str, payload: StepIn) -> LandedCostOut:
    """Give a draft up."""
    _get_seen(request, number)
    by = get_trace(request, reason=payload.reason)
    landed_cost.cancel(number=number, by=by, at=timezone.now())
    return LandedCostOut.of(landed_costs.get_landed_cost(number))


@router.get("/periods", response=PeriodPage)
@endpoint(action="ledger.read_cost")
def list_periods(request: HttpRequest, entity: str = "") -> PeriodPage:
    """List the months of a legal entity (会计期间), the newest first."""
    row = legal_entity.require(entity or legal_entity.list_or_begin()[0].code)
    today = timezone.now().astimezone(ZoneInfo(row.time_zone)).date()
    return PeriodPage(
        data=[PeriodOut.of(it) for it in periods.list_periods(entity=row, today=today)]
    )


@router.get("/periods/{number}", response=PeriodOut)
@endpoint(action="ledger.read_cost")
def get_period(request: HttpRequest, number: str) -> PeriodOut:
    """Tell one month."""
    return PeriodOut.of(periods.get_period(number))


@router.get("/periods/{number}/late", response=LatePage)
@endpoint(action="ledger.read_cost")
def list_late(request: HttpRequest, number: str) -> LatePage:
    """Tell what happened in a month and counts in a later one (追溯报告)."""
    row = periods.get_period(number)
    late = value_reports.list_late(entity=row.entity.code, first=row.first_day, last=row.last_day)
    return LatePage(
        data=[LateOut.of(it) for it in late], amount_minor=sum(it.amount for it in late)
    )


@router.post("/periods/{number}/close", response=PeriodOut)
@endpoint(action="erp.period.close")
def close_period(request: HttpRequest, number: str, payload: StepIn) -> PeriodOut:
    """Close a month; 409 `period.checklist_open` when something is open and no reason given."""
    row = periods.get_period(number)
    return _step(
        request,
        number,
        payload,
        lambda by: period.close(entity=row.entity.code, month=row.month, by=by, at=timezone.now()),
    )


@router.post("/periods/{number}/ask-reopen", response=PeriodOut)
@endpoint(action="erp.period.reopen")
def ask_reopen(request: HttpRequest, number: str, payload: StepIn) -> PeriodOut:
    """Ask for a month to be reopened, with a reason."""
    periods.get_period(number)
    return _step(
        request,
        number,
        payload,
        lambda by: period.ask_reopen(number=number, by=by, at=timezone.now()),
    )


@router.post("/periods/{number}/reopen", response=PeriodOut)
@endpoint(action="erp.period.reopen")
def reopen_period(request: HttpRequest, number: str, payload: StepIn) -> PeriodOut:
    """Allow a month to be reopened; 409 `document.own_approval` for whoever asked."""
    periods.get_period(number)
    return _step(
        request,
        number,
        payload,
        lambda by: period.reopen(number=number, by=by, at=timezone.now()),
    )


@router.post("/periods/{number}/keep-closed", response=PeriodOut)
@endpoint(action="erp.period.reopen")
def keep_period_closed(request: HttpRequest, number: str, payload: StepIn) -> PeriodOut:
    """Refuse to reopen a month."""
    periods.get_period(number)
    return _step(
        request,
        number,
        payload,
        lambda by: period.keep_closed(number=number, by=by, at=timezone.now()),
    )


@router.get("/legal-entities", response=EntityPage)
@endpoint(action="ledger.read_cost")
def list_legal_entities(request: HttpRequest) -> EntityPage:
    """List the legal entities (法人主体) and the sites assigned to them."""
    return EntityPage(data=[EntityOut.of(row) for row in legal_entity.list_or_begin()])


@router.put("/legal-entities/{code}", response=EntityOut)
@endpoint(action="erp.legal_entity.write")
def save_legal_entity(request: HttpRequest, code: str, payload: EntityIn) -> EntityOut:
    """Write a legal entity; 409 once its stock has been valued in another way."""
    if not code.isalnum() or len(code) > legal_entity.CODE_LENGTH_MAX:
        raise NotFound(kind="legal_entity", id=code[:64])
    legal_entity.save(
        EntityContent(
            code=code,
            name=payload.name,
            name_zh=payload.name_zh,
            currency=payload.currency,
            method=Method(payload.method),
            time_zone=payload.time_zone,
            sites=tuple(payload.sites),
        )
    )
    return EntityOut.of(legal_entity.require(code))


def _get_seen(request: HttpRequest, number: str) -> LandedCostRow:
    row = landed_costs.get_landed_cost(number)
    actor = get_actor(request)
    for site in landed_costs.list_receipt_sites(row.receipts):
        actor.require_site(site)
    return row


def _step(
    request: HttpRequest, number: str, payload: StepIn, take: Callable[[Trace], object]
) -> PeriodOut:
    take(get_trace(request, reason=payload.reason))
    return PeriodOut.of(periods.get_period(number))
