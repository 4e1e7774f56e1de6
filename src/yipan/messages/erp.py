"""Messages the ERP hub publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundLine:
    """What a warehouse should expect of one SKU. More than `quantity_max` is a surplus."""

    line: int
    sku: str
    quantity_expected: int
    quantity_max: int | None = None
    expected_on: str = ""


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
    order_type: str = "purchase"  # purchase, transfer or customer_return
    transfer_number: str = ""
    from_site: str = ""
    shipment_number: str = ""
    carrier: str = ""  # who brings the shipment of a transfer, where one carrier has all of it

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
class GoodsReceiptReversed(Message):
    """A receipt is no longer in the site book (入库冲销)."""

    kind: ClassVar[str] = "erp.goods_receipt_reversed.v1"

    receipt_number: str
    purchase_order_number: str
    site: str
    correction_reason: str = ""

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
    is_hot: bool = False
    temperature_class: str = "ambient"
    price_minor: int = 0
    currency: str = "CNY"
    is_active: bool = True
    barcodes: tuple[Barcode, ...] = ()
    style: str = ""
    color: str = ""
    size: str = ""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundLine:
    """What a site should send of one SKU, out of the goods of one status."""

    line: int
    sku: str
    quantity: int
    lot: str = ""
    status: str = "available"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundReleased(Message):
    """A site should send goods (出库通知): a transfer, an allocation, a supplier return."""

    kind: ClassVar[str] = "erp.outbound_released.v1"
    is_ordered: ClassVar[bool] = True

    outbound_order_number: str
    order_type: str
    document_number: str
    site: str
    lines: tuple[OutboundLine, ...]
    ship_to: str = ""  # a site, or the supplier goods go back to
    ship_to_name: str = ""
    due_on: str = ""
    carrier: str = ""
    priority: int = 0
    may_be_partial: bool = True
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the outbound order."""
        return self.outbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundCanceled(Message):
    """What is still open of an outbound order need no longer be sent (出库通知取消)."""

    kind: ClassVar[str] = "erp.outbound_canceled.v1"
    is_ordered: ClassVar[bool] = True

    outbound_order_number: str
    document_number: str
    site: str
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the outbound order."""
        return self.outbound_order_number


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentDecided(Message):
    """The hub decided on an adjustment a site may not post alone (调整审批)."""

    kind: ClassVar[str] = "erp.adjustment_decided.v1"
    is_ordered: ClassVar[bool] = True

    adjustment_number: str
    site: str
    version: int
    decision: str  # approve, reject or recount
    decided_by: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the adjustment."""
        return self.adjustment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderedAdjustmentLine:
    """What a site should post of one SKU."""

    line: int
    sku: str
    quantity: int
    from_status: str = "available"
    to_status: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentOrdered(Message):
    """The hub wants a site to post an adjustment (调整指令)."""

    kind: ClassVar[str] = "erp.adjustment_ordered.v1"
    is_ordered: ClassVar[bool] = True

    adjustment_number: str
    site: str
    adjustment_type: str
    lines: tuple[OrderedAdjustmentLine, ...]
    reason: str = ""
    cost_center: str = ""
    ordered_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the adjustment."""
        return self.adjustment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCloseAnswered(Message):
    """The hub compared a sealed business day with its own book (日结回执)."""

    kind: ClassVar[str] = "erp.day_close_answered.v1"
    is_ordered: ClassVar[bool] = True

    site: str
    till: str
    business_date: str
    result: str  # match, need or mismatch
    need: tuple[int, ...] = ()
    facts: str = ""

    def get_subject(self) -> str:
        """Return the business date."""
        return self.business_date


@dataclass(frozen=True, kw_only=True, slots=True)
class ResendRequested(Message):
    """The hub misses messages of a source of this site, and asks for them again (请求重发)."""

    kind: ClassVar[str] = "erp.resend_requested.v1"

    source: str
    epoch: int
    first_sequence: int
    last_sequence: int

    def get_subject(self) -> str:
        """Return the source."""
        return self.source


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodClosed(Message):
    """A month of a legal entity was closed (期末关账): what is told of it later counts later."""

    kind: ClassVar[str] = "erp.period_closed.v1"

    period_number: str
    entity: str
    month: str
    value_minor: int
    currency: str = "CNY"
    closed_by: str = ""
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the period."""
        return self.period_number


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodReopened(Message):
    """A closed month was reopened (重新开账): figures told of it may change."""

    kind: ClassVar[str] = "erp.period_reopened.v1"

    period_number: str
    entity: str
    month: str
    asked_by: str = ""
    allowed_by: str = ""
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the period."""
        return self.period_number


@dataclass(frozen=True, kw_only=True, slots=True)
class LandedCostPosted(Message):
    """A cost was spread over receipts (费用分摊): some goods carry it, the rest is spent."""

    kind: ClassVar[str] = "erp.landed_cost_posted.v1"

    landed_cost_number: str
    entity: str
    cost_type: str
    amount_minor: int
    carried_minor: int
    accounting_date: str

    def get_subject(self) -> str:
        """Return the number of the landed cost."""
        return self.landed_cost_number


@dataclass(frozen=True, kw_only=True, slots=True)
class TrueUpPosted(Message):
    """The actual cost of goods that left too early became known (暂估调整)."""

    kind: ClassVar[str] = "erp.true_up_posted.v1"

    true_up_number: str
    entity: str
    amount_minor: int
    accounting_date: str

    def get_subject(self) -> str:
        """Return the number of the true-up."""
        return self.true_up_number
