"""Messages a store publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message
from yipan.messages.till import TicketLine


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketPosted(Message):
    """A ticket is in the store's book (小票过账); the site book follows it."""

    kind: ClassVar[str] = "pos.ticket_posted.v1"

    ticket_number: str
    site: str
    till: str
    business_date: str
    lines: tuple[TicketLine, ...]
    cashier: str = ""
    currency: str = "CNY"
    total_minor: int = 0

    def get_subject(self) -> str:
        """Return the number of the ticket."""
        return self.ticket_number


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedLine:
    """Sound stock of one SKU that was there when the book began."""

    line: int
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StockOpened(Message):
    """A store began its book with the stock that was there (期初库存)."""

    kind: ClassVar[str] = "pos.stock_opened.v1"

    document_number: str
    site: str
    lines: tuple[OpenedLine, ...]
    opened_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number
