"""Tells that customers brought goods back (销售退货), and by what they had bought them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID, uuid5

from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.messages.pos_orders import CustomerReturnPosted, ReturnedLine
from yipan.messages.till import TicketClosed, TicketLine
from yipan.pos.rules import is_ticket_number

NO_RECEIPT = "none"


class Booked(Protocol):
    """A ticket that was just booked, on its way into the table."""

    site: str
    number: str
    business_date: date
    message_id: UUID


def tell(pairs: Sequence[tuple[Booked, TicketClosed]]) -> None:
    """
    Tell of each receipt or order that goods of these tickets came back of, once each.

    The tickets moved the books; this says what was returned, to whom it was refunded, and who
    allowed it where somebody had to.
    """
    told = [
        (ticket, message) for ticket, closed in pairs for message in _make_messages(ticket, closed)
    ]
    for site in sorted({ticket.site for ticket, _ in told}):
        of_site = [(ticket, message) for ticket, message in told if ticket.site == site]
        source = f"pos:{site}/orders"
        numbers = outbox.reserve_numbers(source, len(of_site))
        outbox.publish_many(
            [
                Outgoing(
                    message=message,
                    source=source,
                    sequence=sequence,
                    business_date=ticket.business_date,
                    correlation_id=ticket.number,
                    causation_id=str(ticket.message_id),
                )
                for (ticket, message), sequence in zip(of_site, numbers, strict=True)
            ]
        )


def _make_messages(ticket: Booked, closed: TicketClosed) -> list[CustomerReturnPosted]:
    back: dict[str, list[TicketLine]] = {}
    for line in closed.lines:
        if line.quantity < 0:
            back.setdefault(line.original_ticket, []).append(line)
    return [
        CustomerReturnPosted(
            message_id=uuid5(closed.message_id, f"pos.customer_return_posted {original}"),
            occurred_at=closed.occurred_at,
            return_id=closed.return_id or str(uuid5(closed.message_id, f"return {original}")),
            ticket_number=ticket.number,
            site=ticket.site,
            lines=tuple(
                ReturnedLine(
                    line=line.line,
                    sku=line.sku,
                    quantity=-line.quantity,
                    disposition=line.disposition or "sellable",
                    amount_minor=-line.amount_minor,
                )
                for line in lines
            ),
            origin=_get_origin(original),
            original_number=original,
            refund_minor=-sum(line.amount_minor for line in lines),
            currency=closed.currency,
            reason=closed.approval_reason,
            approved_by=closed.approved_by,
            posted_by=closed.cashier,
        )
        for original, lines in back.items()
    ]


def _get_origin(original: str) -> str:
    if not original:
        return NO_RECEIPT
    return "ticket" if is_ticket_number(original) else "order"
