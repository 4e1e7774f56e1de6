"""A pick as a machine or another maker's handheld tells it: bin, goods and lot in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import pick, pick_lot
from yipan.wms.documents.outbound.pick import BinWrong, ProductWrong, Taking
from yipan.wms.documents.outbound.pick_lot import Instead, LotNotScanned, SerialNotScanned
from yipan.wms.models import Pick
from yipan.wms.models.inspection import ScanProfile
from yipan.wms.queries.goods_rules import get_scan_profile


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldPick:
    """What was scanned at the bin, and how much was taken; no quantity is all that is wanted."""

    bin_code: str
    sku: str = ""
    lot: str = ""
    quantity: int | None = None
    serials: tuple[str, ...] = ()
    tote: str = ""
    capture_mode: str = "scan"


@transaction.atomic
def take_told(*, pick_id: int, said: ToldPick, by: Trace, at: datetime) -> Pick:
    """
    Take a pick under the same checks as a person with a scanner meets.

    :raises PickTaken: if it was picked or canceled a moment ago.
    :raises BinWrong: if the goods were taken from another bin.
    :raises ProductWrong: if they are other goods.
    :raises LotNotScanned: if its zone wants lots scanned, and none was.
    :raises SerialNotScanned: if there is not one serial for each piece of goods that have them.
    :raises TooMuch: if it is more than is wanted.
    """
    row = pick.lock_open(pick_id)
    if said.bin_code != row.bin_code:
        raise BinWrong(scanned=said.bin_code, expected=row.bin_code)
    if said.sku and said.sku != row.sku:
        raise ProductWrong(scanned=said.sku)
    profile = get_scan_profile(row.order.site, row.zone)
    if profile == ScanProfile.BIN_PRODUCT_LOT and row.lot and not said.lot:
        raise LotNotScanned(lot=row.lot)
    if said.lot and said.lot != row.lot:
        instead = Instead(bin_code=row.bin_code, lot=said.lot)
        row = pick_lot.take_instead(pick_id=pick_id, instead=instead, by=by, at=at)
    quantity = row.quantity if said.quantity is None else said.quantity
    if masterdata.get_sku(row.sku).is_serial_tracked and len(set(said.serials)) != quantity:
        raise SerialNotScanned(sku=row.sku)
    taking = Taking(
        quantity=quantity,
        capture_mode=said.capture_mode,
        tote=said.tote,
        serials=said.serials,
    )
    return pick.take_locked(row, taking=taking, by=by, at=at)
