"""Orders a store takes for goods of other sites (云货架): placed, then paid at the register."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.oms.documents import order, order_return
from yipan.oms.documents.order import Bought, Taken
from yipan.oms.documents.order_return import CameBack
from yipan.oms.models.order_return import OrderReturnState
from yipan.pool.policy import channels
from yipan.pool.queries.channels import get_channel

#: The channel of all registers; made with the first order, unless somebody has set it up.
CHANNEL: Final = "register"
_FIELDS: Final = {"name": "Registers", "name_zh": "门店收银", "kind": "register"}


@transaction.atomic
def place(*, bought: Bought, by: Trace, at: datetime, message_id: UUID) -> Taken:
    """
    Take an order of a register in: all of it is reserved at other sites now, or nothing is.

    Asked again with the same number of the register, the same order is answered.

    :raises InsufficientStock: if no site has something of it any more.
    """
    assert bought.channel == CHANNEL, "an order of a register has its channel"
    assert not bought.may_wait, "who pays at a register does not wait for goods nobody has"
    try:
        get_channel(CHANNEL)
    except NotFound:
        channels.save_channel(code=CHANNEL, fields=_FIELDS, by=by, at=at)
    return order.take(bought=bought, by=by, at=at, message_id=message_id)


@transaction.atomic
def settle_return(*, came: CameBack, refund_minor: int, by: Trace, at: datetime) -> None:
    """
    Write down goods of an order a store took back, and that their refund was paid by its ticket.

    The same ticket again changes nothing. While more of the return is expected it stays open.
    """
    found = order_return.take_back(came=came, by=by, at=at)
    if found is not None and found.state == OrderReturnState.RECEIVED:
        order_return.refund(
            number=found.number, amount_minor=refund_minor, reference=came.document, by=by, at=at
        )
