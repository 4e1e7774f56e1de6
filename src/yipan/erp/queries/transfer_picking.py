"""Reads of what a warehouse told of a transfer before goods left. Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.erp.models import TransferOrder, TransferShortage
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortageRow:
    """A SKU of which less was found in a bin than the book says."""

    sku: SkuRow
    quantity_found: int
    quantity_missing: int
    place: str
    reason: str
    count_task: str
    picked_by: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Picking:
    """How far the sending warehouse is; `state` is empty while it said nothing."""

    state: str
    code: str
    at: datetime | None
    shortages: tuple[ShortageRow, ...]


def get_picking(number: str) -> Picking:
    """Return what the sender told of a transfer that is known to exist."""
    order = TransferOrder.objects.get(number=number)
    rows = list(order.shortages.order_by("id"))
    skus = masterdata.find_skus({row.sku for row in rows})
    return Picking(
        state=order.outbound_state,
        code=order.outbound_code,
        at=order.outbound_at,
        shortages=tuple(
            ShortageRow(
                sku=skus[row.sku],
                quantity_found=row.quantity_found,
                quantity_missing=row.quantity_missing,
                place=row.place,
                reason=row.reason,
                count_task=row.count_task,
                picked_by=row.picked_by,
                occurred_at=row.occurred_at,
            )
            for row in rows
        ),
    )


def find_short(numbers: list[str]) -> dict[str, int]:
    """Return, of transfers that were picked short, how much is missing by their number."""
    missing: dict[str, int] = {}
    rows = TransferShortage.objects.filter(order__number__in=numbers)
    for number, quantity in rows.values_list("order__number", "quantity_missing"):
        missing[number] = missing.get(number, 0) + quantity
    return missing
