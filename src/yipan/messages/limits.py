"""What the hub tells sites of limits. Fields are only ever added, and with a default.

Quantities are integers in the SKU's smallest unit, money integers in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentLimitChanged(Message):
    """
    What a role may post at sites without asking the hub was set, or ended (过账限额变更).

    An empty role, type or site means all, a maximum of None is none.
    """

    kind: ClassVar[str] = "erp.adjustment_limit_changed.v1"
    is_ordered: ClassVar[bool] = True

    limit_number: str
    version: int
    role: str = ""
    adjustment_type: str = ""
    site_type: str = ""
    site: str = ""
    quantity_max: int | None = None
    value_max_minor: int | None = None
    percent_max: int | None = None
    is_active: bool = True

    def get_subject(self) -> str:
        """Return what there is one limit for."""
        return "/".join((self.role, self.adjustment_type, self.site_type, self.site))
