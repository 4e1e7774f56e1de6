"""What the API of POS takes and tells. Quantities in smallest units, amounts in minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from yipan.documents import told
from yipan.pos import rules
from yipan.pos.queries import ShopStockRow, TicketDetail, TicketRow

Code = Annotated[str, Field(min_length=1, max_length=48)]
Text = Annotated[str, Field(max_length=96)]
Limit = Annotated[int, Field(ge=1, le=1_000)]
Quantity = Annotated[int, Field(ge=1, le=told.QUANTITY_MAX)]
Signed = Annotated[int, Field(ge=-rules.QUANTITY_TOLD_MAX, le=rules.QUANTITY_TOLD_MAX)]
Amount = Annotated[int, Field(ge=-told.QUANTITY_MAX, le=told.QUANTITY_MAX)]


class TicketLineIn(Schema):
    """One line; a negative quantity gives goods back to the store."""

    sku: Code
    quantity: Signed
    amount_minor: Amount = 0
    capture_mode: Literal["scan", "key", "bulk", "rule"] = "scan"
    line_type: Literal["sale", "return", "gift", "order"] = "sale"
    discount_minor: Amount = 0
    disposition: Literal["", "sellable", "inspect", "damaged", "supplier"] = ""
    original_ticket: Annotated[str, Field(max_length=48)] = ""
    promotion: Annotated[str, Field(max_length=48)] = ""
    multiplier_used: bool = False


class TenderIn(Schema):
    """A way the ticket was paid, with the change taken off."""

    tender: Literal["cash", "card", "mobile"]
    amount_minor: Amount
    reference: Annotated[str, Field(max_length=64)] = ""


class TicketIn(Schema):
    """
    A finished ticket of a till that keeps no numbers of its own.

    `message_id` is made by the caller, once per ticket: sent again, the ticket is answered
    and not booked again. Tills with numbers of their own use the door for messages.
    """

    site: Code
    till: Annotated[str, Field(min_length=1, max_length=32)]
    message_id: UUID
    lines: Annotated[list[TicketLineIn], Field(min_length=1, max_length=told.LINES_MAX)]
    tenders: Annotated[list[TenderIn], Field(max_length=16)] = []
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    occurred_at: datetime | None = None


class TicketTaken(Schema):
    """What became of a ticket: its number, and the state of its message."""

    number: str
    site: str
    state: str
    code: str


class TicketsIn(Schema):
    """Finished tickets of one register, the oldest first."""

    tickets: Annotated[list[TicketIn], Field(min_length=1, max_length=100)]


class TicketsTaken(Schema):
    """What became of each, in their order."""

    data: list[TicketTaken]


class TicketBrief(Schema):
    number: str
    ticket_type: str
    site: str
    till: str
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    cashier: str
    currency: str
    total_minor: int
    quantity: int

    @classmethod
    def of(cls, row: TicketRow) -> TicketBrief:
        """Return what a list tells of a ticket."""
        return cls(
            number=row.number,
            ticket_type=row.ticket_type,
            site=row.site.code,
            till=row.till,
            business_date=row.business_date,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            cashier=row.cashier,
            currency=row.currency,
            total_minor=row.total_minor,
            quantity=row.quantity,
        )


class TicketPage(Schema):
    data: list[TicketBrief]
    next_cursor: str | None


class TicketLineOut(Schema):
    line: int
    sku: str
    quantity: int
    amount_minor: int
    capture_mode: str


class TicketOut(Schema):
    head: TicketBrief
    message_id: UUID
    till_source: str
    till_sequence: int
    source: str
    sequence: int
    lines: list[TicketLineOut]

    @classmethod
    def of(cls, ticket: TicketDetail) -> TicketOut:
        """Return what the API tells of a ticket."""
        return cls(
            head=TicketBrief.of(ticket.head),
            message_id=ticket.message_id,
            till_source=ticket.till_source,
            till_sequence=ticket.till_sequence,
            source=ticket.source,
            sequence=ticket.sequence,
            lines=[
                TicketLineOut(
                    line=line.line,
                    sku=line.sku.code,
                    quantity=line.quantity,
                    amount_minor=line.amount_minor,
                    capture_mode=line.capture_mode,
                )
                for line in ticket.lines
            ],
        )


class TicketsQuery(Schema):
    """Which tickets to list; empty is: all. `cursor` is the `next_cursor` of the page before."""

    site: Text = ""
    ticket_type: Text = ""
    business_date: date | None = None
    q: Text = ""
    cursor: Text = ""
    limit: Limit = 100


class ShopStockIn(Schema):
    sku: Code
    quantity: Quantity


class StoreControlTotalIn(Schema):
    """What the lines have to add up to, or nothing is booked."""

    line_count: Annotated[int, Field(ge=0)]
    quantity: Annotated[int, Field(ge=0)]


class StoreOpeningIn(Schema):
    """What stood on the shop floor when the store's book began (期初库存)."""

    site: Code
    lines: Annotated[list[ShopStockIn], Field(min_length=1, max_length=told.LINES_MAX)]
    control_total: StoreControlTotalIn | None = None


class StoreOpeningOut(Schema):
    number: str
    site: str
    message_id: UUID


class StockQuery(Schema):
    """Which goods to tell of; `only_negative` for those sold below zero."""

    q: Text = ""
    only_negative: bool = False


class ShopStockOut(Schema):
    sku: str
    place: str
    status: str
    quantity: int

    @classmethod
    def of(cls, row: ShopStockRow) -> ShopStockOut:
        """Return what the API tells of a store's goods."""
        return cls(sku=row.sku.code, place=row.place, status=row.status, quantity=row.quantity)


class ShopStockPage(Schema):
    data: list[ShopStockOut]
