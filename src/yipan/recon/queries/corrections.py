"""What a document did to the goods of a case: only one that moved them puts it right."""

from __future__ import annotations

from datetime import timedelta

from yipan.ledger.cited import find_net
from yipan.recon.models import Case
from yipan.recon.queries.cuts import HUB_BOOK

#: A document that explains a case may be older than the difference it left.
LOOK_BACK = timedelta(days=90)


def find_moved(case: Case, *, document: str) -> int | None:
    """
    Return by how much a document changed what is on hand of the case's SKU at its site.

    In smallest units, as the hub booked it, else as the site did; 0 where it changed a status or
    a place, or was reversed. None where it moved none of these goods, or is not posted.
    """
    since = case.since - LOOK_BACK
    own = [(f"{system}:{case.site}", "on_hand") for system in ("wms", "pos")]
    for book, root in ((HUB_BOOK, f"on_hand/{case.site}"), *own):
        net = find_net(book=book, root=root, sku=case.sku, document=document, since=since)
        if net is not None:
            return net
    return None
