"""Steps of a purchase order: create -> approve -> send -> receive, or close short, or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.states import lock_for, require_second_person
from yipan.documents.told import QuantityNotPlausible
from yipan.erp import rules
from yipan.erp.documents import supply_telling
from yipan.erp.models import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.purchase_order import PurchaseOrderState as State
from yipan.erp.rules import LineProgress
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SkuUnknown, VersionMismatch
from yipan.messages.base import Message
from yipan.messages.erp import InboundCanceled, InboundLine, InboundReleased

DOCUMENT_TYPE = "purchase_order"
LINES_PER_ORDER_MAX = 1_000
QUANTITY_ORDERED_MAX = 9_999_999
UNIT_COST_MINOR_MAX = 999_999_999

#: From which states may each step be taken?
STEPS = {
    "edit": frozenset({State.DRAFT}),
    "approve": frozenset({State.DRAFT}),
    "send": frozenset({State.APPROVED}),
    "cancel": frozenset({State.DRAFT, State.APPROVED, State.SENT}),
    "close_short": frozenset({State.PARTLY_RECEIVED}),
}

#: In these states a receipt moves the order on; in others it is booked with a warning.
STATES_RECEIVING = frozenset({State.APPROVED, State.SENT, State.PARTLY_RECEIVED})


class LinesMissing(Refusal):
    """An order needs at least one line, and not more than the maximum."""

    code = "purchase_order.lines_missing"
    status = 422


class SkuRepeated(Refusal):
    """A SKU is on two lines of one order; put the quantities together."""

    code = "purchase_order.sku_repeated"
    status = 422


class SiteReceivesNothing(Refusal):
    """Goods are ordered to a warehouse; other sites get theirs by transfer."""

    code = "purchase_order.site_receives_nothing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderedLine:
    """A quantity of one SKU in its smallest unit, and what one of it costs in minor units."""

    sku: str
    quantity: int
    unit_cost_minor: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordered:
    """What somebody wants to order. Lines keep their order and are numbered from 1."""

    site: str
    supplier: str
    lines: tuple[OrderedLine, ...]
    expected_on: date | None = None
    note: str = ""
    external_id: str = ""


@transaction.atomic
def create(*, ordered: Ordered, by: Trace, at: datetime) -> PurchaseOrder:
    """
    Write down a draft (草稿). Repeating it with the same `external_id` returns the first one.

    :raises SiteReceivesNothing: if the site is no warehouse.
    :raises LinesMissing: if there are no lines, or too many.
    """
    if ordered.external_id:
        known = PurchaseOrder.objects.filter(external_id=ordered.external_id).first()
        if known is not None:
            return known
    _check(ordered)
    supplier = masterdata.get_supplier(ordered.supplier)
    order = PurchaseOrder.objects.create(
        number=numbers.give_number(prefix="PO", on=at.date()),
        site=ordered.site,
        supplier=supplier.code,
        currency=supplier.currency,
        tolerance_percent=supplier.tolerance_over_percent,
        expected_on=ordered.expected_on,
        note=ordered.note,
        external_id=ordered.external_id,
        created_by=by.actor,
        created_at=at,
    )
    _write_lines(order, ordered.lines)
    _note(order, step="create", from_state="", by=by, at=at)
    return order


@transaction.atomic
def edit(*, number: str, ordered: Ordered, version: int, by: Trace, at: datetime) -> PurchaseOrder:
    """
    Replace what a draft says. The site of an order does not change.

    :raises VersionMismatch: if somebody else changed it since `version`.
    :raises WrongState: if it is no draft any more.
    """
    order = lock_for("edit", model=PurchaseOrder, number=number, steps=STEPS)
    if order.version != version:
        raise VersionMismatch(number=number, current_version=order.version)
    _check(ordered)
    supplier = masterdata.get_supplier(ordered.supplier)
    order.supplier = supplier.code
    order.currency = supplier.currency
    order.tolerance_percent = supplier.tolerance_over_percent
    order.expected_on = ordered.expected_on
    order.note = ordered.note
    order.version += 1
    order.save(
        update_fields=[
            "supplier",
            "currency",
            "tolerance_percent",
            "expected_on",
            "note",
            "version",
        ]
    )
    order.lines.all().delete()
    _write_lines(order, ordered.lines)
    _note(order, step="edit", from_state=State.DRAFT, by=by, at=at)
    return order


@transaction.atomic
def approve(*, number: str, by: Trace, at: datetime) -> PurchaseOrder:
    """
    Allow a draft to be sent (审核). Another person than who wrote it has to.

    :raises OwnApproval: if it is the same person.
    """
    order = lock_for("approve", model=PurchaseOrder, number=number, steps=STEPS)
    require_second_person(order, actor=by.actor)
    order.approved_by = by.actor
    order.state = State.APPROVED
    order.save(update_fields=["approved_by", "state"])
    _note(order, step="approve", from_state=State.DRAFT, by=by, at=at)
    return order


@transaction.atomic
def send(*, number: str, by: Trace, at: datetime, message_id: UUID) -> PurchaseOrder:
    """Send an approved order to the supplier, and tell the warehouse what to expect."""
    order = lock_for("send", model=PurchaseOrder, number=number, steps=STEPS)
    supplier = masterdata.get_supplier(order.supplier)
    order.inbound_order_number = f"IN-{order.number.removeprefix('PO-')}"
    order.state = State.SENT
    order.sent_at = at
    order.save(update_fields=["inbound_order_number", "state", "sent_at"])
    message = InboundReleased(
        message_id=message_id,
        occurred_at=at,
        inbound_order_number=order.inbound_order_number,
        purchase_order_number=order.number,
        site=order.site,
        supplier=supplier.code,
        supplier_name=supplier.name_zh or supplier.name,
        expected_on=order.expected_on.isoformat() if order.expected_on else "",
        tolerance_percent=order.tolerance_percent,
        lines=tuple(
            InboundLine(line=line.line, sku=line.sku, quantity_expected=line.quantity_ordered)
            for line in order.lines.order_by("line")
        ),
    )
    _tell(order, message)
    _note(order, step="send", from_state=State.APPROVED, by=by, at=at, message_id=message_id)
    return order


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime, message_id: UUID) -> PurchaseOrder:
    """
    Give an order up before anything came (作废); a warehouse that was told is told again.

    :raises WrongState: if goods have come already: then it can only be closed short.
    """
    order = lock_for("cancel", model=PurchaseOrder, number=number, steps=STEPS)
    return _close(order, step="cancel", by=by, at=at, message_id=message_id)


@transaction.atomic
def close_short(*, number: str, by: Trace, at: datetime, message_id: UUID) -> PurchaseOrder:
    """Stop waiting for what is still open of an order (欠量关闭), and tell the warehouse."""
    order = lock_for("close_short", model=PurchaseOrder, number=number, steps=STEPS)
    return _close(order, step="close_short", by=by, at=at, message_id=message_id)


def list_progress(order: PurchaseOrder) -> list[LineProgress]:
    """Return how far each line of a locked order has come, by line number."""
    return [
        LineProgress(
            sku=line.sku,
            quantity_ordered=line.quantity_ordered,
            quantity_received=line.quantity_received,
            quantity_damaged=line.quantity_damaged,
            quantity_blocked=line.quantity_blocked,
        )
        for line in order.lines.order_by("line")
    ]


def move_on(
    order: PurchaseOrder, *, progress: Sequence[LineProgress], is_last: bool, step: trail.Step
) -> None:
    """
    Write down what a receipt brought of an order locked by the caller.

    Quantities always rise; the state follows only while goods were still expected.
    `step` says who and when; its states are filled in here.
    """
    by_sku = {line.sku: line for line in order.lines.all()}
    for after in progress:
        line = by_sku[after.sku]
        line.quantity_received = after.quantity_received
        line.quantity_damaged = after.quantity_damaged
        line.quantity_blocked = after.quantity_blocked
    PurchaseOrderLine.objects.bulk_update(
        by_sku.values(), ["quantity_received", "quantity_damaged", "quantity_blocked"]
    )
    before = order.state
    if order.state in STATES_RECEIVING:
        order.state = rules.get_order_state(progress=progress, is_last=is_last)
        order.sent_at = order.sent_at or step.at
        if order.state != State.PARTLY_RECEIVED:
            order.closed_at = step.at
        order.save(update_fields=["state", "sent_at", "closed_at"])
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="erp",
            sites=(order.site,),
            number=order.number,
            step="receive",
            from_state=before,
            to_state=order.state,
            actor=step.actor,
            device=step.device,
            at=step.at,
            reason=step.reason,
            message_id=step.message_id,
        )
    )


def _check(ordered: Ordered) -> None:
    site = masterdata.get_site(ordered.site)
    if site.site_type != "warehouse":
        raise SiteReceivesNothing(site=ordered.site, site_type=site.site_type)
    if not 0 < len(ordered.lines) <= LINES_PER_ORDER_MAX:
        raise LinesMissing(lines=len(ordered.lines), maximum=LINES_PER_ORDER_MAX)
    skus = [line.sku for line in ordered.lines]
    unknown = masterdata.list_unknown_skus(skus)
    if unknown:
        raise SkuUnknown(sku=unknown[0])
    repeated = [sku for sku in skus if skus.count(sku) > 1]
    if repeated:
        raise SkuRepeated(sku=repeated[0])
    for line in ordered.lines:
        if not 0 < line.quantity <= QUANTITY_ORDERED_MAX:
            raise QuantityNotPlausible(sku=line.sku, quantity=line.quantity)
        if not 0 <= line.unit_cost_minor <= UNIT_COST_MINOR_MAX:
            raise QuantityNotPlausible(sku=line.sku, unit_cost_minor=line.unit_cost_minor)


def _write_lines(order: PurchaseOrder, lines: Sequence[OrderedLine]) -> None:
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            order=order,
            line=number,
            sku=line.sku,
            quantity_ordered=line.quantity,
            unit_cost_minor=line.unit_cost_minor,
        )
        for number, line in enumerate(lines, start=1)
    )


def _close(
    order: PurchaseOrder, *, step: str, by: Trace, at: datetime, message_id: UUID
) -> PurchaseOrder:
    before = order.state
    order.state = State.CANCELED if step == "cancel" else State.CLOSED_SHORT
    order.closed_at = at
    order.save(update_fields=["state", "closed_at"])
    is_told = bool(order.inbound_order_number)
    if is_told:
        message = InboundCanceled(
            message_id=message_id,
            occurred_at=at,
            inbound_order_number=order.inbound_order_number,
            purchase_order_number=order.number,
            site=order.site,
            reason=by.reason,
        )
        _tell(order, message)
    _note(
        order,
        step=step,
        from_state=before,
        by=by,
        at=at,
        message_id=message_id if is_told else None,
    )
    return order


def _tell(order: PurchaseOrder, message: Message) -> None:
    # One stream per addressed site, so that each site can see its own gaps.
    source = f"erp:hub/orders:{order.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=order.number)


def _note(
    order: PurchaseOrder,
    *,
    step: str,
    from_state: str,
    by: Trace,
    at: datetime,
    message_id: UUID | None = None,
) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="erp",
            sites=(order.site,),
            number=order.number,
            step=step,
            from_state=from_state,
            to_state=order.state,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
            message_id=message_id,
        )
    )
    supply_telling.tell_purchase(order, by=by, at=at)
