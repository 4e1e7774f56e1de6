"""Messages a store publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.adjusting import SiteAdjustmentPosted, SiteAdjustmentSubmitted
from yipan.messages.base import Message
from yipan.messages.digests import StreamDigest
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
    return_id: str = ""  # the claim at the hub that goods which came back settle

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


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferredLine:
    """
    What was sent or came of one line of a transfer.

    `quantity` left out of `status`, which is the one its order asks for; `quantity_damaged` is
    damaged whatever it was thought to be.
    """

    line: int
    sku: str
    quantity: int
    quantity_damaged: int = 0
    quantity_expected: int | None = None
    lot: str = ""
    capture_mode: str = "scan"
    status: str = "available"


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferShipped(Message):
    """A store sent goods (调出): shipment n of a transfer or of an outbound order."""

    kind: ClassVar[str] = "pos.transfer_shipped.v1"

    shipment_number: str
    outbound_order_number: str
    order_type: str
    document_number: str
    site: str
    lines: tuple[TransferredLine, ...]
    ship_to: str = ""
    carton: str = ""
    shipped_by: str = ""
    device: str = ""
    is_last: bool = False

    def get_subject(self) -> str:
        """Return the number of the shipment."""
        return self.shipment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferReceived(Message):
    """A store took in a transfer (调入), maybe short, damaged or with goods nobody sent."""

    kind: ClassVar[str] = "pos.transfer_received.v1"

    receipt_number: str
    inbound_order_number: str
    transfer_number: str
    site: str
    lines: tuple[TransferredLine, ...]
    received_by: str = ""
    device: str = ""
    is_last: bool = False

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentSubmitted(SiteAdjustmentSubmitted):
    """A store asks the hub to approve an adjustment above its limits (调整申请)."""

    kind: ClassVar[str] = "pos.adjustment_submitted.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentPosted(SiteAdjustmentPosted):
    """A store posted an adjustment (库存调整过账)."""

    kind: ClassVar[str] = "pos.adjustment_posted.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplenishmentRequested(Message):
    """A store asks for goods (要货申请)."""

    kind: ClassVar[str] = "pos.replenishment_requested.v1"

    request_number: str
    site: str
    sku: str
    quantity: int
    need_by: str = ""
    requested_by: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the request."""
        return self.request_number


@dataclass(frozen=True, kw_only=True, slots=True)
class CashMoved(Message):
    """Cash went in or out of a drawer that is no sale (现金存取)."""

    kind: ClassVar[str] = "pos.cash_moved.v1"

    document_number: str
    site: str
    till: str
    business_date: str
    cash_type: str
    amount_minor: int
    currency: str = "CNY"
    reason: str = ""
    moved_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number


@dataclass(frozen=True, kw_only=True, slots=True)
class TenderTotal:
    """What was expected and counted of one way to pay, in minor units."""

    tender: str
    expected_minor: int
    counted_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySealed(Message):
    """A till will send no more tickets of this business day (封账)."""

    kind: ClassVar[str] = "pos.day_sealed.v1"

    site: str
    till: str
    business_date: str
    epoch: int
    first_sequence: int
    last_sequence: int
    ticket_count: int
    line_count: int
    quantity: int
    amount_minor: int
    digest: str
    tenders: tuple[TenderTotal, ...] = ()
    sealed_by: str = ""

    def get_subject(self) -> str:
        """Return the business date."""
        return self.business_date


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamDigested(StreamDigest):
    """A store added up what its own book holds of its latest messages (摘要)."""

    kind: ClassVar[str] = "pos.stream_digested.v1"
