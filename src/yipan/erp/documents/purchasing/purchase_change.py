"""Changes of a purchase order that was sent (采购订单变更): propose -> approve, or reject."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents.states import OwnApproval, lock_for
from yipan.documents.told import QuantityNotPlausible
from yipan.erp import rules
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.purchasing import (
    purchase_limit,
    purchase_order,
    purchase_progress,
    purchase_telling,
)
from yipan.erp.documents.purchasing.purchase_order import TRAIL, OrderedLine, SkuRepeated
from yipan.erp.models import PurchaseChange, PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.purchase_change import PurchaseChangeState as ChangeState
from yipan.erp.models.purchase_order import PurchaseOrderState as State
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SkuUnknown, VersionMismatch

#: From which states may each step be taken? What has come in full is not changed any more.
STEPS = {
    "change": frozenset({State.SENT, State.PARTLY_RECEIVED}),
    "decide": frozenset({State.SENT, State.PARTLY_RECEIVED}),
}


class NothingChanged(Refusal):
    """The order says just this already."""

    code = "purchase_order.nothing_changed"


class ReceivedAlready(Refusal):
    """More of a product has come than the change would leave ordered."""

    code = "purchase_order.received_already"


class ChangeWaiting(Refusal):
    """Another change of this order waits for its approval; decide on that one first."""

    code = "purchase_order.change_waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an order should say: all its lines. A quantity of 0 ends a line where it stands."""

    lines: tuple[OrderedLine, ...]
    expected_on: date | None


@transaction.atomic
def propose(
    *, number: str, wanted: Wanted, version: int, by: Trace, at: datetime, message_id: UUID
) -> PurchaseChange:
    """
    Change what was sent. Later days and less goods hold at once; what costs more is approved first.

    :raises VersionMismatch: if somebody else changed the order since `version`.
    :raises ReceivedAlready: if more has come than a line would order.
    :raises NothingChanged: if it changes nothing.
    :raises ChangeWaiting: if another change waits for its approval.
    """
    order = lock_for("change", model=PurchaseOrder, number=number, steps=STEPS)
    if order.version != version:
        raise VersionMismatch(number=number, current_version=order.version)
    if order.changes.filter(state=ChangeState.PROPOSED).exists():
        raise ChangeWaiting(number=number)
    lines = _check(order, wanted, on=masterdata.get_office_date(at))
    standing = _describe(order)
    if lines == standing and wanted.expected_on == order.expected_on:
        raise NothingChanged(number=number)
    is_dearer = _get_value(lines) > _get_value(standing)
    change = PurchaseChange.objects.create(
        order=order,
        version=order.version + 1,
        state=ChangeState.PROPOSED if is_dearer else ChangeState.APPROVED,
        expected_on=wanted.expected_on,
        lines=lines,
        reason=by.reason,
        changed_by=by.actor,
        changed_at=at,
    )
    if is_dearer:
        TRAIL.note(order, step="propose", from_state=order.state, by=by, at=at)
    else:
        _apply(order, change, by=by, at=at, message_id=message_id)
    return change


@transaction.atomic
def decide(
    *,
    number: str,
    is_approved: bool,
    by: Trace,
    at: datetime,
    message_id: UUID,
    roles: Collection[str] | None = None,
) -> PurchaseChange:
    """
    Approve (审核) or reject (驳回) the change of an order that waits. Another person has to.

    :raises NotFound: if no change waits.
    :raises OwnApproval: if it is who proposed it.
    :raises AboveLimit: if the order would cost more than the roles may approve.
    :raises ReceivedAlready: if more has come meanwhile than a line would order.
    """
    order = lock_for("decide", model=PurchaseOrder, number=number, steps=STEPS)
    change = order.changes.filter(state=ChangeState.PROPOSED).first()
    if change is None:
        raise NotFound(kind="purchase_change", id=number)
    if change.changed_by == by.actor:
        raise OwnApproval(number=number, created_by=change.changed_by)
    change.decided_by, change.decided_at = by.actor, at
    change.state = ChangeState.APPROVED if is_approved else ChangeState.REJECTED
    change.save(update_fields=["state", "decided_by", "decided_at"])
    if is_approved:
        purchase_limit.require(
            currency=order.currency, value_minor=_get_value(change.lines), roles=roles
        )
        _apply(order, change, by=by, at=at, message_id=message_id)
    else:
        TRAIL.note(order, step="reject", from_state=order.state, by=by, at=at)
    return change


@transaction.atomic
def raise_line(
    *, number: str, sku: str, quantity: int, by: Trace, at: datetime, message_id: UUID
) -> None:
    """
    Order more of a SKU after the fact: goods that came too much and are kept.

    A SKU that was not ordered gets a line of its own, at the price of the list. The quantity
    counts as received already where the SKU was not ordered, since its receipt could not.
    """
    order = PurchaseOrder.objects.select_for_update().filter(number=number).first()
    if order is None:
        raise NotFound(kind="purchase_order", id=number)
    line = order.lines.filter(sku=sku).first()
    if line is None:
        offers = supplier_price.find_offers(
            supplier=order.supplier, quantities={sku: quantity}, on=masterdata.get_office_date(at)
        )
        line = purchase_order.make_line(
            order,
            OrderedLine(sku=sku, quantity=quantity),
            number=max(order.lines.values_list("line", flat=True), default=0) + 1,
            offer=offers[sku],
        )
        line.quantity_received = quantity
    else:
        line.quantity_ordered += quantity
    line.save()
    order.version += 1
    order.save(update_fields=["version"])
    PurchaseChange.objects.create(
        order=order,
        version=order.version,
        state=ChangeState.APPROVED,
        expected_on=order.expected_on,
        lines=_describe(order),
        reason=by.reason,
        changed_by=by.actor,
        changed_at=at,
    )
    _note_change(order, from_state=order.state, by=by, at=at, message_id=message_id)
    purchase_telling.tell_changed(order, by=by, at=at, message_id=message_id)
    purchase_telling.tell_supply(order, by=by, at=at, cause=message_id)


def _check(order: PurchaseOrder, wanted: Wanted, *, on: date) -> list[dict[str, object]]:
    """Return the lines as they would stand, each with a price and a day."""
    _require_known(wanted)
    standing = {line.sku: line for line in order.lines.all()}
    new = {line.sku: line.quantity for line in wanted.lines if line.sku not in standing}
    offers = supplier_price.find_offers(supplier=order.supplier, quantities=new, on=on)
    lines: list[dict[str, object]] = []
    for line in wanted.lines:
        known = standing.pop(line.sku, None)
        offered = offers[line.sku].unit_cost_minor if known is None else known.unit_cost_minor
        quantity = _get_quantity(line, came=known.quantity_received if known else 0)
        cost = line.unit_cost_minor if line.unit_cost_minor is not None else offered or 0
        if not 0 <= cost <= purchase_order.UNIT_COST_MINOR_MAX:
            raise QuantityNotPlausible(sku=line.sku, unit_cost_minor=cost)
        if quantity:
            lines.append(_write_line(line.sku, quantity, cost, line.expected_on))
    for left_out in standing.values():
        if left_out.quantity_received:
            raise ReceivedAlready(sku=left_out.sku, received=left_out.quantity_received, ordered=0)
    if not lines:
        raise purchase_order.LinesMissing(lines=0, maximum=purchase_order.LINES_PER_ORDER_MAX)
    return lines


def _require_known(wanted: Wanted) -> None:
    skus = [line.sku for line in wanted.lines]
    unknown = masterdata.list_unknown_skus(skus)
    if unknown:
        raise SkuUnknown(sku=unknown[0])
    if len(set(skus)) < len(skus):
        raise SkuRepeated(sku=next(sku for sku in skus if skus.count(sku) > 1))
    maximum = purchase_order.LINES_PER_ORDER_MAX
    if len(skus) > maximum:
        raise purchase_order.LinesMissing(lines=len(skus), maximum=maximum)


def _get_quantity(line: OrderedLine, *, came: int) -> int:
    """Return what a line should order; 0 ends it where it stands."""
    if not 0 <= line.quantity <= purchase_order.QUANTITY_ORDERED_MAX:
        raise QuantityNotPlausible(sku=line.sku, quantity=line.quantity)
    quantity = line.quantity or came
    if quantity < came:
        raise ReceivedAlready(sku=line.sku, received=came, ordered=quantity)
    return quantity


def _apply(
    order: PurchaseOrder, change: PurchaseChange, *, by: Trace, at: datetime, message_id: UUID
) -> None:
    standing = {line.sku: line for line in order.lines.all()}
    wanted = {str(line["sku"]): line for line in change.lines}
    for sku, known in standing.items():
        said = wanted.get(sku)
        ordered = int(said["quantity"]) if said else 0
        if ordered < known.quantity_received:
            raise ReceivedAlready(sku=sku, received=known.quantity_received, ordered=ordered)
        if said is None:
            known.delete()
    offers = supplier_price.find_offers(
        supplier=order.supplier,
        quantities={sku: int(line["quantity"]) for sku, line in wanted.items()},
        on=masterdata.get_office_date(at),
    )
    last = max((line.line for line in standing.values()), default=0)
    for sku, said in wanted.items():
        line = standing.get(sku)
        if line is None:
            last += 1
            line = PurchaseOrderLine(order=order, line=last, sku=sku)
            line.unit_cost_list_minor = offers[sku].unit_cost_minor
            line.case_size = offers[sku].case_size
            line.minimum_quantity = offers[sku].minimum_quantity
        day = said["expected_on"]
        line.quantity_ordered = int(said["quantity"])
        line.unit_cost_minor = int(said["unit_cost_minor"])
        line.expected_on = date.fromisoformat(str(day)) if day else None
        line.is_closed = rules.is_enough(purchase_progress.get_progress(order, line))
        line.save()
    before = order.state
    order.version = change.version
    order.expected_on = change.expected_on
    progress = purchase_progress.list_progress(order)
    if order.state == State.PARTLY_RECEIVED:
        order.state = rules.get_order_state(progress=progress, is_last=False)
        order.closed_at = None if order.state == State.PARTLY_RECEIVED else at
    order.save(update_fields=["version", "expected_on", "state", "closed_at"])
    _note_change(order, from_state=before, by=by, at=at, message_id=message_id)
    purchase_telling.tell_changed(order, by=by, at=at, message_id=message_id)
    purchase_telling.tell_supply(order, by=by, at=at, cause=message_id)


def _describe(order: PurchaseOrder) -> list[dict[str, object]]:
    return [
        _write_line(line.sku, line.quantity_ordered, line.unit_cost_minor, line.expected_on)
        for line in order.lines.order_by("line")
    ]


def _write_line(sku: str, quantity: int, cost: int, day: date | None) -> dict[str, object]:
    return {
        "sku": sku,
        "quantity": quantity,
        "unit_cost_minor": cost,
        "expected_on": day.isoformat() if day else "",
    }


def _get_value(lines: Sequence[dict[str, object]]) -> int:
    return sum(int(str(line["quantity"])) * int(str(line["unit_cost_minor"])) for line in lines)


def _note_change(
    order: PurchaseOrder, *, from_state: str, by: Trace, at: datetime, message_id: UUID
) -> None:
    told = message_id if order.inbound_order_number else None
    TRAIL.note(order, step="change", from_state=from_state, by=by, at=at, message_id=told)
