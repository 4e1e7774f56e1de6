"""Reads of versions of purchase orders (采购订单变更), and of what an order needs a look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yipan.erp.models import PurchaseChange, PurchaseOrderLine
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow

ROWS_MAX = 200
WAITING = "proposed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """A version of an order after it was sent. Money in minor units of the order's currency."""

    version: int
    state: str
    expected_on: date | None
    reason: str
    changed_by: str
    changed_at: datetime
    decided_by: str
    decided_at: datetime | None
    line_count: int
    quantity: int
    value_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedLine:
    """A line as it stands and as a change that waits would have it; None where there is none."""

    sku: SkuRow
    quantity_before: int | None
    quantity_after: int | None
    unit_cost_before: int | None
    unit_cost_after: int | None
    expected_before: date | None
    expected_after: date | None

    @property
    def is_changed(self) -> bool:
        """Tell whether anything is different."""
        return (self.quantity_before, self.unit_cost_before, self.expected_before) != (
            self.quantity_after,
            self.unit_cost_after,
            self.expected_after,
        )


def list_changes(order: str) -> list[ChangeRow]:
    """Return the changes of an order since it was sent, the newest first."""
    rows = PurchaseChange.objects.filter(order__number=order).order_by("-id")[:ROWS_MAX]
    return [
        ChangeRow(
            version=row.version,
            state=row.state,
            expected_on=row.expected_on,
            reason=row.reason,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            line_count=len(row.lines),
            quantity=sum(line["quantity"] for line in row.lines),
            value_minor=sum(line["quantity"] * line["unit_cost_minor"] for line in row.lines),
        )
        for row in rows
    ]


def compare_waiting(order: str) -> list[ChangedLine]:
    """Return what the change of an order that waits for its approval would make different."""
    waiting = PurchaseChange.objects.filter(order__number=order, state=WAITING).first()
    if waiting is None:
        return []
    standing = {
        line.sku: line
        for line in PurchaseOrderLine.objects.filter(order__number=order).order_by("line")
    }
    wanted = {line["sku"]: line for line in waiting.lines}
    skus = masterdata.find_skus({*standing, *wanted})
    compared = [
        _compare(skus[sku], standing.get(sku), wanted.get(sku))
        for sku in dict.fromkeys((*standing, *wanted))
    ]
    return [line for line in compared if line.is_changed]


def _compare(
    sku: SkuRow, standing: PurchaseOrderLine | None, wanted: dict[str, object] | None
) -> ChangedLine:
    day = str(wanted["expected_on"]) if wanted else ""
    return ChangedLine(
        sku=sku,
        quantity_before=standing.quantity_ordered if standing else None,
        quantity_after=int(str(wanted["quantity"])) if wanted else None,
        unit_cost_before=standing.unit_cost_minor if standing else None,
        unit_cost_after=int(str(wanted["unit_cost_minor"])) if wanted else None,
        expected_before=standing.expected_on if standing else None,
        expected_after=date.fromisoformat(day) if day else None,
    )
