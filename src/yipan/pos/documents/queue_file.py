"""The file a register saves its unsent tickets to: read back into what the verb takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from yipan.documents import told
from yipan.foundation.refusals import Refusal
from yipan.messages.till import TicketLine, TicketTender
from yipan.pos.documents.numbered_ticket import Numbered
from yipan.pos.documents.register import Sale
from yipan.pos.documents.till_device import SEQUENCE_MAX

TICKETS_MAX = 2_000

Text = Annotated[str, msgspec.Meta(max_length=200)]
Short = Annotated[str, msgspec.Meta(max_length=48)]
Figure = Annotated[int, msgspec.Meta(ge=-told.QUANTITY_MAX, le=told.QUANTITY_MAX)]
Offset = Annotated[int, msgspec.Meta(ge=-3_200_000_000_000, le=3_200_000_000_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=SEQUENCE_MAX)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class QueueUnreadable(Refusal):
    """This is no file a register saved: it is cut, or something else."""

    code = "register.queue_unreadable"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLine:
    """A line as a register keeps it."""

    sku: Short
    quantity: Figure
    amount_minor: Figure = 0
    capture_mode: Short = "scan"
    line_type: Short = "sale"
    discount_minor: Figure = 0
    disposition: Short = ""
    original_ticket: Short = ""
    promotion: Short = ""
    multiplier_used: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptTender:
    """A way a kept ticket was paid."""

    tender: Short
    amount_minor: Figure
    reference: Text = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptTicket:
    """A ticket as a register keeps it, with its number."""

    message_id: UUID
    epoch: Count
    sequence: Count
    device_at: Moment
    lines: Annotated[list[KeptLine], msgspec.Meta(max_length=told.LINES_MAX)]
    tenders: Annotated[tuple[KeptTender, ...], msgspec.Meta(max_length=16)] = ()
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "CNY"
    clock_offset_ms: Offset = 0
    cashier: Text = ""
    printed_number: Short = ""
    approved_by: Text = ""
    approval_reason: Text = ""
    return_id: Short | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptQueue:
    """What a register saved: its till, and what our clock was ahead of its own."""

    till: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    tickets: Annotated[list[KeptTicket], msgspec.Meta(min_length=1, max_length=TICKETS_MAX)]
    clock_offset_ms: Offset = 0

    @property
    def clock_offset(self) -> timedelta:
        """Return what our clock was ahead of the register's."""
        return timedelta(milliseconds=self.clock_offset_ms)

    def list_tickets(self) -> list[Numbered]:
        """Return the tickets as the verb takes them, in the order of the file."""
        return [_make_numbered(ticket) for ticket in self.tickets]


def read(content: bytes) -> KeptQueue:
    """
    Read a saved queue.

    :raises QueueUnreadable: if it is no such file.
    """
    try:
        return msgspec.json.decode(content, type=KeptQueue)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise QueueUnreadable(reason=str(error)[:200]) from None


def _make_numbered(ticket: KeptTicket) -> Numbered:
    lines = tuple(
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
        for number, line in enumerate(ticket.lines, start=1)
    )
    tenders = tuple(
        TicketTender(tender=paid.tender, amount_minor=paid.amount_minor, reference=paid.reference)
        for paid in ticket.tenders
    )
    return Numbered(
        sale=Sale(
            message_id=ticket.message_id,
            lines=lines,
            tenders=tenders,
            currency=ticket.currency,
            is_void=not lines,
        ),
        epoch=ticket.epoch,
        sequence=ticket.sequence,
        device_at=ticket.device_at,
        clock_offset=timedelta(milliseconds=ticket.clock_offset_ms),
        cashier=ticket.cashier,
        printed_number=ticket.printed_number,
        approved_by=ticket.approved_by,
        approval_reason=ticket.approval_reason,
        return_id=ticket.return_id or "",
    )
