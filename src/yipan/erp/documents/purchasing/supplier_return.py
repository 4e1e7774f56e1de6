"""Steps of a supplier return (采购退货单): create -> approve -> release -> ship."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for, require_second_person
from yipan.erp.models import PurchaseOrder, SupplierReturn, SupplierReturnLine
from yipan.erp.models.supplier_return import SupplierReturnState as State
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message
from yipan.messages.erp import OutboundCanceled, OutboundLine, OutboundReleased

DOCUMENT_TYPE = "supplier_return"
TRAIL = trail.Trail[SupplierReturn]("erp", DOCUMENT_TYPE, lambda it: (it.site,))
LINES_MAX = 1_000
UNIT_CREDIT_MINOR_MAX = 999_999_999

#: Statuses goods can go back from. What is promised to somebody is released first.
STATUSES = (StockStatus.AVAILABLE, StockStatus.DAMAGED, StockStatus.BLOCKED)

#: From which states may each step be taken?
STEPS = {
    "approve": frozenset({State.DRAFT}),
    "release": frozenset({State.APPROVED}),
    "cancel": frozenset({State.DRAFT, State.APPROVED, State.RELEASED}),
    "close": frozenset({State.PARTLY_SHIPPED}),
}


class LinesMissing(Refusal):
    """A return needs at least one line, and not more than the maximum."""

    code = "supplier_return.lines_missing"
    status = 422


class SkuRepeated(Refusal):
    """A product is on two lines of one return; write another one for goods of another status."""

    code = "supplier_return.sku_repeated"
    status = 422


class StatusNotReturned(Refusal):
    """Goods go back that are available, damaged or blocked; others are held for somebody."""

    code = "supplier_return.status_not_returned"
    status = 422


class OrderNotOfSupplier(Refusal):
    """The purchase order is of another supplier, or of another site."""

    code = "supplier_return.order_not_of_supplier"
    status = 422


class ReasonMissing(Refusal):
    """Goods go back for a reason; write it down."""

    code = "supplier_return.reason_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedLine:
    """A quantity of one SKU, out of a status. A credit of None is what the order paid."""

    sku: str
    quantity: int
    status: StockStatus = StockStatus.DAMAGED
    unit_credit_minor: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What somebody wants to give back. Lines are numbered from 1."""

    site: str
    supplier: str
    lines: tuple[ReturnedLine, ...]
    reason: str
    purchase_order_number: str = ""
    reference: str = ""
    external_id: str = ""


@transaction.atomic
def create(*, wanted: Returned, by: Trace, at: datetime) -> SupplierReturn:
    """
    Write down a draft (草稿). Repeating it with the same `external_id` returns the first one.

    :raises ReasonMissing: if it says no reason.
    :raises LinesMissing: if there are no lines, or too many.
    :raises OrderNotOfSupplier: if the order it names does not fit.
    """
    known = find_repeat(SupplierReturn, external_id=wanted.external_id, same={"site": wanted.site})
    if known is not None:
        return known
    _check(wanted)
    supplier = masterdata.get_supplier(wanted.supplier)
    paid = _find_paid(wanted)
    order = SupplierReturn.objects.create(
        number=numbers.give_number(prefix="SR", on=masterdata.get_office_date(at)),
        site=wanted.site,
        supplier=supplier.code,
        currency=supplier.currency,
        purchase_order_number=wanted.purchase_order_number,
        reason=wanted.reason.strip()[:200],
        reference=wanted.reference[:96],
        external_id=wanted.external_id,
        created_by=by.actor,
        created_at=at,
    )
    SupplierReturnLine.objects.bulk_create(
        SupplierReturnLine(
            order=order,
            line=place,
            sku=line.sku,
            status=line.status,
            quantity=line.quantity,
            unit_credit_minor=paid.get(line.sku, 0)
            if line.unit_credit_minor is None
            else line.unit_credit_minor,
        )
        for place, line in enumerate(wanted.lines, start=1)
    )
    TRAIL.note(order, step="create", from_state="", by=by, at=at)
    return order


@transaction.atomic
def approve(*, number: str, by: Trace, at: datetime) -> SupplierReturn:
    """
    Allow goods to go back (审核). Another person than who wrote it has to.

    :raises OwnApproval: if it is the same person.
    """
    order = lock_for("approve", model=SupplierReturn, number=number, steps=STEPS)
    require_second_person(order, actor=by.actor)
    order.approved_by = by.actor
    order.state = State.APPROVED
    order.save(update_fields=["approved_by", "state"])
    TRAIL.note(order, step="approve", from_state=State.DRAFT, by=by, at=at)
    return order


@transaction.atomic
def release(*, number: str, by: Trace, at: datetime, message_id: UUID) -> SupplierReturn:
    """Tell the site to send the goods to the supplier (下达)."""
    order = lock_for("release", model=SupplierReturn, number=number, steps=STEPS)
    supplier = masterdata.get_supplier(order.supplier)
    order.outbound_order_number = f"OUT-{order.number}"
    order.state = State.RELEASED
    order.released_at = at
    order.save(update_fields=["outbound_order_number", "state", "released_at"])
    message = OutboundReleased(
        message_id=message_id,
        occurred_at=at,
        outbound_order_number=order.outbound_order_number,
        order_type=DOCUMENT_TYPE,
        document_number=order.number,
        site=order.site,
        ship_to=supplier.code,
        ship_to_name=supplier.name_zh or supplier.name,
        note=order.reason,
        lines=tuple(
            OutboundLine(line=line.line, sku=line.sku, quantity=line.quantity, status=line.status)
            for line in order.lines.order_by("line")
        ),
    )
    _tell(order, message)
    TRAIL.note(
        order, step="release", from_state=State.APPROVED, by=by, at=at, message_id=message_id
    )
    return order


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime, message_id: UUID) -> SupplierReturn:
    """
    Give a return up before anything left (作废); a site that was told is told again.

    :raises WrongState: if goods have left already.
    """
    order = lock_for("cancel", model=SupplierReturn, number=number, steps=STEPS)
    return _end(order, step="cancel", state=State.CANCELED, by=by, at=at, message_id=message_id)


@transaction.atomic
def close(*, number: str, by: Trace, at: datetime, message_id: UUID) -> SupplierReturn:
    """Wait no longer for what has not left of a return (关闭), and tell the site."""
    order = lock_for("close", model=SupplierReturn, number=number, steps=STEPS)
    return _end(order, step="close", state=State.CLOSED, by=by, at=at, message_id=message_id)


def _check(wanted: Returned) -> None:
    masterdata.get_site(wanted.site)
    if not wanted.reason.strip():
        raise ReasonMissing(site=wanted.site)
    if not 0 < len(wanted.lines) <= LINES_MAX:
        raise LinesMissing(lines=len(wanted.lines), maximum=LINES_MAX)
    told.require_known(sites=[], skus={line.sku for line in wanted.lines})
    told.require_plausible(((line.sku, line.quantity) for line in wanted.lines), minimum=1)
    seen: set[str] = set()
    for line in wanted.lines:
        if line.sku in seen:
            raise SkuRepeated(sku=line.sku)
        seen.add(line.sku)
        if line.status not in STATUSES:
            raise StatusNotReturned(sku=line.sku, status=str(line.status))
        if not 0 <= (line.unit_credit_minor or 0) <= UNIT_CREDIT_MINOR_MAX:
            raise told.QuantityNotPlausible(sku=line.sku, unit_credit_minor=line.unit_credit_minor)


def _find_paid(wanted: Returned) -> dict[str, int]:
    """Return what the order named, or else the last one, paid for each SKU."""
    orders = PurchaseOrder.objects.filter(supplier=wanted.supplier)
    if wanted.purchase_order_number:
        orders = orders.filter(number=wanted.purchase_order_number, site=wanted.site)
        if not orders.exists():
            raise OrderNotOfSupplier(order=wanted.purchase_order_number)
    skus = {line.sku for line in wanted.lines}
    rows = orders.filter(lines__sku__in=skus).exclude(state__in=["draft", "canceled"])
    return dict(rows.order_by("id").values_list("lines__sku", "lines__unit_cost_minor"))


def _end(
    order: SupplierReturn, *, step: str, state: State, by: Trace, at: datetime, message_id: UUID
) -> SupplierReturn:
    before, order.state = order.state, state
    order.closed_at = at
    order.save(update_fields=["state", "closed_at"])
    is_told = bool(order.outbound_order_number)
    if is_told:
        message = OutboundCanceled(
            message_id=message_id,
            occurred_at=at,
            outbound_order_number=order.outbound_order_number,
            document_number=order.number,
            site=order.site,
            reason=by.reason,
        )
        _tell(order, message)
    TRAIL.note(
        order,
        step=step,
        from_state=before,
        by=by,
        at=at,
        message_id=message_id if is_told else None,
    )
    return order


def _tell(order: SupplierReturn, message: Message) -> None:
    source = f"erp:hub/orders:{order.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=order.number)
