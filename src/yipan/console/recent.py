"""The latest postings, for a reader to see that the house is alive."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.console import books
from yipan.console.documents import Document, describe
from yipan.console.reader import Reader
from yipan.ledger.queries import list_postings
from yipan.ledger.rows import PostingRow

POSTINGS_SHOWN = 6
POSTINGS_READ = 30
TO_COME = "supply/"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentPosting:
    """A posting and the document it is of."""

    header: PostingRow
    document: Document


def list_recent(reader: Reader) -> list[RecentPosting]:
    """
    Return the last postings of the reader's books, newest first.

    Who sees all sites gets the hub's book, everybody else the books of their own sites. What
    the pool notes of goods to come moves none, and is left out.
    """
    if not reader.actor.may("ledger.read"):
        return []
    rows: list[PostingRow] = []
    for book in _list_books(reader):
        found = list_postings(book=book, limit=POSTINGS_READ)
        rows += [row for row in found if not row.origin.startswith(TO_COME)]
    rows.sort(key=lambda row: row.recorded_at, reverse=True)
    return [
        RecentPosting(header=row, document=describe(book=row.book, origin=row.origin))
        for row in rows[:POSTINGS_SHOWN]
    ]


def _list_books(reader: Reader) -> list[str]:
    if not reader.site and reader.actor.sites is None:
        return [books.HUB]
    chosen = [reader.site] if reader.site else sorted(reader.actor.sites or ())
    return [f"{system}:{code}" for code in chosen[:4] for system in ("wms", "pos")]
