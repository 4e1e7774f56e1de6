"""Compare the hub's book with each site's own, both cut at what the hub has heard of the site."""

from __future__ import annotations

from yipan.foundation.findings import Finding
from yipan.ledger.site_differences import SiteDifference, list_site_differences
from yipan.recon.queries.cuts import HUB_BOOK, list_cuts

CHECK = "proof.hub_equals_sites"


def compare_sites() -> Finding:
    """
    Compare every site whose own book lies in this database with the hub's.

    Where a message of the site is parked or waits, both are cut right before it. Sites that
    the hub has not heard of yet are compared at 0: neither book may hold anything of them
    that did not come by a message.
    """
    cuts = list_cuts()
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
