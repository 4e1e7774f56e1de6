"""Messages the order system publishes, to warehouses and stores.

Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentLine:
    """What a site should send or hold ready of one SKU."""

    line: int
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentReleased(Message):
    """
    A site should fulfill an order (履约下发): ship it, or hold it ready for pick-up.

    `customer_name` is what is called out at a counter, and no more than that. A pick-up is
    known by its code, of which only the hash travels (`foundation.handover.get_code_hash`).
    Times are RFC 3339 with an offset; an empty one is no limit.
    """

    kind: ClassVar[str] = "oms.fulfillment_released.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    method: str  # ship, pickup or ship_to_store
    lines: tuple[FulfillmentLine, ...]
    reservation: str = ""
    ship_to_name: str = ""
    address: str = ""
    pickup_code: str = ""
    accept_until: str = ""
    carrier: str = ""
    service: str = ""
    cut_off_at: str = ""
    priority: int = 0
    may_be_partial: bool = True
    note: str = ""
    customer_name: str = ""
    pickup_code_hash: str = ""
    due_at: str = ""
    collect_until: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreDeliveryOrdered(Message):
    """
    Goods of an order should go to the store where its customer fetches them (发货到店).

    The hub makes a transfer of it. What was reserved for the fulfillment order at `from_site`
    goes with the goods: on the way, and at the store.
    """

    kind: ClassVar[str] = "oms.store_delivery_ordered.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    from_site: str
    site: str
    lines: tuple[FulfillmentLine, ...]
    due_on: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreDeliveryCanceled(Message):
    """Goods of an order should not go to its store any more, unless they are on their way."""

    kind: ClassVar[str] = "oms.store_delivery_canceled.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentCanceled(Message):
    """A fulfillment order is no longer wanted (履约取消)."""

    kind: ClassVar[str] = "oms.fulfillment_canceled.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number
