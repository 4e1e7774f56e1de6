"""Messages planning publishes. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit. Days are written year-month-day; an empty text
is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedLine:
    """So much of one SKU, and the proposal it was approved in."""

    proposal: str
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseApproved(Message):
    """Proposals to buy from a supplier were approved (采购建议已审核)."""

    kind: ClassVar[str] = "planning.purchase_approved.v1"
    is_ordered: ClassVar[bool] = True

    approval_number: str
    supplier: str
    site: str
    lines: tuple[PlannedLine, ...]
    expected_on: str = ""
    approved_by: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the approval."""
        return self.approval_number


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferApproved(Message):
    """
    Proposals to send goods from site to site were approved (调拨建议已审核).

    `reason` is `replenishment`, `allocation` or `rebalancing`.
    """

    kind: ClassVar[str] = "planning.transfer_approved.v1"
    is_ordered: ClassVar[bool] = True

    approval_number: str
    from_site: str
    to_site: str
    reason: str
    lines: tuple[PlannedLine, ...]
    due_on: str = ""
    approved_by: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the approval."""
        return self.approval_number
