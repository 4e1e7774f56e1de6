"""Prove that what counts were corrected by is in the books, once."""

from __future__ import annotations

from collections import defaultdict

from yipan.foundation.findings import Finding
from yipan.ledger import queries as ledger
from yipan.stocktake.models import CorrectionState, CountCorrection

#: What each system calls the posting of an adjustment.
ORIGINS = {"wms": "adjustment", "pos": "store_adjustment"}
OUTSIDE = "stocktake_difference"
SHOWN_MAX = 3


def prove_counts() -> Finding:
    """
    Compare the corrections of counts with the postings of their documents, SKU by SKU.

    A posted correction is a movement from or to the account of stocktake differences in the
    site's own book, of just that quantity; one that is not posted has moved nothing.
    """
    wanted: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = CountCorrection.objects.values_list(
        "system", "site", "document", "sku", "state", "quantity"
    )
    for system, site, document, sku, state, quantity in rows.iterator():
        is_booked = state in (CorrectionState.POSTED, CorrectionState.REVERSED)
        wanted[(system, site, document)][sku] += quantity if is_booked else 0
    wrong = []
    for (system, site, document), expected in sorted(wanted.items()):
        found = _read_posted(system, site=site, document=document)
        if {sku: quantity for sku, quantity in expected.items() if quantity} != found:
            wrong.append(f"{site} {document}")
    return Finding(
        check="proof.counts_are_booked_once",
        ok=not wrong,
        detail=", ".join(wrong[:SHOWN_MAX]) or f"{len(wanted)} documents of counts",
        count=len(wrong),
        examined=len(wanted),
    )


def _read_posted(system: str, *, site: str, document: str) -> dict[str, int]:
    posting = ledger.find_posting(
        book=f"{system}:{site}", origin=f"{ORIGINS[system]}/{document}/post"
    )
    posted: dict[str, int] = defaultdict(int)
    for move in posting.movements if posting else ():
        if move.from_account == OUTSIDE:
            posted[move.sku] += move.quantity
        elif move.to_account == OUTSIDE:
            posted[move.sku] -= move.quantity
    return {sku: quantity for sku, quantity in posted.items() if quantity}
