"""Packing in one step (打包), as machines do: open, put in, close, bind the label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.ledger.moves import Trace
from yipan.wms.documents.outbound import parcel
from yipan.wms.documents.outbound.parcel import Closing, Putting
from yipan.wms.models import Parcel


@dataclass(frozen=True, kw_only=True, slots=True)
class Packing:
    """A parcel of an order; without contents it is all that is picked and not packed."""

    order: str
    contents: Sequence[Putting] = ()
    weight_grams: int = 0
    material: str = ""
    tracking: str = ""
    carrier: str = ""


@transaction.atomic
def pack(*, packing: Packing, by: Trace, at: datetime, message_id: UUID) -> Parcel:
    """
    Pack a parcel whole.

    :raises NothingToPack: if nothing picked is left to pack.
    :raises NotInTote: if nothing of a SKU is left to pack.
    :raises TooMuch: if less is left than that.
    :raises TrackingUsed: if the label is on another parcel.
    """
    told.require_few(packing.contents)
    told.require_plausible(((it.sku, it.quantity) for it in packing.contents), minimum=1)
    opened = parcel.open_parcel(order_number=packing.order, by=by, at=at)
    for putting in packing.contents:
        parcel.put(number=opened.number, putting=putting)
    closing = Closing(weight_grams=packing.weight_grams, material=packing.material)
    closed = parcel.close(
        number=opened.number, closing=closing, by=by, at=at, message_id=message_id
    )
    if packing.tracking:
        closed = parcel.bind(
            number=closed.number,
            tracking=packing.tracking,
            carrier=packing.carrier,
            by=by,
            at=at,
        )
    return closed


@transaction.atomic
def stack_all(*, site: str, parcels: Sequence[str], by: Trace, at: datetime) -> Parcel:
    """Take a new pallet and stack parcels on it."""
    told.require_few(parcels)
    pallet = parcel.open_pallet(site=site, by=by, at=at)
    for number in parcels:
        parcel.stack(pallet=pallet.number, parcel=number, by=by, at=at)
    return pallet
