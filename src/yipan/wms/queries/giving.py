"""Which bins could give goods: what is free in them, how old it is, how one walks there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import BinRow
from yipan.wms.models import SpotCount
from yipan.wms.queries.lots import find_lots, list_places
from yipan.wms.rules.outbound import Arrival, Giving, find_oldest
from yipan.wms.rules.places import Place, read_account

#: So many movements of a SKU are looked through for its age; older goods have none.
MOVEMENTS_MAX = 500


def get_path(row: BinRow) -> tuple[str, str, int, str]:
    """Return what orders bins as one walks: zone, aisle, place in the aisle, code."""
    return (row.zone, row.aisle, row.sequence, row.code)


def write_path(row: BinRow) -> str:
    """Return the same as a text that sorts alike."""
    return f"{row.zone}|{row.aisle}|{row.sequence:06d}|{row.code}"[:120]


def list_giving(
    site: str, sku: str, *, today: date, without: Collection[str] = (), lot: str = ""
) -> list[Giving]:
    """
    Return the bins and lots from which a SKU may be taken, and how much is free there.

    A bin somebody has to count first is left out, those in `without`, and lots that may no
    longer be sold `today`. `lot` keeps one lot only.
    """
    free = {
        place: quantity
        for (_, place), quantity in list_places(site, sku=sku).items()
        if place.status == StockStatus.AVAILABLE and quantity > 0 and lot in ("", place.lot)
    }
    codes = {place.bin_code for place in free}
    doubted = SpotCount.objects.filter(site=site, sku=sku, state="open", bin_code__in=codes)
    left_out = set(without).union(doubted.values_list("bin_code", flat=True))
    bins = masterdata.find_bins(site, codes - left_out)
    lots = find_lots(site, [sku]) if any(place.lot for place in free) else {}
    ends = {code: row.expires_on for (_, code), row in lots.items()}
    known = [
        place
        for place in free
        if place.bin_code in bins and not _is_over(ends.get(place.lot), today=today)
    ]
    arrivals = _list_arrivals(f"wms:{site}", sku) if len(known) > 1 else {}
    return [
        Giving(
            bin_code=place.bin_code,
            quantity=free[place],
            path=get_path(bins[place.bin_code]),
            zone_type=bins[place.bin_code].zone_type,
            expires_on=ends.get(place.lot),
            since=find_oldest(arrivals=arrivals.get(place, []), quantity=free[place]),
            lot=place.lot,
        )
        for place in known
    ]


def _is_over(expires_on: date | None, *, today: date) -> bool:
    return expires_on is not None and expires_on < today


def _list_arrivals(book: str, sku: str) -> dict[Place, list[Arrival]]:
    """Return by place what came into it and is sound, the last first."""
    arrivals: dict[Place, list[Arrival]] = {}
    for movement in ledger.list_movements(book=book, sku=sku, limit=MOVEMENTS_MAX):
        place = read_account(movement.to_account)
        is_inside = (
            movement.from_account.rpartition("/")[0] == movement.to_account.rpartition("/")[0]
        )
        if place is not None and place.status == StockStatus.AVAILABLE and not is_inside:
            arrivals.setdefault(place, []).append(
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
