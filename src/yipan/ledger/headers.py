"""Headers of postings: which document, who, when; and what makes a repeat an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from uuid import UUID

from yipan.foundation.ids import get_bucket, make_id
from yipan.foundation.refusals import Refusal
from yipan.ledger.accounts import Directory
from yipan.ledger.calls import call, days, ids, moments, numbers, texts
from yipan.ledger.moves import FactPosting, get_digest

# What ledger_open_postings answers about a header.
_SAME_BEFORE, _REUSED, _REVERSED_BEFORE = 2, 4, 5


class OriginReused(Refusal):
    """The same origin came a second time with different moves."""

    code = "ledger.origin_reused"


class AlreadyReversed(Refusal):
    """The posting was reversed before, under another origin."""

    code = "ledger.already_reversed"


class Headers:
    """The headers of a run. Written before the moves, so that repeats are known in time."""

    def __init__(self, *, book: str, directory: Directory, postings: Sequence[FactPosting]) -> None:
        self._book, self._book_id, self._postings = book, directory.book_id, postings
        self._digests = [get_digest(posting.moves) for posting in postings]
        self.event_ids = [make_event_id(book=book, origin=it.origin) for it in postings]
        self.answers = [True] * len(postings)
        # An origin that comes twice in one run is compared with its first occurrence.
        self._first: dict[str, int] = {}
        for position, posting in enumerate(postings):
            first = self._first.setdefault(posting.origin, position)
            if first != position:
                self._refuse_other_moves(position, same=self._digests[first])
                self.answers[position] = False

    def write(self, *, reverses: UUID | None = None, only: Collection[int] | None = None) -> None:
        """
        Write the headers that are new, and note which were written before.

        `only` names the places in the run that count; all do when it is None.
        """
        chosen = [place for place in self._first.values() if only is None or place in only]
        postings = [self._postings[it] for it in chosen]
        event_ids = [self.event_ids[it] for it in chosen]
        traces = [posting.trace for posting in postings]
        rows = call(
            _OPEN_POSTINGS,
            [
                self._book_id,
                numbers([get_bucket(it) for it in event_ids]),
                ids(event_ids),
                texts([posting.origin for posting in postings]),
                numbers([self._digests[it] for it in chosen]),
                moments([posting.occurred_at for posting in postings]),
                days([posting.business_date for posting in postings]),
                texts([trace.actor for trace in traces]),
                texts([trace.device for trace in traces]),
                texts([trace.reason for trace in traces]),
                texts([trace.source for trace in traces]),
                numbers([trace.sequence for trace in traces]),
                None if reverses is None else get_bucket(reverses),
                reverses,
            ],
        )
        for position, code in zip(chosen, rows[0][0], strict=True):
            origin = self._postings[position].origin
            if code == _REUSED:
                raise OriginReused(book=self._book, origin=origin)
            if code == _REVERSED_BEFORE:
                raise AlreadyReversed(book=self._book, origin=origin)
            self.answers[position] = code != _SAME_BEFORE

    def list_new(self) -> list[tuple[UUID, FactPosting]]:
        """Return id and posting of those that were written now."""
        triples = zip(self.answers, self.event_ids, self._postings, strict=True)
        return [(event_id, posting) for is_new, event_id, posting in triples if is_new]

    def _refuse_other_moves(self, position: int, *, same: int) -> None:
        if self._digests[position] != same:
            raise OriginReused(book=self._book, origin=self._postings[position].origin)


def make_event_id(*, book: str, origin: str) -> UUID:
    """Return a new id whose last byte gives the bucket of book and origin."""
    content = hashlib.blake2b(f"{book}|{origin}".encode(), digest_size=8).digest()
    return make_id(tail=content[:2] + content)


_OPEN_POSTINGS = """
    select ledger_open_postings(
        %s::int, %s::smallint[], %s::uuid[], %s::text[], %s::bigint[], %s::timestamptz[],
        %s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
        %s::smallint, %s::uuid)
"""
