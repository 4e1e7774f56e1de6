"""Reads of bins: the warehouse drawn, and where goods could be put away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import BinRow, SkuRow
from yipan.wms.models import Pick, SpotCount
from yipan.wms.queries.giving import get_path
from yipan.wms.queries.lots import list_places
from yipan.wms.queries.movements import list_classes
from yipan.wms.rules.putaway import Candidate
from yipan.wms.rules.working import get_best_class


@dataclass(frozen=True, kw_only=True, slots=True)
class BinFill:
    """
    A bin and what lies in it. `level` is 0 for empty, 1 to 4 for a quarter each, 5 for over.

    Where nobody said what a bin holds, it is compared with the fullest bin of its zone. `abc` is
    the best class of what lies there, by how often it was picked of late; empty when none was.
    """

    row: BinRow
    quantity: int
    skus: int
    level: int
    picks_open: int
    counts_open: int
    abc: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AisleFill:
    """The bins along one aisle, in the order one walks."""

    code: str
    bins: tuple[BinFill, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneFill:
    """A zone with its aisles."""

    code: str
    zone_type: str
    aisles: tuple[AisleFill, ...]
    quantity: int
    bins: int
    bins_used: int


def list_contents(site: str) -> dict[str, dict[str, int]]:
    """Return bin to SKU to quantity, of all statuses, where it is not zero."""
    contents: dict[str, dict[str, int]] = {}
    for (sku, place), quantity in list_places(site).items():
        inside = contents.setdefault(place.bin_code, {})
        inside[sku] = inside.get(sku, 0) + quantity
    return contents


def _list_lots(site: str, sku: str) -> dict[str, set[str]]:
    """Return bin to the lots of a SKU that lie there, where they are known."""
    lots: dict[str, set[str]] = {}
    for (_, place), quantity in list_places(site, sku=sku).items():
        if quantity > 0:
            lots.setdefault(place.bin_code, set()).add(place.lot)
    return lots


def draw_map(site: str) -> list[ZoneFill]:
    """Return the zones of a warehouse with every bin and how full it is."""
    contents = list_contents(site)
    picks = _count(Pick.objects.filter(order__site=site, state="open").values_list("bin_code"))
    counts = _count(SpotCount.objects.filter(site=site, state="open").values_list("bin_code"))
    classes = list_classes(site)
    zones: dict[tuple[str, str], list[BinRow]] = {}
    for row in sorted(masterdata.list_bins(site), key=get_path):
        zones.setdefault((row.zone, row.zone_type), []).append(row)
    drawn = []
    for (code, zone_type), bins in zones.items():
        totals = {row.code: sum(contents.get(row.code, {}).values()) for row in bins}
        fullest = max(totals.values(), default=0)
        aisles: dict[str, list[BinFill]] = {}
        for row in bins:
            aisles.setdefault(row.aisle, []).append(
                BinFill(
                    row=row,
                    quantity=totals[row.code],
                    skus=len(contents.get(row.code, {})),
                    level=get_level(totals[row.code], row.capacity or fullest),
                    picks_open=picks.get(row.code, 0),
                    counts_open=counts.get(row.code, 0),
                    abc=get_best_class(
                        [classes.get(sku, "") for sku in contents.get(row.code, {})]
                    ),
                )
            )
        drawn.append(
            ZoneFill(
                code=code,
                zone_type=zone_type,
                aisles=tuple(AisleFill(code=it, bins=tuple(aisles[it])) for it in aisles),
                quantity=sum(totals.values()),
                bins=len(bins),
                bins_used=sum(1 for total in totals.values() if total),
            )
        )
    return drawn


def get_level(quantity: int, capacity: int) -> int:
    """Return how full a bin is, as one of six steps."""
    if quantity <= 0:
        return 0
    if capacity <= 0 or quantity > capacity:
        return 5
    return min(4, 1 + (quantity * 4 - 1) // capacity)


def list_candidates(site: str, sku: SkuRow, *, lot: str = "") -> list[Candidate]:
    """Return the bins of a warehouse in which goods could be put away, with what lies there."""
    contents = list_contents(site)
    lots = _list_lots(site, sku.code)
    return [
        Candidate(
            bin_code=row.code,
            zone_type=row.zone_type,
            path=get_path(row),
            room=None
            if row.capacity is None
            else row.capacity - sum(contents.get(row.code, {}).values()),
            mixing=row.mixing,
            has_same=contents.get(row.code, {}).get(sku.code, 0) > 0,
            has_other=any(code != sku.code for code in contents.get(row.code, {})),
            is_cold_enough=row.temperature_class == sku.temperature_class,
            has_same_lot=bool(lot) and lot in lots.get(row.code, set()),
            has_other_lot=bool(lots.get(row.code, set()) - {lot}),
        )
        for row in masterdata.list_bins(site, only_active=True)
    ]


def _count(codes: Iterable[tuple[str]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for (code,) in codes:
        counted[code] = counted.get(code, 0) + 1
    return counted
