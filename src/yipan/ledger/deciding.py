"""Batches of requests, decided in order of arrival: a dialogue that both lanes hold."""

from __future__ import annotations

from collections.abc import Sequence

from yipan.foundation.ids import get_bucket
from yipan.ledger.accounts import Directory
from yipan.ledger.calls import Dialogue, ids, moments, numbers
from yipan.ledger.moves import BatchRequest, Outcome, get_digest
from yipan.ledger.packing import pack

MOVES_PER_REQUEST_MAX = 10_000
REQUESTS_PER_BATCH_MAX = 512


def require_sound(request: BatchRequest) -> None:
    """Assert what the edge has to see to before a request comes here."""
    assert 0 < len(request.moves) <= MOVES_PER_REQUEST_MAX
    assert request.occurred_at.utcoffset() is not None
    assert request.guarded is None or len(request.guarded) == len(request.moves)


def decide(*, directory: Directory, requests: Sequence[BatchRequest]) -> Dialogue[list[Outcome]]:
    """Decide the requests, post those accepted, and store each outcome."""
    guards = [
        guard for request in requests for guard in (request.guarded or [True] * len(request.moves))
    ]
    packed = pack(
        directory=directory, postings=[request.moves for request in requests], guards=guards
    )
    rows = yield (
        _POST_BATCH,
        [
            ids([request.event_id for request in requests]),
            numbers([get_bucket(request.event_id) for request in requests]),
            numbers([get_digest(it.moves, guarded=it.guarded) for it in requests]),
            moments([request.occurred_at for request in requests]),
            *packed.keys,
            packed.needs,
            packed.facts,
            packed.nets,
            *packed.lines,
            packed.guards,
        ],
    )
    return [Outcome(code) for code in rows[0][0]]


_POST_BATCH = """
    select ledger_post_batch(
        %s::uuid[], %s::smallint[], %s::bigint[], %s::timestamptz[],
        %s::smallint[], %s::int[], %s::int[], %s::smallint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::boolean[])
"""
