"""Which order a promise was given for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yipan.oms.models import ChannelOrder, FulfillmentOrder
from yipan.oms.models.order import STATES_OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderOfPromise:
    """The order a promise was given for; while it is open, it counts on the promise."""

    number: str
    is_open: bool


def find_orders_of(names: Mapping[str, str]) -> dict[str, OrderOfPromise]:
    """
    Return the orders of promises, by the number of the promise; others have none.

    `names` maps the number of each promise to the name its asker knows it by. Of an order that
    is its number and the place of a part, or `-wait` for what is reserved on goods to come.
    """
    orders = {name.rpartition("-")[0] for name in names.values()} - {""}
    if not orders:
        return {}
    parts = FulfillmentOrder.objects.filter(order__number__in=orders, promise__in=names)
    waiting = ChannelOrder.objects.filter(number__in=orders, backorder__in=names)
    found = [
        *parts.values_list("promise", "order__number", "order__state"),
        *waiting.values_list("backorder", "number", "state"),
    ]
    return {
        promise: OrderOfPromise(number=number, is_open=state in STATES_OPEN)
        for promise, number, state in found
    }
