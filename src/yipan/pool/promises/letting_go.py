"""A person gives back what was set aside and never asked for again, and says why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.documents import trail
from yipan.ledger.moves import Trace
from yipan.pool.promises.steps import release
from yipan.pool.promises.values import Ask, PromiseRow, ReleaseReasonMissing
from yipan.pool.queries.promises import get_promise

DOCUMENT_TYPE = "promise"


@transaction.atomic
def let_go(*, number: str, sites: frozenset[str] | None, by: Trace, at: datetime) -> PromiseRow:
    """
    Release a promise for the reason in `by`, which its posting and its trail remember.

    Whose promise it is has to be asked before: an order would not hear of it.

    :raises ReleaseReasonMissing: if no reason is given.
    :raises NotFound: if there is no such promise within `sites`.
    :raises HoldExpired: if it has expired, and so gave its goods back before.
    :raises PromiseWrongState: if it was fulfilled.
    """
    if not by.reason:
        raise ReleaseReasonMissing(number=number)
    before = get_promise(number, sites=sites)
    ask = Ask(
        step="release",
        number=number,
        actor=by.actor,
        sites=sites,
        reason=by.reason,
        device=by.device,
    )
    row = release(ask=ask, at=at)
    if not row.is_repeat:
        step = trail.Step(
            document_type=DOCUMENT_TYPE,
            number=number,
            step="release",
            from_state=before.state,
            to_state=row.state,
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason,
            system="erp",
            sites=tuple(sorted({line.site for line in before.lines if line.site})),
        )
        trail.record(step)
    return row
