"""Messages a warehouse publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.adjusting import SiteAdjustmentPosted, SiteAdjustmentSubmitted
from yipan.messages.base import Message
from yipan.messages.digests import StreamDigest


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedLine:
    """
    What was put down of one SKU: sound goods, damaged ones, and sound ones set aside.

    `line` is the line of the inbound order, 0 for goods that are on no order.
    `quantity_blocked` counts sound goods nobody asked for: wrong ones, and the surplus
    over the order's tolerance; `quantity_wrong` is the part of it that is other goods than
    ordered. `quantity_quarantine` waits for a quality verdict. `note` says why goods are not
    free: `inspection`, `lot_unknown`, `life_too_short`, `expired`. One SKU has a line for each
    lot; a lot named `EXP20261231` is known by its date alone.
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
    quantity_quarantine: int = 0
    quantity_wrong: int = 0
    note: str = ""
    package_id: str = ""
    serials: tuple[str, ...] = ()


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
    order_type: str = "purchase"  # purchase, transfer or customer_return
    transfer_number: str = ""

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedLine:
    """
    What a customer sent back of one SKU, and what becomes of it.

    `disposition`: `sellable` is available again, `inspect` waits in quarantine, `scrap` is
    damaged, `blocked` waits for a decision.
    """

    line: int
    sku: str
    quantity: int
    disposition: str
    lot: str = ""
    expires_on: str = ""
    capture_mode: str = "scan"
    note: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerReturnReceived(Message):
    """A warehouse took back what a customer sent (销售退货入库). Told once per return."""

    kind: ClassVar[str] = "wms.customer_return_received.v1"

    return_number: str
    order_number: str
    site: str
    lines: tuple[ReturnedLine, ...]
    inbound_order_number: str = ""
    received_by: str = ""
    device: str = ""

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.return_number


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedLine:
    """Sound stock of one SKU that was there when the book began."""

    line: int
    sku: str
    quantity: int
    lot: str = ""
    expires_on: str = ""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedLine:
    """What really left of one line."""

    line: int
    sku: str
    quantity: int
    lot: str = ""
    capture_mode: str = "scan"
    status: str = "available"
    expires_on: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One parcel of a shipment."""

    sscc: str
    carrier: str = ""
    tracking: str = ""
    weight_grams: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsShipped(Message):
    """Goods left a warehouse (发货): shipment n of an outbound order."""

    kind: ClassVar[str] = "wms.goods_shipped.v1"

    shipment_number: str
    outbound_order_number: str
    order_type: str
    document_number: str
    site: str
    lines: tuple[ShippedLine, ...]
    ship_to: str = ""
    parcels: tuple[Parcel, ...] = ()
    shipped_by: str = ""
    device: str = ""
    is_last: bool = False

    def get_subject(self) -> str:
        """Return the number of the shipment."""
        return self.shipment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentReversed(Message):
    """A shipment did not leave after all (发货冲销)."""

    kind: ClassVar[str] = "wms.shipment_reversed.v1"

    shipment_number: str
    outbound_order_number: str
    order_type: str
    document_number: str
    site: str
    reason: str = ""
    reversed_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the shipment."""
        return self.shipment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class PickShorted(Message):
    """A picker found less than the book says (缺拣): evidence, and a reason to source anew."""

    kind: ClassVar[str] = "wms.pick_shorted.v1"

    outbound_order_number: str
    document_number: str
    site: str
    line: int
    sku: str
    quantity_found: int
    quantity_missing: int
    place: str = ""
    reason: str = ""
    count_task: str = ""
    picked_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the outbound order."""
        return self.outbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundProgressed(Message):
    """How far a warehouse is with an outbound order (出库进度)."""

    kind: ClassVar[str] = "wms.outbound_progressed.v1"

    outbound_order_number: str
    document_number: str
    site: str
    state: str
    code: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the outbound order."""
        return self.outbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentSubmitted(SiteAdjustmentSubmitted):
    """A warehouse asks the hub to approve an adjustment above its limits (调整申请)."""

    kind: ClassVar[str] = "wms.adjustment_submitted.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentPosted(SiteAdjustmentPosted):
    """A warehouse posted an adjustment (库存调整过账)."""

    kind: ClassVar[str] = "wms.adjustment_posted.v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChangedLine:
    """So much of one SKU and lot went from one status to another."""

    line: int
    sku: str
    quantity: int
    from_status: str
    to_status: str
    lot: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChanged(Message):
    """A warehouse took goods out of sale, or put them back, without an adjustment (状态转换)."""

    kind: ClassVar[str] = "wms.status_changed.v1"

    document_number: str
    site: str
    lines: tuple[StatusChangedLine, ...]
    reason: str = ""
    changed_by: str = ""
    device: str = ""

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsInspected(Message):
    """Somebody decided about goods in quarantine (质检结论): they pass, or are rejected."""

    kind: ClassVar[str] = "wms.goods_inspected.v1"

    inspection_number: str
    site: str
    verdict: str  # pass when some of it may be sold, else reject
    lines: tuple[StatusChangedLine, ...]
    receipt_number: str = ""
    reason: str = ""
    note: str = ""
    inspected_by: str = ""
    device: str = ""

    def get_subject(self) -> str:
        """Return the number of the inspection."""
        return self.inspection_number


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundArrived(Message):
    """A delivery stands at the gate (到货登记). Nothing is counted yet."""

    kind: ClassVar[str] = "wms.inbound_arrived.v1"

    inbound_order_number: str
    purchase_order_number: str
    site: str
    dock: str = ""
    arrived_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the inbound order."""
        return self.inbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptMatched(Message):
    """Goods that came without a document belong to an order after all (盲收匹配)."""

    kind: ClassVar[str] = "wms.receipt_matched.v1"

    receipt_number: str
    inbound_order_number: str
    purchase_order_number: str
    site: str
    matched_by: str = ""
    is_last: bool = False

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamDigested(StreamDigest):
    """A warehouse added up what its own book holds of its latest messages (摘要)."""

    kind: ClassVar[str] = "wms.stream_digested.v1"
