"""The only way into the ledger: one door for facts, one for promises, one to reverse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import IntegrityError, transaction

from yipan.foundation.ids import get_bucket
from yipan.foundation.refusals import Refusal
from yipan.ledger import queries
from yipan.ledger.accounts import Directory, open_directory
from yipan.ledger.calls import ask, call, ids, moments
from yipan.ledger.deciding import REQUESTS_PER_BATCH_MAX, decide, require_sound
from yipan.ledger.headers import AlreadyReversed, Headers, OriginReused
from yipan.ledger.moves import NO_TRACE, BatchRequest, FactPosting, Move, Outcome, Trace
from yipan.ledger.packing import pack

__all__ = [
    "AlreadyReversed",
    "OriginReused",
    "RequestIdUnusable",
    "StockShort",
    "post_batch",
    "post_fact",
    "post_facts",
    "post_promise",
    "reverse",
]

MOVES_PER_POSTING_MAX = 10_000
POSTINGS_PER_RUN_MAX = 10_000


class StockShort(Refusal):
    """A promise asked for more than is there."""

    code = "ledger.stock_short"


class RequestIdUnusable(Refusal):
    """The id of a request is no UUIDv7 of the months that are open. Make a new one."""

    code = "ledger.request_id_unusable"
    status = 422


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


# Without a savepoint of its own: where facts are refused, so is the document they are of.
@transaction.atomic(savepoint=False)
def post_facts(*, book: str, postings: Sequence[FactPosting]) -> list[bool]:
    """
    Book a run of facts at once: one statement for all headers, one for all moves.

    Return for each posting what `post_fact` would. All are booked or none: where they are
    refused, the transaction of the caller they came in is broken, and rolled back with them.

    :raises OriginReused: if an origin was posted before, or earlier in this run, with other moves.
    """
    assert len(postings) <= POSTINGS_PER_RUN_MAX
    if not postings:
        return []
    for posting in postings:
        _require_sound(posting)
    moves = [move for posting in postings for move in posting.moves]
    directory = open_directory(book=book, moves=moves)
    headers = Headers(book=book, directory=directory, postings=postings)
    headers.write()
    _write_facts(directory=directory, new=headers.list_new())
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
    headers = Headers(book=book, directory=directory, postings=[posting])
    headers.write()
    if not headers.answers[0]:
        return False
    request = BatchRequest(
        event_id=headers.event_ids[0], occurred_at=posting.occurred_at, moves=posting.moves
    )
    outcome = ask(decide(directory=directory, requests=[request]))[0]
    if outcome is Outcome.REFUSED:
        raise _explain_shortage(book=book, request=request)
    assert outcome is Outcome.ACCEPTED, "the id of a new header is new"
    return True


@transaction.atomic
def reverse(
    *, book: str, origin: str, reversal: str, at: datetime, trace: Trace = NO_TRACE
) -> bool:
    """
    Undo a posting (冲销) by posting the opposite moves, as a fact, under the origin `reversal`.

    Return False when `reversal` has reversed it before.

    :raises NotFound: if nothing was posted under `origin`.
    :raises AlreadyReversed: if it was reversed under another origin.
    :raises OriginReused: if `reversal` stands for something else.
    """
    found = queries.get_posting(book=book, origin=origin)
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
    headers = Headers(book=book, directory=directory, postings=[posting])
    headers.write(reverses=found.header.event_id)
    _write_facts(directory=directory, new=headers.list_new())
    return headers.answers[0]


@transaction.atomic
def post_batch(*, book: str, requests: Sequence[BatchRequest]) -> list[Outcome]:
    """
    Decide requests in order of arrival, each whole or not at all, and store the outcomes.

    A request sent before gets its stored outcome. Nothing is raised for a shortage.

    :raises RequestIdUnusable: if the only request has an id of no open month; among others it
        is the database's own error, and whoever asks halves the batch until it stands alone.
    """
    assert len(requests) <= REQUESTS_PER_BATCH_MAX
    if not requests:
        return []
    for request in requests:
        require_sound(request)
    moves = [move for request in requests for move in request.moves]
    directory = open_directory(book=book, moves=moves)
    try:
        return ask(decide(directory=directory, requests=requests))
    except IntegrityError as error:
        if len(requests) == 1 and _is_homeless(error):
            raise RequestIdUnusable(event_id=str(requests[0].event_id)) from error
        raise


def _is_homeless(error: IntegrityError) -> bool:
    """Tell whether a row found no partition: its id is of no month that was opened."""
    cause = error.__cause__
    return isinstance(cause, psycopg.errors.CheckViolation) and not cause.diag.constraint_name


def _require_sound(posting: FactPosting) -> None:
    assert posting.origin
    assert 0 < len(posting.moves) <= MOVES_PER_POSTING_MAX
    assert posting.occurred_at.utcoffset() is not None


def _write_facts(*, directory: Directory, new: Sequence[tuple[UUID, FactPosting]]) -> None:
    if not new:
        return
    packed = pack(directory=directory, postings=[it.moves for _, it in new], guards=None)
    call(
        _POST_FACTS,
        [
            ids([event_id for event_id, _ in new]),
            moments([posting.occurred_at for _, posting in new]),
            *packed.keys,
            packed.facts,
            packed.nets,
            *packed.lines,
        ],
    )


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


_POST_FACTS = """
    select ledger_post_facts(
        %s::uuid[], %s::timestamptz[],
        %s::smallint[], %s::int[], %s::int[], %s::smallint[], %s::bigint[], %s::bigint[],
        %s::int[], %s::int[], %s::int[], %s::bigint[])
"""
