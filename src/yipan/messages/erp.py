"""Messages the ERP hub publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundLine:
    """What a warehouse should expect of one SKU."""

    line: int
    sku: str
    quantity_expected: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundReleased(Message):
    """A purchase order was approved and sent: the warehouse may expect the goods (入库通知)."""

    kind: ClassVar[str] = "erp.inbound_released.v1"
    is_ordered: ClassVar[bool] = True

    inbound_order_number: str
    purchase_order_number: str
    site: str
    supplier: str
    supplier_name: str
    expected_on: str
    lines: tuple[InboundLine, ...]
    tolerance_percent: int = 0

    def get_subject(self) -> str:
        """Return the number of the inbound order."""
        return self.inbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundCanceled(Message):
    """What is still open of an inbound order is no longer expected (入库通知取消)."""

    kind: ClassVar[str] = "erp.inbound_canceled.v1"
    is_ordered: ClassVar[bool] = True

    inbound_order_number: str
    purchase_order_number: str
    site: str
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the inbound order."""
        return self.inbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsReceiptPosted(Message):
    """The site book rose by one receipt (入库过账)."""

    kind: ClassVar[str] = "erp.goods_receipt_posted.v1"

    receipt_number: str
    purchase_order_number: str
    site: str

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class Barcode:
    """One code of a SKU, and how many of the smallest unit a scan of it means."""

    code: str
    pack_size: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuChanged(Message):
    """A SKU was made or changed (商品主数据变更). Carries the whole row at its version."""

    kind: ClassVar[str] = "erp.sku_changed.v1"
    is_ordered: ClassVar[bool] = True

    sku: str
    version: int
    name: str
    name_zh: str = ""
    category: str = ""
    unit: str = "piece"
    case_size: int = 1
    is_lot_tracked: bool = False
    is_expiry_tracked: bool = False
    is_serial_tracked: bool = False
    is_weighed: bool = False
    temperature_class: str = "ambient"
    price_minor: int = 0
    currency: str = "CNY"
    is_active: bool = True
    barcodes: tuple[Barcode, ...] = ()

    def get_subject(self) -> str:
        """Return the SKU."""
        return self.sku


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteChanged(Message):
    """A site was made or changed (站点主数据变更)."""

    kind: ClassVar[str] = "erp.site_changed.v1"
    is_ordered: ClassVar[bool] = True

    site: str
    version: int
    site_type: str
    name: str
    name_zh: str = ""
    time_zone: str = "Asia/Shanghai"
    day_starts_at: str = "00:00"
    is_active: bool = True

    def get_subject(self) -> str:
        """Return the code of the site."""
        return self.site
