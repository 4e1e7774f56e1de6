"""The reversal of a ticket (小票冲销): on its own day, by a ticket that takes everything back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from yipan.documents import reversals, trail
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.till import ORDER_LINE, TicketLine, TicketTender
from yipan.pos.documents.register import Sale, close_ticket
from yipan.pos.documents.ticket import DOCUMENT_TYPE
from yipan.pos.models import RegisterTicket, Ticket, Till
from yipan.pos.models.ticket import TicketType

#: The till of the office, where a register gives its numbers itself.
OFFICE: Final = "BO"


class TicketNotASale(Refusal):
    """Only a sale can be taken back as a whole: goods that were brought back are sold again."""

    code = "ticket.not_a_sale"


class TicketOfAnotherDay(Refusal):
    """A ticket is taken back on its own business day only. Later its goods are returned."""

    code = "ticket.of_another_day"


class TicketTakenBack(Refusal):
    """Goods of this ticket were brought back before, or it was taken back as a whole."""

    code = "ticket.taken_back"


class TicketHoldsOrder(Refusal):
    """Goods ordered from elsewhere were paid by this ticket. Cancel the order, then return them."""

    code = "ticket.holds_order"


@transaction.atomic
def reverse(*, site: str, number: str, by: Trace, at: datetime, message_id: UUID) -> RegisterTicket:
    """
    Take a sale back by a ticket of its own number, through the till that sold it.

    It has the opposite lines and tenders and names the first one on each line; the hub hears of
    it as of any ticket. Where the register numbers its tickets itself, the office's till does it.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises NotFound: if the store has no such ticket.
    :raises TicketNotASale: if it took goods back, or nothing moved.
    :raises TicketHoldsOrder: if an order from elsewhere was paid by it.
    :raises TicketOfAnotherDay: if its business day is over.
    :raises TicketTakenBack: if something of it came back before.
    """
    reversals.require_reason(by.reason)
    ticket = Ticket.objects.select_for_update().filter(site=site, number=number).first()
    if ticket is None:
        raise NotFound(kind="ticket", id=number)
    if ticket.ticket_type != TicketType.SALE:
        raise TicketNotASale(number=number, ticket_type=ticket.ticket_type)
    ordered = [line["original_ticket"] for line in ticket.lines if line["line_type"] == ORDER_LINE]
    if ordered:
        raise TicketHoldsOrder(number=number, order=ordered[0])
    today = masterdata.get_business_date(site, at)
    if ticket.business_date != today:
        raise TicketOfAnotherDay(number=number, day=ticket.business_date, today=today)
    back = _find_taking_back(ticket)
    if back:
        raise TicketTakenBack(number=number, by=back)
    taken = close_ticket(
        site=site,
        till_code=_find_till(ticket),
        sale=Sale(
            message_id=message_id,
            currency=ticket.currency,
            lines=_turn_lines(ticket.lines, number=number),
            tenders=tuple(_turn_tender(paid) for paid in ticket.tenders),
        ),
        by=by,
        at=at,
    )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="pos",
            sites=(site,),
            number=number,
            step="reverse",
            from_state="posted",
            to_state="reversed",
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
            message_id=message_id,
        )
    )
    return taken


def _turn_tender(paid: Mapping[str, Any]) -> TicketTender:
    return TicketTender(
        tender=paid["tender"],
        amount_minor=-paid["amount_minor"],
        reference=paid.get("reference", ""),
    )


def _find_taking_back(ticket: Ticket) -> str:
    """Return the number of a ticket of the same day that took something of this one back."""
    later = Ticket.objects.filter(
        site=ticket.site,
        business_date__gte=ticket.business_date,
        lines__contains=[{"original_ticket": ticket.number}],
    )
    return later.order_by("id").values_list("number", flat=True).first() or ""


def _find_till(ticket: Ticket) -> str:
    till = Till.objects.filter(code=ticket.till, site=ticket.site).first()
    numbers_itself = till is None or till.devices.exists()
    return f"{ticket.site}-{OFFICE}" if numbers_itself else ticket.till


def _turn_lines(lines: Sequence[dict[str, Any]], *, number: str) -> tuple[TicketLine, ...]:
    return tuple(
        TicketLine(
            line=place,
            sku=line["sku"],
            quantity=-line["quantity"],
            amount_minor=-line.get("amount_minor", 0),
            line_type="return",
            capture_mode="key",
            discount_minor=-line.get("discount_minor", 0),
            disposition="sellable",
            original_ticket=number,
        )
        for place, line in enumerate(lines, start=1)
    )
