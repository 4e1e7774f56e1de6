"""Which channel orders: what lists, boards and the API are filtered by, within a scope."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yipan.masterdata import queries as masterdata
from yipan.oms.models import ChannelOrder, FulfillmentOrder
from yipan.oms.models.fulfillment import FulfillmentState
from yipan.oms.models.order import STATES_OPEN, ChannelOrderState


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFilter:
    """
    Which orders: in one state, of one channel, by text; `sites` is a scope.

    `site` is where a part of it is, comes from or is picked up; `taken_from` and `taken_until`
    are days of the head office, both inclusive.
    """

    state: str = ""
    channel: str = ""
    method: str = ""
    site: str = ""
    taken_from: date | None = None
    taken_until: date | None = None
    text: str = ""
    sites: Collection[str] | None = None


def filter_orders(which: OrderFilter) -> QuerySet[ChannelOrder]:
    """Return the orders a filter lets through."""
    query = ChannelOrder.objects.filter(_is_taken(which))
    if which.sites is not None:
        query = query.filter(
            Q(fulfillments__site__in=which.sites) | Q(pickup_site__in=which.sites)
        ).distinct()
    if which.state == "open":
        query = query.filter(state__in=STATES_OPEN)
    elif which.state in ChannelOrderState.values:
        query = query.filter(state=which.state)
    if which.channel:
        query = query.filter(channel=which.channel)
    if which.method:
        query = query.filter(method=which.method)
    if which.site:
        query = query.filter(_is_at(which.site))
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(external_id__icontains=word)
            | Q(customer_name__icontains=word)
            | Q(lines__sku=word)
        ).distinct()
    return query


def _is_at(site: str) -> Q:
    parts = FulfillmentOrder.objects.filter(Q(site=site) | Q(from_site=site)).exclude(
        state__in=[FulfillmentState.REJECTED, FulfillmentState.CANCELED]
    )
    return Q(pk__in=parts.values("order")) | Q(pickup_site=site)


def _is_taken(which: OrderFilter) -> Q:
    """Tell orders by the days of the head office on which they were taken in."""
    within = Q()
    if which.taken_from:
        within &= Q(created_at__gte=masterdata.compute_office_day_start(which.taken_from))
    if which.taken_until and which.taken_until < date.max:
        after = masterdata.compute_office_day_start(which.taken_until + timedelta(days=1))
        within &= Q(created_at__lt=after)
    return within
