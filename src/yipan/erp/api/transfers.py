"""Operations on transfer orders (调拨单) and their differences (调拨差异单)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import ApproveIn, StepIn
from yipan.erp.api.transfer_schemas import (
    AssignIn,
    DifferenceBrief,
    DifferenceOut,
    DifferencePage,
    DifferencesQuery,
    InTransitOut,
    InTransitPage,
    SettleTransferIn,
    TransferBrief,
    TransferEditIn,
    TransferIn,
    TransferOut,
    TransferPage,
    TransfersQuery,
)
from yipan.erp.documents.transfers import transfer_difference, transfer_order
from yipan.erp.documents.transfers.transfer_difference import SettledLine
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.queries import in_transit, transfer_differences, transfers
from yipan.erp.queries.transfers import TransferFilter
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace

router = Router()


@router.get("/transfers", response=TransferPage)
@endpoint(action="erp.read")
def list_transfers(request: HttpRequest, which: Query[TransfersQuery]) -> TransferPage:
    """List transfer orders, the newest first."""
    rows = transfers.list_transfers(
        TransferFilter(
            text=which.q,
            states=(which.state,) if which.state else (),
            from_site=which.from_site,
            to_site=which.to_site,
            sku=which.sku,
            allocation=which.allocation,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return TransferPage(
        data=[TransferBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/transfers/in-transit", response=InTransitPage)
@endpoint(action="erp.read")
def list_in_transit(request: HttpRequest) -> InTransitPage:
    """Tell what is on its way between sites (在途), the oldest first."""
    rows = in_transit.list_in_transit(at=timezone.now(), sites=get_actor(request).sites)
    return InTransitPage(data=[InTransitOut.of(row) for row in rows])


@router.post("/transfers", response={201: TransferOut})
@endpoint(action="erp.transfer_order.write")
def create_transfer(request: HttpRequest, payload: TransferIn) -> Status[TransferOut]:
    """Write a draft. Nobody is told of it until another person has approved it."""
    _require_both(request, payload)
    order = transfer_order.create(
        wanted=read_wanted(payload), by=get_trace(request), at=timezone.now()
    )
    return Status(201, TransferOut.of(transfers.get_transfer(order.number)))


@router.get("/transfers/{number}", response=TransferOut)
@endpoint(action="erp.read")
def get_transfer(request: HttpRequest, number: str) -> TransferOut:
    """Tell one transfer order with its lines, shipments and receipts."""
    _require_seen(request, number)
    return TransferOut.of(transfers.get_transfer(number))


@router.put("/transfers/{number}", response=TransferOut)
@endpoint(action="erp.transfer_order.write")
def edit_transfer(request: HttpRequest, number: str, payload: TransferEditIn) -> TransferOut:
    """Replace what a draft says; 412 when somebody changed it since `version`."""
    _require_seen(request, number)
    _require_both(request, payload)
    transfer_order.edit(
        number=number,
        wanted=read_wanted(payload),
        version=payload.version,
        by=get_trace(request),
        at=timezone.now(),
    )
    return TransferOut.of(transfers.get_transfer(number))


@router.post("/transfers/{number}/approve", response=TransferOut)
@endpoint(action="erp.transfer_order.approve")
def approve_transfer(request: HttpRequest, number: str, payload: ApproveIn) -> TransferOut:
    """Allow a draft to be released; 409 `document.own_approval` for whoever wrote it."""
    return _step(
        request,
        number,
        payload,
        lambda by: transfer_order.approve(
            number=number, by=by, at=timezone.now(), version=payload.version
        ),
    )


@router.post("/transfers/{number}/release", response=TransferOut)
@endpoint(action="erp.transfer_order.release")
def release_transfer(request: HttpRequest, number: str, payload: StepIn) -> TransferOut:
    """Tell the sender to send the goods."""
    return _step(
        request,
        number,
        payload,
        lambda by: transfer_order.release(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
    )


@router.post("/transfers/{number}/cancel", response=TransferOut)
@endpoint(action="erp.transfer_order.cancel")
def cancel_transfer(request: HttpRequest, number: str, payload: StepIn) -> TransferOut:
    """Give a transfer up before anything left."""
    return _step(
        request,
        number,
        payload,
        lambda by: transfer_order.cancel(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
    )


@router.post("/transfers/{number}/close", response=TransferOut)
@endpoint(action="erp.transfer_order.close")
def close_transfer(request: HttpRequest, number: str, payload: StepIn) -> TransferOut:
    """Wait no longer for what was not shipped."""
    return _step(
        request,
        number,
        payload,
        lambda by: transfer_order.close(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
    )


@router.get("/transfer-differences", response=DifferencePage)
@endpoint(action="erp.read")
def list_differences(request: HttpRequest, which: Query[DifferencesQuery]) -> DifferencePage:
    """List what did not come of transfers, the newest first."""
    rows = transfer_differences.list_differences(
        state=which.state,
        text=which.q,
        sites=get_actor(request).sites,
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return DifferencePage(
        data=[DifferenceBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/transfer-differences/{number}", response=DifferenceOut)
@endpoint(action="erp.read")
def get_difference(request: HttpRequest, number: str) -> DifferenceOut:
    """Tell what is missing of a transfer, and what was decided."""
    _require_difference_seen(request, number)
    return DifferenceOut.of(transfer_differences.get_difference(number))


@router.post("/transfer-differences/{number}/assign", response=DifferenceOut)
@endpoint(action="erp.transfer_difference.settle")
def assign_difference(request: HttpRequest, number: str, payload: AssignIn) -> DifferenceOut:
    """Say who has to find out what became of the goods."""
    _require_difference_seen(request, number)
    transfer_difference.assign(
        number=number, owner=payload.owner, by=get_trace(request), at=timezone.now()
    )
    return DifferenceOut.of(transfer_differences.get_difference(number))


@router.post("/transfer-differences/{number}/settle", response=DifferenceOut)
@endpoint(action="erp.transfer_difference.settle")
def settle_difference(
    request: HttpRequest, number: str, payload: SettleTransferIn
) -> DifferenceOut:
    """Take what did not come out of transit: to whoever answers for it."""
    _require_difference_seen(request, number)
    transfer_difference.settle(
        number=number,
        lines=[
            SettledLine(sku=line.sku, quantity=line.quantity, outcome=line.outcome)
            for line in payload.lines
        ],
        reference=payload.reference,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return DifferenceOut.of(transfer_differences.get_difference(number))


def _step(
    request: HttpRequest, number: str, payload: StepIn, take: Callable[[Trace], object]
) -> TransferOut:
    _require_seen(request, number)
    take(get_trace(request, reason=payload.reason))
    return TransferOut.of(transfers.get_transfer(number))


def _require_seen(request: HttpRequest, number: str) -> None:
    get_actor(request).require_any_site(*transfers.get_transfer_sites(number))


def _require_difference_seen(request: HttpRequest, number: str) -> None:
    get_actor(request).require_any_site(*transfer_differences.get_difference_sites(number))


def _require_both(request: HttpRequest, payload: TransferIn) -> None:
    actor = get_actor(request)
    actor.require_site(payload.from_site)
    actor.require_site(payload.to_site)


def read_wanted(payload: TransferIn) -> Transferred:
    """Return what a body asks for."""
    return Transferred(
        from_site=payload.from_site,
        to_site=payload.to_site,
        due_on=payload.due_on,
        note=payload.note,
        external_id=payload.external_id,
        lines=tuple(
            TransferredLine(sku=line.sku, quantity=line.quantity) for line in payload.lines
        ),
    )
