"""Where the hub's book and a site's own are comparable: at what the hub has applied of the site."""

from __future__ import annotations

from collections.abc import Collection

from yipan.exchange.queries import list_inbox, list_sources
from yipan.ledger.site_differences import SiteCut
from yipan.masterdata.queries import ROWS_MAX, list_sites

HUB_RECEIVER = "erp"
HUB_BOOK = "erp"
#: A site's own system, by the type of the site.
SYSTEMS = {"warehouse": "wms", "store": "pos"}


def list_cuts(*, sites: Collection[str] | None = None) -> list[SiteCut]:
    """Return the sites the hub has a stream of, and where each is cut, by code."""
    cuts = []
    for site, system in _list_systems():
        if sites is not None and site not in sites:
            continue
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


def _list_systems() -> list[tuple[str, str]]:
    """Return (site, system) of all sites that have a system of their own, by code."""
    found: list[tuple[str, str]] = []
    after = ""
    while True:
        rows = list_sites(after=after)
        found += [(row.code, SYSTEMS[row.site_type]) for row in rows if row.site_type in SYSTEMS]
        if len(rows) < ROWS_MAX:
            return found
        after = rows[-1].code
