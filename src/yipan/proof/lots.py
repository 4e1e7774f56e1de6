"""Prove the warehouse books lot by lot: every lot is its SKU's, every reservation has its picks."""

from __future__ import annotations

from collections import Counter

from yipan.foundation.findings import Finding
from yipan.foundation.status import StockStatus
from yipan.masterdata.queries import ROWS_MAX, list_sites
from yipan.wms.queries.lots import find_lots, list_places, list_set_aside

LOTS_CHECK = "proof.lots_belong_to_their_sku"
PICKS_CHECK = "proof.reservations_have_picks"


def prove_lots() -> list[Finding]:
    """
    Hold what lies in the bins of every warehouse here against what is known of lots and picks.

    That bins and lots together are what the hub says of the site is proved by `compare_sites`.
    """
    sites = [row.code for row in list_sites(limit=ROWS_MAX) if row.site_type == "warehouse"]
    return [_prove_lots(sites), _prove_picks(sites)]


def _prove_lots(sites: list[str]) -> Finding:
    examined, strangers = 0, []
    for site in sites:
        lying = [(sku, place.lot) for sku, place in list_places(site) if place.lot]
        known = find_lots(site, {sku for sku, _ in lying})
        examined += len(lying)
        strangers += [(site, *key) for key in lying if key not in known]
    return Finding(
        check=LOTS_CHECK,
        ok=not strangers,
        detail="site {}, SKU {}: lot {} lies there, and is no lot of it".format(*strangers[0])
        if strangers
        else f"{examined} places with a lot",
        count=len(strangers),
        examined=examined,
    )


def _prove_picks(sites: list[str]) -> Finding:
    examined, wrong = 0, []
    for site in sites:
        booked: Counter[tuple[str, str]] = Counter()
        for (sku, place), quantity in list_places(site).items():
            if place.status == StockStatus.RESERVED:
                booked[(sku, place.lot)] += quantity
        wanted = list_set_aside(site)
        keys = sorted(booked.keys() | wanted.keys())
        examined += len(keys)
        wrong += [
            (site, *key, booked[key], wanted.get(key, 0))
            for key in keys
            if booked[key] != wanted.get(key, 0)
        ]
    said = "site {}, SKU {}, lot {!r}: {} reserved in the book, {} by picks"
    return Finding(
        check=PICKS_CHECK,
        ok=not wrong,
        detail=said.format(*wrong[0]) if wrong else f"{examined} lots with picks",
        count=len(wrong),
        examined=examined,
    )
