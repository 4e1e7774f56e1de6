"""The question of sourcing: which sites could send an order now, with what, at which cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine
from yipan.oms.models.fulfillment import FulfillmentState
from yipan.oms.queries.sourcing_rules import Ruled, find_rules, weigh
from yipan.oms.rules.sourcing import (
    KM_ELSEWHERE,
    KM_SAME_REGION,
    Candidate,
    Wanted,
    Weights,
    measure_km,
)
from yipan.pool.queries.channels import (
    ServiceRow,
    find_part_value_min,
    find_sites_behind,
    list_services,
)
from yipan.pool.queries.promise_dates import can_do, find_promise, read_hours
from yipan.pool.queries.selling import World, measure_in, narrow, read_world
from yipan.pool.rules.promise_dates import Found
from yipan.pool.rules.selling import Terms

#: How a site refused an order, for good: it is not asked again.
STATES_REFUSED = (FulfillmentState.REJECTED, FulfillmentState.CLOSED_SHORT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """
    What the rule of sourcing is asked.

    `due_on` maps a site to the day it would deliver, `whens` to how that day came about; of
    decisions made before hours were known it is empty. `rules_version` is that of the channel's
    rules, 0 when it had none of its own.
    """

    wanted: tuple[Wanted, ...]
    candidates: tuple[Candidate, ...]
    weights: Weights
    due_on: Mapping[str, date]
    whens: Mapping[str, Found] = field(default_factory=dict)
    rules_version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bars:
    """What may keep a site out: refusals, how many orders it got today, a choice made before."""

    refused: frozenset[str]
    load: Mapping[str, int]
    fixed: str
    is_chosen: bool
    with_stores: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """
    What was read for many orders at once, without a lock: it may be over by now.

    `refused` maps the id of an order to the sites that refused it.
    """

    world: World
    load: Mapping[str, int]
    refused: Mapping[int, frozenset[str]]


def look(orders: Collection[ChannelOrder], *, skus: Collection[str], at: datetime) -> Seen:
    """Return what `ask` needs for some orders and all that waits of them, in a few statements."""
    world = read_world(skus, at=at, sites=None)
    sites = {it.site for rows in world.stock.values() for it in rows}
    return Seen(
        world=world,
        load=_count_today(masterdata.find_sites(sites), at=at),
        refused=_find_refused([order.pk for order in orders]),
    )


def ask(
    order: ChannelOrder,
    *,
    lines: Sequence[OrderLine],
    at: datetime,
    only: str = "",
    seen: Seen | None = None,
) -> Question:
    """
    Return the question for the waiting part of some lines of an order.

    The rules that limit it are locked, unless what was `seen` a moment ago is asked about.
    """
    today = timezone.localdate(at)
    reach = find_sites_behind(channel=order.channel, on=today)
    fixed = only or (order.pickup_site if order.method == "pickup" else "")
    skus = {line.sku for line in lines}
    world = _read_world(skus, at=at, reach=reach, seen=seen)
    terms = Terms(channel=order.channel, method=order.method)
    measured = {sku: measure_in(world, sku, terms=terms) for sku in sorted(skus)}
    names = {site for it in measured.values() for site in it.by_site} | ({fixed} - {""})
    sites = masterdata.find_sites(names)
    services = {row.site: row for row in list_services(sites=names, method=order.method)}
    hours = read_hours(sites, at=at)
    rules = find_rules(order.channel)
    bars = _find_bars(order, sites, fixed=fixed, is_chosen=bool(only), at=at, seen=seen)
    if not rules.ruled.with_stores:
        bars = replace(bars, with_stores=False)
    found: list[Candidate] = []
    whens: dict[str, Found] = {}
    for name in sorted(sites):
        site, service = sites[name], services.get(name)
        start = masterdata.compute_business_date(site, at)
        when = find_promise(site, service, method=order.method, hours=hours[name], at=at)
        whens[name] = when
        # What lies in the store of a customer who fetches it there need not be sent at all.
        is_there = order.method == "ship_to_store" and name == order.pickup_site
        candidate = _make_candidate(
            site,
            service,
            free={sku: it.by_site.get(name, 0) for sku, it in measured.items()},
            kilometers=0 if is_there else _measure(order, site, service),
            days=0 if is_there else (when.day - start).days,
        )
        is_able = is_there or can_do(site, service, method=order.method)
        rejected = _reject(candidate, order, service, bars) if is_able else "method_closed"
        if bars.fixed and name != bars.fixed:
            rejected = "not_chosen"
        found.append(replace(candidate, rejected=rejected))
    return Question(
        wanted=tuple(_want(line, limit=measured[line.sku].now) for line in lines),
        candidates=tuple(found),
        weights=_weigh(order, rules.ruled),
        due_on={name: when.day for name, when in whens.items()},
        whens=whens,
        rules_version=rules.version,
    )


def _read_world(
    skus: set[str], *, at: datetime, reach: frozenset[str] | None, seen: Seen | None
) -> World:
    if seen is None:
        return read_world(skus, at=at, sites=reach, lock=True)
    return narrow(seen.world, reach)


def _find_bars(
    order: ChannelOrder,
    sites: Mapping[str, SiteRow],
    *,
    fixed: str,
    is_chosen: bool,
    at: datetime,
    seen: Seen | None,
) -> _Bars:
    return _Bars(
        refused=seen.refused.get(order.pk, frozenset()) if seen else find_refused(order),
        load=seen.load if seen else _count_today(sites, at=at),
        fixed=fixed,
        is_chosen=is_chosen,
    )


def _weigh(order: ChannelOrder, ruled: Ruled) -> Weights:
    """Return what counts how much for an order, by the rules of its channel."""
    least = ruled.part_value_min
    return replace(
        weigh(ruled, preset=order.preset),
        may_split=order.may_split and ruled.may_split,
        part_value_min=find_part_value_min(order.channel) if least is None else least,
    )


def _make_candidate(
    site: SiteRow,
    service: ServiceRow | None,
    *,
    free: Mapping[str, int],
    kilometers: float,
    days: int,
) -> Candidate:
    return Candidate(
        site=site.code,
        free=free,
        is_store=site.site_type == "store",
        kilometers=kilometers,
        days=days,
        parcel_cost=service.parcel_cost_minor if service else 0,
        unit_cost=service.unit_cost_minor if service else 0,
    )


def _want(line: OrderLine, *, limit: int) -> Wanted:
    """Return what waits of a line; `limit` is what its channel may have of it in all."""
    waiting = line.quantity - line.quantity_canceled - line.quantity_placed
    return Wanted(
        line=line.line,
        sku=line.sku,
        quantity=waiting,
        limit=limit,
        value=line.amount_minor * waiting // line.quantity,
    )


def _reject(it: Candidate, order: ChannelOrder, service: ServiceRow | None, bars: _Bars) -> str:
    """Return why a site may not send, or "". A person's choice overrules refusals and capacity."""
    if it.site == order.origin_site:
        return "origin"
    if it.site in bars.refused and not bars.is_chosen:
        return "refused_before"
    if order.method == "ship" and it.is_store and not (bars.with_stores or bars.is_chosen):
        return "store"
    if service is None:
        return ""
    if order.region and order.region in service.regions_denied:
        return "region"
    is_full = service.capacity is not None and bars.load.get(it.site, 0) >= service.capacity
    return "capacity" if is_full and not bars.is_chosen else ""


def find_refused(order: ChannelOrder) -> frozenset[str]:
    """Return the sites that refused an order, or found too little for it."""
    return _find_refused([order.pk]).get(order.pk, frozenset())


def _find_refused(orders: Sequence[int]) -> dict[int, frozenset[str]]:
    found = FulfillmentOrder.objects.filter(
        Q(state__in=STATES_REFUSED) | Q(lines__quantity_short__gt=0, arrived_at__isnull=True),
        order__in=orders,
    ).exclude(after_cancel="again")
    refused: dict[int, set[str]] = {}
    for order, site, from_site in found.values_list("order_id", "site", "from_site"):
        refused.setdefault(order, set()).add(from_site or site)
    return {order: frozenset(sites) for order, sites in refused.items()}


def _count_today(sites: Mapping[str, SiteRow], *, at: datetime) -> dict[str, int]:
    """
    Return how many fulfillment orders each site got since its business day began.

    One statement for all: sites in another zone, or whose day begins at another hour, count
    from another instant.
    """
    senders: dict[datetime, list[str]] = {}
    for code, site in sites.items():
        day = masterdata.compute_business_date(site, at)
        senders.setdefault(masterdata.compute_day_start(site, day), []).append(code)
    if not senders:
        return {}
    since = Q()
    for start, codes in senders.items():
        since |= Q(sender__in=codes, created_at__gte=start)
    sender = Coalesce(NullIf(F("from_site"), Value("")), F("site"))
    rows = FulfillmentOrder.objects.annotate(sender=sender).filter(
        since, created_at__gte=min(senders)
    )
    rows = rows.exclude(state__in=[FulfillmentState.CANCELED, FulfillmentState.REJECTED])
    return dict(rows.values_list("sender").annotate(count=Count("id")))


def _measure(order: ChannelOrder, site: SiteRow, service: ServiceRow | None) -> float:
    here = _pair(service.latitude, service.longitude) if service else None
    km = measure_km(here, _pair(order.latitude, order.longitude))
    if km is not None:
        return round(km, 1)
    return KM_SAME_REGION if order.region and order.region == site.region else KM_ELSEWHERE


def _pair(first: float | None, second: float | None) -> tuple[float, float] | None:
    return None if first is None or second is None else (first, second)
