"""What the documents of all transfers say, summed up: read from shipments and receipts alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import F, Sum

from yipan.erp.models import (
    TransferOrderLine,
    TransferReceiptLine,
    TransferSettlement,
    TransferShipmentLine,
)
from yipan.erp.models.transfer_order import TransferLegState


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferTotal:
    """What happened to one SKU of one transfer, in its smallest unit."""

    shipped: int = 0
    excess: int = 0
    received: int = 0
    settled: int = 0

    @property
    def in_transit(self) -> int:
        """Return what should be on its way."""
        return self.shipped + self.excess - self.received - self.settled


def list_transfer_totals() -> dict[tuple[str, str], TransferTotal]:
    """
    Return (transfer, SKU) to its totals, over all transfers.

    The progress kept on the lines of an order is not asked, except for the excess, which has no
    document of its own.
    """
    totals: dict[tuple[str, str], TransferTotal] = {}
    shipped = TransferShipmentLine.objects.filter(shipment__state=TransferLegState.POSTED)
    came = TransferReceiptLine.objects.filter(receipt__state=TransferLegState.POSTED)
    sources = {
        "shipped": shipped.values_list("shipment__order__number", "sku").annotate(
            total=Sum("quantity")
        ),
        "received": came.values_list("receipt__order__number", "sku").annotate(
            total=Sum(
                F("quantity_sound")
                + F("quantity_damaged")
                + F("quantity_blocked")
                + F("quantity_quarantine")
            )
        ),
        "settled": TransferSettlement.objects.values_list(
            "difference__order__number", "sku"
        ).annotate(total=Sum("quantity")),
        "excess": TransferOrderLine.objects.filter(quantity_excess__gt=0)
        .values_list("order__number", "sku")
        .annotate(total=Sum("quantity_excess")),
    }
    for name, rows in sources.items():
        for transfer, sku, total in rows:
            before = totals.get((transfer, sku), TransferTotal())
            totals[transfer, sku] = replace(before, **{name: int(total)})
    return totals
