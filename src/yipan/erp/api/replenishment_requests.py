"""Operations on what stores ask for (要货申请)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import Code, Text
from yipan.erp.documents.transfers import replenishment_request, transfer_order
from yipan.erp.queries import replenishment_requests
from yipan.erp.queries.replenishment_requests import RequestFilter, RequestRow
from yipan.foundation.ids import make_id

router = Router()


class RequestOut(Schema):
    """What a store asks for, and what was decided."""

    number: str
    state: str
    site: str
    sku: str
    quantity: int
    need_by: date | None
    note: str
    created_by: str
    created_at: datetime
    quantity_ordered: int
    transfer_number: str
    decision_note: str

    @classmethod
    def of(cls, row: RequestRow) -> RequestOut:
        """Return what the API tells of a request."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site.code,
            sku=row.sku.code,
            quantity=row.quantity,
            need_by=row.need_by,
            note=row.note,
            created_by=row.created_by,
            created_at=row.created_at,
            quantity_ordered=row.quantity_ordered,
            transfer_number=row.transfer_number,
            decision_note=row.decision_note,
        )


class RequestPage(Schema):
    data: list[RequestOut]
    next_cursor: str | None


class RequestsQuery(Schema):
    """Which requests to list; empty is: all."""

    state: Text = ""
    site: Text = ""
    cursor: Text = ""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class ChosenIn(Schema):
    number: Code
    quantity: Annotated[int, Field(ge=1, le=transfer_order.QUANTITY_TRANSFERRED_MAX)]


class OrderRequestsIn(Schema):
    """Requests of one store that become one transfer, and what is sent of each."""

    from_site: Code
    requests: Annotated[
        list[ChosenIn],
        Field(min_length=1, max_length=replenishment_request.REQUESTS_PER_TRANSFER_MAX),
    ]


class OrderedOut(Schema):
    transfer_number: str


class RejectRequestIn(Schema):
    reason: Annotated[str, Field(max_length=200)] = ""


@router.get("/replenishment-requests", response=RequestPage)
@endpoint(action="erp.read")
def list_replenishment_requests(request: HttpRequest, which: Query[RequestsQuery]) -> RequestPage:
    """List what stores ask for, the last first."""
    rows = replenishment_requests.list_requests(
        RequestFilter(state=which.state, site=which.site, sites=get_actor(request).sites),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return RequestPage(
        data=[RequestOut.of(row) for row in rows],
        next_cursor=str(rows[-1].request_id) if is_full else None,
    )


@router.post("/replenishment-requests/order", response={201: OrderedOut})
@endpoint(action="erp.replenishment.decide")
def order_replenishment(request: HttpRequest, payload: OrderRequestsIn) -> Status[OrderedOut]:
    """Turn requests of one store into a draft of a transfer, and tell the store."""
    actor = get_actor(request)
    actor.require_site(payload.from_site)
    quantities = {each.number: each.quantity for each in payload.requests}
    for site in replenishment_requests.list_request_sites(quantities):
        actor.require_site(site)
    transfer = replenishment_request.order(
        quantities=quantities,
        from_site=payload.from_site,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, OrderedOut(transfer_number=transfer.number))


@router.post("/replenishment-requests/{number}/reject", response=RequestOut)
@endpoint(action="erp.replenishment.decide")
def reject_replenishment(request: HttpRequest, number: str, payload: RejectRequestIn) -> RequestOut:
    """Send nothing of what a store asked for, and tell it why."""
    get_actor(request).require_site(replenishment_requests.get_request(number).site.code)
    replenishment_request.reject(
        number=number,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return RequestOut.of(replenishment_requests.get_request(number))
