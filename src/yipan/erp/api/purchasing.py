"""Operations on what surrounds purchase orders: changes, notices, surpluses, returns."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp import queries
from yipan.erp.api.purchasing_schemas import (
    ChangeIn,
    NoticeEditIn,
    NoticeIn,
    NoticeOut,
    NoticePage,
    ProposalIn,
    PurchaseDecisionIn,
    PurchasingQuery,
    ReturnIn,
    ReturnOut,
    ReturnPage,
    SurplusOut,
    SurplusPage,
)
from yipan.erp.api.schemas import OrderOut, StepIn
from yipan.erp.documents.purchasing import (
    arrival_notice,
    purchase_change,
    receipt_surplus,
    supplier_return,
)
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.erp.documents.purchasing.purchase_order import OrderedLine
from yipan.erp.documents.purchasing.supplier_return import Returned, ReturnedLine
from yipan.erp.queries import NoticeFilter, ReturnFilter, SurplusFilter
from yipan.foundation.ids import make_id
from yipan.foundation.status import StockStatus
from yipan.messages.erp_purchasing import Package, PackedLine

router = Router()


@router.post("/purchase-orders/{number}/change", response=OrderOut)
@endpoint(action="erp.purchase_order.write")
def change_purchase_order(request: HttpRequest, number: str, payload: ChangeIn) -> OrderOut:
    """Change an order that was sent; what costs more waits for a second person."""
    get_actor(request).require_site(queries.get_order_site(number))
    purchase_change.propose(
        number=number,
        wanted=purchase_change.Wanted(
            lines=tuple(
                OrderedLine(
                    sku=line.sku,
                    quantity=line.quantity,
                    unit_cost_minor=line.unit_cost_minor,
                    expected_on=line.expected_on,
                )
                for line in payload.lines
            ),
            expected_on=payload.expected_on,
        ),
        version=payload.version,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    may_see = get_actor(request).may("ledger.read_cost")
    return OrderOut.of(queries.get_order(number), with_cost=may_see)


@router.post("/purchase-orders/{number}/decide-change", response=OrderOut)
@endpoint(action="erp.purchase_order.approve")
def decide_change(request: HttpRequest, number: str, payload: PurchaseDecisionIn) -> OrderOut:
    """Approve or reject the change of an order that waits."""
    actor = get_actor(request)
    actor.require_site(queries.get_order_site(number))
    purchase_change.decide(
        number=number,
        is_approved=payload.is_approved,
        roles=actor.roles,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    may_see = get_actor(request).may("ledger.read_cost")
    return OrderOut.of(queries.get_order(number), with_cost=may_see)


@router.get("/arrival-notices", response=NoticePage)
@endpoint(action="erp.read")
def list_arrival_notices(request: HttpRequest, which: Query[PurchasingQuery]) -> NoticePage:
    """List arrival notices (预到货通知), the newest first; `state=coming` keeps what is open."""
    rows = queries.list_notices(
        NoticeFilter(
            text=which.q,
            site=which.site,
            order=which.order,
            is_coming=which.state == "coming",
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    return NoticePage(
        data=[NoticeOut.of(row) for row in rows],
        next_cursor=rows[-1].number if len(rows) == which.limit else None,
    )


@router.post("/arrival-notices", response={201: NoticeOut})
@endpoint(action="erp.arrival_notice.write")
def announce_arrival(request: HttpRequest, payload: NoticeIn) -> Status[NoticeOut]:
    """Say what is on its way; the warehouse is told of packages and arrival."""
    get_actor(request).require_site(payload.site)
    notice = arrival_notice.announce(
        noticed=_read_notice(payload),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, NoticeOut.of(queries.get_notice(notice.number)))


@router.get("/arrival-notices/{number}", response=NoticeOut)
@endpoint(action="erp.read")
def get_arrival_notice(request: HttpRequest, number: str) -> NoticeOut:
    """Tell one arrival notice."""
    return _show_notice(request, number)


@router.put("/arrival-notices/{number}", response=NoticeOut)
@endpoint(action="erp.arrival_notice.write")
def announce_anew(request: HttpRequest, number: str, payload: NoticeEditIn) -> NoticeOut:
    """Say again what is on its way; 412 when somebody changed it since `version`."""
    _show_notice(request, number)
    arrival_notice.announce_anew(
        number=number,
        noticed=_read_notice(payload),
        version=payload.version,
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _show_notice(request, number)


@router.post("/arrival-notices/{number}/cancel", response=NoticeOut)
@endpoint(action="erp.arrival_notice.write")
def cancel_arrival(request: HttpRequest, number: str, payload: StepIn) -> NoticeOut:
    """Wait no longer for what is still open of a notice."""
    _show_notice(request, number)
    by = get_trace(request, reason=payload.reason)
    arrival_notice.cancel(number=number, by=by, at=timezone.now(), message_id=make_id())
    return _show_notice(request, number)


@router.get("/receipt-surpluses", response=SurplusPage)
@endpoint(action="erp.read")
def list_receipt_surpluses(request: HttpRequest, which: Query[PurchasingQuery]) -> SurplusPage:
    """List what came too much (超收), the newest first; `state=waiting` keeps what is open."""
    is_waiting = which.state == "waiting"
    rows = queries.list_surpluses(
        SurplusFilter(
            text=which.q,
            site=which.site,
            order=which.order,
            is_waiting=is_waiting,
            state="" if is_waiting else which.state,
            sites=get_actor(request).sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    return SurplusPage(
        data=[SurplusOut.of(row) for row in rows],
        next_cursor=rows[-1].number if len(rows) == which.limit else None,
    )


@router.get("/receipt-surpluses/{number}", response=SurplusOut)
@endpoint(action="erp.read")
def get_receipt_surplus(request: HttpRequest, number: str) -> SurplusOut:
    """Tell one surplus."""
    return _show_surplus(request, number)


@router.post("/receipt-surpluses/{number}/propose", response=SurplusOut)
@endpoint(action="erp.receipt_surplus.propose")
def propose_outcome(request: HttpRequest, number: str, payload: ProposalIn) -> SurplusOut:
    """Say what should become of the goods; another person decides."""
    _show_surplus(request, number)
    by = get_trace(request, reason=payload.reason)
    receipt_surplus.propose(number=number, outcome=payload.outcome, by=by, at=timezone.now())
    return _show_surplus(request, number)


@router.post("/receipt-surpluses/{number}/approve", response=SurplusOut)
@endpoint(action="erp.receipt_surplus.decide")
def approve_outcome(request: HttpRequest, number: str, payload: StepIn) -> SurplusOut:
    """Follow a proposal; 409 `document.own_approval` for whoever made it."""
    _show_surplus(request, number)
    receipt_surplus.approve(
        number=number,
        roles=[str(role) for role in get_actor(request).roles],
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _show_surplus(request, number)


@router.post("/receipt-surpluses/{number}/reject", response=SurplusOut)
@endpoint(action="erp.receipt_surplus.decide")
def reject_outcome(request: HttpRequest, number: str, payload: StepIn) -> SurplusOut:
    """Do not follow a proposal; the goods stay blocked."""
    _show_surplus(request, number)
    by = get_trace(request, reason=payload.reason)
    receipt_surplus.reject(number=number, by=by, at=timezone.now())
    return _show_surplus(request, number)


@router.get("/supplier-returns", response=ReturnPage)
@endpoint(action="erp.read")
def list_supplier_returns(request: HttpRequest, which: Query[PurchasingQuery]) -> ReturnPage:
    """List supplier returns (采购退货单), the newest first."""
    actor = get_actor(request)
    rows = queries.list_returns(
        ReturnFilter(
            text=which.q,
            site=which.site,
            order=which.order,
            states=(which.state,) if which.state else (),
            sites=actor.sites,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    with_cost = actor.may("ledger.read_cost")
    return ReturnPage(
        data=[ReturnOut.of(row, with_cost=with_cost) for row in rows],
        next_cursor=rows[-1].number if len(rows) == which.limit else None,
    )


@router.post("/supplier-returns", response={201: ReturnOut})
@endpoint(action="erp.supplier_return.write")
def create_supplier_return(request: HttpRequest, payload: ReturnIn) -> Status[ReturnOut]:
    """Write a draft of what should go back to its supplier."""
    get_actor(request).require_site(payload.site)
    wanted = Returned(
        site=payload.site,
        supplier=payload.supplier,
        reason=payload.reason,
        purchase_order_number=payload.purchase_order_number,
        reference=payload.reference,
        external_id=payload.external_id,
        lines=tuple(
            ReturnedLine(
                sku=line.sku,
                quantity=line.quantity,
                status=StockStatus(line.status),
                unit_credit_minor=line.unit_credit_minor,
            )
            for line in payload.lines
        ),
    )
    order = supplier_return.create(wanted=wanted, by=get_trace(request), at=timezone.now())
    return Status(201, _show_return(request, order.number))


@router.get("/supplier-returns/{number}", response=ReturnOut)
@endpoint(action="erp.read")
def get_supplier_return(request: HttpRequest, number: str) -> ReturnOut:
    """Tell one supplier return."""
    return _show_return(request, number)


@router.post("/supplier-returns/{number}/approve", response=ReturnOut)
@endpoint(action="erp.supplier_return.approve")
def approve_supplier_return(request: HttpRequest, number: str, payload: StepIn) -> ReturnOut:
    """Allow goods to go back; 409 `document.own_approval` for whoever wrote it."""
    _show_return(request, number)
    by = get_trace(request, reason=payload.reason)
    supplier_return.approve(number=number, by=by, at=timezone.now())
    return _show_return(request, number)


@router.post("/supplier-returns/{number}/release", response=ReturnOut)
@endpoint(action="erp.supplier_return.write")
def release_supplier_return(request: HttpRequest, number: str, payload: StepIn) -> ReturnOut:
    """Tell the site to send the goods to their supplier."""
    _show_return(request, number)
    by = get_trace(request, reason=payload.reason)
    supplier_return.release(number=number, by=by, at=timezone.now(), message_id=make_id())
    return _show_return(request, number)


@router.post("/supplier-returns/{number}/cancel", response=ReturnOut)
@endpoint(action="erp.supplier_return.write")
def cancel_supplier_return(request: HttpRequest, number: str, payload: StepIn) -> ReturnOut:
    """Give a return up before anything left."""
    _show_return(request, number)
    by = get_trace(request, reason=payload.reason)
    supplier_return.cancel(number=number, by=by, at=timezone.now(), message_id=make_id())
    return _show_return(request, number)


@router.post("/supplier-returns/{number}/close", response=ReturnOut)
@endpoint(action="erp.supplier_return.write")
def close_supplier_return(request: HttpRequest, number: str, payload: StepIn) -> ReturnOut:
    """Wait no longer for what has not left of a return."""
    _show_return(request, number)
    by = get_trace(request, reason=payload.reason)
    supplier_return.close(number=number, by=by, at=timezone.now(), message_id=make_id())
    return _show_return(request, number)


def _read_notice(payload: NoticeIn) -> Noticed:
    return Noticed(
        site=payload.site,
        supplier=payload.supplier,
        lines=tuple(
            NoticedLine(
                sku=line.sku,
                quantity=line.quantity,
                purchase_order_number=line.purchase_order_number,
            )
            for line in payload.lines
        ),
        packages=tuple(
            Package(
                sscc=package.sscc,
                lines=tuple(
                    PackedLine(
                        sku=line.sku,
                        quantity=line.quantity,
                        lot=line.lot,
                        expires_on=line.expires_on.isoformat() if line.expires_on else "",
                    )
                    for line in package.lines
                ),
            )
            for package in payload.packages
        ),
        expected_at=payload.expected_at,
        carrier=payload.carrier,
        tracking=payload.tracking,
        note=payload.note,
        external_id=payload.external_id,
    )


def _show_notice(request: HttpRequest, number: str) -> NoticeOut:
    row = queries.get_notice(number)
    get_actor(request).require_site(row.site.code)
    return NoticeOut.of(row)


def _show_surplus(request: HttpRequest, number: str) -> SurplusOut:
    row = queries.get_surplus(number)
    get_actor(request).require_site(row.site.code)
    return SurplusOut.of(row)


def _show_return(request: HttpRequest, number: str) -> ReturnOut:
    actor = get_actor(request)
    row = queries.get_return(number)
    actor.require_site(row.site.code)
    return ReturnOut.of(row, with_cost=actor.may("ledger.read_cost"))
