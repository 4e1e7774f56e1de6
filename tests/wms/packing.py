"""Hands that pack and load, for tests of what leaves a warehouse."""

from __future__ import annotations

from tests.retailer import NOON, RECEIVER, make_id
from tests.wms import sending
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow
from yipan.wms.documents.outbound import load, parcel, wave
from yipan.wms.documents.outbound.load import Truck
from yipan.wms.documents.outbound.parcel import Closing, Putting
from yipan.wms.documents.outbound.wave import Gathering
from yipan.wms.models import Load, OutboundOrder, Parcel, Wave


def open_house() -> None:
    """Give W1 a packing bin, a shipping bin and bulk bins."""
    records.save_bins(
        [
            BinRow(site="W1", code="PACK-01", zone="PACK", zone_type="packing"),
            BinRow(site="W1", code="SHIP-01", zone="SHIP", zone_type="shipping"),
            BinRow(site="W1", code="B-01-01", zone="B", zone_type="storage"),
            BinRow(site="W1", code="B-01-02", zone="B", zone_type="storage"),
        ]
    )


def pick_all(number: str, *, tote: str = "TOTE-1") -> None:
    """Pick all of an order into a tote."""
    for one in sending.list_open(number):
        sending.take(one, tote=tote)


def put(order: str, sku: str, quantity: int) -> Parcel:
    """Put pieces into the open parcel of an order."""
    opened = parcel.open_parcel(order_number=order, by=RECEIVER, at=NOON)
    putting = Putting(sku=sku, quantity=quantity)
    return parcel.put(number=opened.number, putting=putting)


def close(order: str, *, grams: int = 1_200) -> Parcel:
    """Close the open parcel of an order, or all that is left of it in a new one."""
    opened = parcel.open_parcel(order_number=order, by=RECEIVER, at=NOON)
    return parcel.close(
        number=opened.number,
        closing=Closing(weight_grams=grams, material="carton_m"),
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{opened.number} closed"),
    )


def begin(carrier: str = "SF") -> Load:
    """Begin to load a truck."""
    return load.open_load(truck=Truck(site="W1", carrier=carrier), by=RECEIVER, at=NOON)


def put_on(truck: Load, *parcels: Parcel) -> None:
    """Put parcels onto a truck."""
    for each in parcels:
        load.put_on(number=truck.number, parcel=each.number, by=RECEIVER, at=NOON)


def depart(truck: Load) -> list[str]:
    """Let a truck go; return the numbers of its shipments."""
    left = load.depart(
        number=truck.number, by=RECEIVER, at=NOON, message_id=make_id(f"{truck.number} departs")
    )
    return [each.number for each in left]


def get_state(number: str) -> str:
    """Return the state of an order."""
    return str(OutboundOrder.objects.get(number=number).state)


def release_wave(**gathering: object) -> Wave:
    """Gather all open orders of W1 into a wave, and give it to the pickers."""
    planned = wave.plan(
        gathering=Gathering(site="W1", **gathering),  # type: ignore[arg-type]
        by=RECEIVER,
        at=NOON,
    )
    return wave.release(number=planned.number, by=RECEIVER, at=NOON)
