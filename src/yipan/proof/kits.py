"""Prove kit work: what stands between parts and kits in the books is what documents say."""

from __future__ import annotations

from yipan.foundation.findings import Finding
from yipan.ledger.queries import list_balances
from yipan.masterdata.queries import ROWS_MAX, list_sites
from yipan.wms.queries.kits import sum_kit_work
from yipan.wms.rules.kits import KIT_WORK

CHECK = "proof.kits_follow_their_work"


def prove_kits() -> Finding:
    """Hold the account `kit_work` of every warehouse here against the lines of its documents."""
    examined, wrong = 0, []
    for site in [row.code for row in list_sites(limit=ROWS_MAX) if row.site_type == "warehouse"]:
        told = sum_kit_work(site)
        booked = {
            row.sku: row.quantity
            for row in list_balances(book=f"wms:{site}", prefix=KIT_WORK)
            if row.account == KIT_WORK
        }
        keys = sorted(told.keys() | booked.keys())
        examined += len(keys)
        wrong += [
            (site, key, booked.get(key, 0), told.get(key, 0))
            for key in keys
            if booked.get(key, 0) != told.get(key, 0)
        ]
    said = "site {}, SKU {}: {} in kit work by the book, {} by documents"
    return Finding(
        check=CHECK,
        ok=not wrong,
        detail=said.format(*wrong[0]) if wrong else f"{examined} SKUs in kit work",
        count=len(wrong),
        examined=examined,
    )
