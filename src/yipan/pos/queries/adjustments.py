"""Reads of a store's adjustments. Quantities in smallest units, values in minor units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos.models import StoreAdjustment

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentFilter:
    """Which adjustments to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    state: str = ""
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentRow:
    """An adjustment as a list shows it."""

    adjustment_id: int
    number: str
    adjustment_type: str
    type_label: str
    state: str
    site: SiteRow
    reason: str
    cost_center: str
    value_minor: int
    currency: str
    quantity: int
    created_by: str
    created_at: datetime
    decided_by: str
    posted_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentLineRow:
    """A line of an adjustment."""

    sku: SkuRow
    quantity: int
    place: str
    from_status: str
    to_status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentDetail:
    """An adjustment as its page shows it."""

    head: AdjustmentRow
    decision_note: str
    ordered_by: str
    message_id: UUID
    lines: tuple[AdjustmentLineRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book it is posted in."""
        return f"pos:{self.head.site.code}"


def list_adjustments(
    which: AdjustmentFilter, *, after: str = "", limit: int = 50
) -> list[AdjustmentRow]:
    """Return adjustments, the last first; `after` is the `adjustment_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = StoreAdjustment.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.state:
        query = query.filter(state=which.state)
    text = which.text.strip()
    if text:
        query = query.filter(
            Q(number__istartswith=text)
            | Q(created_by__icontains=text)
            | Q(lines__contains=[{"sku": text.upper()}])
        )
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _make_rows(query.order_by("-id")[:limit])


def get_adjustment(number: str) -> AdjustmentDetail:
    """
    Return one adjustment with its lines.

    :raises NotFound: if there is none of this number.
    """
    adjustment = StoreAdjustment.objects.filter(number=number).first()
    if adjustment is None:
        raise NotFound(kind="store_adjustment", id=number)
    skus = masterdata.find_skus({line["sku"] for line in adjustment.lines})
    [head] = _make_rows([adjustment])
    return AdjustmentDetail(
        head=head,
        decision_note=adjustment.decision_note,
        ordered_by=adjustment.ordered_by,
        message_id=adjustment.message_id,
        lines=tuple(
            AdjustmentLineRow(
                sku=skus[line["sku"]],
                quantity=line["quantity"],
                place=line["place"],
                from_status=line["from_status"],
                to_status=line["to_status"],
            )
            for line in adjustment.lines
        ),
    )


def _make_rows(adjustments: Iterable[StoreAdjustment]) -> list[AdjustmentRow]:
    rows = list(adjustments)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        AdjustmentRow(
            adjustment_id=row.id,
            number=row.number,
            adjustment_type=row.adjustment_type,
            type_label=row.get_adjustment_type_display(),
            state=row.state,
            site=sites[row.site],
            reason=row.reason,
            cost_center=row.cost_center,
            value_minor=row.value_minor,
            currency=row.currency,
            quantity=sum(line["quantity"] for line in row.lines),
            created_by=row.created_by,
            created_at=row.created_at,
            decided_by=row.decided_by,
            posted_at=row.posted_at,
        )
        for row in rows
    ]
