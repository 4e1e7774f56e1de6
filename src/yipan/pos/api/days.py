"""Operations on days of tills (日结) and on cash that is no sale."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound
from yipan.pos import queries
from yipan.pos.api.day_schemas import (
    CashIn,
    CashOut,
    SealIn,
    StoreDayList,
    StoreDayOut,
    StoreDaysQuery,
)
from yipan.pos.documents import store_day
from yipan.pos.documents.store_day import Cash

router = Router()


@router.get("/pos/days", response=StoreDayList)
@endpoint(action="pos.read")
def list_store_days(request: HttpRequest, which: Query[StoreDaysQuery]) -> StoreDayList:
    """List days of tills, the latest first."""
    rows = queries.list_days(sites=get_actor(request).sites, site=which.site, limit=which.limit)
    return StoreDayList(data=[StoreDayOut.of(row) for row in rows])


@router.get("/pos/days/{number}", response=StoreDayOut)
@endpoint(action="pos.read")
def get_store_day(request: HttpRequest, number: str) -> StoreDayOut:
    """Tell one day of a till."""
    day = queries.get_day(number)
    get_actor(request).require_site(day.site.code)
    return StoreDayOut.of(day)


@router.post("/pos/days", response=StoreDayOut)
@endpoint(action="pos.close_day")
def seal_store_day(request: HttpRequest, payload: SealIn) -> StoreDayOut:
    """Seal a day of a till with what was counted; it closes when the hub's book agrees."""
    _require_till(request, payload.till)
    sealed = store_day.seal(
        till=payload.till,
        day=payload.business_date,
        counted={each.tender: each.counted_minor for each in payload.counted},
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return StoreDayOut.of(queries.get_day(sealed.number))


@router.post("/pos/days/{number}/tell", response=StoreDayOut)
@endpoint(action="pos.close_day")
def tell_store_day(request: HttpRequest, number: str) -> StoreDayOut:
    """Tell the hub of a sealed day once more."""
    get_actor(request).require_site(queries.get_day(number).site.code)
    store_day.tell_again(
        number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return StoreDayOut.of(queries.get_day(number))


@router.post("/pos/cash", response={201: CashOut})
@endpoint(action="pos.close_day")
def move_cash(request: HttpRequest, payload: CashIn) -> Status[CashOut]:
    """Write down cash that goes in or out of a drawer and is no sale."""
    _require_till(request, payload.till)
    moved = store_day.move_cash(
        till=payload.till,
        cash=Cash(cash_type=payload.cash_type, amount_minor=payload.amount_minor),
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(
        201,
        CashOut(
            number=moved.number,
            till=moved.till,
            business_date=moved.business_date,
            cash_type=moved.cash_type,
            amount_minor=moved.amount_minor,
        ),
    )


def _require_till(request: HttpRequest, code: str) -> None:
    till = queries.find_till(code)
    if till is None:
        raise NotFound(kind="till", id=code)
    get_actor(request).require_site(till.site.code)
