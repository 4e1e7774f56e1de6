"""What the ERP hub publishes of promotions (促销): for stores and their registers.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class PromotionChanged(Message):
    """The hub made or changed a promotion (促销); stores and their registers take it over."""

    kind: ClassVar[str] = "erp.promotion_changed.v1"

    promotion: str
    version: int
    promotion_kind: str  # percent, amount, n_for_m or gift
    name: str
    name_zh: str = ""
    percent: int = 0
    amount_minor: int = 0
    buy_quantity: int = 1
    pay_quantity: int = 0
    gift_sku: str = ""
    gift_quantity: int = 0
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    priority: int = 0
    is_active: bool = True

    def get_subject(self) -> str:
        """Return the code of the promotion."""
        return self.promotion
