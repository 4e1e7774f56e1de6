"""Reads of many documents of one type by their numbers, for the preview of a step of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Sum

from yipan.erp.models import Adjustment, Allocation, PurchaseOrder, TransferOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class ManyRow:
    """A document in a preview: its state now, whom it is between, and how much it is about."""

    number: str
    state: str
    about: str
    quantity: int


def find_rows(document_type: str, numbers: Sequence[str]) -> dict[str, ManyRow]:
    """Return the documents that exist among numbers, by number."""
    reader = _READERS.get(document_type)
    return {} if reader is None else {row.number: row for row in reader(numbers)}


def _read_orders(numbers: Sequence[str]) -> list[ManyRow]:
    rows = PurchaseOrder.objects.filter(number__in=numbers)
    return [
        ManyRow(
            number=it.number,
            state=it.state,
            about=f"{it.supplier} → {it.site}",
            quantity=_get(it, "total"),
        )
        for it in rows.annotate(total=Sum("lines__quantity_ordered"))
    ]


def _read_transfers(numbers: Sequence[str]) -> list[ManyRow]:
    rows = TransferOrder.objects.filter(number__in=numbers)
    return [
        ManyRow(
            number=it.number,
            state=it.state,
            about=f"{it.from_site} → {it.to_site}",
            quantity=_get(it, "total"),
        )
        for it in rows.annotate(total=Sum("lines__quantity_ordered"))
    ]


def _read_allocations(numbers: Sequence[str]) -> list[ManyRow]:
    rows = Allocation.objects.filter(number__in=numbers)
    return [
        ManyRow(number=it.number, state=it.state, about=it.from_site, quantity=_get(it, "total"))
        for it in rows.annotate(total=Sum("lines__quantity_shared"))
    ]


def _read_adjustments(numbers: Sequence[str]) -> list[ManyRow]:
    rows = Adjustment.objects.filter(number__in=numbers)
    return [
        ManyRow(number=it.number, state=it.state, about=it.site, quantity=it.quantity)
        for it in rows
    ]


def _get(row: Any, name: str) -> int:
    return int(getattr(row, name) or 0)


_READERS: Final[Mapping[str, Callable[[Sequence[str]], list[ManyRow]]]] = {
    "purchase_order": _read_orders,
    "transfer_order": _read_transfers,
    "allocation": _read_allocations,
    "adjustment": _read_adjustments,
}
