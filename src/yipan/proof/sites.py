"""Compare the hub's book with each site's own, both cut at what the hub has heard of the site."""

from __future__ import annotations

from yipan.foundation.findings import Finding
from yipan.ledger.site_differences import SiteCut, SiteDifference, list_site_differences
from yipan.ledger.site_trees import find_books
from yipan.recon.documents import trees
from yipan.recon.queries.cuts import HUB_BOOK, list_cuts

CHECK = "proof.hub_equals_sites"
TREES = "proof.trees_follow_books"


def compare_sites() -> Finding:
    """
    Compare every site whose own book lies in this database with the hub's.

    Where a message of the site is parked or waits, both are cut right before it. A book that
    lies elsewhere cannot be read from here: its site is counted, and not compared. What such
    a site has instead are the digests it tells, and the reports it sends.
    """
    cuts, elsewhere = _list_own_cuts()
    differences = list_site_differences(hub=HUB_BOOK, cuts=cuts)
    watermarks = {cut.site: cut.watermark for cut in cuts}
    return Finding(
        check=CHECK,
        ok=not differences,
        detail=_describe(differences[0], watermark=watermarks[differences[0].site])
        if differences
        else f"{len(cuts)} sites compared{_tell_elsewhere(elsewhere)}",
        count=len(differences),
        examined=len(cuts),
    )


def prove_trees() -> Finding:
    """Compare what is kept of each site's two books with what their balances add up to."""
    cuts, elsewhere = _list_own_cuts()
    drifted = trees.list_drifted(cuts=cuts)
    return Finding(
        check=TREES,
        ok=not drifted,
        detail=f"the sums kept of site {drifted[0]} are not those of its balances"
        if drifted
        else f"{len(cuts)} sites looked at{_tell_elsewhere(elsewhere)}",
        count=len(drifted),
        examined=len(cuts),
    )


def _list_own_cuts() -> tuple[list[SiteCut], int]:
    """Return the cuts of sites whose books lie here, and how many sites' books lie elsewhere."""
    found = list_cuts()
    here = find_books([cut.book for cut in found])
    cuts = [cut for cut in found if cut.book in here]
    return cuts, len(found) - len(cuts)


def _tell_elsewhere(count: int) -> str:
    return f", {count} not compared: their books lie elsewhere" if count else ""


def _describe(difference: SiteDifference, *, watermark: int) -> str:
    return (
        f"site {difference.site}, SKU {difference.sku}, {difference.group}: the hub's book says "
        f"{difference.quantity_hub} and the site's own {difference.quantity_site} at message "
        f"{watermark}"
    )
