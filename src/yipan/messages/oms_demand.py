"""What the order system tells of demand, whether or not there are goods for it.

Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedLine:
    """So much of one SKU."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTaken(Message):
    """
    A channel's order was taken in (订单已接收): what is wanted, and where.

    `pickup_site` is the store it is picked up in; without one `region` is where it goes.
    """

    kind: ClassVar[str] = "oms.order_taken.v1"

    order_number: str
    channel: str
    lines: tuple[WantedLine, ...]
    pickup_site: str = ""
    region: str = ""

    def get_subject(self) -> str:
        """Return the number of the order."""
        return self.order_number
