"""
Promises a site can no longer keep (无货可履): its book fell below what is set aside there.

A count or a sale is a fact and is never refused for a reservation; it takes the free goods
first, and below them the balance goes under zero. What lies below zero is missing to somebody,
so that much is taken away from the site before its pickers look for it in vain.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from django.db.models import F, Q

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.ledger.overdrawn import Overdrawn, find_last_out, list_overdrawn
from yipan.oms.documents import order
from yipan.oms.models import FulfillmentLine
from yipan.oms.models.fulfillment import FulfillmentState as State

BOOK: Final = "erp"
#: A receipt or a correction may still be on its way: so long nobody is sent away.
GRACE: Final = timedelta(minutes=10)
#: So many fulfillment orders are taken away in one go; the rest the next time.
TAKEN_AT_ONCE_MAX: Final = 200
_PLACES: Final = "on_hand/"
_BY: Final = Trace(actor="system", reason="The book fell below what is set aside.")


def send_uncovered_elsewhere(*, at: datetime) -> int:
    """
    Take from sites what they no longer have and have not begun with, the latest order first.

    The site answers that it stopped, and the order is sourced anew: from elsewhere, or from
    what is left. What is picked already has its goods. Repeatable; return how many were taken.
    """
    taken: list[str] = []
    after: Overdrawn | None = None
    while len(taken) < TAKEN_AT_ONCE_MAX:
        portion = list_overdrawn(
            books=BOOK, path=_PLACES, status=StockStatus.AVAILABLE, after=after
        )
        for row in portion:
            taken += _take(row, at=at, limit=TAKEN_AT_ONCE_MAX - len(taken))
        if not portion:
            break
        after = portion[-1]
    return len(taken)


def _take(row: Overdrawn, *, at: datetime, limit: int) -> list[str]:
    site = row.path.removeprefix(_PLACES)
    lines = _list_lines(site, row.sku)
    if not lines:
        return []
    last = find_last_out(book=BOOK, path=row.path, skus=[row.sku]).get(row.sku)
    if last is None or last.recorded_at > at - GRACE:
        return []
    missing = -row.quantity - sum(it.open_quantity for it in lines if it.fulfillment.is_canceling)
    taken: list[str] = []
    for line in lines:
        if missing <= 0 or len(taken) >= limit:
            break
        if line.fulfillment.is_canceling or line.fulfillment.state != State.RELEASED:
            continue
        number = line.fulfillment.number
        told = uuid5(NAMESPACE_OID, f"oms.uncovered {number} {at.isoformat()}")
        order.send_elsewhere(number=number, by=_BY, at=at, message_id=told)
        missing -= line.open_quantity
        taken.append(number)
    return taken


def _list_lines(site: str, sku: str) -> list[FulfillmentLine]:
    """Return what is set aside of a SKU at a site, the least urgent and latest order first."""
    held = Q(fulfillment__from_site="", fulfillment__site=site) | Q(
        fulfillment__from_site=site, fulfillment__arrived_at=None
    )
    rows = FulfillmentLine.objects.filter(
        held,
        sku=sku,
        fulfillment__state__in=[State.RELEASED, State.ACCEPTED],
        quantity__gt=F("quantity_shipped") + F("quantity_short"),
    )
    rows = rows.select_related("fulfillment")
    return list(
        rows.order_by("fulfillment__order__priority", "-fulfillment__id", "id")[:TAKEN_AT_ONCE_MAX]
    )
