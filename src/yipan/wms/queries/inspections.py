"""Reads of inspections (质检单). Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.wms.models import Inspection
from yipan.wms.queries.lots import find_lots

ROWS_MAX = 1_000
STATES_OPEN = ("open", "held")


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectionFilter:
    """Which inspections to list. `sites` is the asker's scope, None meaning all sites."""

    states: tuple[str, ...] = ()
    site: str = ""
    sku: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectionRow:
    """An inspection: what waits, why, and what was found."""

    number: str
    site: SiteRow
    state: str
    reason: str
    sku: SkuRow
    lot: str
    expires_on: date | None
    bin_code: str
    quantity: int
    quantity_passed: int
    quantity_rejected: int
    supplier: SupplierRow | None
    receipt_number: str
    package_id: str
    verdict_note: str
    decided_by: str
    decided_at: datetime | None
    created_by: str
    created_at: datetime
    message_id: UUID | None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody has to decide."""
        return self.state in STATES_OPEN

    @property
    def needs_lot(self) -> bool:
        """Tell whether goods can pass only when their lot or date is named."""
        is_unnamed = self.sku.is_lot_tracked and not self.lot
        return is_unnamed or (self.sku.is_expiry_tracked and self.expires_on is None)

    @property
    def book_code(self) -> str:
        """Return the book it posts into."""
        return f"wms:{self.site.code}"


def list_inspections(
    which: InspectionFilter, *, after: str = "", limit: int = 50
) -> list[InspectionRow]:
    """Return inspections, the last one first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = Inspection.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.sku:
        query = query.filter(sku=which.sku)
    known = Inspection.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read(list(query.order_by("-id")[:limit]))


def get_inspection(number: str) -> InspectionRow:
    """
    Return one inspection.

    :raises NotFound: if there is none of this number.
    """
    row = Inspection.objects.filter(number=number).first()
    if row is None:
        raise NotFound(kind="inspection", id=number)
    return _read([row])[0]


def find_waiting(site: str, *, sku: str = "", lot: str = "", package: str = "") -> str:
    """Return the number of the oldest open inspection of some goods, empty without one."""
    query = Inspection.objects.filter(site=site, state__in=STATES_OPEN)
    if sku:
        query = query.filter(sku=sku)
    if lot:
        query = query.filter(lot=lot)
    if package:
        query = query.filter(package_id=package)
    return query.order_by("id").values_list("number", flat=True).first() or ""


def _read(rows: list[Inspection]) -> list[InspectionRow]:
    sites = masterdata.find_sites({row.site for row in rows})
    skus = masterdata.find_skus({row.sku for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    lots = {site: find_lots(site, skus) for site in sites}
    found = []
    for row in rows:
        known = lots[row.site].get((row.sku, row.lot))
        found.append(
            InspectionRow(
                number=row.number,
                site=sites[row.site],
                state=row.state,
                reason=row.reason,
                sku=skus[row.sku],
                lot=row.lot,
                expires_on=known.expires_on if known else None,
                bin_code=row.bin_code,
                quantity=row.quantity,
                quantity_passed=row.quantity_passed,
                quantity_rejected=row.quantity_rejected,
                supplier=suppliers.get(row.supplier),
                receipt_number=row.counterpart_document,
                package_id=row.package_id,
                verdict_note=row.verdict_note,
                decided_by=row.decided_by,
                decided_at=row.decided_at,
                created_by=row.created_by,
                created_at=row.created_at,
                message_id=row.message_id,
            )
        )
    return found
