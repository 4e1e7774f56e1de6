"""The only way into the ledger: one door for facts, one for promises, one to reverse."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.foundation.ids import get_bucket, make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger import queries
from yipan.ledger.accounts import Directory, open_directory
from yipan.ledger.calls import call, days, ids, moments, numbers, texts
from yipan.ledger.moves import (
    NO_TRACE,
    BatchRequest,
    FactPosting,
    Move,
    Outcome,
    Trace,
    get_digest,
)
from yipan.ledger.packing import pack

MOVES_PER_POSTING_MAX = 10_000
POSTINGS_PER_RUN_MAX = 10_000
REQUESTS_PER_BATCH_MAX = 512

# What ledger_open_postings answers about a header.
_SAME_BEFORE, _REUSED, _REVERSED_BEFORE = 2, 4, 5


class StockShort(Refusal):
    """A promise asked for more than is there."""

    code = "ledger.stock_short"


class OriginReused(Refusal):
    """The same origin came a second time with different moves."""

    code = "ledger.origin_reused"


class AlreadyReversed(Refusal):
    """The posting was reversed before, under another origin."""

    code = "ledger.already_reversed"


def post_fact(*, book: str, posting: FactPosting) -> bool:
    """
    Book what physically happened, whatever the balances say.

    A balance may go below zero: the goods did move, so the book was wrong before, and
    the negative balance is the evidence. Quantities are in the SKU's smallest unit.

    Return False when exactly this was posted before: delivering a message twice is
    normal, so the second time is an answer and not an error.

    :raises OriginReused: if the origin was posted before, but with other moves.
    """
    return post_facts(book=book, postings=[posting])[0]


@transaction.atomic
def post_facts(*, book: str, postings: Sequence[FactPosting]) -> list[bool]:
    """
    Book a run of facts at once: one statement for all headers, one for all moves.

    Return for each posting what `post_fact` would. All are booked or none.

    :raises OriginReused: if an origin was posted before, or earlier in this run, with other moves.
    """
    assert len(postings) <= POSTINGS_PER_RUN_MAX
    if not postings:
        return []
    for posting in postings:
        _require_sound(posting)
    directory = open_directory(
        book=book, moves=[move for posting in postings for move in posting.moves]
    )
    headers = _Headers(book=book, directory=directory, postings=postings)
    headers.write()
    new = headers.list_new()
    if new:
        packed = pack(
            directory=directory, postings=[posting.moves for _, posting in new], guards=None
        )
        call(
            _POST_FACTS,
            [
                ids([event_id for event_id, _ in new]),
                moments([posting.occurred_at for _, posting in new]),
                *(packed.buckets, packed.skus, packed.places, packed.statuses),
                *(packed.facts, packed.nets),
                *(packed.requests, packed.sources, packed.targets, packed.quantities),
            ],
        )
    return headers.answers


@transaction.atomic
def post_promise(*, book: str, posting: FactPosting) -> bool:
    """
    Set stock aside, or refuse the whole posting and leave nothing behind.

    Returns and repeats as in `post_fact`.

    :raises OriginReused: if the origin was posted before, but with other moves.
    :raises StockShort: if any account would give more than it holds.
    """
    _require_sound(posting)
    directory = open_directory(book=book, moves=posting.moves)
    headers = _Headers(book=book, directory=directory, postings=[posting])
    headers.write()
    if not headers.answers[0]:
        return False
    request = BatchRequest(
        event_id=headers.event_ids[0], occurred_at=posting.occurred_at, moves=posting.moves
    )
    outcome = _decide(directory=directory, requests=[request])[0]
    if outcome is Outcome.REFUSED:
        raise _explain_shortage(book=book, request=request)
    assert outcome is Outcome.ACCEPTED, "the id of a new header is new"
    return True


@transaction.atomic
def reverse(
    *, book: str, origin: str, reversal: str, at: datetime, trace: Trace = NO_TRACE
) -> bool:
    """
    Undo a posting (冲销) by posting the opposite moves under the origin `reversal`.

    Return False when `reversal` has reversed it before.

    :raises NotFound: if nothing was posted under `origin`.
    :raises AlreadyReversed: if it was reversed under another origin.
    """
    found = queries.find_posting(book=book, origin=origin)
    if found is None:
        raise NotFound(book=book, origin=origin)
    posting = FactPosting(
        origin=reversal,
        occurred_at=at,
        moves=[
            Move(
                sku=it.sku,
                from_account=it.to_account,
                to_account=it.from_account,
                quantity=it.quantity,
            )
            for it in reversed(found.movements)
        ],
        trace=trace,
        business_date=found.header.business_date,
    )
    _require_sound(posting)
    directory = open_directory(book=book, moves=posting.moves)
    headers = _Headers(book=book, directory=directory, postings=[posting])
    headers.write(reverses=found.header.event_id)
    if headers.answers[0]:
        packed = pack(directory=directory, postings=[posting.moves], guards=None)
        call(
            _POST_FACTS,
            [
                ids(headers.event_ids),
                moments([at]),
                *(packed.buckets, packed.skus, packed.places, packed.statuses),
                *(packed.facts, packed.nets),
                *(packed.requests, packed.sources, packed.targets, packed.quantities),
            ],
        )
    return headers.answers[0]


@transaction.atomic
def post_batch(*, book: str, requests: Sequence[BatchRequest]) -> list[Outcome]:
    """
    Decide requests in order of arrival, each whole or not at all, and store the outcomes.

    A request sent before gets its stored outcome. Nothing is raised for a shortage.
    """
    assert len(requests) <= REQUESTS_PER_BATCH_MAX
    if not requests:
        return []
    for request in requests:
        assert 0 < len(request.moves) <= MOVES_PER_POSTING_MAX
        assert request.occurred_at.utcoffset() is not None
    directory = open_directory(
        book=book, moves=[move for request in requests for move in request.moves]
    )
    return _decide(directory=directory, requests=requests)


def _require_sound(posting: FactPosting) -> None:
    assert posting.origin
    assert 0 < len(posting.moves) <= MOVES_PER_POSTING_MAX
    assert posting.occurred_at.utcoffset() is not None


class _Headers:
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

    def write(self, *, reverses: UUID | None = None) -> None:
        """Write the headers that are new, and note which were written before."""
        chosen = list(self._first.values())
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


def _decide(*, directory: Directory, requests: Sequence[BatchRequest]) -> list[Outcome]:
    guards = [
        guard for request in requests for guard in (request.guarded or [True] * len(request.moves))
    ]
    packed = pack(
        directory=directory, postings=[request.moves for request in requests], guards=guards
    )
    rows = call(
        _POST_BATCH,
        [
            ids([request.event_id for request in requests]),
            numbers([get_bucket(request.event_id) for request in requests]),
            numbers([get_digest(it.moves, guarded=it.guarded) for it in requests]),
            moments([request.occurred_at for request in requests]),
            *(packed.buckets, packed.skus, packed.places, packed.statuses),
            *(packed.needs, packed.facts, packed.nets),
            *(packed.requests, packed.sources, packed.targets, packed.quantities, packed.guards),
        ],
    )
    return [Outcome(code) for code in rows[0][0]]


def _explain_shortage(*, book: str, request: BatchRequest) -> StockShort:
    rows = call(
        "select refused_line from ledger_request where bucket = %s and event_id = %s",
        [get_bucket(request.event_id), request.event_id],
    )
    line: int = rows[0][0]
    short = request.moves[line - 1]
    available = queries.get_quantity(book=book, account=short.from_account, sku=short.sku)
    # Lines are decided one after another: what earlier ones moved counts.
    for earlier in request.moves[: line - 1]:
        if earlier.sku == short.sku:
            available -= earlier.quantity * (earlier.from_account == short.from_account)
            available += earlier.quantity * (earlier.to_account == short.from_account)
    return StockShort(
        book=book,
        account=short.from_account,
        sku=short.sku,
        asked=short.quantity,
        available=available,
    )


_OPEN_POSTINGS = """
    select ledger_open_postings(
        %s::int, %s::smallint[], %s::uuid[], %s::text[], %s::bigint[], %s::timestamptz[],
        %s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
        %s::smallint, %s::uuid)
"""
_POST_FACTS = """
    select ledger_post_facts(
        %s::uuid[], %s::timestamptz[],
        %s::smallint[], %s::int[], %s::int[], %s::smallint[], %s::bigint[], %s::bigint[],
        %s::int[], %s::int[], %s::int[], %s::bigint[])
"""
_POST_BATCH = """
    select ledger_post_batch(
        %s::uuid[], %s::smallint[], %s::bigint[], %s::timestamptz[],
        %s::smallint[], %s::int[], %s::int[], %s::smallint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::boolean[])
"""
