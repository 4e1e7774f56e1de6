"""What warehouses and stores tell alike of the changes they make to their own stock."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustedLine:
    """
    A change of one SKU in one place, always positive; the type of the document says which way.

    `from_status` and `to_status` differ in a status change; elsewhere `from_status` is where
    the goods are taken from, or come to.
    """

    line: int
    sku: str
    quantity: int  # positive
    from_status: str = "available"
    to_status: str = ""
    place: str = ""
    lot: str = ""
    quantity_counted: int | None = None
    quantity_book: int | None = None
    counted_at: str = ""
    cause: str = ""
    capture_mode: str = "key"


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteAdjustmentSubmitted(Message):
    """A site asks the hub to approve an adjustment above its limits (调整申请)."""

    adjustment_number: str
    version: int
    site: str
    adjustment_type: str
    lines: tuple[AdjustedLine, ...]
    reason: str = ""
    cost_center: str = ""
    submitted_by: str = ""
    device: str = ""
    evidence: str = ""
    counted_by: tuple[str, ...] = ()

    def get_subject(self) -> str:
        """Return the number of the adjustment."""
        return self.adjustment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteAdjustmentPosted(Message):
    """A site posted an adjustment (库存调整过账)."""

    adjustment_number: str
    version: int
    site: str
    adjustment_type: str
    lines: tuple[AdjustedLine, ...]
    reason: str = ""
    cost_center: str = ""
    posted_by: str = ""
    approved_by: str = ""
    device: str = ""
    reverses: str = ""

    def get_subject(self) -> str:
        """Return the number of the adjustment."""
        return self.adjustment_number
