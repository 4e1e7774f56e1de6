"""Reads of landed costs (采购费用分摊单)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from yipan.erp.models import GoodsReceipt, LandedCost
from yipan.foundation.refusals import NotFound

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LandedCostLine:
    """What one SKU of one receipt took of a cost: carried by the goods, or spent."""

    receipt: str
    sku: str
    quantity: int
    amount_minor: int
    carried_minor: int
    spent_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LandedCostRow:
    """A landed cost. `lines` are empty until it is posted."""

    number: str
    state: str
    entity: str
    cost_type: str
    cost_type_label: str
    basis: str
    basis_label: str
    amount_minor: int
    occurred_on: date
    accounting_date: date | None
    supplier: str
    reference: str
    note: str
    receipts: tuple[str, ...]
    lines: tuple[LandedCostLine, ...]
    created_by: str
    created_at: datetime
    posted_by: str

    @property
    def carried_minor(self) -> int:
        """Return what goods that are still there carry."""
        return sum(line.carried_minor for line in self.lines)

    @property
    def spent_minor(self) -> int:
        """Return what went with goods that are gone."""
        return sum(line.spent_minor for line in self.lines)


def list_receipt_sites(receipts: Collection[str]) -> set[str]:
    """Return the sites that took goods receipts in."""
    rows = GoodsReceipt.objects.filter(number__in=receipts)
    return set(rows.values_list("site", flat=True))


def list_landed_costs(
    *,
    entity: str = "",
    state: str = "",
    sites: frozenset[str] | None = None,
    after: str = "",
    limit: int = 50,
) -> list[LandedCostRow]:
    """
    Return landed costs, the newest first; those behind the one numbered `after`.

    `sites` is the asker's scope: a cost of a receipt elsewhere is left out.
    """
    assert 0 < limit <= ROWS_MAX
    query = LandedCost.objects.all()
    if entity:
        query = query.filter(entity=entity)
    if state:
        query = query.filter(state=state)
    known = LandedCost.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    rows = [_make_row(row) for row in query.order_by("-id")[:limit]]
    if sites is None:
        return rows
    return [row for row in rows if list_receipt_sites(row.receipts) <= sites]


def get_landed_cost(number: str) -> LandedCostRow:
    """
    Return one landed cost.

    :raises NotFound: if there is none of this number.
    """
    row = LandedCost.objects.filter(number=number).first()
    if row is None:
        raise NotFound(kind="landed_cost", id=number)
    return _make_row(row)


def _make_row(row: LandedCost) -> LandedCostRow:
    return LandedCostRow(
        number=row.number,
        state=row.state,
        entity=row.entity,
        cost_type=row.cost_type,
        cost_type_label=str(row.get_cost_type_display()),
        basis=row.basis,
        basis_label=str(row.get_basis_display()),
        amount_minor=row.amount_minor,
        occurred_on=row.occurred_on,
        accounting_date=row.accounting_date,
        supplier=row.supplier,
        reference=row.reference,
        note=row.note,
        receipts=tuple(row.receipts),
        lines=tuple(LandedCostLine(**line) for line in row.lines),
        created_by=row.created_by,
        created_at=row.created_at,
        posted_by=row.posted_by,
    )
