"""Compare the hub's book with each site's own, both cut at what the hub has heard of the site."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.exchange.queries import list_inbox, list_sources
from yipan.foundation.findings import Finding
from yipan.ledger.queries import list_site_sums_at
from yipan.masterdata.queries import ROWS_MAX, list_sites

CHECK = "proof.hub_equals_sites"
HUB_RECEIVER = "erp"
HUB_BOOK = "erp"
#: A site's own system, by the type of the site.
SYSTEMS = {"warehouse": "wms", "store": "pos"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Where two books differ. Quantities are in the SKU's smallest unit."""

    site: str
    sku: str
    group: str
    watermark: int
    quantity_hub: int
    quantity_site: int

    def __str__(self) -> str:
        return (
            f"site {self.site}, SKU {self.sku}, {self.group}: the hub's book says "
            f"{self.quantity_hub} and the site's own {self.quantity_site} at message "
            f"{self.watermark}"
        )


def compare_sites() -> Finding:
    """
    Compare every site whose own book lies in this database with the hub's.

    Where a message of the site is parked or waits, both are cut right before it. Sites that
    the hub has not heard of yet are compared at 0: neither book may hold anything of them
    that did not come by a message.
    """
    differences: list[Difference] = []
    examined = 0
    for site, system in _list_sites():
        source = f"{system}:{site}/stock"
        watermark = find_cut(source)
        if watermark is None:
            continue
        examined += 1
        differences += compare_site(
            site=site, book=f"{system}:{site}", source=source, watermark=watermark
        )
    return Finding(
        check=CHECK,
        ok=not differences,
        detail=str(differences[0]) if differences else f"{examined} sites compared",
        count=len(differences),
        examined=examined,
    )


def compare_site(*, site: str, book: str, source: str, watermark: int) -> list[Difference]:
    """Return where the hub's book and the site's differ, ordered by SKU."""
    cut = {source: watermark}
    hub = list_site_sums_at(book=HUB_BOOK, prefixes=[f"on_hand/{site}/"], watermarks=cut)
    own = list_site_sums_at(book=book, prefixes=["on_hand/"], watermarks=cut)
    quantities_hub = {(row.sku, row.group): row.quantity for row in hub}
    quantities_site = {(row.sku, row.group): row.quantity for row in own}
    return [
        Difference(
            site=site,
            sku=sku,
            group=group,
            watermark=watermark,
            quantity_hub=quantities_hub.get((sku, group), 0),
            quantity_site=quantities_site.get((sku, group), 0),
        )
        for sku, group in sorted(quantities_hub.keys() | quantities_site.keys())
        if quantities_hub.get((sku, group), 0) != quantities_site.get((sku, group), 0)
    ]


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
