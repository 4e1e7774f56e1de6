"""Steps of a load (装车单): open -> put on, take off -> depart, which ships; or cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import shipment
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models import Load, OutboundOrder, Parcel, Shipment
from yipan.wms.models.parcel import LoadState as State
from yipan.wms.models.parcel import ParcelState

DOCUMENT_TYPE = "load"
TRAIL = trail.Trail[Load]("wms", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {
    "load": frozenset({State.LOADING}),
    "depart": frozenset({State.LOADING}),
    "cancel": frozenset({State.LOADING}),
}


class ParcelUnknown(Refusal):
    """No parcel of this site carries that label."""

    code = "load.parcel_unknown"
    status = 422


class WrongTruck(Refusal):
    """That parcel goes with another carrier: it does not belong on this truck."""

    code = "load.wrong_truck"
    status = 422


class OnOtherTruck(Refusal):
    """That parcel is on another truck already: take it off there first."""

    code = "load.on_other_truck"


class AlreadyOn(Refusal):
    """That parcel is on this truck already."""

    code = "load.already_on"


class NotClosed(Refusal):
    """That parcel is still being packed: close it first."""

    code = "load.parcel_open"


class Gone(Refusal):
    """That parcel has left already, or was unpacked."""

    code = "load.parcel_gone"


class PalletEmpty(Refusal):
    """No parcel stands on that pallet."""

    code = "load.pallet_empty"
    status = 422


class NothingLoaded(Refusal):
    """Nothing is on this truck."""

    code = "load.nothing_loaded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Truck:
    """Which truck: its carrier, its plate, and the dock it stands at."""

    site: str
    carrier: str
    vehicle: str = ""
    dock: str = ""


@transaction.atomic
def open_load(*, truck: Truck, by: Trace, at: datetime) -> Load:
    """Begin to load a truck."""
    load = Load.objects.create(
        number=numbers.give_number(
            prefix="LD", site=truck.site, on=masterdata.get_business_date(truck.site, at)
        ),
        site=truck.site,
        carrier=truck.carrier[:48],
        vehicle=truck.vehicle[:32],
        dock=truck.dock[:32],
        device=by.device,
        created_by=by.actor,
        created_at=at,
    )
    TRAIL.note(load, step="create", from_state="", by=by, at=at)
    return load


@transaction.atomic
def put_on(*, number: str, parcel: str, by: Trace, at: datetime) -> list[Parcel]:
    """
    Put a parcel onto the truck, or a pallet with all that stands on it; return the parcels.

    :raises WrongTruck: if it goes with another carrier.
    :raises OnOtherTruck: if another truck has it.
    :raises AlreadyOn: if this one has it.
    :raises NotClosed: if it is still being packed.
    :raises Gone: if it has left, or was unpacked.
    :raises PalletEmpty: if it is a pallet with nothing on it.
    """
    load = lock_for("load", model=Load, number=number, steps=STEPS)
    scanned = Parcel.objects.filter(number=parcel, site=load.site).first()
    if scanned is None:
        raise ParcelUnknown(parcel=parcel, site=load.site)
    rows = _lock_with_contents(scanned)
    for row in rows:
        _require_fitting(load, row)
    if scanned.is_pallet and len(rows) == 1:
        raise PalletEmpty(pallet=parcel)
    for row in rows:
        row.load, row.loaded_at, row.loaded_by = load, at, by.actor
        row.carrier = row.carrier or load.carrier
    Parcel.objects.bulk_update(rows, ["load", "loaded_at", "loaded_by", "carrier"])
    return [row for row in rows if not row.is_pallet]


@transaction.atomic
def take_off(*, number: str, parcel: str) -> list[Parcel]:
    """
    Take a parcel off the truck again, or a pallet with all that stands on it.

    :raises ParcelUnknown: if it is not on this truck.
    """
    load = lock_for("load", model=Load, number=number, steps=STEPS)
    scanned = load.parcels.filter(number=parcel).first()
    if scanned is None:
        raise ParcelUnknown(parcel=parcel, load=number)
    rows = _lock_with_contents(scanned)
    for row in rows:
        row.load, row.loaded_at, row.loaded_by = None, None, ""
    if not scanned.is_pallet:
        scanned = rows[0]
        scanned.pallet = None
    Parcel.objects.bulk_update(rows, ["load", "loaded_at", "loaded_by", "pallet"])
    return [row for row in rows if not row.is_pallet]


@transaction.atomic
def depart(*, number: str, by: Trace, at: datetime, message_id: UUID) -> list[Shipment]:
    """
    Let the truck go: a shipment of each order, of exactly the parcels that are on it (发车).

    :raises NothingLoaded: if nothing is on it.
    :raises MustBeWhole: if a part of an order is on it that may not be sent in parts.
    """
    load = lock_for("depart", model=Load, number=number, steps=STEPS)
    parcels = load.parcels.filter(is_pallet=False, state=ParcelState.PACKED)
    by_order: dict[str, set[int]] = {}
    rows = parcels.order_by("order__number", "id").values_list("order__number", "id")
    for order_number, parcel_id in rows:
        by_order.setdefault(order_number, set()).add(parcel_id)
    if not by_order:
        raise NothingLoaded(number=number)
    left = [
        shipment.ship(
            shipping=Shipping(
                order=order_number, carrier=load.carrier, parcels=frozenset(by_order[order_number])
            ),
            by=by,
            at=at,
            message_id=uuid5(message_id, order_number),
        )
        for order_number in sorted(by_order)
    ]
    load.parcels.filter(is_pallet=True).update(state=ParcelState.SHIPPED)
    load.state, load.departed_at, load.departed_by = State.DEPARTED, at, by.actor
    load.save(update_fields=["state", "departed_at", "departed_by"])
    TRAIL.note(load, step="depart", from_state=State.LOADING, by=by, at=at)
    return left


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Load:
    """Give up a truck that did not come: its parcels stand at the dock again."""
    load = lock_for("cancel", model=Load, number=number, steps=STEPS)
    load.parcels.update(load=None, loaded_at=None, loaded_by="")
    load.state = State.CANCELED
    load.save(update_fields=["state"])
    TRAIL.note(load, step="cancel", from_state=State.LOADING, by=by, at=at)
    return load


def _lock_with_contents(scanned: Parcel) -> list[Parcel]:
    """
    Lock a parcel or a pallet with its parcels, behind their orders, so that a cancel waits.

    The scanned one comes first.
    """
    found = Parcel.objects.filter(pk=scanned.pk) | Parcel.objects.filter(pallet=scanned)
    orders = found.filter(order__isnull=False).values("order")
    list(OutboundOrder.objects.select_for_update().filter(pk__in=orders).order_by("pk"))
    rows = list(found.select_for_update().order_by("pk"))
    return sorted(rows, key=lambda row: (row.pk != scanned.pk, row.pk))


def _require_fitting(load: Load, row: Parcel) -> None:
    if row.state == ParcelState.OPEN:
        raise NotClosed(parcel=row.number)
    if row.state != ParcelState.PACKED:
        raise Gone(parcel=row.number, state=row.state)
    if row.load_id == load.pk:
        raise AlreadyOn(parcel=row.number, load=load.number)
    if row.load is not None:
        raise OnOtherTruck(parcel=row.number, load=row.load.number)
    if row.carrier and load.carrier and row.carrier != load.carrier:
        raise WrongTruck(parcel=row.number, carrier=row.carrier, truck=load.carrier)
