"""Messages a warehouse publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedLine:
    """
    What was put down of one SKU: sound goods, damaged ones, and sound ones set aside.

    `line` is the line of the inbound order, 0 for goods that are on no order.
    `quantity_blocked` counts sound goods nobody asked for: wrong ones, and the surplus
    over the order's tolerance.
    """

    line: int
    sku: str
    quantity_sound: int
    quantity_damaged: int
    quantity_expected: int | None = None
    lot: str = ""
    expires_on: str = ""
    capture_mode: str = "key"  # scan, key or bulk: how the quantity came about
    quantity_blocked: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsReceived(Message):
    """A warehouse took goods in (收货): one receipt of an inbound order, or a blind one."""

    kind: ClassVar[str] = "wms.goods_received.v1"

    receipt_number: str
    inbound_order_number: str
    purchase_order_number: str
    site: str
    lines: tuple[ReceivedLine, ...]
    received_by: str = ""
    device: str = ""
    is_last: bool = False
    supplier: str = ""

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedLine:
    """Sound stock of one SKU that was there when the book began."""

    line: int
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StockOpened(Message):
    """A warehouse began its book with the stock that was there (期初库存)."""

    kind: ClassVar[str] = "wms.stock_opened.v1"

    document_number: str
    site: str
    lines: tuple[OpenedLine, ...]
    opened_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number
