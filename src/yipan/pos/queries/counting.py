"""What stands counted of a store's transfer, and what has to be. Quantities in smallest units."""

from __future__ import annotations

from yipan.pos.models import StoreCount, StoreTransfer, TransferScan
from yipan.pos.models.store_count import StoreCountState
from yipan.pos.rules import Moved


def list_counted(transfer: StoreTransfer) -> list[Moved]:
    """Return what stands counted of each SKU, in the order of their first scans."""
    scans: dict[str, list[TransferScan]] = {}
    for scan in transfer.scans.filter(undone_at=None).order_by("position"):
        scans.setdefault(scan.sku, []).append(scan)
    counted = [
        Moved(
            sku=sku,
            quantity=sum(scan.quantity for scan in same if not scan.is_damaged),
            quantity_damaged=sum(scan.quantity for scan in same if scan.is_damaged),
            capture_mode=_choose_mode([scan.capture_mode for scan in same]),
        )
        for sku, same in scans.items()
    ]
    return [each for each in counted if each.quantity or each.quantity_damaged]


def _choose_mode(modes: list[str]) -> str:
    """Return what a line is marked as: keyed once is keyed, taken as told is `bulk`."""
    return next((mode for mode in ("bulk", "key") if mode in modes), "scan")


DOUBTS_MAX = 5_000


def list_doubts(site: str) -> list[tuple[str, str]]:
    """Return place and SKU of the counts a store has to make, in a steady order."""
    rows = StoreCount.objects.filter(site=site, state=StoreCountState.OPEN).order_by("id")
    return list(dict.fromkeys(rows.values_list("place", "sku")[:DOUBTS_MAX]))
