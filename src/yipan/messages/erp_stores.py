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
