"""Operations on a store's counts and differences (抽盘, 差异)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.pos import queries
from yipan.pos.api.work_schemas import (
    CountIn,
    CountList,
    CountOut,
    CountsQuery,
    LookIn,
    StoreDifferenceOut,
    StoreDifferencePage,
    StoreDifferencesQuery,
    StoreSettleIn,
)
from yipan.pos.documents import difference, store_count
from yipan.pos.documents.store_count import Seen
from yipan.pos.queries import DifferenceFilter

router = Router()


@router.get("/stores/{site}/counts", response=CountList)
@endpoint(action="pos.read")
def list_store_counts(request: HttpRequest, site: str, which: Query[CountsQuery]) -> CountList:
    """List the counts of a store, blind: without what the book says."""
    get_actor(request).require_site(site)
    rows = queries.list_counts(site=site, state=which.state, limit=which.limit)
    return CountList(data=[CountOut.of(row) for row in rows])


@router.post("/pos/counts", response={201: CountOut})
@endpoint(action="pos.count")
def look_at_stock(request: HttpRequest, payload: LookIn) -> Status[CountOut]:
    """Write down what somebody sees of a SKU at a place. An observation: it moves no book."""
    get_actor(request).require_site(payload.site)
    count = store_count.look(
        seen=Seen(
            site=payload.site, sku=payload.sku, place=payload.place, quantity=payload.quantity
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, CountOut.of(queries.get_count(count.number)))


@router.post("/pos/counts/{number}/record", response=CountOut)
@endpoint(action="pos.count")
def record_count(request: HttpRequest, number: str, payload: CountIn) -> CountOut:
    """Write down what was counted of a count that stands open."""
    get_actor(request).require_site(queries.get_count(number).site.code)
    store_count.record(
        number=number,
        quantity=payload.quantity,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return CountOut.of(queries.get_count(number))


@router.get("/pos/differences", response=StoreDifferencePage)
@endpoint(action="pos.manage")
def list_store_differences(
    request: HttpRequest, which: Query[StoreDifferencesQuery]
) -> StoreDifferencePage:
    """List differences of stores, the last opened first."""
    rows = queries.list_differences(
        DifferenceFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return StoreDifferencePage(
        data=[StoreDifferenceOut.of(row) for row in rows],
        next_cursor=str(rows[-1].difference_id) if is_full else None,
    )


@router.post("/pos/differences/{number}/settle", response=StoreDifferenceOut)
@endpoint(action="pos.settle_difference")
def settle_difference(
    request: HttpRequest, number: str, payload: StoreSettleIn
) -> StoreDifferenceOut:
    """Settle a counted difference: what was more or less becomes an adjustment."""
    get_actor(request).require_site(queries.get_difference(number).site.code)
    difference.settle(
        number=number,
        by=get_trace(request, reason=payload.reason),
        roles=sorted(get_actor(request).roles),
        at=timezone.now(),
        message_id=make_id(),
    )
    return StoreDifferenceOut.of(queries.get_difference(number))
