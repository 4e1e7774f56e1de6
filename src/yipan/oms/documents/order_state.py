"""What the steps of an order share: its lock, its state out of its lines, its trail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from yipan.documents import trail
from yipan.foundation.refusals import NotFound
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.models.order import ChannelOrderState as State
from yipan.pool import promises

DOCUMENT_TYPE = "channel_order"
FULFILLMENT_TYPE = "fulfillment_order"
ORDER_TRAIL = trail.Trail[ChannelOrder]("oms", DOCUMENT_TYPE, lambda it: (it.pickup_site,))
FULFILLMENT_TRAIL = trail.Trail[FulfillmentOrder]("oms", FULFILLMENT_TYPE, lambda it: (it.site,))
#: What becomes of the part a site stopped after its customer changed the order: what is still
#: wanted is sourced anew, and the site that stopped may send it.
THEN_AGAIN = "again"


def lock_order(number: str, *, at: datetime) -> ChannelOrder:
    """
    Lock an order, its promises and the balances of its SKUs, in this order everywhere.

    Whatever happens to one of its fulfillment orders locks it first.

    :raises NotFound: if the number was never given out.
    """
    order = ChannelOrder.objects.select_for_update().filter(number=number).first()
    if order is None:
        raise NotFound(kind="channel_order", id=number)
    numbers = set(order.fulfillments.values_list("promise", flat=True))
    skus = set(order.lines.values_list("sku", flat=True))
    promises.guard(numbers=numbers | ({order.backorder} - {""}), skus=skus, at=at)
    return order


def find_fulfillment(number: str, *, at: datetime) -> FulfillmentOrder | None:
    """Lock the order a fulfillment order belongs to, and return it; None if it is none of ours."""
    found = FulfillmentOrder.objects.filter(number=number).values_list("order__number").first()
    if found is None:
        return None
    lock_order(found[0], at=at)
    return FulfillmentOrder.objects.select_for_update().get(number=number)


def lock_many(numbers: Collection[str]) -> dict[str, FulfillmentOrder]:
    """
    Lock the orders of some fulfillment orders, in the order of their ids, and return these.

    For steps that move no promise: a promise of them is guarded by `guard_many` first.
    """
    owners = FulfillmentOrder.objects.filter(number__in=set(numbers)).values("order")
    orders = {
        order.pk: order
        for order in ChannelOrder.objects.filter(pk__in=owners).order_by("pk").select_for_update()
    }
    rows = FulfillmentOrder.objects.filter(number__in=set(numbers)).order_by("pk")
    found = {row.number: row for row in rows.select_for_update()}
    for row in found.values():
        row.order = orders[row.order_id]
    return found


def guard_many(orders: Collection[ChannelOrder], *, at: datetime) -> None:
    """Lock the promises and balances of orders locked before, all in one order."""
    ids = [order.pk for order in orders]
    numbers = FulfillmentOrder.objects.filter(order__in=ids).values_list("promise", flat=True)
    skus = OrderLine.objects.filter(order__in=ids).values_list("sku", flat=True)
    waiting = {order.backorder for order in orders} - {""}
    promises.guard(numbers={*numbers, *waiting}, skus=set(skus), at=at)


def recount(order: ChannelOrder, *, at: datetime) -> None:
    """Set the state of an order locked by the caller by what its lines say."""
    if order.state in STATES_OPEN:
        count(order, list(order.lines.all()), at=at)
        order.save(update_fields=["state", "closed_at"])


def count(order: ChannelOrder, lines: Sequence[OrderLine], *, at: datetime) -> None:
    """Do the same with an open order whose lines are at hand, and leave it to be saved."""
    shipped = sum(line.quantity_shipped for line in lines)
    wanted = sum(line.quantity - line.quantity_canceled for line in lines)
    placed = sum(line.quantity_placed for line in lines)
    if shipped >= wanted:
        order.state = State.COMPLETED if shipped else State.CANCELED
        order.closed_at = at
    elif shipped:
        order.state = State.PARTLY_SHIPPED
    elif placed:
        order.state = State.SOURCED
    else:
        order.state = State.BACKORDERED


def apply_cuts(order: ChannelOrder) -> None:
    """Cancel what a customer no longer wants, as far as no site holds it any more."""
    lines = list(order.lines.filter(quantity_cut__gt=0).order_by("line"))
    for line in lines:
        waiting = line.quantity - line.quantity_canceled - line.quantity_placed
        quantity = max(0, min(waiting, line.quantity_cut))
        line.quantity_canceled += quantity
        line.quantity_cut -= quantity
    OrderLine.objects.bulk_update(lines, ["quantity_canceled", "quantity_cut"])


def reopen(order: ChannelOrder) -> None:
    """Open an order again whose goods did not leave after all."""
    order.refresh_from_db()
    if order.state not in STATES_OPEN:
        order.state, order.closed_at = State.SOURCED, None
        order.save(update_fields=["state", "closed_at"])
