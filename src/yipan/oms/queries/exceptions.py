"""
What about orders a person should look at, by kind, counted in the database and read in pages.

Each kind is cut by itself: however many lines wait, what is late is on the first page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import JSONObject

from yipan.masterdata import queries as masterdata
from yipan.oms.models import (
    ChannelOrder,
    FulfillmentOrder,
    OrderLine,
    OrderReturn,
    SourcingDecision,
)
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.fulfillment import FulfillmentState
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.models.order_return import OrderReturnState
from yipan.oms.queries.candidates import STATES_REFUSED
from yipan.oms.queries.filtering import OrderFilter, filter_orders
from yipan.pool.queries.pegs import filter_at_risk, sum_set_aside
from yipan.pool.queries.selling import list_pegs

#: The kinds by harm. What only waits for goods comes behind what was promised and is not kept.
KINDS: Final = (
    *("pickup_refused", "late", "expiring", "silent"),
    *("unfulfillable", "at_risk", "short_at_site", "cancel_unanswered", "unrefunded"),
)
#: So many of each kind are listed together.
ROWS_PER_KIND: Final = 20
#: A site that said nothing for so long is late.
SILENT_FOR: Final = timedelta(hours=4)
#: So long before what waits is canceled, a person is warned.
WARN_BEFORE: Final = timedelta(days=1)
#: A site that was asked to stop has so long to answer.
ANSWER_WITHIN: Final = timedelta(hours=1)
#: So long after goods came back their money should be paid back.
REFUND_WITHIN: Final = timedelta(days=1)
#: A line may wait so long for sites that have it and no capacity: tomorrow they have.
CAPACITY_WITHIN: Final = timedelta(days=2)

#: Is there a site that has some of a SKU, and was left out of a decision for its capacity alone?
_FULL_SITES = (
    """'$.candidates[*] ? (@.rejected == "capacity").free.keyvalue()"""
    """ ? (@.key == $sku && @.value > 0)'"""
)


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
class _Seen:
    """Who looks: now, on the office's day, at the sites of a scope; and which rows."""

    at: datetime
    today: date
    sites: Collection[str] | None
    cut: slice

    @property
    def orders(self) -> QuerySet[ChannelOrder]:
        """Return the open orders within the scope."""
        return filter_orders(OrderFilter(sites=self.sites)).filter(state__in=STATES_OPEN)

    @property
    def parts(self) -> QuerySet[FulfillmentOrder]:
        """Return what sites work on within the scope."""
        parts = FulfillmentOrder.objects.filter(state__in=FULFILLMENT_OPEN)
        return parts if self.sites is None else parts.filter(site__in=self.sites)


def count_exceptions(*, at: datetime, sites: Collection[str] | None = None) -> dict[str, int]:
    """Return how many a person should look at of each kind, by harm; kinds of which is none too."""
    seen = _look(at=at, sites=sites)
    counts = seen.parts.aggregate(
        **{kind: Count("id", filter=which) for kind, which in _tell_parts(seen).items()}
    )
    counts |= _filter_refused_pickups(seen).aggregate(pickup_refused=Count("order", distinct=True))
    counts["unfulfillable"] = _filter_unfulfillable(seen).count()
    counts["at_risk"] = _filter_at_risk(seen).count()
    counts["expiring"] = _filter_expiring(seen).count()
    counts["unrefunded"] = _filter_unrefunded(seen).count()
    return {kind: counts[kind] for kind in KINDS}


def list_exceptions(
    *,
    at: datetime,
    sites: Collection[str] | None = None,
    kinds: Collection[str] = KINDS,
    skip: int = 0,
    limit: int = ROWS_PER_KIND,
) -> list[Exception_]:
    """
    Return what a person should look at of some kinds, by harm: the first `limit` of each.

    `skip` are left out before.
    """
    assert set(kinds) <= set(KINDS)
    seen = _look(at=at, sites=sites, cut=slice(skip, skip + limit))
    found: list[Exception_] = []
    if "pickup_refused" in kinds:
        found += _list_refused_pickups(seen)
    if "unfulfillable" in kinds:
        found += _list_unfulfillable(seen)
    if "at_risk" in kinds:
        found += _list_at_risk(seen)
    found += _list_by_day(seen, kinds)
    return sorted(found, key=lambda it: KINDS.index(it.kind))


def _look(*, at: datetime, sites: Collection[str] | None, cut: slice = slice(0, 0)) -> _Seen:
    return _Seen(at=at, today=masterdata.get_office_date(at), sites=sites, cut=cut)


def _list_refused_pickups(seen: _Seen) -> list[Exception_]:
    """Return pick-ups whose store will not have all of it: who refused, and what was said."""
    left = (
        OrderLine.objects.filter(order=OuterRef("order"))
        .values("order")
        .annotate(left=Sum(F("quantity") - F("quantity_canceled") - F("quantity_placed")))
        .values("left")
    )
    newest = _filter_refused_pickups(seen).order_by("order_id", "-place").distinct("order_id")
    rows = (
        FulfillmentOrder.objects.filter(pk__in=newest.values("pk"))
        .select_related("order")
        .annotate(left=Subquery(left))
        .order_by("-order__priority", "order_id")
    )
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
        for row in rows[seen.cut]
    ]


def _filter_refused_pickups(seen: _Seen) -> QuerySet[FulfillmentOrder]:
    rows = FulfillmentOrder.objects.filter(_is_refused_pickup())
    return rows if seen.sites is None else rows.filter(order__in=seen.orders)


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


def _list_unfulfillable(seen: _Seen) -> list[Exception_]:
    in_order = _filter_unfulfillable(seen).order_by("-order__priority", "order_id", "line")
    chosen = list(in_order.values_list("pk", flat=True)[seen.cut])
    lines = OrderLine.objects.filter(pk__in=chosen).select_related("order")
    return [
        Exception_(
            kind="unfulfillable",
            order=line.order.number,
            channel=line.order.channel,
            site="",
            number=line.order.number,
            text=line.sku,
            since=line.order.placed_at,
            quantity=line.uncovered,
        )
        for line in lines.annotate(uncovered=_count_uncovered()).order_by(
            "-order__priority", "order_id", "line"
        )
    ]


def _count_uncovered() -> Case:
    """Return how much of a line waits for which nothing is set aside, in smallest units."""
    waiting = F("quantity") - F("quantity_canceled") - F("quantity_placed")
    set_aside = sum_set_aside(promise="order__backorder", sku="sku")
    # Most orders that wait have nothing to wait for: those are not looked up one by one.
    return Case(When(order__backorder="", then=waiting), default=waiting - set_aside)


def _filter_unfulfillable(seen: _Seen) -> QuerySet[OrderLine]:
    """
    Return lines of which something waits that nobody can send, with nothing to come for it.

    What is set aside on goods that come too late is at risk, and told as that. A line that
    only waits for a site's next day is none either, for a while.
    """
    # Those have a queue of their own.
    refused = FulfillmentOrder.objects.filter(_is_refused_pickup())
    is_full = Func(
        F("question"),
        Func(template=_FULL_SITES),
        JSONObject(sku=OuterRef("sku")),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )
    waits_for_capacity = SourcingDecision.objects.filter(
        is_full,
        order=OuterRef("order"),
        number=OuterRef("order__sourcings_count"),
        decided_at__gt=seen.at - CAPACITY_WITHIN,
    )
    return (
        OrderLine.objects.filter(
            order__in=seen.orders.exclude(pk__in=refused.values("order")),
            quantity__gt=F("quantity_canceled") + F("quantity_placed"),
        )
        .alias(uncovered=_count_uncovered())
        .filter(uncovered__gt=0)
        .exclude(Exists(waits_for_capacity))
    )


def _list_at_risk(seen: _Seen) -> list[Exception_]:
    """Return orders that wait for goods which will be later than they were promised."""
    orders = list(_filter_at_risk(seen).order_by("-priority", "id")[seen.cut])
    waiting = [order.backorder for order in orders]
    pegs = {
        peg.promise: peg
        for peg in list_pegs(today=seen.today, promises=waiting, only_at_risk=True)
        if seen.sites is None or peg.site in seen.sites
    }
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
        for order in orders
        if order.backorder in pegs
    ]


def _filter_at_risk(seen: _Seen) -> QuerySet[ChannelOrder]:
    pegs = filter_at_risk(today=seen.today)
    if seen.sites is not None:
        pegs = pegs.filter(site__in=seen.sites)
    orders = ChannelOrder.objects.filter(state__in=STATES_OPEN).exclude(backorder="")
    return orders.filter(backorder__in=pegs.values("promise__number"))


def _tell_parts(seen: _Seen) -> Mapping[str, Q]:
    """
    Tell what is wrong with a part: sites are late with it, silent about it, have no goods for it,
    or were asked to stop. A part that is late is not told as silent too.
    """
    is_in_time = Q(due_on__isnull=True) | Q(due_on__gte=seen.today)
    silent_since = seen.at - SILENT_FOR
    return {
        "late": Q(due_on__lt=seen.today),
        "silent": Q(state=FulfillmentState.RELEASED, created_at__lt=silent_since) & is_in_time,
        "short_at_site": Q(reason="outbound_order.stock_short"),
        "cancel_unanswered": Q(is_canceling=True, created_at__lt=seen.at - ANSWER_WITHIN),
    }


def _list_by_day(seen: _Seen, kinds: Collection[str]) -> list[Exception_]:
    """Return what is canceled soon, not refunded, or wrong with parts: one statement for all."""
    queries: list[QuerySet[Any, tuple[Any, ...]]] = []
    for kind, which in _tell_parts(seen).items():
        if kind in kinds:
            order_by = ("due_on", "id") if kind == "late" else ("id",)
            rows = seen.parts.filter(which).annotate(kind=Value(kind)).order_by(*order_by)
            queries.append(
                rows.values_list(
                    *("kind", "id", "number", "site", "reason", "due_on", "created_at"),
                    *("order__number", "order__channel"),
                )[seen.cut]
            )
    if "expiring" in kinds:
        orders = _filter_expiring(seen).order_by("cancel_on", "id")
        named = orders.annotate(
            kind=Value("expiring"), no_site=Value(""), no_reason=Value(""), order=F("number")
        )
        queries.append(
            named.values_list(
                *("kind", "id", "number", "no_site", "no_reason", "cancel_on", "placed_at"),
                *("order", "channel"),
            )[seen.cut]
        )
    if "unrefunded" in kinds:
        returned = _filter_unrefunded(seen).order_by("received_at", "id")
        dated = returned.annotate(
            kind=Value("unrefunded"), no_day=Value(None, output_field=DateField(null=True))
        )
        queries.append(
            dated.values_list(
                *("kind", "id", "number", "site", "reason", "no_day", "received_at"),
                *("order__number", "order__channel"),
            )[seen.cut]
        )
    if not queries:
        return []
    first, *others = queries
    found = list(first.union(*others, all=True) if others else first)
    by_day = {"expiring", "late"}
    found.sort(key=lambda it: (it[5] if it[0] in by_day else date.max, it[1]))
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


def _filter_expiring(seen: _Seen) -> QuerySet[ChannelOrder]:
    """Return orders of which what waits is canceled by tomorrow."""
    waiting = OrderLine.objects.filter(
        quantity__gt=F("quantity_canceled") + F("quantity_placed")
    ).values("order")
    return seen.orders.filter(cancel_on__lte=seen.today + WARN_BEFORE, pk__in=waiting)


def _filter_unrefunded(seen: _Seen) -> QuerySet[OrderReturn]:
    """Return what came back whole and whose money was not paid back a day later."""
    rows = OrderReturn.objects.filter(
        state=OrderReturnState.RECEIVED, received_at__lt=seen.at - REFUND_WITHIN
    )
    if seen.sites is None:
        return rows
    return rows.filter(order__in=filter_orders(OrderFilter(sites=seen.sites)).values("pk"))
