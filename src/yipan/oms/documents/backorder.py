"""
Back-orders (缺货待补): what no site has now is reserved on goods that are to come.

When they come, the pool sets them aside for the order before anybody else gets them; then the
order is sourced from where they lie.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.oms.models import ChannelOrder
from yipan.pool import promises
from yipan.pool.promises import Ask, PromiseRow, PromiseWrongState
from yipan.pool.queries.promises import count_promises, has_goods_on_hand
from yipan.pool.queries.selling import is_any_to_come
from yipan.pool.rules import PromisedLine

#: An order without a day of its own waits for goods that come within so long.
PATIENCE: Final = timedelta(days=60)


def set_aside(order: ChannelOrder, *, by: Trace, at: datetime) -> PromiseRow | None:
    """Reserve what waits of an order on what is to come, as far as it goes. None if nothing is."""
    waiting = [
        PromisedLine(
            site=order.pickup_site if order.method == "pickup" else "",
            sku=line.sku,
            quantity=line.quantity - line.quantity_canceled - line.quantity_placed,
        )
        for line in order.lines.order_by("line")
        if line.quantity > line.quantity_canceled + line.quantity_placed
    ]
    if not waiting or not order.may_wait or not is_any_to_come({line.sku for line in waiting}):
        return None
    name = f"{order.number}-wait"
    number = f"rsv_{name}-{count_promises(external_id=name) + 1}"
    ask = Ask(
        step="reserve",
        number=number,
        lines=tuple(waiting),
        external_id=name,
        actor=by.actor,
        channel=order.channel,
        method=order.method,
        is_owed=True,
        # Late is better than never: what is due earlier is told as late, not given up.
        due_on=max(order.due_on or timezone.localdate(at), timezone.localdate(at)) + PATIENCE,
        may_be_partial=True,
        priority=order.priority,
        # What lies at sites was asked for before, and is not to be had.
        without=frozenset(site.code for site in masterdata.list_sites()),
    )
    [answer] = promises.decide(asks=[ask], at=at)
    if isinstance(answer, Refusal):
        return None
    order.backorder = number
    order.save(update_fields=["backorder"])
    return answer


def has_come(order: ChannelOrder) -> bool:
    """Tell whether some of the goods an order waits for are there, set aside for it."""
    return bool(order.backorder) and has_goods_on_hand(order.backorder)


def give_back(order: ChannelOrder, *, by: Trace, at: datetime) -> None:
    """Give back what was set aside of goods to come."""
    if not order.backorder:
        return
    ask = Ask(step="release", number=order.backorder, actor=by.actor)
    [answer] = promises.decide(asks=[ask], at=at)
    assert not isinstance(answer, Refusal) or isinstance(answer, PromiseWrongState)
    order.backorder = ""
    order.save(update_fields=["backorder"])
