"""Reads for putting away and moving: what is carried, and where it should go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import Package, Pick
from yipan.wms.queries.bin_map import list_candidates
from yipan.wms.queries.lots import find_lots
from yipan.wms.queries.receipts import find_receiving_bin
from yipan.wms.rules import Shifted, read_account
from yipan.wms.rules import putaway as rules
from yipan.wms.rules.putaway import Proposal

#: Of so many picks the commonest SKUs are called fast, for the pick face.
PICKS_LOOKED_AT = 2_000
FAST_SKUS_MAX = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadLine:
    """A quantity of one SKU and lot in one status."""

    sku: SkuRow
    status: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What somebody took out of a bin: all that is free there, or one SKU of it."""

    site: str
    from_bin: str
    lines: tuple[LoadLine, ...]
    sscc: str = ""

    @property
    def quantity(self) -> int:
        """Return the pieces in all."""
        return sum(line.quantity for line in self.lines)

    def make_shifts(self, to_bin: str) -> list[Shifted]:
        """Return what is moved when it is put down."""
        return [
            Shifted(
                sku=line.sku.code,
                from_bin=self.from_bin,
                to_bin=to_bin,
                quantity=line.quantity,
                status=StockStatus(line.status),
                lot=line.lot,
            )
            for line in self.lines
        ]


def find_load(site: str, *, from_bin: str, sku: str, lot: str = "") -> Load | None:
    """Return what lies free in a bin, of one SKU (and lot) or of all; None when nothing does."""
    rows = ledger.list_balances(book=f"wms:{site}", sku=sku or None, prefix=f"on_hand/{from_bin}/")
    skus = masterdata.find_skus({row.sku for row in rows})
    lots = find_lots(site, skus)
    lines = []
    for row in rows:
        place = read_account(row.account)
        assert place is not None
        is_free = row.quantity > 0 and place.status != StockStatus.RESERVED
        if is_free and lot in ("", place.lot):
            known = lots.get((row.sku, place.lot))
            lines.append(
                LoadLine(
                    sku=skus[row.sku],
                    status=place.status,
                    quantity=row.quantity,
                    lot=place.lot,
                    expires_on=known.expires_on if known else None,
                )
            )
    return Load(site=site, from_bin=from_bin, lines=tuple(lines)) if lines else None


def find_package_load(site: str, *, sscc: str) -> Load | None:
    """Return what is in a whole package that stands somewhere at the site; None without one."""
    found = Package.objects.filter(site=site, sscc=sscc, state="received").first()
    if found is None:
        return None
    lines = list(found.lines.order_by("line"))
    skus = masterdata.find_skus({line.sku for line in lines})
    lots = find_lots(site, skus)
    return Load(
        site=site,
        from_bin=found.bin_code,
        sscc=sscc,
        lines=tuple(
            LoadLine(
                sku=skus[line.sku],
                status=line.status,
                quantity=line.quantity,
                lot=line.lot,
                expires_on=lots[(line.sku, line.lot)].expires_on
                if (line.sku, line.lot) in lots
                else None,
            )
            for line in lines
        ),
    )


def holds_one_sku(site: str, bin_code: str) -> bool:
    """Tell whether a bin holds one SKU only: of a mixed one, a scan of it names no product."""
    rows = ledger.list_balances(book=f"wms:{site}", prefix=f"on_hand/{bin_code}/")
    return len({row.sku for row in rows if row.quantity > 0}) == 1


def find_dock(site: str, sku: str) -> str:
    """Return the bin goods are put away from: a receiving bin with the SKU, else the first."""
    docks = [row.code for row in masterdata.list_bins(site, zone_type="receiving")]
    for row in ledger.list_balances(book=f"wms:{site}", sku=sku, prefix="on_hand/"):
        place = read_account(row.account)
        if place is not None and place.bin_code in docks and row.quantity > 0:
            return place.bin_code
    return find_receiving_bin(site)


def list_waiting(site: str) -> list[Load]:
    """Return what waits at the docks to be put away, by bin and SKU."""
    loads: list[Load] = []
    for row in masterdata.list_bins(site, zone_type="receiving", only_active=True):
        found = find_load(site, from_bin=row.code, sku="")
        loads.extend(
            Load(site=site, from_bin=row.code, lines=(line,))
            for line in (found.lines if found else ())
        )
    return loads


def propose(load: Load) -> Proposal | None:
    """
    Return where a load should go; None when no bin takes it, or it is of many SKUs.

    Goods of one status are proposed a bin of its zones: what is not for sale stays apart.
    """
    skus = {line.sku.code for line in load.lines}
    statuses = {line.status for line in load.lines}
    if len(skus) != 1 or len(statuses) != 1:
        return None
    lots = {line.lot for line in load.lines}
    sku = load.lines[0].sku
    listed = list_candidates(load.site, sku, lot=min(lots) if len(lots) == 1 else "")
    return rules.propose_bin(
        candidates=[it for it in listed if it.bin_code != load.from_bin],
        quantity=load.quantity,
        is_fast=sku.code in _list_fast(load.site),
        zone_types=rules.list_zone_types(StockStatus(load.lines[0].status)),
    )


def find_objection(load: Load, *, to_bin: str) -> str:
    """Return what speaks against putting a load into a bin, in one word; empty when nothing."""
    for line in load.lines:
        for candidate in list_candidates(load.site, line.sku, lot=line.lot):
            if candidate.bin_code == to_bin:
                zone_types = rules.list_zone_types(StockStatus(line.status))
                objection = rules.find_objection(
                    candidate, quantity=load.quantity, zone_types=zone_types
                )
                if objection:
                    return objection
    return ""


def _list_fast(site: str) -> set[str]:
    """Return the SKUs picked most often of late: class A."""
    picks = Pick.objects.filter(order__site=site).order_by("-id")
    counted: dict[str, int] = {}
    for sku in picks.values_list("sku", flat=True)[:PICKS_LOOKED_AT]:
        counted[sku] = counted.get(sku, 0) + 1
    return set(sorted(counted, key=lambda it: -counted[it])[:FAST_SKUS_MAX])
