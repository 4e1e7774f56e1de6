"""What the hub tells of a purchase order: the warehouse what to expect, all others what is open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from yipan.erp import rules
from yipan.erp.documents import supply_telling
from yipan.erp.documents.purchasing import purchase_progress
from yipan.erp.models import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.purchase_order import STATES_ON_ORDER
from yipan.exchange import outbox
from yipan.ledger.moves import Trace
from yipan.messages.base import Message
from yipan.messages.erp import InboundLine
from yipan.messages.erp_purchasing import InboundChanged, PurchaseOrderChanged, SupplyLine

#: The stream in which the hub tells of what is still to come from suppliers.
SOURCE = "erp:hub/purchasing"


def list_lines_to_expect(order: PurchaseOrder) -> tuple[InboundLine, ...]:
    """Return what a warehouse should expect of an order, by line."""
    return tuple(
        InboundLine(
            line=line.line,
            sku=line.sku,
            quantity_expected=line.quantity_ordered,
            quantity_max=purchase_progress.get_quantity_max(order, line),
            expected_on=_write_day(line, order),
        )
        for line in order.lines.order_by("line")
    )


def tell_site(order: PurchaseOrder, message: Message) -> None:
    """Tell the warehouse of an order. One stream per site, so that each sees its own gaps."""
    source = f"erp:hub/orders:{order.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=order.number)


def tell_changed(order: PurchaseOrder, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Tell the warehouse that it should expect something else of an order it was told of."""
    if not order.inbound_order_number:
        return
    tell_site(
        order,
        InboundChanged(
            message_id=message_id,
            occurred_at=at,
            inbound_order_number=order.inbound_order_number,
            purchase_order_number=order.number,
            site=order.site,
            version=order.version,
            expected_on=order.expected_on.isoformat() if order.expected_on else "",
            tolerance_percent=order.tolerance_percent,
            lines=list_lines_to_expect(order),
            changed_by=by.actor,
            reason=by.reason,
        ),
    )


def tell_supply(order: PurchaseOrder, *, by: Trace, at: datetime, cause: UUID) -> None:
    """
    Tell the pool and whoever listens what is still to come of an order, and when.

    The message's id follows from `cause`.
    """
    supply_telling.tell_purchase(order, by=by, at=at)
    is_open = order.state in STATES_ON_ORDER
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(
        PurchaseOrderChanged(
            message_id=uuid5(cause, "erp.purchase_order_changed"),
            occurred_at=at,
            purchase_order_number=order.number,
            version=order.version,
            site=order.site,
            supplier=order.supplier,
            state=order.state,
            lines=tuple(
                SupplyLine(
                    line=line.line,
                    sku=line.sku,
                    quantity_open=rules.get_quantity_open(
                        purchase_progress.get_progress(order, line)
                    )
                    if is_open
                    else 0,
                    expected_on=_write_day(line, order),
                )
                for line in order.lines.order_by("line")
            ),
            changed_by=by.actor,
            reason=by.reason,
        ),
        source=SOURCE,
        sequence=sequence,
        correlation_id=order.number,
        causation_id=str(cause),
    )


def _write_day(line: PurchaseOrderLine, order: PurchaseOrder) -> str:
    day = line.expected_on or order.expected_on
    return day.isoformat() if day else ""
