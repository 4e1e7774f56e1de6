"""What of a receipt may still be brought back (可退数量), and what is refunded. Minor units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Returnable:
    """One SKU of a receipt: sold, come back, claimed by a return that is not paid yet."""

    sku: str
    quantity_sold: int
    amount_minor: int
    quantity_returned: int = 0
    quantity_claimed: int = 0

    @property
    def quantity(self) -> int:
        """Return what may still be brought back; more may have come back than was sold."""
        return max(self.quantity_sold - self.quantity_returned - self.quantity_claimed, 0)


def get_refund(line: Returnable, *, quantity: int) -> int:
    """
    Return what is refunded for so many of a line: its share of what was paid, rounded down.

    All of them together are refunded what was paid, to the last minor unit: who brings more
    back later gets what rounding kept before.
    """
    assert 0 < quantity <= line.quantity
    before = line.quantity_returned + line.quantity_claimed
    after = before + quantity
    paid, sold = line.amount_minor, line.quantity_sold
    return paid * after // sold - paid * before // sold
