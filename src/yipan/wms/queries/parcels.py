"""Reads of parcels (包裹), pallets and loads (装车单). Quantities in smallest units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import Load, OutboundOrder, Parcel, Pick
from yipan.wms.models.outbound_order import STATES_OPEN
from yipan.wms.rules import sscc

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PackLine:
    """So much of a SKU, to pack or packed; `lots` and how it was checked where known."""

    sku: SkuRow
    quantity: int
    check_mode: str = ""
    lots: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelRow:
    """A parcel or pallet as a list shows it; a pallet tells how many parcels stand on it."""

    number: str
    site: str
    state: str
    is_pallet: bool
    order: str
    ship_to: str
    sscc: str
    place: str
    material: str
    weight_grams: int
    carrier: str
    tracking: str
    pallet: str
    load: str
    shipment: str
    parcels: int
    packed_by: str
    packed_at: datetime | None

    @property
    def shown_state(self) -> str:
        """Return the state as people say it: a packed parcel on a truck is loaded."""
        if self.state == "packed" and self.load:
            return "loaded"
        return "packing" if self.state == "open" else self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelDetail:
    """A parcel with what is in it, or a pallet with the parcels on it."""

    head: ParcelRow
    lines: tuple[PackLine, ...]
    parcels: tuple[ParcelRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadRow:
    """A load as a list shows it."""

    number: str
    site: str
    state: str
    carrier: str
    vehicle: str
    dock: str
    parcels: int
    orders: int
    waiting: int
    created_by: str
    created_at: datetime
    departed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PackTask:
    """The packing of one order: what is left, the parcel in hand, and what is closed."""

    order: str
    site: str
    ship_to: str
    carrier: str
    note: str
    is_picked: bool
    todo: tuple[PackLine, ...]
    current: ParcelDetail | None
    closed: tuple[ParcelRow, ...]
    totes: tuple[str, ...]

    @property
    def quantity_left(self) -> int:
        """Return the pieces that are in no parcel yet."""
        return sum(line.quantity for line in self.todo)


@dataclass(frozen=True, kw_only=True, slots=True)
class PackRow:
    """An order with something to pack."""

    order: str
    ship_to: str
    carrier: str
    totes: tuple[str, ...]
    quantity: int
    is_picked: bool


def get_parcel(number: str) -> ParcelDetail:
    """
    Return one parcel or pallet.

    :raises NotFound: if there is none of this number.
    """
    rows = read_parcels(Parcel.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="parcel", id=number)
    on_it = Parcel.objects.filter(pallet__number=number).order_by("id")
    picks = Pick.objects.filter(parcel__number=number).order_by("line__line", "id")
    return ParcelDetail(
        head=rows[0], lines=tuple(_add_up(picks)), parcels=tuple(read_parcels(on_it))
    )


def get_parcel_site(number: str) -> str:
    """
    Return the site of a parcel or pallet.

    :raises NotFound: if there is none of this number.
    """
    return _get_site(Parcel.objects.filter(number=number), kind="parcel", number=number)


def get_load_site(number: str) -> str:
    """
    Return the site of a load.

    :raises NotFound: if there is none of this number.
    """
    return _get_site(Load.objects.filter(number=number), kind="load", number=number)


def find_parcel(site: str, text: str) -> str:
    """Return the number of the parcel or pallet a scan means, empty when it means none."""
    code = text.strip()
    number = sscc.read_sscc(code)
    which = Q(sscc=number) if number else Q(tracking=code) | Q(number=code.upper())
    rows = Parcel.objects.filter(which, site=site).exclude(state="canceled").order_by("-id")
    found = rows.values_list("number", flat=True).first() if code else None
    return str(found) if found else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParcelFilter:
    """Which parcels to list. `sites` is the asker's scope, None meaning all sites."""

    sites: frozenset[str] | None
    site: str = ""
    states: tuple[str, ...] = ()
    text: str = ""
    order: str = ""
    load: str = ""


def list_parcels(which: ParcelFilter, *, after: str = "", limit: int = 50) -> list[ParcelRow]:
    """Return parcels and pallets, the last one first."""
    assert 0 < limit <= ROWS_MAX
    query = Parcel.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.order:
        query = query.filter(order__number=which.order)
    if which.load:
        query = query.filter(load__number=which.load)
    for word in which.text.split():
        is_like = Q(number__icontains=word) | Q(sscc__contains=word) | Q(tracking__icontains=word)
        query = query.filter(is_like | Q(order__number__icontains=word))
    known = Parcel.objects.filter(number=after).values_list("id", flat=True).first()
    if after and known is not None:
        query = query.filter(id__lt=known)
    return read_parcels(query.order_by("-id")[:limit])


def read_parcels(query: QuerySet[Parcel]) -> list[ParcelRow]:
    """Return the rows of a query over parcels, in its order."""
    rows = list(
        query.select_related("order", "pallet", "load", "shipment").annotate(on_it=Count("parcels"))
    )
    return [
        ParcelRow(
            number=row.number,
            site=row.site,
            state=row.state,
            is_pallet=row.is_pallet,
            order=row.order.number if row.order else "",
            ship_to=(row.order.ship_to_name or row.order.ship_to) if row.order else "",
            sscc=row.sscc,
            place=row.place,
            material=row.material,
            weight_grams=row.weight_grams,
            carrier=row.carrier,
            tracking=row.tracking,
            pallet=row.pallet.number if row.pallet else "",
            load=row.load.number if row.load else "",
            shipment=row.shipment.number if row.shipment else "",
            parcels=row.on_it,
            packed_by=row.packed_by,
            packed_at=row.packed_at,
        )
        for row in rows
    ]


def get_pack_task(number: str, *, actor: str) -> PackTask:
    """
    Return the packing of an order as one packer sees it.

    :raises NotFound: if there is no such order.
    """
    order = OutboundOrder.objects.filter(number=number).first()
    if order is None:
        raise NotFound(kind="outbound_order", id=number)
    picks = order.picks.filter(state="picked", parcel=None, quantity_picked__gt=0)
    mine = order.parcels.filter(state="open", created_by=actor).order_by("id")
    open_number = mine.values_list("number", flat=True).first()
    return PackTask(
        order=number,
        site=order.site,
        ship_to=order.ship_to_name or order.ship_to,
        carrier=order.carrier,
        note=order.note,
        is_picked=not order.picks.filter(state="open").exists(),
        todo=tuple(_add_up(picks.order_by("line__line", "id"))),
        current=get_parcel(open_number) if open_number else None,
        closed=tuple(read_parcels(order.parcels.filter(state="packed").order_by("id"))),
        totes=tuple(sorted(set(picks.values_list("place", flat=True)))),
    )


def list_pack_rows(site: str, *, limit: int = 100) -> list[PackRow]:
    """Return the orders of a warehouse with something to pack, the most urgent first."""
    picks = Pick.objects.filter(
        order__site=site, state="picked", parcel=None, quantity_picked__gt=0
    )
    orders = OutboundOrder.objects.filter(
        pk__in=picks.values("order"), state__in=STATES_OPEN
    ).order_by("-priority", "due_on", "id")[:limit]
    by_order: dict[int, list[Pick]] = {}
    for pick in picks.filter(order__in=[row.pk for row in orders]):
        by_order.setdefault(pick.order_id, []).append(pick)
    walking = set(
        Pick.objects.filter(order__in=list(by_order), state="open").values_list("order", flat=True)
    )
    return [
        PackRow(
            order=row.number,
            ship_to=row.ship_to_name or row.ship_to,
            carrier=row.carrier,
            totes=tuple(sorted({pick.place for pick in by_order[row.pk]})),
            quantity=sum(pick.quantity_picked for pick in by_order[row.pk]),
            is_picked=row.pk not in walking,
        )
        for row in orders
        if row.pk in by_order
    ]


def find_to_pack(site: str, text: str, *, sku: str = "") -> list[str]:
    """
    Return the orders a scan at the packing station means, the most urgent first.

    A scan is a tote or bin with picked goods, an order, its document or wave; or a product, of
    which some is picked and not packed.
    """
    code = text.strip().upper()
    picks = Pick.objects.filter(
        order__site=site, order__state__in=STATES_OPEN, state="picked", parcel=None
    )
    which = Q(place=code) | Q(order__number=code) | Q(order__document_number=code)
    which |= Q(order__wave__number=code)
    if sku:
        which |= Q(sku=sku)
    rows = picks.filter(which, quantity_picked__gt=0) if code else picks.none()
    orders = OutboundOrder.objects.filter(pk__in=rows.values("order"))
    return list(orders.order_by("-priority", "due_on", "id").values_list("number", flat=True))


def list_loads(
    *,
    sites: frozenset[str] | None,
    site: str = "",
    state: str = "",
    number: str = "",
    limit: int = 100,
) -> list[LoadRow]:
    """Return loads, the last one first; `waiting` parcels of the carrier stand at the dock."""
    query = Load.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    if state:
        query = query.filter(state=state)
    if number:
        query = query.filter(number=number)
    rows = query.annotate(
        parcels_count=Count("parcels", filter=Q(parcels__is_pallet=False)),
        orders_count=Count("parcels__order", distinct=True),
    ).order_by("-id")[:limit]
    return [
        LoadRow(
            number=row.number,
            site=row.site,
            state=row.state,
            carrier=row.carrier,
            vehicle=row.vehicle,
            dock=row.dock,
            parcels=row.parcels_count,
            orders=row.orders_count,
            waiting=_list_waiting(row).count() if row.state == "loading" else 0,
            created_by=row.created_by,
            created_at=row.created_at,
            departed_at=row.departed_at,
        )
        for row in rows
    ]


def list_waiting(number: str, *, limit: int = 100) -> list[ParcelRow]:
    """Return the parcels that belong on a truck and are not on it, the oldest first."""
    load = Load.objects.get(number=number)
    return read_parcels(_list_waiting(load).order_by("id")[:limit])


def list_carriers(site: str) -> list[str]:
    """Return the carriers with parcels at the dock, or orders on their way to it."""
    orders = OutboundOrder.objects.filter(site=site, state__in=STATES_OPEN).exclude(carrier="")
    parcels = Parcel.objects.filter(site=site, state="packed").exclude(carrier="")
    return sorted(
        {*orders.values_list("carrier", flat=True), *parcels.values_list("carrier", flat=True)}
    )


def _list_waiting(load: Load) -> QuerySet[Parcel]:
    waiting = Parcel.objects.filter(site=load.site, state="packed", load=None, is_pallet=False)
    return waiting.filter(carrier__in=["", load.carrier]) if load.carrier else waiting


def _get_site(query: QuerySet[Parcel] | QuerySet[Load], *, kind: str, number: str) -> str:
    site = query.values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind=kind, id=number)
    return str(site)


def _add_up(picks: QuerySet[Pick]) -> list[PackLine]:
    """Return picks added up by SKU, in the order of the first of each."""
    totals: dict[str, list[Pick]] = {}
    for pick in picks:
        totals.setdefault(pick.sku, []).append(pick)
    skus = masterdata.find_skus(totals)
    return [
        PackLine(
            sku=skus[sku],
            quantity=sum(pick.quantity_picked for pick in rows),
            check_mode=rows[0].check_mode,
            lots=tuple(sorted({pick.lot for pick in rows if pick.lot})),
        )
        for sku, rows in totals.items()
    ]
