"""Compare the hub's book with each site's own, both cut at what the hub has heard of the site."""

from __future__ import annotations

from yipan.exchange.queries import list_inbox, list_sources
from yipan.foundation.findings import Finding
from yipan.ledger.site_differences import SiteCut, SiteDifference, list_site_differences
from yipan.masterdata.queries import ROWS_MAX, list_sites

CHECK = "proof.hub_equals_sites"
HUB_RECEIVER = "erp"
HUB_BOOK = "erp"
#: A site's own system, by the type of the site.
SYSTEMS = {"warehouse": "wms", "store": "pos"}


def compare_sites() -> Finding:
    """
    Compare every site whose own book lies in this database with the hub's.

    Where a message of the site is parked or waits, both are cut right before it. Sites that
    the hub has not heard of yet are compared at 0: neither book may hold anything of them
    that did not come by a message.
    """
    cuts = _list_cuts()
    differences = list_site_differences(hub=HUB_BOOK, cuts=cuts)
    watermarks = {cut.site: cut.watermark for cut in cuts}
    return Finding(
        check=CHECK,
        ok=not differences,
        detail=_describe(differences[0], watermark=watermarks[differences[0].site])
        if differences
        else f"{len(cuts)} sites compared",
        count=len(differences),
        examined=len(cuts),
    )


def _describe(difference: SiteDifference, *, watermark: int) -> str:
    return (
        f"site {difference.site}, SKU {difference.sku}, {difference.group}: the hub's book says "
        f"{difference.quantity_hub} and the site's own {difference.quantity_site} at message "
        f"{watermark}"
    )


def _list_cuts() -> list[SiteCut]:
    """Return the sites the hub has a stream of, and where each is cut."""
    cuts = []
    for site, system in _list_sites():
        source = f"{system}:{site}/stock"
        watermark = find_cut(source)
        if watermark is not None:
            cuts.append(
                SiteCut(site=site, book=f"{system}:{site}", source=source, watermark=watermark)
            )
    return cuts


def find_cut(source: str) -> int | None:
    """Return up to which number the hub has applied all of a source; None if there is none."""
    rows = [row for row in list_sources(source=source) if row.receiver == HUB_RECEIVER]
    if not rows:
        return None
    last = max(rows, key=lambda row: row.epoch)
    if last.parked + last.waiting == 0:
        return last.watermark
    still_open = [
        row.sequence
        for state in ("parked", "waiting")
        for row in list_inbox(state=state, source=source, receiver=HUB_RECEIVER)
        if row.epoch == last.epoch
    ]
    return min(last.watermark, *(sequence - 1 for sequence in still_open))


def _list_sites() -> list[tuple[str, str]]:
    """Return (site, system) of all sites that have a system of their own, by code."""
    found: list[tuple[str, str]] = []
    after = ""
    while True:
        rows = list_sites(after=after)
        found += [(row.code, SYSTEMS[row.site_type]) for row in rows if row.site_type in SYSTEMS]
        if len(rows) < ROWS_MAX:
            return found
        after = rows[-1].code
