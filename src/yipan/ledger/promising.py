"""Promises set-wise: many decided in order of arrival, each whole or refused, in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from yipan.foundation.ids import get_bucket
from yipan.ledger.accounts import Directory, open_directory
from yipan.ledger.calls import ask, call, ids, numbers
from yipan.ledger.deciding import REQUESTS_PER_BATCH_MAX, decide, require_sound
from yipan.ledger.headers import Headers
from yipan.ledger.moves import BatchRequest, FactPosting, Move, Outcome
from yipan.ledger.posting import StockShort


@transaction.atomic(savepoint=False)
def post_promises(*, book: str, postings: Sequence[FactPosting]) -> list[StockShort | None]:
    """
    Decide promises in order of arrival and post those that nothing is short for.

    Return for each posting nothing, or the refusal that says what was short; `available` in
    it is what the account holds after this batch. A refused posting leaves no header, so its
    origin may be tried again; an origin that was posted before is a mistake of the caller.

    :raises OriginReused: if an origin was posted before with other moves.
    """
    assert len(postings) <= REQUESTS_PER_BATCH_MAX
    if not postings:
        return []
    moves = [move for posting in postings for move in posting.moves]
    directory = open_directory(book=book, moves=moves)
    headers = Headers(book=book, directory=directory, postings=postings)
    assert all(headers.answers), "an origin comes once in a batch of promises"
    requests = [
        BatchRequest(event_id=event_id, occurred_at=posting.occurred_at, moves=posting.moves)
        for event_id, posting in zip(headers.event_ids, postings, strict=True)
    ]
    for request in requests:
        require_sound(request)
    outcomes = ask(decide(directory=directory, requests=requests))
    accepted = [place for place, it in enumerate(outcomes) if it is Outcome.ACCEPTED]
    if accepted:
        headers.write(only=frozenset(accepted))
        assert all(headers.answers[place] for place in accepted), "the promise was posted before"
    refused = [request for request, it in zip(requests, outcomes, strict=True) if not it]
    assert len(accepted) + len(refused) == len(requests), "the ids of new postings are new"
    shortages = _explain(book=book, directory=directory, refused=refused)
    return [shortages.get(request.event_id) for request in requests]


def _explain(
    *, book: str, directory: Directory, refused: Sequence[BatchRequest]
) -> dict[UUID, StockShort]:
    if not refused:
        return {}
    rows = call(
        """
        select r.event_id, r.refused_line
          from unnest(%s::smallint[], %s::uuid[]) asked (bucket, event_id)
          join ledger_request r on r.bucket = asked.bucket and r.event_id = asked.event_id
        """,
        [
            numbers([get_bucket(request.event_id) for request in refused]),
            ids([request.event_id for request in refused]),
        ],
    )
    lines: dict[UUID, int] = dict(rows)
    short = {request.event_id: request.moves[lines[request.event_id] - 1] for request in refused}
    held = _read_quantities(directory, list(short.values()))
    return {
        event_id: StockShort(
            book=book,
            account=move.from_account,
            sku=move.sku,
            asked=move.quantity,
            available=held.get((move.sku, move.from_account), 0),
        )
        for event_id, move in short.items()
    }


def _read_quantities(directory: Directory, moves: Sequence[Move]) -> dict[tuple[str, str], int]:
    wanted = sorted({(move.sku, move.from_account) for move in moves})
    keys = [(*directory.skus[sku], *directory.accounts[account]) for sku, account in wanted]
    rows = call(
        """
        select asked.n, b.quantity
          from unnest(%s::int[], %s::smallint[], %s::int[], %s::smallint[])
               with ordinality asked (sku_id, bucket, place_id, status, n)
          join ledger_balance b on b.bucket = asked.bucket and b.sku_id = asked.sku_id
                               and b.place_id = asked.place_id and b.status = asked.status
        """,
        [numbers(column) for column in zip(*keys, strict=True)],
    )
    return {wanted[number - 1]: quantity for number, quantity in rows}
