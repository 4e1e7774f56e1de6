"""What the clock starts in order management."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace
from yipan.oms.documents import order
from yipan.oms.documents.order import NothingToSource
from yipan.oms.queries import orders

ORDERS_AT_ONCE_MAX = 200


def source_backorders(*, at: datetime) -> int:
    """
    Try to find goods for what waits, the most urgent and oldest first. Return how much found some.
    """
    found = 0
    for number in orders.list_waiting(at=at, limit=ORDERS_AT_ONCE_MAX):
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
