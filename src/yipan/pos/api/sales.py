"""From what the API takes of a ticket to what the verbs take."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from yipan.messages.till import TicketLine, TicketTender
from yipan.pos.api.schemas import TenderIn, TicketIn, TicketLineIn
from yipan.pos.documents.register import Sale


def make_sale(payload: TicketIn) -> Sale:
    """Return the sale of a ticket that is taken without a number."""
    return make_sale_of(
        payload.message_id,
        lines=payload.lines,
        tenders=payload.tenders,
        currency=payload.currency,
    )


def make_sale_of(
    message_id: UUID,
    *,
    lines: Sequence[TicketLineIn],
    tenders: Sequence[TenderIn],
    currency: str,
) -> Sale:
    """Return the sale that lines and tenders make; without lines it is a void ticket."""
    return Sale(
        message_id=message_id,
        currency=currency,
        is_void=not lines,
        lines=tuple(
            TicketLine(
                line=number,
                sku=line.sku,
                quantity=line.quantity,
                amount_minor=line.amount_minor,
                line_type="return" if line.quantity < 0 else line.line_type,
                capture_mode=line.capture_mode,
                discount_minor=line.discount_minor,
                disposition=line.disposition if line.quantity < 0 else "",
                original_ticket=line.original_ticket,
                promotion=line.promotion,
                multiplier_used=line.multiplier_used,
            )
            for number, line in enumerate(lines, start=1)
        ),
        tenders=tuple(
            TicketTender(
                tender=paid.tender, amount_minor=paid.amount_minor, reference=paid.reference
            )
            for paid in tenders
        ),
    )
