"""Steps of a purchase order: create -> approve -> send -> receive, or close short, or cancel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for, require_second_person
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents import planned_telling
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.master.supplier_price import Offer
from yipan.erp.documents.purchasing import purchase_limit, purchase_progress, purchase_telling
from yipan.erp.models import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.purchase_order import PurchaseOrderState as State
from yipan.erp.rules import purchasing as purchasing_rules
from yipan.erp.rules.purchasing import BoughtLine, OrderWarning, Terms
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SkuUnknown, VersionMismatch
from yipan.messages.erp import InboundCanceled, InboundReleased

DOCUMENT_TYPE = purchase_progress.DOCUMENT_TYPE
TRAIL = trail.Trail[PurchaseOrder]("erp", DOCUMENT_TYPE, lambda it: (it.site,))
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


class BelowMinimum(Refusal):
    """Less is ordered than the supplier sells; it can be approved with a reason all the same."""

    code = "purchase_order.below_minimum"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderedLine:
    """
    A quantity of one SKU in its smallest unit, and what one of it costs in minor units.

    A cost of None is taken from the supplier's price list. A day and `terms` of None are those of
    the order.
    """

    sku: str
    quantity: int
    unit_cost_minor: int | None = None
    expected_on: date | None = None
    terms: Terms | None = None


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

    Prices, cases and minimum quantities come from the supplier's price list, tolerances from its
    terms; both stay as they were when the order was written.

    :raises SiteReceivesNothing: if the site is no warehouse.
    :raises LinesMissing: if there are no lines, or too many.
    """
    known = find_repeat(PurchaseOrder, external_id=ordered.external_id, same={"site": ordered.site})
    if known is not None:
        return known
    _check(ordered)
    supplier = masterdata.get_supplier(ordered.supplier)
    order = PurchaseOrder.objects.create(
        number=numbers.give_number(prefix="PO", on=masterdata.get_office_date(at)),
        site=ordered.site,
        supplier=supplier.code,
        currency=supplier.currency,
        tolerance_percent=supplier.tolerance_over_percent,
        tolerance_quantity=supplier.tolerance_over_quantity,
        tolerance_under_percent=supplier.tolerance_under_percent,
        tolerance_under_quantity=supplier.tolerance_under_quantity,
        expected_on=ordered.expected_on,
        note=ordered.note,
        external_id=ordered.external_id,
        created_by=by.actor,
        created_at=at,
    )
    _write_lines(order, ordered.lines, on=masterdata.get_office_date(at))
    TRAIL.note(order, step="create", from_state="", by=by, at=at)
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
    order.tolerance_quantity = supplier.tolerance_over_quantity
    order.tolerance_under_percent = supplier.tolerance_under_percent
    order.tolerance_under_quantity = supplier.tolerance_under_quantity
    order.expected_on = ordered.expected_on
    order.note = ordered.note
    order.version += 1
    order.save()
    order.lines.all().delete()
    _write_lines(order, ordered.lines, on=masterdata.get_office_date(at))
    TRAIL.note(order, step="edit", from_state=State.DRAFT, by=by, at=at)
    return order


@transaction.atomic
def approve(
    *,
    number: str,
    by: Trace,
    at: datetime,
    roles: Collection[str] | None = None,
    version: int | None = None,
) -> PurchaseOrder:
    """
    Allow a draft to be sent (审核). Another person than who wrote it has to.

    `roles` are those of who approves, whose limits count; None is whoever has no limit. `version`
    is of what they read: what was changed since is not approved unseen.

    :raises VersionMismatch: if somebody changed it since `version`.
    :raises OwnApproval: if it is the same person.
    :raises AboveLimit: if the order costs more than the roles may approve.
    :raises BelowMinimum: if less is ordered than the supplier sells, and no reason is given.
    """
    order = lock_for("approve", model=PurchaseOrder, number=number, steps=STEPS)
    if version is not None and order.version != version:
        raise VersionMismatch(number=number, current_version=order.version)
    require_second_person(order, actor=by.actor)
    lines = list(order.lines.order_by("line"))
    purchase_limit.require(
        currency=order.currency,
        value_minor=sum(line.quantity_ordered * line.unit_cost_minor for line in lines),
        roles=roles,
    )
    _require_minimum(order, lines, reason=by.reason)
    order.approved_by = by.actor
    order.state = State.APPROVED
    order.save(update_fields=["approved_by", "state"])
    TRAIL.note(order, step="approve", from_state=State.DRAFT, by=by, at=at)
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
        lines=purchase_telling.list_lines_to_expect(order),
    )
    purchase_telling.tell_site(order, message)
    purchase_telling.tell_supply(order, by=by, at=at, cause=message_id)
    TRAIL.note(order, step="send", from_state=State.APPROVED, by=by, at=at, message_id=message_id)
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
        if not 0 <= (line.unit_cost_minor or 0) <= UNIT_COST_MINOR_MAX:
            raise QuantityNotPlausible(sku=line.sku, unit_cost_minor=line.unit_cost_minor)


def _write_lines(order: PurchaseOrder, lines: Sequence[OrderedLine], *, on: date) -> None:
    offers = supplier_price.find_offers(
        supplier=order.supplier, quantities={line.sku: line.quantity for line in lines}, on=on
    )
    PurchaseOrderLine.objects.bulk_create(
        make_line(order, line, number=number, offer=offers[line.sku])
        for number, line in enumerate(lines, start=1)
    )


def make_line(
    order: PurchaseOrder, line: OrderedLine, *, number: int, offer: Offer
) -> PurchaseOrderLine:
    """Return a line as it is written down, not yet saved: what nobody said is what is offered."""
    listed = offer.unit_cost_minor
    cost = line.unit_cost_minor if line.unit_cost_minor is not None else listed or 0
    return PurchaseOrderLine(
        order=order,
        line=number,
        sku=line.sku,
        quantity_ordered=line.quantity,
        unit_cost_minor=cost,
        unit_cost_list_minor=listed,
        case_size=offer.case_size,
        minimum_quantity=offer.minimum_quantity,
        expected_on=line.expected_on,
        tolerance_percent=line.terms.over_percent if line.terms else None,
        tolerance_quantity=line.terms.over_quantity if line.terms else None,
        tolerance_under_percent=line.terms.under_percent if line.terms else None,
        tolerance_under_quantity=line.terms.under_quantity if line.terms else None,
    )


def list_warnings(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> list[OrderWarning]:
    """Return what a person should know about an order before it is approved."""
    supplier = masterdata.get_supplier(order.supplier)
    return purchasing_rules.find_order_warnings(
        [
            BoughtLine(
                sku=line.sku,
                quantity=line.quantity_ordered,
                unit_cost_minor=line.unit_cost_minor,
                unit_cost_list_minor=line.unit_cost_list_minor,
                case_size=line.case_size,
                minimum_quantity=line.minimum_quantity,
            )
            for line in lines
        ],
        minimum_value_minor=supplier.minimum_order_value_minor,
    )


def find_warnings(number: str) -> list[OrderWarning]:
    """Return the warnings of an order that is known to exist."""
    order = PurchaseOrder.objects.get(number=number)
    return list_warnings(order, list(order.lines.order_by("line")))


def needs_reason(number: str) -> bool:
    """Tell whether an order is approved with a reason only: less is ordered than is sold."""
    return any(it.code in purchasing_rules.NEED_REASON for it in find_warnings(number))


def _require_minimum(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, reason: str
) -> None:
    short = [
        warning
        for warning in list_warnings(order, lines)
        if warning.code in purchasing_rules.NEED_REASON
    ]
    if short and not reason:
        raise BelowMinimum(
            number=order.number,
            sku=short[0].sku,
            minimum=short[0].expected,
            ordered=short[0].found,
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
        purchase_telling.tell_site(order, message)
        purchase_telling.tell_supply(order, by=by, at=at, cause=message_id)
    else:
        planned_telling.tell_ended(order, at=at, cause=message_id)
    TRAIL.note(
        order,
        step=step,
        from_state=before,
        by=by,
        at=at,
        message_id=message_id if is_told else None,
    )
    return order
