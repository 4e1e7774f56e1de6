"""How far a purchase order (采购订单) has come, and how receipts move it on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from yipan.documents import trail
from yipan.erp import rules
from yipan.erp.models import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.purchase_order import PurchaseOrderState as State
from yipan.erp.rules import LineProgress
from yipan.erp.rules import purchasing as purchasing_rules
from yipan.erp.rules.purchasing import Terms

DOCUMENT_TYPE: Final = "purchase_order"

#: In these states a receipt moves the order on; in others it is booked with a warning.
STATES_RECEIVING = frozenset({State.APPROVED, State.SENT, State.PARTLY_RECEIVED})


def get_terms(order: PurchaseOrder, line: PurchaseOrderLine) -> Terms:
    """Return the tolerances of a line: its own where it has some, else those of the order."""

    def choose(own: int | None, general: int) -> int:
        return general if own is None else own

    return Terms(
        over_percent=choose(line.tolerance_percent, order.tolerance_percent),
        over_quantity=choose(line.tolerance_quantity, order.tolerance_quantity),
        under_percent=choose(line.tolerance_under_percent, order.tolerance_under_percent),
        under_quantity=choose(line.tolerance_under_quantity, order.tolerance_under_quantity),
    )


def get_quantity_max(order: PurchaseOrder, line: PurchaseOrderLine) -> int:
    """Return the most that may come of a line before it is too much."""
    return purchasing_rules.get_quantity_max(
        quantity=line.quantity_ordered, terms=get_terms(order, line)
    )


def get_progress(order: PurchaseOrder, line: PurchaseOrderLine) -> LineProgress:
    """Return how far one line has come."""
    return LineProgress(
        sku=line.sku,
        quantity_ordered=line.quantity_ordered,
        quantity_received=line.quantity_received,
        quantity_damaged=line.quantity_damaged,
        quantity_blocked=line.quantity_blocked,
        quantity_max=get_quantity_max(order, line),
        quantity_enough=purchasing_rules.get_quantity_enough(
            quantity=line.quantity_ordered, terms=get_terms(order, line)
        ),
        is_closed=line.is_closed,
    )


def list_progress(order: PurchaseOrder) -> list[LineProgress]:
    """Return how far each line of a locked order has come, by line number."""
    return [get_progress(order, line) for line in order.lines.order_by("line")]


def move_on(
    order: PurchaseOrder, *, progress: Sequence[LineProgress], is_last: bool, step: trail.Step
) -> None:
    """
    Write down what a receipt brought of an order locked by the caller, or what a reversal took.

    Quantities always follow; the state does only while goods were still expected. `step` says
    who and when; its states are filled in here.
    """
    by_sku = {line.sku: line for line in order.lines.all()}
    for after in progress:
        line = by_sku[after.sku]
        line.quantity_received = after.quantity_received
        line.quantity_damaged = after.quantity_damaged
        line.quantity_blocked = after.quantity_blocked
        line.is_closed = after.is_closed
    PurchaseOrderLine.objects.bulk_update(
        by_sku.values(),
        ["quantity_received", "quantity_damaged", "quantity_blocked", "is_closed"],
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
            system="erp",
            sites=(order.site,),
            document_type=DOCUMENT_TYPE,
            number=order.number,
            step=step.step if step.step == "reverse" else "receive",
            from_state=before,
            to_state=order.state,
            actor=step.actor,
            device=step.device,
            at=step.at,
            reason=step.reason,
            message_id=step.message_id,
        )
    )
