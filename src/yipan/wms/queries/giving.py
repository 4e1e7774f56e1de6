"""Which bins could give goods: what is free in them, how old it is, how one walks there."""

from __future__ import annotations

from collections.abc import Collection

from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import BinRow
from yipan.wms.models import SpotCount
from yipan.wms.rules.outbound import Arrival, Giving, find_oldest

#: So many movements of a SKU are looked through for its age; older goods have none.
MOVEMENTS_MAX = 500


def get_path(row: BinRow) -> tuple[str, str, int, str]:
    """Return what orders bins as one walks: zone, aisle, place in the aisle, code."""
    return (row.zone, row.aisle, row.sequence, row.code)


def write_path(row: BinRow) -> str:
    """Return the same as a text that sorts alike."""
    return f"{row.zone}|{row.aisle}|{row.sequence:06d}|{row.code}"[:120]


def list_giving(site: str, sku: str, *, without: Collection[str] = ()) -> list[Giving]:
    """
    Return the bins from which a SKU may be taken, and how much is free there.

    A bin somebody has to count first is left out, and those in `without`.
    """
    book = f"wms:{site}"
    free: dict[str, int] = {}
    for row in ledger.list_balances(book=book, sku=sku, prefix="on_hand/"):
        _, *places, status = row.account.split("/")
        if status == "available" and row.quantity > 0:
            free["/".join(places)] = row.quantity
    doubted = SpotCount.objects.filter(site=site, sku=sku, state="open", bin_code__in=free)
    left_out = set(without).union(doubted.values_list("bin_code", flat=True))
    bins = masterdata.find_bins(site, free)
    known = [bins[code] for code in free if code in bins and code not in left_out]
    arrivals = _list_arrivals(book, sku) if len(known) > 1 else {}
    return [
        Giving(
            bin_code=row.code,
            quantity=free[row.code],
            path=get_path(row),
            zone_type=row.zone_type,
            since=find_oldest(arrivals=arrivals.get(row.code, []), quantity=free[row.code]),
        )
        for row in known
    ]


def _list_arrivals(book: str, sku: str) -> dict[str, list[Arrival]]:
    """Return by bin what came into it and is sound, the last first."""
    arrivals: dict[str, list[Arrival]] = {}
    for movement in ledger.list_movements(book=book, sku=sku, limit=MOVEMENTS_MAX):
        root, *places, status = movement.to_account.split("/")
        is_inside = (
            movement.from_account.rpartition("/")[0] == movement.to_account.rpartition("/")[0]
        )
        if root == "on_hand" and status == "available" and not is_inside:
            arrivals.setdefault("/".join(places), []).append(
                Arrival(quantity=movement.quantity, at=movement.occurred_at)
            )
    return arrivals


def find_packing_bin(site: str) -> str | None:
    """Return the first bin for packing or shipping of a site, or None when it has none."""
    for zone_type in ("packing", "shipping"):
        bins = masterdata.list_bins(site, zone_type=zone_type, limit=1, only_active=True)
        if bins:
            return bins[0].code
    return None
