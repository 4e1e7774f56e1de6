"""Operations on parcels (包裹), pallets and loads (装车单)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.wms.api.schemas import Code, PageQuery, Quantity, Text
from yipan.wms.documents.outbound import load, packing, parcel
from yipan.wms.documents.outbound.load import Truck
from yipan.wms.documents.outbound.packing import Packing
from yipan.wms.documents.outbound.parcel import Putting
from yipan.wms.queries import outbound_orders, parcels
from yipan.wms.queries.parcels import LoadRow, ParcelDetail, ParcelFilter, ParcelRow

router = Router()

Codes = Annotated[list[Code], Field(max_length=1_000)]


class ParcelBrief(Schema):
    number: str
    state: str
    is_pallet: bool
    site: str
    order: str
    sscc: str
    carrier: str
    tracking: str
    weight_grams: int
    pallet: str
    load: str
    shipment: str

    @classmethod
    def of(cls, row: ParcelRow) -> ParcelBrief:
        """Return what a list tells of a parcel."""
        return cls(
            number=row.number,
            state=row.state,
            is_pallet=row.is_pallet,
            site=row.site,
            order=row.order,
            sscc=row.sscc,
            carrier=row.carrier,
            tracking=row.tracking,
            weight_grams=row.weight_grams,
            pallet=row.pallet,
            load=row.load,
            shipment=row.shipment,
        )


class ParcelPage(Schema):
    data: list[ParcelBrief]
    next_cursor: str | None


class ContentOut(Schema):
    sku: str
    quantity: int
    check_mode: str


class ParcelOut(ParcelBrief):
    contents: list[ContentOut]
    parcels: list[str]

    @classmethod
    def of_detail(cls, detail: ParcelDetail) -> ParcelOut:
        """Return a parcel with what is in it, or a pallet with what stands on it."""
        return cls(
            **ParcelBrief.of(detail.head).dict(),
            contents=[
                ContentOut(sku=line.sku.code, quantity=line.quantity, check_mode=line.check_mode)
                for line in detail.lines
            ],
            parcels=[row.number for row in detail.parcels],
        )


class ContentIn(Schema):
    sku: Code
    quantity: Quantity


class PackIn(Schema):
    """A parcel. Without contents it is all that is picked of the order and not packed."""

    contents: Annotated[list[ContentIn], Field(max_length=1_000)] = []
    weight_grams: Annotated[int, Field(ge=0, le=parcel.WEIGHT_GRAMS_MAX)] = 0
    material: Annotated[str, Field(max_length=32)] = ""
    carrier: Annotated[str, Field(max_length=48)] = ""
    tracking: Annotated[str, Field(max_length=64)] = ""


class BindIn(Schema):
    tracking: Annotated[str, Field(min_length=1, max_length=64)]
    carrier: Annotated[str, Field(max_length=48)] = ""


class PalletIn(Schema):
    site: Code
    parcels: Codes = []


class LoadIn(Schema):
    site: Code
    carrier: Annotated[str, Field(max_length=48)]
    vehicle: Annotated[str, Field(max_length=32)] = ""
    dock: Annotated[str, Field(max_length=32)] = ""


class LoadOut(Schema):
    number: str
    state: str
    site: str
    carrier: str
    vehicle: str
    dock: str
    parcels: int
    orders: int
    departed_at: datetime | None

    @classmethod
    def of(cls, row: LoadRow) -> LoadOut:
        """Return what the API tells of a load."""
        return cls(
            number=row.number,
            state=row.state,
            site=row.site,
            carrier=row.carrier,
            vehicle=row.vehicle,
            dock=row.dock,
            parcels=row.parcels,
            orders=row.orders,
            departed_at=row.departed_at,
        )


class LoadPage(Schema):
    data: list[LoadOut]


class ScanIn(Schema):
    """A parcel or pallet: its number, its SSCC, or the carrier's label."""

    parcel: Text


class DepartOut(Schema):
    load: LoadOut
    shipments: list[str]


@router.get("/parcels", response=ParcelPage)
@endpoint(action="wms.read")
def list_parcels(request: HttpRequest, which: Query[PageQuery]) -> ParcelPage:
    """List parcels and pallets, the last one first."""
    rows = parcels.list_parcels(
        ParcelFilter(
            sites=get_actor(request).sites,
            site=which.site,
            states=(which.state,) if which.state else (),
            text=which.q,
        ),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return ParcelPage(
        data=[ParcelBrief.of(row) for row in rows],
        next_cursor=rows[-1].number if is_full else None,
    )


@router.get("/parcels/{number}", response=ParcelOut)
@endpoint(action="wms.read")
def get_parcel(request: HttpRequest, number: str) -> ParcelOut:
    """Tell a parcel with its contents, or a pallet with its parcels."""
    get_actor(request).require_site(parcels.get_parcel_site(number))
    return ParcelOut.of_detail(parcels.get_parcel(number))


@router.post("/outbound-orders/{number}/pack", response={201: ParcelOut})
@endpoint(action="wms.pack")
def pack_parcel(request: HttpRequest, number: str, payload: PackIn) -> Status[ParcelOut]:
    """Pack a parcel of what is picked (打包): with its SSCC, and the label if one is given."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    packed = packing.pack(
        packing=Packing(
            order=number,
            contents=[Putting(sku=it.sku, quantity=it.quantity) for it in payload.contents],
            weight_grams=payload.weight_grams,
            material=payload.material,
            carrier=payload.carrier,
            tracking=payload.tracking,
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return Status(201, ParcelOut.of_detail(parcels.get_parcel(packed.number)))


@router.post("/parcels/{number}/bind", response=ParcelOut)
@endpoint(action="wms.pack")
def bind_parcel(request: HttpRequest, number: str, payload: BindIn) -> ParcelOut:
    """Bind the carrier's label to a closed parcel (绑定面单)."""
    get_actor(request).require_site(parcels.get_parcel_site(number))
    parcel.bind(
        number=number,
        tracking=payload.tracking,
        carrier=payload.carrier,
        by=get_trace(request),
        at=timezone.now(),
    )
    return ParcelOut.of_detail(parcels.get_parcel(number))


@router.post("/parcels/{number}/unpack", response=ParcelOut)
@endpoint(action="wms.pack")
def unpack_parcel(request: HttpRequest, number: str) -> ParcelOut:
    """Open a parcel again (拆包): its goods are picked and not packed."""
    get_actor(request).require_site(parcels.get_parcel_site(number))
    parcel.unpack(number=number, by=get_trace(request), at=timezone.now())
    return ParcelOut.of_detail(parcels.get_parcel(number))


@router.post("/pallets", response={201: ParcelOut})
@endpoint(action="wms.pack")
def create_pallet(request: HttpRequest, payload: PalletIn) -> Status[ParcelOut]:
    """Stack parcels on a new pallet with an SSCC of its own (码托)."""
    actor = get_actor(request)
    actor.require_site(payload.site)
    for number in payload.parcels:
        actor.require_site(parcels.get_parcel_site(number))
    pallet = packing.stack_all(
        site=payload.site, parcels=payload.parcels, by=get_trace(request), at=timezone.now()
    )
    return Status(201, ParcelOut.of_detail(parcels.get_parcel(pallet.number)))


@router.get("/loads", response=LoadPage)
@endpoint(action="wms.read")
def list_loads(request: HttpRequest, which: Query[PageQuery]) -> LoadPage:
    """List loads, the last one first."""
    rows = parcels.list_loads(
        sites=get_actor(request).sites, site=which.site, state=which.state, limit=which.limit
    )
    return LoadPage(data=[LoadOut.of(row) for row in rows])


@router.post("/loads", response={201: LoadOut})
@endpoint(action="wms.ship")
def create_load(request: HttpRequest, payload: LoadIn) -> Status[LoadOut]:
    """Begin to load a truck."""
    get_actor(request).require_site(payload.site)
    truck = Truck(
        site=payload.site, carrier=payload.carrier, vehicle=payload.vehicle, dock=payload.dock
    )
    begun = load.open_load(truck=truck, by=get_trace(request), at=timezone.now())
    return Status(201, _tell(begun.number))


@router.post("/loads/{number}/put-on", response=LoadOut)
@endpoint(action="wms.ship")
def put_on_load(request: HttpRequest, number: str, payload: ScanIn) -> LoadOut:
    """Put a parcel or pallet onto the truck (装车)."""
    site = parcels.get_load_site(number)
    get_actor(request).require_site(site)
    load.put_on(
        number=number,
        parcel=parcels.find_parcel(site, payload.parcel),
        by=get_trace(request),
        at=timezone.now(),
    )
    return _tell(number)


@router.post("/loads/{number}/take-off", response=LoadOut)
@endpoint(action="wms.ship")
def take_off_load(request: HttpRequest, number: str, payload: ScanIn) -> LoadOut:
    """Take a parcel or pallet off the truck again."""
    site = parcels.get_load_site(number)
    get_actor(request).require_site(site)
    load.take_off(number=number, parcel=parcels.find_parcel(site, payload.parcel))
    return _tell(number)


@router.post("/loads/{number}/depart", response=DepartOut)
@endpoint(action="wms.ship")
def depart_load(request: HttpRequest, number: str) -> DepartOut:
    """Let the truck go: what is on it was shipped, one shipment per order (发车)."""
    get_actor(request).require_site(parcels.get_load_site(number))
    left = load.depart(
        number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return DepartOut(load=_tell(number), shipments=[each.number for each in left])


@router.post("/loads/{number}/cancel", response=LoadOut)
@endpoint(action="wms.ship")
def cancel_load(request: HttpRequest, number: str) -> LoadOut:
    """Give up a truck that did not come."""
    get_actor(request).require_site(parcels.get_load_site(number))
    load.cancel(number=number, by=get_trace(request), at=timezone.now())
    return _tell(number)


def _tell(number: str) -> LoadOut:
    [row] = parcels.list_loads(sites=None, number=number)
    return LoadOut.of(row)
