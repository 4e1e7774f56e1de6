"""Messages the ERP hub publishes for stores: answers to what they asked for.

Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplenishmentAnswered(Message):
    """The hub decided what becomes of a store's request for goods (要货回复)."""

    kind: ClassVar[str] = "erp.replenishment_answered.v1"
    is_ordered: ClassVar[bool] = True

    request_number: str
    site: str
    decision: str  # ordered or rejected
    quantity: int = 0
    transfer_number: str = ""
    note: str = ""
    decided_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the request."""
        return self.request_number


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveredLine:
    """So much of one SKU that left for a store, or came there sound."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreDeliveryAnswered(Message):
    """
    How far goods of an order are on their way to its store (到店进度).

    `state` is `ordered`, `shipped` (the lines have left so far), `arrived` (they came sound so
    far), `canceled` or `too_late` (they had left when the cancellation came). `is_last` says that
    no more leaves, or comes.
    """

    kind: ClassVar[str] = "erp.store_delivery_answered.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    transfer_number: str
    site: str
    state: str
    lines: tuple[DeliveredLine, ...] = ()
    is_last: bool = False

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtBackLine:
    """So much of one SKU that came back, and in which condition: sellable, inspect, damaged."""

    sku: str
    quantity: int
    disposition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderGoodsReturned(Message):
    """A store took goods of an order back by a ticket (订单退货到店). The books have moved."""

    kind: ClassVar[str] = "erp.order_goods_returned.v1"

    order_number: str
    document_number: str
    site: str
    lines: tuple[BroughtBackLine, ...]

    def get_subject(self) -> str:
        """Return the number of the order."""
        return self.order_number
