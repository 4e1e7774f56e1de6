"""Messages a till, ours or someone else's, sends to the store's POS.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from yipan.foundation.status import StockStatus
from yipan.messages.base import Message

#: What becomes of goods a customer brings back; the store and the hub book it alike.
DISPOSITIONS: Final = {
    "": StockStatus.AVAILABLE,
    "sellable": StockStatus.AVAILABLE,
    "inspect": StockStatus.QUARANTINE,
    "damaged": StockStatus.DAMAGED,
    "supplier": StockStatus.BLOCKED,
}


#: A line that is paid here and whose goods leave elsewhere: no book moves by it.
ORDER_LINE: Final = "order"


def get_return_status(disposition: str) -> StockStatus:
    """Return in which status goods come back; what nobody knows is looked at first."""
    return DISPOSITIONS.get(disposition, StockStatus.QUARANTINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketLine:
    """One line of a ticket. A negative quantity gives goods back to the store."""

    line: int
    sku: str
    quantity: int
    amount_minor: int = 0
    line_type: str = "sale"  # sale, return, gift, or order: paid here, sent from elsewhere
    capture_mode: str = "scan"
    discount_minor: int = 0
    disposition: str = ""  # of a return: sellable, inspect, damaged, or back to the supplier
    original_ticket: str = ""  # the receipt of a return, or the number of an order
    promotion: str = ""  # the rule (促销) that gave the discount or the gift
    multiplier_used: bool = False  # one scan stood for several pieces: nobody saw each of them


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketTender:
    """A way a ticket was paid: cash, card, mobile. Change given is already taken off."""

    tender: str
    amount_minor: int
    reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketClosed(Message):
    """A till finished a ticket (小票): sale, return or both. A fact; never refused for stock."""

    kind: ClassVar[str] = "till.ticket_closed.v1"

    ticket_number: str
    site: str
    till: str
    business_date: str
    lines: tuple[TicketLine, ...]
    cashier: str = ""
    currency: str = "CNY"
    total_minor: int = 0
    tenders: tuple[TicketTender, ...] = ()
    printed_number: str = ""  # where the paper says another number than the books
    approved_by: str = ""  # a second person, where the till asked for one
    approval_reason: str = ""
    return_id: str = ""  # the claim at the hub that goods which came back settle

    def get_subject(self) -> str:
        """Return the number of the ticket."""
        return self.ticket_number
