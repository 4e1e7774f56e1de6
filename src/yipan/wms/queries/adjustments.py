"""Reads of adjustments (库存调整单). Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.foundation.refusals import NotFound
from yipan.foundation.status import StockStatus
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.wms.models import Adjustment
from yipan.wms.queries.lots import list_places
from yipan.wms.rules.places import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentLineRow:
    """A quantity of one SKU in a bin."""

    line: int
    sku: SkuRow
    bin_code: str
    lot: str
    quantity: int
    from_status: str
    quantity_counted: int | None
    quantity_book: int | None
    capture_mode: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentRow:
    """An adjustment with its lines."""

    number: str
    site: SiteRow
    state: str
    adjustment_type: str
    to_status: str
    reason: str
    cost_center: str
    version: int
    decided_by: str
    decision_note: str
    device: str
    created_by: str
    created_at: datetime
    posted_at: datetime | None
    message_id: UUID | None
    lines: tuple[AdjustmentLineRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book it posts into."""
        return f"wms:{self.site.code}"

    @property
    def is_editable(self) -> bool:
        """Tell whether lines may still be added."""
        return self.state in ("draft", "recount")

    @property
    def quantity(self) -> int:
        """Return the pieces of all lines."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A line, and what else of its SKU lies in its bin: nothing where there is no choice."""

    line: AdjustmentLineRow
    places: tuple[tuple[Place, int], ...]


def list_adjustments(
    *,
    sites: frozenset[str] | None,
    site: str = "",
    state: str = "",
    after: str = "",
    limit: int = 50,
) -> list[AdjustmentRow]:
    """Return adjustments, the last one first; those behind the one numbered `after`."""
    query = Adjustment.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    if state:
        query = query.filter(state=state)
    known = Adjustment.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read(list(query.prefetch_related("lines").order_by("-id")[:limit]))


def get_adjustment(number: str) -> AdjustmentRow:
    """
    Return one adjustment.

    :raises NotFound: if there is none of this number.
    """
    row = Adjustment.objects.filter(number=number).prefetch_related("lines").first()
    if row is None:
        raise NotFound(kind="adjustment", id=number)
    return _read([row])[0]


def find_own_adjustment(*, site: str, actor: str) -> str:
    """Return the number of the draft somebody has begun and not posted, empty without one."""
    drafts = Adjustment.objects.filter(site=site, state="draft", created_by=actor)
    return drafts.order_by("-id").values_list("number", flat=True).first() or ""


def list_bins_of(site: str, sku: str, *, lot: str = "") -> list[tuple[Place, int]]:
    """Return where a SKU lies, of one lot or of all, and how much of it, the most first."""
    lying = list_places(site, sku=sku)
    bins = masterdata.find_bins(site, {place.bin_code for _, place in lying})
    found = [
        (place, quantity)
        for (_, place), quantity in lying.items()
        if place.bin_code in bins
        and quantity > 0
        and place.status != StockStatus.RESERVED
        and lot in ("", place.lot)
    ]
    return sorted(found, key=lambda it: (-it[1], it[0].bin_code, it[0].lot))


def list_offered(row: AdjustmentRow) -> list[Offered]:
    """Return the lines with the statuses and lots to choose among, the most first."""
    lying = {
        sku: list_bins_of(row.site.code, sku) for sku in sorted({it.sku.code for it in row.lines})
    }
    offered = []
    for line in row.lines:
        places = tuple(it for it in lying[line.sku.code] if it[0].bin_code == line.bin_code)
        meant = (line.from_status, line.lot)
        is_open = len(places) > 1 or any((it.status, it.lot) != meant for it, _ in places)
        offered.append(Offered(line=line, places=places if is_open else ()))
    return offered


def _read(rows: list[Adjustment]) -> list[AdjustmentRow]:
    sites = masterdata.find_sites({row.site for row in rows})
    lines = {row.pk: sorted(row.lines.all(), key=lambda it: it.line) for row in rows}
    skus = masterdata.find_skus({line.sku for each in lines.values() for line in each})
    return [
        AdjustmentRow(
            number=row.number,
            site=sites[row.site],
            state=row.state,
            adjustment_type=row.adjustment_type,
            to_status=row.to_status,
            reason=row.reason,
            cost_center=row.cost_center,
            version=row.version,
            decided_by=row.decided_by,
            decision_note=row.decision_note,
            device=row.device,
            created_by=row.created_by,
            created_at=row.created_at,
            posted_at=row.posted_at,
            message_id=row.message_id,
            lines=tuple(
                AdjustmentLineRow(
                    line=line.line,
                    sku=skus[line.sku],
                    bin_code=line.bin_code,
                    lot=line.lot,
                    quantity=line.quantity,
                    from_status=line.from_status,
                    quantity_counted=line.quantity_counted,
                    quantity_book=line.quantity_book,
                    capture_mode=line.capture_mode,
                    cause=line.cause,
                )
                for line in lines[row.pk]
            ),
        )
        for row in rows
    ]
