"""
Promises a site can no longer keep (无货可履): its book fell below what is set aside there.

A count or a sale is a fact and is never refused for a reservation; it takes the free goods
first, and below them the balance goes under zero. What lies below zero is missing to somebody,
so that much is taken away from the site before its pickers look for it in vain.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from django.db.models import F

from yipan.documents.states import WrongState
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
    taken = 0
    after: Overdrawn | None = None
    while taken < TAKEN_AT_ONCE_MAX:
        portion = list_overdrawn(
            books=BOOK, path=_PLACES, status=StockStatus.AVAILABLE, after=after
        )
        if not portion:
            break
        held = _list_held({row.sku for row in portion})
        for row in portion:
            lines = held.get((row.path.removeprefix(_PLACES), row.sku), [])
            if lines and _is_settled(row, at=at):
                limit = TAKEN_AT_ONCE_MAX - taken
                taken += _take(lines, missing=-row.quantity, at=at, limit=limit)
        after = portion[-1]
    return taken


def _list_held(skus: Collection[str]) -> dict[tuple[str, str], list[FulfillmentLine]]:
    """Return by site and SKU what is set aside there, the least urgent and latest order first."""
    rows = FulfillmentLine.objects.filter(
        sku__in=skus,
        fulfillment__state__in=[State.RELEASED, State.ACCEPTED],
        quantity__gt=F("quantity_shipped") + F("quantity_short"),
    ).select_related("fulfillment")
    held: dict[tuple[str, str], list[FulfillmentLine]] = {}
    for line in rows.order_by("fulfillment__order__priority", "-fulfillment__id", "id"):
        held.setdefault((line.fulfillment.holding_site, line.sku), []).append(line)
    return held


def _is_settled(row: Overdrawn, *, at: datetime) -> bool:
    """Tell whether it has been so for a while: nothing on its way will put it right."""
    last = find_last_out(book=BOOK, path=row.path, skus=[row.sku]).get(row.sku)
    return last is not None and last.recorded_at <= at - GRACE


def _take(lines: Sequence[FulfillmentLine], *, missing: int, at: datetime, limit: int) -> int:
    missing -= sum(line.open_quantity for line in lines if line.fulfillment.is_canceling)
    taken = 0
    for line in lines:
        if missing <= 0 or taken >= limit:
            break
        if line.fulfillment.is_canceling or line.fulfillment.state != State.RELEASED:
            continue
        number = line.fulfillment.number
        told = uuid5(NAMESPACE_OID, f"oms.uncovered {number} {at.isoformat()}")
        # The site was done with it a moment ago: then there is nothing to take.
        with suppress(WrongState):
            order.send_elsewhere(number=number, by=_BY, at=at, message_id=told)
            missing -= line.open_quantity
            taken += 1
    return taken
