"""
By when a shopper can have something, before any order is placed: per SKU, method and store.

The same services, cut-offs and calendars that sourcing goes by, so that what a shop says is what
the order gets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pool.queries.channels import ServiceRow, find_sites_of, list_services
from yipan.pool.queries.selling import World, measure_in, read_world
from yipan.pool.rules.promise_dates import CLOSED_DAYS_MAX, DAYS_UNSAID, Entry, Pace, find_date
from yipan.pool.rules.selling import Measured, Terms

#: Goods that come later than this are promised to nobody.
HORIZON = timedelta(days=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class DateAt:
    """By when one site has a SKU at the customer, or ready at its counter; how much it could."""

    site: str
    quantity: int
    promise_date: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseDate:
    """
    By when a quantity of a SKU can be had by one method.

    `promise_date` is None when nobody can promise it at all. `sellable` is what may be sold now.
    `stores` are where it can be picked up, the soonest first; empty for parcels.
    """

    sku: str
    method: str
    quantity: int
    sellable: int
    promise_date: date | None
    site: str
    is_now: bool
    entries: tuple[Entry, ...]
    stores: tuple[DateAt, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Network:
    """The sites of one question, by code: master data, services and closed days."""

    sites: Mapping[str, SiteRow]
    services: Mapping[tuple[str, str], ServiceRow]
    closed: Mapping[str, frozenset[date]]
    at: datetime


def list_promise_dates(
    *,
    wanted: Mapping[str, int],
    channel: str,
    methods: Sequence[str],
    at: datetime,
    sites: Collection[str] | None = None,
) -> list[PromiseDate]:
    """
    Return for each SKU of `wanted` (to its quantity) and each method by when it can be had.

    `sites` limits the stores for a pick-up, to those near a shopper; None means all.

    :raises NotFound: if there is no such channel.
    """
    today = timezone.localdate(at)
    reach = find_sites_of(channel=channel, on=today)
    world = read_world(wanted, at=at, sites=reach)
    network = _read_network(world, at=at)
    found = []
    for sku, quantity in sorted(wanted.items()):
        for method in methods:
            terms = Terms(channel=channel, method=method, by=today + HORIZON)
            measured = measure_in(world, sku, terms=terms)
            found.append(_promise(measured, network, method=method, quantity=quantity, only=sites))
    return found


def measure_pace(
    site: SiteRow,
    service: ServiceRow | None,
    *,
    method: str,
    closed: Collection[date],
    at: datetime,
) -> Pace:
    """Return how fast a site is for what is asked now; what nobody said is the usual."""
    if service is None:
        return Pace(transit_days=DAYS_UNSAID.get(method, 2), closed=closed)
    local = at.astimezone(ZoneInfo(site.time_zone))
    return Pace(
        handling_days=service.handling_days,
        transit_days=0 if method == "pickup" else service.transit_days,
        is_past_cutoff=service.cutoff_at is not None and local.time() >= service.cutoff_at,
        closed=closed,
    )


def can_do(site: SiteRow, service: ServiceRow | None, *, method: str) -> bool:
    """Tell whether a site does a method; unsaid, stores hand over and warehouses send."""
    if method == "pickup" and site.site_type != "store":
        return False
    if service is not None:
        return service.is_open
    return method == "pickup" or site.site_type != "store"


def _read_network(world: World, *, at: datetime) -> _Network:
    names = {it.site for rows in world.stock.values() for it in rows}
    names |= {it.site for rows in world.incoming.values() for it in rows}
    today = timezone.localdate(at)
    return _Network(
        sites=masterdata.find_sites(names),
        services={(row.site, row.method): row for row in list_services(sites=names)},
        closed=masterdata.find_closed_days(
            names, first=today, last=today + HORIZON + timedelta(days=CLOSED_DAYS_MAX)
        ),
        at=at,
    )


def _promise(
    measured: Measured,
    network: _Network,
    *,
    method: str,
    quantity: int,
    only: Collection[str] | None,
) -> PromiseDate:
    ready = _list_ready(measured, network, method=method, quantity=quantity)
    if method == "pickup" and only is not None:
        ready = [it for it in ready if it.site in only]
    whole = [it for it in ready if it.quantity >= quantity]
    # An order in several parcels is there when its last one is.
    best = whole[0] if whole else _combine(ready, quantity) if method != "pickup" else None
    is_now = best is not None
    if best is None and method != "pickup":
        best = _find_coming(measured, network, method=method, quantity=quantity)
    return PromiseDate(
        sku=measured.sku,
        method=method,
        quantity=quantity,
        sellable=measured.now,
        promise_date=best.promise_date if best else None,
        site=best.site if best else "",
        is_now=is_now,
        entries=best.entries if best else (),
        stores=tuple(ready) if method == "pickup" else (),
    )


def _list_ready(
    measured: Measured, network: _Network, *, method: str, quantity: int
) -> list[DateAt]:
    """Return what sites could do with what they have now, the soonest first."""
    found = []
    limit = measured.now
    for code, free in measured.by_site.items():
        site = network.sites.get(code)
        service = network.services.get((code, method))
        if site is None or min(free, limit) <= 0 or not can_do(site, service, method=method):
            continue
        start = masterdata.compute_business_date(site, network.at)
        day, entries = find_date(start=start, pace=_pace(network, code, method))
        found.append(
            DateAt(site=code, quantity=min(free, limit), promise_date=day, entries=entries)
        )
    found.sort(key=lambda it: (it.quantity < quantity, it.promise_date, -it.quantity, it.site))
    return found


def _combine(ready: Sequence[DateAt], quantity: int) -> DateAt | None:
    """Return the date of an order that comes from several sites, or None if they have too little"""
    rest = quantity
    for it in sorted(ready, key=lambda it: it.promise_date):
        rest -= it.quantity
        if rest <= 0:
            return it
    return None


def _find_coming(
    measured: Measured, network: _Network, *, method: str, quantity: int
) -> DateAt | None:
    """Return by when it can be had out of what is to come, and of what is sold before it came."""
    rest = quantity - max(0, measured.now)
    for it in sorted(measured.incoming, key=lambda it: (it.usable_on or date.max, it.key)):
        if it.usable_on is None:
            continue
        rest -= it.quantity
        if rest <= 0:
            return _arrive(network, it.site, method, it.usable_on, it.number, it.quantity)
    for rule, left in sorted(measured.presales, key=lambda it: it[0].due_on or date.max):
        rest -= left
        if rest <= 0 and rule.due_on is not None:
            entry = Entry(code="presale", day=rule.due_on)
            return DateAt(site="", quantity=left, promise_date=rule.due_on, entries=(entry,))
    return None


def _arrive(
    network: _Network, site: str, method: str, start: date, number: str, quantity: int
) -> DateAt:
    pace = _pace(network, site, method)
    # What comes later knows nothing of today's cut-off.
    later = Pace(
        handling_days=pace.handling_days, transit_days=pace.transit_days, closed=pace.closed
    )
    day, entries = find_date(start=start, pace=later)
    arrives = Entry(code="arrives", day=start, number=number)
    return DateAt(site=site, quantity=quantity, promise_date=day, entries=(arrives, *entries[1:]))


def _pace(network: _Network, site: str, method: str) -> Pace:
    return measure_pace(
        network.sites[site],
        network.services.get((site, method)),
        method=method,
        closed=network.closed.get(site, frozenset()),
        at=network.at,
    )
