"""Reads of the order desk: the figures of its board, and whether an order went on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from yipan.masterdata import queries as masterdata
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.fulfillment import FulfillmentState
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries.filtering import OrderFilter, filter_orders


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """The figures on top of the order desk."""

    taken_today: int
    open: int
    waiting: int
    at_sites: int
    shipped_today: int


def read_board(*, at: datetime, sites: Collection[str] | None = None) -> Board:
    """Return the figures of the order desk. The day is that of the head office."""
    midnight = masterdata.compute_office_day_start(masterdata.get_office_date(at))
    orders = filter_orders(OrderFilter(sites=sites))
    fulfillments = FulfillmentOrder.objects.all()
    if sites is not None:
        fulfillments = fulfillments.filter(site__in=sites)
    waiting = OrderLine.objects.filter(
        quantity__gt=F("quantity_canceled") + F("quantity_placed")
    ).values("order")
    counts = orders.aggregate(
        taken=Count("id", filter=Q(created_at__gte=midnight), distinct=True),
        open=Count("id", filter=Q(state__in=STATES_OPEN), distinct=True),
        waiting=Count("id", filter=Q(state__in=STATES_OPEN, pk__in=waiting), distinct=True),
    )
    closed = [FulfillmentState.SHIPPED, FulfillmentState.HANDED_OVER]
    parts = fulfillments.aggregate(
        at_sites=Count("id", filter=Q(state__in=FULFILLMENT_OPEN)),
        shipped=Count("id", filter=Q(state__in=closed, closed_at__gte=midnight)),
    )
    return Board(
        taken_today=counts["taken"],
        open=counts["open"],
        waiting=counts["waiting"],
        at_sites=parts["at_sites"],
        shipped_today=parts["shipped"],
    )


def read_pulse(number: str) -> str:
    """Return a text that changes whenever an order or one of its parts takes a step."""
    rows = FulfillmentOrder.objects.filter(order__number=number).order_by("place")
    parts = [f"{state}{int(asked)}" for state, asked in rows.values_list("state", "is_canceling")]
    order = ChannelOrder.objects.filter(number=number).values_list("state", "sourcings_count")
    return ".".join([*(f"{state}-{count}" for state, count in order), *parts])
