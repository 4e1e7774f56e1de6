"""A transfer of a store taken in or sent in one step, by a system that has counted itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.pos.documents import transfer
from yipan.pos.documents.transfer import Counting
from yipan.pos.models import StoreTransfer
from yipan.pos.rules import Moved


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """
    What came of an order, or goes. `is_last`: nothing more of it will move.

    `place` is where what goes was taken from; empty, it is where it lies.
    """

    site: str
    order_number: str
    lines: Sequence[Moved]
    is_last: bool = True
    place: str = ""


@transaction.atomic
def move(*, whole: Whole, by: Trace, at: datetime, message_id: UUID) -> StoreTransfer:
    """
    Count and post a transfer at once; all of it or nothing.

    Repeating it with the same `message_id` returns the first one.

    :raises NotFound: if the store has no such order.
    :raises OrderNotOpen: if there is nothing to send of it any more.
    :raises NothingCounted: if there are no lines, unless it closes a receipt.
    :raises SkuUnknown: if there is no such SKU.
    """
    known = StoreTransfer.objects.filter(message_id=message_id).first()
    if known is not None:
        return known
    opened = transfer.open_transfer(
        site=whole.site, order_number=whole.order_number, place=whole.place, by=by, at=at
    )
    countings = [
        Counting(
            sku=line.sku,
            quantity=quantity,
            is_damaged=is_damaged,
            capture_mode=line.capture_mode,
        )
        for line in whole.lines
        for quantity, is_damaged in ((line.quantity, False), (line.quantity_damaged, True))
        if quantity
    ]
    if countings:
        transfer.count_all(number=opened.number, countings=countings, by=by, at=at)
    return transfer.post(
        number=opened.number, is_last=whole.is_last, by=by, at=at, message_id=message_id
    )
