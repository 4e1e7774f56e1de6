"""Taking parcels apart, and their trail: what parcels and orders share."""

from __future__ import annotations

from datetime import datetime

from yipan.documents import trail
from yipan.ledger.moves import Trace
from yipan.wms.models import OutboundOrder, Parcel, Pick
from yipan.wms.models.outbound_order import PickState
from yipan.wms.models.parcel import ParcelState as State

DOCUMENT_TYPE = "parcel"
TRAIL = trail.Trail[Parcel]("wms", DOCUMENT_TYPE, lambda it: (it.site,))


def empty(parcel: Parcel, *, by: Trace, at: datetime) -> None:
    """Take apart a parcel whose order the caller locked: off the truck, off the pallet, empty."""
    before = parcel.state
    Pick.objects.filter(parcel=parcel, state=PickState.PICKED).update(parcel=None, check_mode="")
    Parcel.objects.filter(pallet=parcel).update(pallet=None)
    parcel.state, parcel.load, parcel.pallet = State.CANCELED, None, None
    parcel.save(update_fields=["state", "load", "pallet"])
    TRAIL.note(parcel, step="unpack", from_state=before, by=by, at=at)


def empty_all(order: OutboundOrder, *, by: Trace, at: datetime) -> int:
    """Take apart all parcels of an order that have not left; return how many."""
    rows = order.parcels.filter(state__in=[State.OPEN, State.PACKED])
    parcels = list(rows.order_by("id").select_for_update())
    for parcel in parcels:
        empty(parcel, by=by, at=at)
    return len(parcels)
