"""How people count in a warehouse: its bins, what a scan means there, and how it posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from yipan.masterdata import queries as masterdata
from yipan.stocktake.documents.desk import Desk, PlaceRow, Scanned
from yipan.wms import queries
from yipan.wms.documents.stock import stocktake
from yipan.wms.documents.stock.count_system import WMS
from yipan.wms.queries.doubts import list_doubts
from yipan.wms.queries.giving import write_paths

PLACES_MAX: Final = 100_000


def list_places(site: str) -> list[PlaceRow]:
    """Return the bins of a warehouse, each with its zone."""
    found: list[PlaceRow] = []
    while True:
        after = found[-1].code if found else ""
        rows = masterdata.list_bins(site, after=after, only_active=True)
        found += [PlaceRow(code=row.code, label=row.code, group=row.zone) for row in rows]
        if not rows or len(found) >= PLACES_MAX:
            return found


def walk(site: str, places: Collection[str]) -> list[str]:
    """Return bins as one walks: up one aisle, down the next; those that are gone last."""
    paths = write_paths(site, masterdata.find_bins(site, places).values())
    return sorted(places, key=lambda place: (place not in paths, paths.get(place, ""), place))


def write_place(place: str, shelf: str) -> str:  # noqa: ARG001 - a bin has no shelves
    """Return what is scanned at a bin: its code."""
    return place


def get_label(place: str) -> str:
    """Return what a bin is called: its code."""
    return place


def resolve(site: str, text: str) -> Scanned:
    """Return what a scan means to who counts: a bin, a product, or a command."""
    found = queries.resolve_scan(site, text)
    if found.kind == "bin":
        return Scanned(kind="place", place=found.value)
    if found.kind == "command":
        return Scanned(kind="command", command=found.value)
    if found.sku is None:
        return Scanned(kind=found.kind)
    return Scanned(
        kind="product",
        sku=found.sku,
        quantity=found.quantity,
        pack_size=found.pack_size,
        lot=found.lot,
        serial=found.serial,
    )


def list_problems(site: str) -> Iterable[tuple[str, str]]:
    """Return bin and SKU of what work met a doubt about."""
    return list_doubts(site)


DESK: Final = Desk(
    get_label=get_label,
    system=WMS,
    names="wms",
    read_action="wms.read",
    count_action="wms.count",
    plan_action="wms.plan_count",
    list_places=list_places,
    list_problems=list_problems,
    walk=walk,
    write_place=write_place,
    resolve=resolve,
    close_sheet=stocktake.close_sheet,
    post=stocktake.post,
)
