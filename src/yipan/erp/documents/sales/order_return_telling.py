"""What the order system is told of goods of its orders that stores took back by tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from yipan.erp.models import SalesIssue
from yipan.exchange import outbox
from yipan.messages.erp_stores import BroughtBackLine, OrderGoodsReturned
from yipan.messages.till import TicketLine

STREAM = "erp:hub/returns"


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketTold:
    """
    A ticket with goods that came back: its number in the hub, its store, its lines.

    `return_id` is the claim it settles, where the register made one.
    """

    number: str
    site: str
    lines: Sequence[TicketLine]
    return_id: str = ""


def tell(tickets: Sequence[TicketTold], *, at: datetime) -> None:
    """Tell of each order whose goods came back by one of some tickets; receipts are no orders."""
    named = {
        line.original_ticket
        for ticket in tickets
        for line in ticket.lines
        if line.quantity < 0 and line.original_ticket
    }
    issues = SalesIssue.objects.filter(order_number__in=named).exclude(order_number="")
    orders = set(issues.values_list("order_number", flat=True)) if named else set()
    for ticket in tickets:
        for order in sorted(orders):
            lines = tuple(
                BroughtBackLine(sku=line.sku, quantity=-line.quantity, disposition=line.disposition)
                for line in ticket.lines
                if line.quantity < 0 and line.original_ticket == order
            )
            if lines:
                _publish(order, ticket, lines, at=at)


def _publish(
    order: str, ticket: TicketTold, lines: tuple[BroughtBackLine, ...], *, at: datetime
) -> None:
    [sequence] = outbox.reserve_numbers(STREAM)
    outbox.publish(
        OrderGoodsReturned(
            message_id=uuid5(NAMESPACE_OID, f"erp.order_goods_returned {ticket.number} {order}"),
            occurred_at=at,
            order_number=order,
            document_number=ticket.number,
            site=ticket.site,
            lines=lines,
        ),
        source=STREAM,
        sequence=sequence,
        correlation_id=order,
    )
