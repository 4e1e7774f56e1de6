"""Messages a warehouse publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedLine:
    """What was put down of one SKU: sound goods, and damaged ones beside them."""

    line: int
    sku: str
    quantity_sound: int
    quantity_damaged: int
    quantity_expected: int | None = None
    lot: str = ""
    expires_on: str = ""
    capture_mode: str = "key"  # scan, key or bulk: how the quantity came about


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

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number
