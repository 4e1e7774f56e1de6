"""
Who and what stands behind a movement, as three addresses other systems can keep.

`yipan://wms/W1/receipt/GR-0001` names the document in its book, `yipan://actor/lin.purchaser`
who did it, and `yipan://reason/receipt/post` the step of which type of document was the reason.
They never change once a movement is written, and need no table of ours to be told apart.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from yipan.ledger.rows import PostingRow


class Uris(NamedTuple):
    """The addresses of a document, of whoever posted it, and of the reason."""

    document_uri: str
    actor_uri: str
    reason_uri: str


def make_uris(header: PostingRow | None) -> Uris:
    """Return the addresses behind a posting, empty ones where there is none or nobody is named."""
    if header is None:
        return Uris("", "", "")
    book = header.book.replace(":", "/")
    document, _slash, step = header.origin.rpartition("/")
    document_type = document.partition("/")[0] or step
    return Uris(
        document_uri=f"yipan://{quote(book)}/{quote(document or header.origin)}",
        actor_uri=f"yipan://actor/{quote(header.actor, safe='')}" if header.actor else "",
        reason_uri=f"yipan://reason/{quote(document_type)}/{quote(step)}",
    )
