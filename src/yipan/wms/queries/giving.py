"""Which bins could give goods: what is free in them, how old it is, how one walks there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger import several
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import BinRow
from yipan.wms.models import Pick, SpotCount
from yipan.wms.models.outbound_order import PickState
from yipan.wms.queries.lots import LotKey, LotRow, find_lots, list_places
from yipan.wms.rules import pick_path
from yipan.wms.rules.outbound import Arrival, Giving, find_oldest
from yipan.wms.rules.places import ON_HAND, Place, get_account, read_account

#: So many movements of a SKU are looked through for its age; older goods have none.
MOVEMENTS_MAX = 500


def get_path(row: BinRow) -> tuple[str, str, int, str]:
    """Return what orders bins as one walks: zone, aisle, place in the aisle, code."""
    return (row.zone, row.aisle, row.sequence, row.code)


def write_paths(site: str, rows: Iterable[BinRow]) -> dict[str, str]:
    """Return bin to a text that sorts as one walks: up one aisle, down the next."""
    ranks = masterdata.rank_aisles(site)
    return {
        row.code: pick_path.write_path(
            zone=row.zone,
            aisle=row.aisle,
            aisle_rank=ranks.get((row.zone, row.aisle), 0),
            place=pick_path.get_place_in_aisle(sequence=row.sequence, code=row.code),
            code=row.code,
        )
        for row in rows
    }


def list_giving(
    site: str,
    sku: str,
    *,
    today: date,
    without: Collection[str] = (),
    lot: str = "",
    status: str = StockStatus.AVAILABLE,
) -> list[Giving]:
    """
    Return the bins and lots from which a SKU may be taken, and how much is free there.

    A bin somebody has to count first is left out, those in `without`, and lots that may no
    longer be sold `today`. `lot` keeps one lot only. Goods of another `status` than available
    are set aside by their open picks alone, and may be over.
    """
    free = {
        place: quantity
        for (_, place), quantity in list_places(site, sku=sku).items()
        if place.status == status and quantity > 0 and lot in ("", place.lot)
    }
    if status != StockStatus.AVAILABLE:
        free = _subtract_picks(free, site=site, sku=sku, status=status)
    left_out = set(without).union(_list_doubted(site, [sku]).get(sku, ()))
    bins = masterdata.find_bins(site, {place.bin_code for place in free} - left_out)
    lots = find_lots(site, [sku]) if any(place.lot for place in free) else {}
    return _make(site, sku, free, bins=bins, lots=lots, today=today)


def list_giving_of(
    site: str, skus: Collection[str], *, today: date, without: Collection[str] = ()
) -> dict[str, list[Giving]]:
    """Return the same for many SKUs at once; age is read only where a SKU lies in two places."""
    free: dict[str, dict[Place, int]] = {}
    for row in several.list_balances_of(book=f"wms:{site}", skus=skus, prefix=ON_HAND):
        place = read_account(row.account)
        if place is None or place.bin_code in without:
            continue
        if place.status == StockStatus.AVAILABLE and row.quantity > 0:
            free.setdefault(row.sku, {})[place] = row.quantity
    doubted = _list_doubted(site, free)
    bins = masterdata.find_bins(site, {it.bin_code for places in free.values() for it in places})
    with_lots = {sku for sku, places in free.items() if any(place.lot for place in places)}
    lots = find_lots(site, with_lots) if with_lots else {}
    return {
        sku: _make(
            site,
            sku,
            {it: held for it, held in places.items() if it.bin_code not in doubted.get(sku, ())},
            bins=bins,
            lots=lots,
            today=today,
        )
        for sku, places in free.items()
    }


def get_free(site: str, *, sku: str, place: str, lot: str = "") -> int:
    """Return how much of a SKU and lot is free in a place, never below zero."""
    account = get_account(bin_code=place, status=StockStatus.AVAILABLE, lot=lot)
    return max(0, ledger.get_quantity(book=f"wms:{site}", account=account, sku=sku))


def _list_doubted(site: str, skus: Collection[str]) -> dict[str, set[str]]:
    """Return SKU to the bins somebody has to count first."""
    counts = SpotCount.objects.filter(site=site, sku__in=list(skus), state="open")
    doubted: dict[str, set[str]] = {}
    for sku, bin_code in counts.values_list("sku", "bin_code"):
        doubted.setdefault(sku, set()).add(bin_code)
    return doubted


def _make(
    site: str,
    sku: str,
    free: Mapping[Place, int],
    *,
    bins: Mapping[str, BinRow],
    lots: Mapping[LotKey, LotRow],
    today: date,
) -> list[Giving]:
    ends = {code: row.expires_on for (of, code), row in lots.items() if of == sku}
    known = [
        place
        for place in free
        if place.bin_code in bins
        and (
            place.status != StockStatus.AVAILABLE or not _is_over(ends.get(place.lot), today=today)
        )
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


def _subtract_picks(
    free: dict[Place, int], *, site: str, sku: str, status: str
) -> dict[Place, int]:
    picks = Pick.objects.filter(order__site=site, sku=sku, status=status, state=PickState.OPEN)
    taken: dict[tuple[str, str], int] = {}
    for bin_code, lot, quantity in picks.values_list("bin_code", "lot", "quantity"):
        taken[bin_code, lot] = taken.get((bin_code, lot), 0) + quantity
    rest = {
        place: quantity - taken.get((place.bin_code, place.lot), 0)
        for place, quantity in free.items()
    }
    return {place: quantity for place, quantity in rest.items() if quantity > 0}


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


def find_packing_bin(
    site: str, *, zone_types: Sequence[str] = ("packing", "shipping")
) -> str | None:
    """Return the first bin of a site in zones of these types, or None when it has none."""
    for zone_type in zone_types:
        bins = masterdata.list_bins(site, zone_type=zone_type, limit=1, only_active=True)
        if bins:
            return bins[0].code
    return None
