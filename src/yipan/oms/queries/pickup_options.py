"""Where a pick-up could go instead (改约自提): other stores that have it, or a parcel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.oms.models import ChannelOrder
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries.candidates import find_refused
from yipan.oms.rules.sourcing import KM_ELSEWHERE, measure_km
from yipan.pool.queries.channels import list_services
from yipan.pool.queries.promise_dates import DateAt, PromiseDate, list_promise_dates


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherStore:
    """A store that has all that waits: from which day, and at which hour if that is known."""

    site: SiteRow
    ready_on: date
    ready_at: datetime | None
    open_until: datetime | None
    kilometers: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PickupOptions:
    """
    What could become of a pick-up whose store will not have it.

    `stores` are the soonest first, then the nearest. `ship_on` is by when a parcel would be there,
    None when not all of it can be sent, and `address` where to, as far as that is known.
    `refused_by` are the stores that said no.
    """

    stores: tuple[OtherStore, ...]
    ship_on: date | None
    refused_by: tuple[str, ...]
    address: str = ""


NOTHING = PickupOptions(stores=(), ship_on=None, refused_by=())


def list_pickup_options(
    number: str, *, at: datetime, sites: Collection[str] | None = None
) -> PickupOptions:
    """
    Return where what waits of a pick-up order could be had instead; nothing when none waits.

    `sites` is the scope of who asks: stores outside of it are not offered, and not named.

    :raises NotFound: if there is no such order.
    """
    order = ChannelOrder.objects.filter(number=number).first()
    if order is None:
        raise NotFound(kind="channel_order", id=number)
    found = find_pickup_options(order, at=at)
    if sites is None:
        return found
    return replace(
        found,
        stores=tuple(it for it in found.stores if it.site.code in sites),
        refused_by=tuple(site for site in found.refused_by if site in sites),
    )


def find_pickup_options(order: ChannelOrder, *, at: datetime) -> PickupOptions:
    """Return the same for an order that was read, or is locked, already."""
    wanted = {
        line.sku: line.quantity - line.quantity_canceled - line.quantity_placed
        for line in order.lines.order_by("line")
    }
    wanted = {sku: quantity for sku, quantity in wanted.items() if quantity > 0}
    if not wanted or order.method != "pickup" or order.state not in STATES_OPEN:
        return NOTHING
    refused = find_refused(order)
    pickups, ships = _read_dates(order, wanted, without=refused | {order.origin_site}, at=at)
    able = _meet(pickups, wanted)
    able.pop(order.pickup_site, None)
    sites = masterdata.find_sites(able)
    far = _measure(order, able)
    stores = [
        OtherStore(
            site=sites[code],
            ready_on=latest.promise_date,
            ready_at=latest.ready_at,
            open_until=latest.open_until,
            kilometers=far[code],
        )
        for code, latest in able.items()
        if code in sites
    ]
    stores.sort(key=_rank)
    days = [it.promise_date for it in ships if it.is_now]
    is_whole = len(days) == len(wanted) and None not in days
    return PickupOptions(
        stores=tuple(stores),
        ship_on=max((day for day in days if day is not None), default=None) if is_whole else None,
        refused_by=tuple(sorted(refused)),
        address=order.address,
    )


def _read_dates(
    order: ChannelOrder, wanted: dict[str, int], *, without: frozenset[str], at: datetime
) -> tuple[list[PromiseDate], list[PromiseDate]]:
    pickups: list[PromiseDate] = []
    ships: list[PromiseDate] = []
    for sku, quantity in wanted.items():
        try:
            found = list_promise_dates(
                wanted={sku: quantity},
                channel=order.channel,
                methods=("pickup", "ship"),
                at=at,
                without=without,
            )
        except Refusal:
            # Its channel was closed meanwhile: then nothing is offered through it.
            return [], []
        pickups += [it for it in found if it.method == "pickup"]
        ships += [it for it in found if it.method == "ship"]
    return pickups, ships


def _meet(pickups: list[PromiseDate], wanted: dict[str, int]) -> dict[str, DateAt]:
    """Return the stores that have all of it, each to its last product to be ready."""
    found: dict[str, DateAt] = {}
    counts: dict[str, int] = {}
    for it in pickups:
        for store in it.stores:
            if store.quantity < wanted[it.sku]:
                continue
            counts[store.site] = counts.get(store.site, 0) + 1
            known = found.get(store.site)
            if known is None or _when(store) > _when(known):
                found[store.site] = store
    return {site: latest for site, latest in found.items() if counts[site] == len(wanted)}


def _measure(order: ChannelOrder, sites: dict[str, DateAt]) -> dict[str, float]:
    """Return how far each store is from the one that was chosen."""
    places = {
        row.site: (row.latitude, row.longitude)
        for row in list_services(sites={*sites, order.pickup_site}, method="pickup")
        if row.latitude is not None and row.longitude is not None
    }
    here = places.get(order.pickup_site)
    found: dict[str, float] = {}
    for site in sites:
        kilometers = measure_km(here, places.get(site))
        found[site] = KM_ELSEWHERE if kilometers is None else round(kilometers, 1)
    return found


def _when(it: DateAt) -> tuple[date, float]:
    return (it.promise_date, it.ready_at.timestamp() if it.ready_at else 0.0)


def _rank(it: OtherStore) -> tuple[object, ...]:
    hour = it.ready_at.timestamp() if it.ready_at else 0.0
    return (it.ready_on, hour, it.kilometers, it.site.code)
