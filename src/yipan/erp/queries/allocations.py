"""Reads of allocations, as a grid of SKUs and stores. Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from yipan.erp.models import Allocation, TransferOrder
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AllocationRow:
    """An allocation as a list shows it."""

    number: str
    state: str
    from_site: SiteRow
    due_on: date | None
    created_by: str
    created_at: datetime
    approved_by: str
    site_count: int
    sku_count: int
    quantity_needed: int
    quantity_shared: int

    @property
    def mark(self) -> str:
        """Return the state as it is shown: a released one waits to be shipped."""
        return "to_ship" if self.state == "released" else self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What one store needs of one SKU, and gets; both None where it needs none."""

    needed: int | None = None
    shared: int | None = None

    @property
    def is_short(self) -> bool:
        """Tell whether the store gets less than it needs."""
        return self.needed is not None and self.shared is not None and self.shared < self.needed


@dataclass(frozen=True, kw_only=True, slots=True)
class GridRow:
    """One SKU over all stores."""

    sku: SkuRow
    needed: int
    shared: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AllocationDetail:
    """An allocation as its page shows it: SKUs down, stores across."""

    head: AllocationRow
    note: str
    external_id: str
    sites: tuple[SiteRow, ...]
    rows: tuple[GridRow, ...]
    transfers: tuple[tuple[str, str], ...]


def list_allocations(
    *, sites: frozenset[str] | None = None, site: str = "", after: str = "", limit: int = 50
) -> list[AllocationRow]:
    """Return allocations, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = Allocation.objects.all()
    if sites is not None:
        query = query.filter(from_site__in=sites)
    if site:
        query = query.filter(from_site=site)
    known = Allocation.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _make_rows(query.order_by("-id"), limit=limit)


def get_allocation_site(number: str) -> str:
    """
    Return the site an allocation shares out from.

    :raises NotFound: if there is none of this number.
    """
    site = Allocation.objects.filter(number=number).values_list("from_site", flat=True).first()
    if site is None:
        raise NotFound(kind="allocation", id=number)
    return site


def get_allocation(number: str) -> AllocationDetail:
    """
    Return one allocation as a grid.

    :raises NotFound: if there is none of this number.
    """
    found = Allocation.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="allocation", id=number)
    (head,) = _make_rows(Allocation.objects.filter(number=number), limit=1)
    lines = list(found.lines.all())
    cells = {
        (line.sku, line.to_site): Cell(needed=line.quantity_needed, shared=line.quantity_shared)
        for line in lines
    }
    codes = sorted({line.to_site for line in lines})
    sites = masterdata.find_sites(codes)
    skus = masterdata.find_skus({line.sku for line in lines})
    transfers = TransferOrder.objects.filter(allocation_number=number).order_by("to_site")
    return AllocationDetail(
        head=head,
        note=found.note,
        external_id=found.external_id,
        sites=tuple(sites[code] for code in codes),
        rows=tuple(
            GridRow(
                sku=skus[code],
                needed=sum(line.quantity_needed for line in lines if line.sku == code),
                shared=sum(line.quantity_shared for line in lines if line.sku == code),
                cells=tuple(cells.get((code, site), Cell()) for site in codes),
            )
            for code in sorted(skus)
        ),
        transfers=tuple(transfers.values_list("number", "state")),
    )


def _make_rows(query: QuerySet[Allocation], *, limit: int) -> list[AllocationRow]:
    big = BigIntegerField()
    found = list(
        query.annotate(
            site_count=Count("lines__to_site", distinct=True),
            sku_count=Count("lines__sku", distinct=True),
            needed=Coalesce(Sum("lines__quantity_needed"), 0, output_field=big),
            shared=Coalesce(Sum("lines__quantity_shared"), 0, output_field=big),
        )[:limit]
    )
    sites = masterdata.find_sites({it.from_site for it in found})
    return [
        AllocationRow(
            number=it.number,
            state=it.state,
            from_site=sites[it.from_site],
            due_on=it.due_on,
            created_by=it.created_by,
            created_at=it.created_at,
            approved_by=it.approved_by,
            site_count=it.site_count,
            sku_count=it.sku_count,
            quantity_needed=it.needed,
            quantity_shared=it.shared,
        )
        for it in found
    ]
