"""Steps of an inbound order (入库通知单): release -> receive, or cancel, as the hub tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.documents import told, trail
from yipan.documents.states import lock_for
from yipan.exchange.subscriptions import Heard
from yipan.messages.erp import InboundCanceled, InboundReleased
from yipan.messages.erp import InboundLine as ToldLine
from yipan.messages.erp_purchasing import InboundChanged
from yipan.messages.wms import ReceivedLine
from yipan.wms import rules
from yipan.wms.models import InboundLine, InboundOrder, ReceiptLine
from yipan.wms.models.inbound_order import STATES_OPEN
from yipan.wms.models.inbound_order import InboundOrderState as State
from yipan.wms.rules import Expected

DOCUMENT_TYPE = "inbound_order"

#: From which states may each step be taken? A hub that cancels what has come is not refused:
#: the order keeps its state, and what came is in the books.
STEPS = {"cancel": frozenset(State.values), "change": frozenset(State.values)}


@transaction.atomic
def release(*, message: InboundReleased, heard: Heard, at: datetime) -> InboundOrder:
    """
    Write down what the hub expects to arrive.

    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    :raises NumberReused: if the number stands for another order already.
    """
    told.require_few(message.lines)
    told.require_plausible((line.sku, line.quantity_expected) for line in message.lines)
    told.require_known(sites=[message.site], skus={line.sku for line in message.lines})
    if InboundOrder.objects.filter(number=message.inbound_order_number).exists():
        raise told.NumberReused(number=message.inbound_order_number, site=message.site)
    order = InboundOrder.objects.create(
        number=message.inbound_order_number,
        site=message.site,
        purchase_order_number=message.purchase_order_number,
        order_type=message.order_type,
        transfer_number=message.transfer_number,
        from_site=message.from_site,
        shipment_number=message.shipment_number[:64],
        supplier=message.supplier,
        supplier_name=message.supplier_name,
        expected_on=told.read_date(message.expected_on) if message.expected_on else None,
        tolerance_percent=message.tolerance_percent,
        created_by=heard.source,
        created_at=at,
    )
    InboundLine.objects.bulk_create(
        InboundLine(order=order, sku=line.sku, **_read_line(line)) for line in message.lines
    )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(order.site,),
            number=order.number,
            step="release",
            to_state=order.state,
            actor=heard.source,
            at=message.occurred_at,
            message_id=message.message_id,
        )
    )
    return order


@transaction.atomic
def cancel(*, message: InboundCanceled, heard: Heard) -> InboundOrder:
    """
    Stop expecting what is still open: nothing came is canceled, something came is closed short.

    :raises NotFound: if the order is not known here.
    """
    order = lock_for("cancel", model=InboundOrder, number=message.inbound_order_number, steps=STEPS)
    before = order.state
    if order.state in STATES_OPEN:
        order.state = State.CANCELED if order.state == State.RELEASED else State.CLOSED_SHORT
        order.closed_at = message.occurred_at
        order.save(update_fields=["state", "closed_at"])
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(order.site,),
            number=order.number,
            step="cancel",
            from_state=before,
            to_state=order.state,
            actor=heard.source,
            at=message.occurred_at,
            reason=message.reason,
            message_id=message.message_id,
        )
    )
    return order


@transaction.atomic
def change(*, message: InboundChanged, heard: Heard) -> InboundOrder:
    """
    Expect of an order what the hub says now. A version heard late changes nothing.

    What has come has come: a line that is no longer expected keeps what was received of it.

    :raises NotFound: if the order is not known here.
    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    """
    told.require_few(message.lines)
    told.require_plausible((line.sku, line.quantity_expected) for line in message.lines)
    told.require_known(sites=[message.site], skus={line.sku for line in message.lines})
    order = lock_for("change", model=InboundOrder, number=message.inbound_order_number, steps=STEPS)
    if order.version >= message.version:
        return order
    before = order.state
    _replace_lines(order, message.lines)
    order.version = message.version
    order.tolerance_percent = message.tolerance_percent
    order.expected_on = told.read_date(message.expected_on) if message.expected_on else None
    if order.state in STATES_OPEN and any(line.quantity_received for line in order.lines.all()):
        order.state = rules.get_inbound_state(lines=list_expected(order), is_last=False)
        order.closed_at = message.occurred_at if order.state == State.RECEIVED else None
    order.save(update_fields=["version", "tolerance_percent", "expected_on", "state", "closed_at"])
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(order.site,),
            number=order.number,
            step="change",
            from_state=before,
            to_state=order.state,
            actor=message.changed_by or heard.source,
            at=message.occurred_at,
            reason=message.reason,
            message_id=message.message_id,
        )
    )
    return order


def _replace_lines(order: InboundOrder, lines: Sequence[ToldLine]) -> None:
    standing = {line.sku: line for line in order.lines.all()}
    for line in standing.values():
        line.quantity_expected = line.quantity_max = line.quantity_received
    taken = {line.line for line in standing.values()}
    for said in lines:
        fields = _read_line(said)
        known = standing.get(said.sku)
        if known is None:
            place = said.line if said.line not in taken else max(taken) + 1
            taken.add(place)
            InboundLine.objects.create(order=order, sku=said.sku, **(fields | {"line": place}))
            continue
        known.quantity_expected = said.quantity_expected
        known.quantity_max = said.quantity_max
        known.expected_on = fields["expected_on"]
    InboundLine.objects.bulk_update(
        standing.values(), ["quantity_expected", "quantity_max", "expected_on"]
    )


def _read_line(line: ToldLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "quantity_expected": line.quantity_expected,
        "quantity_max": line.quantity_max,
        "expected_on": told.read_date(line.expected_on) if line.expected_on else None,
    }


def list_expected(order: InboundOrder) -> list[Expected]:
    """
    Return the lines of an order locked by the caller, by line number.

    Of an order that was canceled or closed nothing is expected any more.
    """
    is_given_up = order.state in (State.CANCELED, State.CLOSED_SHORT)
    return [
        Expected(
            line=line.line,
            sku=line.sku,
            quantity_expected=line.quantity_received if is_given_up else line.quantity_expected,
            quantity_received=line.quantity_received,
            quantity_max=line.quantity_received if is_given_up else line.quantity_max,
        )
        for line in order.lines.order_by("line")
    ]


def take_back(
    order: InboundOrder, *, lines: Sequence[ReceiptLine], was_last: bool, step: trail.Step
) -> None:
    """
    Expect again what a receipt that was reversed had brought of an order locked by the caller.

    An order the hub canceled stays so; one that only this receipt had closed is open again.
    """
    by_sku = {line.sku: line for line in order.lines.all()}
    for went in lines:
        line = by_sku.get(went.sku)
        if line is not None:
            waiting = went.quantity_blocked + went.quantity_quarantine
            line.quantity_received -= went.quantity_sound + went.quantity_damaged + waiting
            line.quantity_damaged -= went.quantity_damaged
            line.quantity_blocked -= went.quantity_blocked
    InboundLine.objects.bulk_update(
        by_sku.values(), ["quantity_received", "quantity_damaged", "quantity_blocked"]
    )
    before = order.state
    is_reopened = before in (State.PARTLY_RECEIVED, State.RECEIVED) or (
        before == State.CLOSED_SHORT
        and was_last
        and not trail.count_steps(document_type=DOCUMENT_TYPE, number=order.number, step="cancel")
    )
    if is_reopened:
        order.state = State.RELEASED  # its lines count as expected again
        order.state = rules.get_reopened_state(lines=list_expected(order))
        order.closed_at = None
        order.save(update_fields=["state", "closed_at"])
    trail.record(
        replace(
            step,
            document_type=DOCUMENT_TYPE,
            number=order.number,
            from_state=before,
            to_state=order.state,
        )
    )


def move_on(
    order: InboundOrder, *, lines: Sequence[ReceivedLine], is_last: bool, step: trail.Step
) -> None:
    """Write down what a receipt brought of an order locked by the caller."""
    by_sku = {line.sku: line for line in order.lines.all()}
    for came in lines:
        line = by_sku.get(came.sku)
        if line is not None:
            waiting = came.quantity_blocked + came.quantity_quarantine
            total = came.quantity_sound + came.quantity_damaged + waiting
            line.quantity_received += total
            line.quantity_damaged += came.quantity_damaged
            line.quantity_blocked += came.quantity_blocked
    InboundLine.objects.bulk_update(
        by_sku.values(), ["quantity_received", "quantity_damaged", "quantity_blocked"]
    )
    before = order.state
    if order.state in STATES_OPEN:
        order.state = rules.get_inbound_state(lines=list_expected(order), is_last=is_last)
        if order.state != State.PARTLY_RECEIVED:
            order.closed_at = step.at
        order.save(update_fields=["state", "closed_at"])
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(order.site,),
            number=order.number,
            step="receive",
            from_state=before,
            to_state=order.state,
            actor=step.actor,
            device=step.device,
            at=step.at,
            message_id=step.message_id,
        )
    )
