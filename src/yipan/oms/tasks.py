"""What the clock starts in order management."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from yipan.foundation.ids import make_id
from yipan.foundation.kept import read_once
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.oms.documents import order, uncovered
from yipan.oms.documents.order import NothingToSource
from yipan.oms.queries import orders
from yipan.oms.queries.hopeful import list_hopeful

ORDERS_AT_ONCE_MAX = 200
#: So many are looked at for whether there is something to be had for them at all.
LOOKED_AT_MAX = 2_000


def source_backorders(*, at: datetime) -> int:
    """
    Try to find goods for what waits, the most urgent and oldest first. Return how much found some.

    A channel or a site that is changed meanwhile is seen the next time.
    """
    found = 0
    with read_once():
        waiting = orders.list_waiting(limit=LOOKED_AT_MAX)
        for number in list_hopeful(waiting, at=at)[:ORDERS_AT_ONCE_MAX]:
            try:
                found += order.source(
                    number=number,
                    by=Trace(actor="system"),
                    at=at,
                    message_id=uuid5(make_id(), number),
                )
            except NothingToSource:
                continue
    return found


def cancel_aged(*, at: datetime) -> int:
    """Cancel what has waited for too long. Return how many orders it was."""
    by = Trace(actor="system", reason="Waited too long.")
    return sum(
        order.cancel_waiting(number=number, by=by, at=at) > 0
        for number in orders.list_aged(on=masterdata.get_office_date(at), limit=ORDERS_AT_ONCE_MAX)
    )


def send_uncovered_elsewhere(*, at: datetime) -> int:
    """Source anew what sites cannot send any more, since their books fell below it."""
    return uncovered.send_uncovered_elsewhere(at=at)
