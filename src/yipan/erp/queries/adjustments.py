"""Reads of adjustments. Quantities in smallest units, money in minor units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from yipan.erp.models import Adjustment, AdjustmentLine
from yipan.erp.rules.adjustment import GAINS
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow

ROWS_MAX = 1_000

#: What a number looks like of a case (差异案件), and of a stocktake at a site (盘点单).
CASE_NUMBER = re.compile(r"DC-\d{4}-\d{6,}")
COUNT_NUMBER = re.compile(r"ST-.+-\d{4}-\d{6,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentFilter:
    """Which adjustments to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    adjustment_type: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentRow:
    """An adjustment as a list shows it."""

    number: str
    state: str
    site: SiteRow
    adjustment_type: str
    reason: str
    is_ordered: bool
    quantity: int
    value_minor: int
    currency: str
    created_by: str
    submitted_at: datetime
    decided_by: str
    decided_at: datetime | None
    warning_count: int

    @property
    def sign(self) -> int:
        """Return which way stock goes: up, down, or neither."""
        if self.adjustment_type in ("status_change", "display_issue"):
            return 0
        return 1 if self.adjustment_type in GAINS else -1

    @property
    def change(self) -> int:
        """Return by how much stock changes."""
        return self.sign * self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentLineRow:
    """A line of an adjustment; the name of its SKU as it is now."""

    line: int
    sku: SkuRow
    quantity: int
    from_status: str
    to_status: str
    place: str
    quantity_counted: int | None
    quantity_book: int | None
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentDetail:
    """An adjustment as its page shows it."""

    head: AdjustmentRow
    site_number: str
    version: int
    cost_center: str
    evidence: str
    device: str
    decision_note: str
    posted_by: str
    posted_at: datetime | None
    reverses: str
    message_id: UUID | None
    warnings: tuple[dict[str, object], ...]
    lines: tuple[AdjustmentLineRow, ...]

    @property
    def case_number(self) -> str:
        """Return the case that proposed it: a site writes its number first into the reason."""
        return self._find_ground(CASE_NUMBER)

    @property
    def count_number(self) -> str:
        """Return the stocktake it is the outcome of, which is the reason a site gives then."""
        return self._find_ground(COUNT_NUMBER)

    def _find_ground(self, shape: re.Pattern[str]) -> str:
        first = self.head.reason.partition(" ")[0]
        return first if shape.fullmatch(first) else ""

    @property
    def site_book(self) -> str:
        """Return the book of the site."""
        system = "wms" if self.head.site.site_type == "warehouse" else "pos"
        return f"{system}:{self.head.site.code}"


def list_adjustments(
    which: AdjustmentFilter, *, after: str = "", limit: int = 50
) -> list[AdjustmentRow]:
    """Return adjustments, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = _filter(which)
    known = Adjustment.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(list(query.order_by("-id")[:limit]))


def count_adjustments(which: AdjustmentFilter) -> int:
    """Return how many adjustments there are, counted up to 1,000."""
    return _filter(which).order_by()[:ROWS_MAX].count()


def get_adjustment_site(number: str) -> str:
    """
    Return the site of an adjustment.

    :raises NotFound: if there is none of this number.
    """
    site = Adjustment.objects.filter(number=number).values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind="adjustment", id=number)
    return site


def get_adjustment(number: str) -> AdjustmentDetail:
    """
    Return one adjustment with its lines.

    :raises NotFound: if there is none of this number.
    """
    found = Adjustment.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="adjustment", id=number)
    (head,) = _make_rows([found])
    lines = list(found.lines.order_by("line", "id"))
    skus = masterdata.find_skus({line.sku for line in lines})
    return AdjustmentDetail(
        head=head,
        site_number=found.site_number,
        version=found.version,
        cost_center=found.cost_center,
        evidence=found.evidence,
        device=found.device,
        decision_note=found.decision_note,
        posted_by=found.posted_by,
        posted_at=found.posted_at,
        reverses=found.reverses,
        message_id=found.message_id,
        warnings=tuple(found.warnings),
        lines=tuple(_make_line(line, skus[line.sku]) for line in lines),
    )


def _make_line(line: AdjustmentLine, sku: SkuRow) -> AdjustmentLineRow:
    return AdjustmentLineRow(
        line=line.line,
        sku=sku,
        quantity=line.quantity,
        from_status=line.from_status,
        to_status=line.to_status,
        place=line.place,
        quantity_counted=line.quantity_counted,
        quantity_book=line.quantity_book,
        cause=line.cause,
    )


def _make_rows(found: Sequence[Adjustment]) -> list[AdjustmentRow]:
    sites = masterdata.find_sites({it.site for it in found})
    return [
        AdjustmentRow(
            number=it.number,
            state=it.state,
            site=sites[it.site],
            adjustment_type=it.adjustment_type,
            reason=it.reason,
            is_ordered=it.is_ordered,
            quantity=it.quantity,
            value_minor=it.value_minor,
            currency=it.currency,
            created_by=it.created_by,
            submitted_at=it.submitted_at,
            decided_by=it.decided_by,
            decided_at=it.decided_at,
            warning_count=len(it.warnings),
        )
        for it in found
    ]


def _filter(which: AdjustmentFilter) -> QuerySet[Adjustment]:
    query = Adjustment.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.adjustment_type:
        query = query.filter(adjustment_type=which.adjustment_type)
    for word in which.text.split():
        with_sku = AdjustmentLine.objects.filter(sku=word.upper()).values("adjustment_id")
        query = query.filter(
            Q(number__icontains=word) | Q(created_by__icontains=word) | Q(id__in=with_sku)
        )
    return query
