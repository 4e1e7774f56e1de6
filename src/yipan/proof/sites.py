"""Compare the hub's book with each site's own, both cut at what the hub has heard of the site."""

from __future__ import annotations

from yipan.foundation.findings import Finding
from yipan.ledger.site_differences import SiteDifference, list_site_differences
from yipan.recon.documents import trees
from yipan.recon.queries.cuts import HUB_BOOK, list_cuts

CHECK = "proof.hub_equals_sites"
TREES = "proof.trees_follow_books"


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


def prove_trees() -> Finding:
    """Compare what is kept of each site's two books with what their balances add up to."""
    cuts = list_cuts()
    drifted = trees.list_drifted(cuts=cuts)
    return Finding(
        check=TREES,
        ok=not drifted,
        detail=f"the sums kept of site {drifted[0]} are not those of its balances"
        if drifted
        else f"{len(cuts)} sites looked at",
        count=len(drifted),
        examined=len(cuts),
    )


def _describe(difference: SiteDifference, *, watermark: int) -> str:
    return (
        f"site {difference.site}, SKU {difference.sku}, {difference.group}: the hub's book says "
        f"{difference.quantity_hub} and the site's own {difference.quantity_site} at message "
        f"{watermark}"
    )
