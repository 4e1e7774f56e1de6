"""What the API tells of the versions of a purchase order, and of what needs a look at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from ninja import Schema

from yipan.erp.queries.purchase_changes import ChangeRow
from yipan.erp.rules.purchasing import ABOUT_COST, OrderWarning


class OrderVersionOut(Schema):
    """A version of an order since it was sent. `state` is proposed while it waits."""

    version: int
    state: str
    expected_on: date | None
    reason: str
    changed_by: str
    changed_at: datetime
    decided_by: str
    lines: int
    quantity: int
    value_minor: int | None


class OrderWarningOut(Schema):
    """What was expected and what was found; an empty `sku` is the whole order."""

    code: str
    sku: str
    expected: int
    found: int


class OrderVersionsOut(Schema):
    versions: list[OrderVersionOut]
    warnings: list[OrderWarningOut]

    @classmethod
    def of(
        cls, changes: Sequence[ChangeRow], warnings: Sequence[OrderWarning], *, with_cost: bool
    ) -> OrderVersionsOut:
        """Return what the API tells; warnings about money are left out without the right to it."""
        return cls(
            versions=[
                OrderVersionOut(
                    version=row.version,
                    state=row.state,
                    expected_on=row.expected_on,
                    reason=row.reason,
                    changed_by=row.changed_by,
                    changed_at=row.changed_at,
                    decided_by=row.decided_by,
                    lines=row.line_count,
                    quantity=row.quantity,
                    value_minor=row.value_minor if with_cost else None,
                )
                for row in changes
            ],
            warnings=[
                OrderWarningOut(code=it.code, sku=it.sku, expected=it.expected, found=it.found)
                for it in warnings
                if with_cost or it.code not in ABOUT_COST
            ],
        )
