"""Reads of the order desk: the figures of its board, and what a person should look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.utils import timezone

from yipan.masterdata import queries as masterdata
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.fulfillment import FulfillmentState
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries.candidates import STATES_REFUSED
from yipan.oms.queries.orders import ROWS_MAX, OrderFilter, filter_orders
from yipan.pool.queries.selling import list_pegs

#: A site that said nothing for so long is late.
SILENT_FOR = timedelta(hours=4)
#: So long before what waits is canceled, a person is warned.
WARN_BEFORE = timedelta(days=1)
#: A site that was asked to stop has so long to answer.
ANSWER_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exception_:  # noqa: N801 - the trade's word, and Python's is taken
    """Something about an order a person should look at: `kind` says what."""

    kind: str
    order: str
    channel: str
    site: str
    number: str
    text: str
    since: datetime
    quantity: int


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
    midnight = masterdata.get_office_day_start(at)
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


def list_exceptions(*, at: datetime, sites: Collection[str] | None = None) -> list[Exception_]:
    """Return what a person should look at, by harm: refused, waiting, late, silent, stuck."""
    found = [
        *_list_refused_pickups(sites),
        *_list_unfulfillable(sites),
        *_list_at_risk(at=at, sites=sites),
        *_list_late(at=at, sites=sites),
    ]
    return found[:ROWS_MAX]


def _list_refused_pickups(sites: Collection[str] | None) -> list[Exception_]:
    """Return pick-ups whose store will not have all of it: who refused, and what was said."""
    left = (
        OrderLine.objects.filter(order=OuterRef("order"))
        .values("order")
        .annotate(left=Sum(F("quantity") - F("quantity_canceled") - F("quantity_placed")))
        .values("left")
    )
    rows = (
        FulfillmentOrder.objects.filter(_is_refused_pickup())
        .select_related("order")
        .annotate(left=Subquery(left))
        .order_by("-order__priority", "order_id", "-place")
    )
    if sites is not None:
        rows = rows.filter(order__in=filter_orders(OrderFilter(sites=sites)))
    newest = {row.order_id: row for row in reversed(rows[:ROWS_MAX])}
    return [
        Exception_(
            kind="pickup_refused",
            order=row.order.number,
            channel=row.order.channel,
            site=row.site,
            number=row.number,
            text=row.reason,
            since=row.closed_at or row.created_at,
            quantity=row.left,
        )
        for row in sorted(newest.values(), key=lambda it: (-it.order.priority, it.order_id))
    ]


def _is_refused_pickup() -> Q:
    waiting = OrderLine.objects.filter(
        quantity__gt=F("quantity_canceled") + F("quantity_placed")
    ).values("order")
    return Q(
        Q(state__in=STATES_REFUSED) | Q(lines__quantity_short__gt=0),
        order__method="pickup",
        order__state__in=STATES_OPEN,
        order__in=waiting,
        site=F("order__pickup_site"),
    ) & ~Q(after_cancel="again")


def _list_unfulfillable(sites: Collection[str] | None) -> list[Exception_]:
    orders = filter_orders(OrderFilter(sites=sites)).filter(state__in=STATES_OPEN)
    # Those have a queue of their own.
    refused = FulfillmentOrder.objects.filter(_is_refused_pickup())
    orders = orders.exclude(pk__in=refused.values("order"))
    lines = (
        OrderLine.objects.filter(
            order__in=orders, quantity__gt=F("quantity_canceled") + F("quantity_placed")
        )
        .select_related("order")
        .order_by("-order__priority", "order_id", "line")
    )
    return [
        Exception_(
            kind="unfulfillable",
            order=line.order.number,
            channel=line.order.channel,
            site="",
            number=line.order.number,
            text=line.sku,
            since=line.order.placed_at,
            quantity=line.quantity - line.quantity_canceled - line.quantity_placed,
        )
        for line in lines[:ROWS_MAX]
    ]


def _list_at_risk(*, at: datetime, sites: Collection[str] | None) -> list[Exception_]:
    """Return orders that wait for goods which will be later than they were promised."""
    pegs = {
        peg.promise: peg
        for peg in list_pegs(today=timezone.localdate(at), only_at_risk=True)
        if sites is None or peg.site in sites
    }
    orders = ChannelOrder.objects.filter(backorder__in=pegs, state__in=STATES_OPEN)
    return [
        Exception_(
            kind="at_risk",
            order=order.number,
            channel=order.channel,
            site=pegs[order.backorder].site,
            number=order.number,
            text=f"{pegs[order.backorder].sku} {pegs[order.backorder].number}",
            since=order.placed_at,
            quantity=pegs[order.backorder].quantity,
        )
        for order in orders.order_by("-priority", "id")[:ROWS_MAX]
    ]


def _list_late(*, at: datetime, sites: Collection[str] | None) -> list[Exception_]:
    """
    Return what is canceled by tomorrow if it still waits, and parts that sites are late with,
    silent about, have no goods for, or were asked to stop: one statement for all.

    A part that is late is not told as silent too.
    """
    parts = FulfillmentOrder.objects.filter(state__in=FULFILLMENT_OPEN).order_by("id")
    if sites is not None:
        parts = parts.filter(site__in=sites)
    today = masterdata.get_office_date(at)
    late = parts.filter(due_on__lt=today).order_by("due_on", "id")
    kinds = {
        "late": late,
        "silent": parts.filter(state=FulfillmentState.RELEASED, created_at__lt=at - SILENT_FOR),
        "short_at_site": parts.filter(reason="outbound_order.stock_short"),
        "cancel_unanswered": parts.filter(is_canceling=True, created_at__lt=at - ANSWER_WITHIN),
    }
    queries = [
        rows.annotate(kind=Value(kind)).values_list(
            *("kind", "id", "number", "site", "reason", "due_on", "created_at"),
            *("order__number", "order__channel"),
        )[:ROWS_MAX]
        for kind, rows in kinds.items()
    ]
    found = list(queries[0].union(_find_expiring(today=today, sites=sites), *queries[1:], all=True))
    late_ones = {number for kind, _id, number, *_rest in found if kind == "late"}
    found = [it for it in found if it[0] != "silent" or it[2] not in late_ones]
    ranks = ("expiring", *kinds)
    by_day = {"expiring", "late"}
    found.sort(key=lambda it: (ranks.index(it[0]), it[5] if it[0] in by_day else date.max, it[1]))
    return [
        Exception_(
            kind=kind,
            order=order,
            channel=channel,
            site=site,
            number=number,
            text=due_on.isoformat() if kind == "expiring" else reason,
            since=since,
            quantity=0,
        )
        for kind, _id, number, site, reason, due_on, since, order, channel in found
    ]


def _find_expiring(
    *, today: date, sites: Collection[str] | None
) -> QuerySet[ChannelOrder, tuple[Any, ...]]:
    """Return orders of which what waits is canceled by tomorrow, in the columns of a part."""
    waiting = OrderLine.objects.filter(
        quantity__gt=F("quantity_canceled") + F("quantity_placed")
    ).values("order")
    orders = filter_orders(OrderFilter(sites=sites)).filter(
        state__in=STATES_OPEN, cancel_on__lte=today + WARN_BEFORE, pk__in=waiting
    )
    named = orders.annotate(
        kind=Value("expiring"), no_site=Value(""), no_reason=Value(""), order=F("number")
    )
    return named.order_by("cancel_on", "id").values_list(
        *("kind", "id", "number", "no_site", "no_reason", "cancel_on", "placed_at"),
        *("order", "channel"),
    )[:ROWS_MAX]


def read_pulse(number: str) -> str:
    """Return a text that changes whenever an order or one of its parts takes a step."""
    rows = FulfillmentOrder.objects.filter(order__number=number).order_by("place")
    parts = [f"{state}{int(asked)}" for state, asked in rows.values_list("state", "is_canceling")]
    order = ChannelOrder.objects.filter(number=number).values_list("state", "sourcings_count")
    return ".".join([*(f"{state}-{count}" for state, count in order), *parts])
