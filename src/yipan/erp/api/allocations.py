"""Operations on allocations (配货单)."""

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
from yipan.erp.api.schemas import Code, Limit, Text
from yipan.erp.documents.transfers import allocation, transfer_order
from yipan.erp.documents.transfers.allocation import Need, Wanted
from yipan.erp.queries import allocations
from yipan.foundation.ids import make_id

router = Router()


class NeedIn(Schema):
    """What a store needs of one SKU, in its smallest unit."""

    sku: Code
    to_site: Code
    quantity: Annotated[int, Field(ge=1, le=transfer_order.QUANTITY_TRANSFERRED_MAX)]


class AllocationIn(Schema):
    """Who needs what from one site. `external_id` makes repeating it harmless for good."""

    from_site: Code
    needs: Annotated[
        list[NeedIn], Field(min_length=1, max_length=allocation.LINES_PER_ALLOCATION_MAX)
    ]
    due_on: date | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    external_id: Text = ""


class ShareOut(Schema):
    sku: str
    to_site: str
    quantity_needed: int
    quantity_shared: int


class AllocationOut(Schema):
    """An allocation with the share of every store, and the transfers it became."""

    number: str
    state: str
    from_site: str
    due_on: date | None
    created_by: str
    created_at: datetime
    approved_by: str
    shares: list[ShareOut]
    transfers: list[str]


class AllocationBrief(Schema):
    """An allocation in a list, with the sums of its shares."""

    number: str
    state: str
    from_site: str
    due_on: date | None
    created_by: str
    created_at: datetime
    approved_by: str
    site_count: int
    sku_count: int
    quantity_needed: int
    quantity_shared: int


class AllocationPage(Schema):
    """Newest first. `next_cursor` is null on the last page."""

    data: list[AllocationBrief]
    next_cursor: str | None


class AllocationsQuery(Schema):
    """Which allocations to list; empty is: all."""

    site: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class SharesOut(Schema):
    """What each store would get, were the allocation written now."""

    shares: list[ShareOut]


@router.get("/allocations", response=AllocationPage)
@endpoint(action="erp.read")
def list_allocations(request: HttpRequest, which: Query[AllocationsQuery]) -> AllocationPage:
    """List allocations from the asker's sites, the newest first."""
    rows = allocations.list_allocations(
        sites=get_actor(request).sites, site=which.site, after=which.cursor, limit=which.limit
    )
    return AllocationPage(
        data=[
            AllocationBrief(
                number=row.number,
                state=row.state,
                from_site=row.from_site.code,
                due_on=row.due_on,
                created_by=row.created_by,
                created_at=row.created_at,
                approved_by=row.approved_by,
                site_count=row.site_count,
                sku_count=row.sku_count,
                quantity_needed=row.quantity_needed,
                quantity_shared=row.quantity_shared,
            )
            for row in rows
        ],
        next_cursor=rows[-1].number if len(rows) == which.limit else None,
    )


@router.post("/allocations/shares", response=SharesOut)
@endpoint(action="erp.allocation.write", repeatable=True)
def preview_shares(request: HttpRequest, payload: AllocationIn) -> SharesOut:
    """Tell the fair share of every store as of now; nothing is written."""
    get_actor(request).require_site(payload.from_site)
    shares = allocation.preview(read_wanted(payload))
    return SharesOut(
        shares=[
            ShareOut(
                sku=need.sku,
                to_site=need.to_site,
                quantity_needed=need.quantity,
                quantity_shared=shares[need.sku][need.to_site],
            )
            for need in payload.needs
        ]
    )


@router.post("/allocations", response={201: AllocationOut})
@endpoint(action="erp.allocation.write")
def create_allocation(request: HttpRequest, payload: AllocationIn) -> Status[AllocationOut]:
    """Share out what is available to the stores that need it; a second person releases it."""
    get_actor(request).require_site(payload.from_site)
    written = allocation.create(
        wanted=read_wanted(payload),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, _show(written.number))


@router.get("/allocations/{number}", response=AllocationOut)
@endpoint(action="erp.read")
def get_allocation(request: HttpRequest, number: str) -> AllocationOut:
    """Tell one allocation with the share of every store."""
    get_actor(request).require_site(allocations.get_allocation_site(number))
    return _show(number)


@router.post("/allocations/{number}/release", response=AllocationOut)
@endpoint(action="erp.allocation.release")
def release_allocation(request: HttpRequest, number: str) -> AllocationOut:
    """Make a released transfer for each store that gets something."""
    get_actor(request).require_site(allocations.get_allocation_site(number))
    allocation.release(
        number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return _show(number)


@router.post("/allocations/{number}/cancel", response=AllocationOut)
@endpoint(action="erp.allocation.write")
def cancel_allocation(request: HttpRequest, number: str) -> AllocationOut:
    """Give an allocation up before it became transfers."""
    get_actor(request).require_site(allocations.get_allocation_site(number))
    allocation.cancel(number=number, by=get_trace(request), at=timezone.now())
    return _show(number)


def read_wanted(payload: AllocationIn) -> Wanted:
    """Return what a body asks for."""
    return Wanted(
        from_site=payload.from_site,
        needs=tuple(
            Need(sku=need.sku, to_site=need.to_site, quantity=need.quantity)
            for need in payload.needs
        ),
        due_on=payload.due_on,
        note=payload.note,
        external_id=payload.external_id,
    )


def _show(number: str) -> AllocationOut:
    document = allocations.get_allocation(number)
    head = document.head
    return AllocationOut(
        number=head.number,
        state=head.state,
        from_site=head.from_site.code,
        due_on=head.due_on,
        created_by=head.created_by,
        created_at=head.created_at,
        approved_by=head.approved_by,
        shares=[
            ShareOut(
                sku=row.sku.code,
                to_site=site.code,
                quantity_needed=cell.needed,
                quantity_shared=cell.shared or 0,
            )
            for row in document.rows
            for site, cell in zip(document.sites, row.cells, strict=True)
            if cell.needed is not None
        ],
        transfers=[transfer for transfer, _ in document.transfers],
    )
