"""
By when a shopper can have something, before any order is placed: per SKU, method and store.

The same services, cut-offs and calendars that sourcing goes by, so that what a shop says is what
the order gets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import timezone

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pool.queries.channels import ServiceRow, find_sites_of, list_services
from yipan.pool.queries.opening_hours import find_hours
from yipan.pool.queries.selling import World, measure_in, read_world
from yipan.pool.rules.opening_hours import CLOSED_DAYS_MAX, Hours
from yipan.pool.rules.promise_dates import DAYS_UNSAID, Entry, Found, Pace, find_date
from yipan.pool.rules.selling import Measured, Terms

#: Goods that come later than this are promised to nobody.
HORIZON = timedelta(days=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class DateAt:
    """
    By when one site has a SKU at the customer, or ready at its counter; how much it could.

    `ready_at` is the hour at the counter, in the site's own time, and `open_until` until when it
    is open then; None where nobody said its hours.
    """

    site: str
    quantity: int
    promise_date: date
    entries: tuple[Entry, ...]
    ready_at: datetime | None = None
    open_until: datetime | None = None


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
    """The sites of one question, by code: master data, services and when they are open."""

    sites: Mapping[str, SiteRow]
    services: Mapping[tuple[str, str], ServiceRow]
    hours: Mapping[str, Hours]
    at: datetime


def list_promise_dates(
    *,
    wanted: Mapping[str, int],
    channel: str,
    methods: Sequence[str],
    at: datetime,
    sites: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[PromiseDate]:
    """
    Return for each SKU of `wanted` (to its quantity) and each method by when it can be had.

    `sites` limits the stores for a pick-up, to those near a shopper; None means all. `without`
    are sites that will not do it: they refused before.

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
            if without:
                measured = _leave_out(measured, without)
            found.append(_promise(measured, network, method=method, quantity=quantity, only=sites))
    return found


def _leave_out(measured: Measured, without: Collection[str]) -> Measured:
    able = {site: free for site, free in measured.by_site.items() if site not in without}
    return replace(measured, by_site=able)


def read_hours(sites: Mapping[str, SiteRow], *, at: datetime) -> dict[str, Hours]:
    """Return when sites are open for as long ahead as anything is promised."""
    today = timezone.localdate(at)
    last = today + HORIZON + timedelta(days=CLOSED_DAYS_MAX)
    return find_hours(sites.values(), first=today - timedelta(days=1), last=last)


def find_promise(
    site: SiteRow, service: ServiceRow | None, *, method: str, hours: Hours, at: datetime
) -> Found:
    """Return by when a site has it there if asked now, by the carrier that is there first."""
    start = masterdata.compute_business_date(site, at)
    paces = _list_paces(site, service, method=method, hours=hours, at=at)
    found = [find_date(start=start, pace=pace, now=at) for pace in paces]
    # Of equals the first: the order in which the carriers were named.
    return min(found, key=lambda it: it.day)


def _list_paces(
    site: SiteRow, service: ServiceRow | None, *, method: str, hours: Hours, at: datetime
) -> list[Pace]:
    """Return how fast a site is for what is asked now; what nobody said is the usual."""
    if service is None:
        return [Pace(transit_days=DAYS_UNSAID.get(method, 2), hours=hours, closed=hours.closed)]
    wall = at.astimezone(ZoneInfo(site.time_zone)).time()

    def make(cutoff_at: time | None, transit_days: int, carrier: str) -> Pace:
        return Pace(
            handling_days=service.handling_days,
            handling_minutes=service.handling_minutes,
            transit_days=0 if method == "pickup" else transit_days,
            is_past_cutoff=cutoff_at is not None and wall >= cutoff_at,
            closed=hours.closed,
            hours=hours,
            cutoff_at=cutoff_at if method == "ship" else None,
            carrier=carrier,
        )

    if method == "ship" and service.carriers:
        return [make(it.cutoff_at, it.transit_days, it.name) for it in service.carriers]
    return [make(service.cutoff_at, service.transit_days, "")]


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
    sites = masterdata.find_sites(names)
    return _Network(
        sites=sites,
        services={(row.site, row.method): row for row in list_services(sites=names)},
        hours=read_hours(sites, at=at),
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
        when = find_promise(site, service, method=method, hours=network.hours[code], at=network.at)
        found.append(
            DateAt(
                site=code,
                quantity=min(free, limit),
                promise_date=when.day,
                entries=when.entries,
                ready_at=when.ready_at if method == "pickup" else None,
                open_until=when.open_until if method == "pickup" else None,
            )
        )
    found.sort(key=partial(_rank, quantity=quantity))
    return found


def _rank(it: DateAt, *, quantity: int) -> tuple[object, ...]:
    """Sort stores with all of it first, then the soonest; one without hours is ready at once."""
    hour = it.ready_at.timestamp() if it.ready_at else 0.0
    return (it.quantity < quantity, it.promise_date, hour, -it.quantity, it.site)


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
    service = network.services.get((site, method))
    # What comes later knows nothing of today's cut-off, nor of the hour.
    [pace, *others] = _list_paces(
        network.sites[site], service, method=method, hours=network.hours[site], at=network.at
    )
    pace = min([pace, *others], key=lambda it: it.transit_days)
    later = Pace(
        handling_days=pace.handling_days,
        transit_days=pace.transit_days,
        closed=pace.closed,
        hours=pace.hours,
    )
    when = find_date(start=start, pace=later)
    arrives = Entry(code="arrives", day=start, number=number)
    return DateAt(
        site=site,
        quantity=quantity,
        promise_date=when.day,
        entries=(arrives, *when.entries[1:]),
    )
