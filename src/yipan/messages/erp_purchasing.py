"""Messages of purchasing the ERP hub publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit. Days are written year-month-day, moments as
RFC 3339 with offset; an empty text is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message
from yipan.messages.erp import InboundLine


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundChanged(Message):
    """
    What a warehouse should expect of an order is not what it was told before (入库通知变更).

    `lines` are all of them as they stand at `version`; a SKU that is missing is no longer expected.
    """

    kind: ClassVar[str] = "erp.inbound_changed.v1"
    is_ordered: ClassVar[bool] = True

    inbound_order_number: str
    purchase_order_number: str
    site: str
    version: int
    expected_on: str
    lines: tuple[InboundLine, ...]
    tolerance_percent: int = 0
    changed_by: str = ""
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the inbound order."""
        return self.inbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedLine:
    """So much of one SKU in a package, of one lot."""

    sku: str
    quantity: int
    lot: str = ""
    expires_on: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A pallet or carton with its serial shipping container code, and what is in it."""

    sscc: str
    lines: tuple[PackedLine, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncedLine:
    """So much of one SKU is on its way, for one inbound order."""

    line: int
    sku: str
    quantity: int
    inbound_order_number: str = ""
    purchase_order_number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalAnnounced(Message):
    """A supplier told what is on its way (预到货通知): lines, packages, and when it comes."""

    kind: ClassVar[str] = "erp.arrival_announced.v1"
    is_ordered: ClassVar[bool] = True

    arrival_notice_number: str
    version: int
    site: str
    supplier: str
    supplier_name: str
    expected_at: str
    lines: tuple[AnnouncedLine, ...]
    packages: tuple[Package, ...] = ()
    carrier: str = ""
    tracking: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the arrival notice."""
        return self.arrival_notice_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalCanceled(Message):
    """What a supplier announced does not come (预到货通知取消)."""

    kind: ClassVar[str] = "erp.arrival_canceled.v1"
    is_ordered: ClassVar[bool] = True

    arrival_notice_number: str
    site: str
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the arrival notice."""
        return self.arrival_notice_number


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplyLine:
    """What is still to come of one SKU, and when."""

    line: int
    sku: str
    quantity_open: int
    expected_on: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseOrderChanged(Message):
    """What is still to come of a purchase order, or when, has changed (采购在途变更)."""

    kind: ClassVar[str] = "erp.purchase_order_changed.v1"
    is_ordered: ClassVar[bool] = True

    purchase_order_number: str
    version: int
    site: str
    supplier: str
    state: str
    lines: tuple[SupplyLine, ...]
    changed_by: str = ""
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the order."""
        return self.purchase_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptReversalOrdered(Message):
    """The hub wants a site to undo a receipt it posted (收货冲销指令)."""

    kind: ClassVar[str] = "erp.receipt_reversal_ordered.v1"
    is_ordered: ClassVar[bool] = True

    receipt_number: str
    site: str
    correction_reason: str = "did_not_occur"  # or incorrect_data
    reason: str = ""
    ordered_by: str = ""

    def get_subject(self) -> str:
        """Return the site's number of the receipt."""
        return self.receipt_number
