"""Another lot, or bin, than the one a pick asks for (换批次): the reservation moves along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import outbound_posting, pick, pick_parts
from yipan.wms.documents.stock import spot_count
from yipan.wms.documents.stock.spot_count import Seen
from yipan.wms.models import Pick
from yipan.wms.models.spot_count import SpotCountReason
from yipan.wms.queries import giving
from yipan.wms.queries.lots import find_lot
from yipan.wms.rules import get_account
from yipan.wms.rules import outbound as rules


class LotWrong(Refusal):
    """The order wants another lot: take the one on the screen."""

    code = "pick.lot_wrong"
    status = 422


class LotExpired(Refusal):
    """This lot may no longer be sold: leave it, and tell somebody."""

    code = "pick.lot_expired"
    status = 422


class LotNotScanned(Refusal):
    """Here the lot must be scanned, too: scan the code with product and lot."""

    code = "pick.lot_not_scanned"
    status = 422


class SerialNotScanned(Refusal):
    """Each of these pieces has a number: scan the serial of the piece you take."""

    code = "pick.serial_not_scanned"
    status = 422


class NothingThere(Refusal):
    """The book knows nothing free of these goods in that bin. Pick where the screen says."""

    code = "pick.nothing_there"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    """Where goods are taken instead. An empty lot lets the first to expire there be chosen."""

    bin_code: str
    lot: str = ""


@transaction.atomic
def take_instead(*, pick_id: int, instead: Instead, by: Trace, at: datetime) -> Pick:
    """
    Move the reservation of an open pick to another lot, or another bin.

    As much as is free there is moved; the rest stays a pick of its own where it was. A lot that
    lies in the bin of the pick though the book knows none of it there is taken all the same: it
    is in the picker's hands. The bin is counted then.

    :raises LotWrong: if the order names its lot.
    :raises LotExpired: if the lot may no longer be sold.
    :raises NothingThere: if another bin has nothing free of it.
    """
    row = pick.lock_open(pick_id)
    site, before = row.order.site, row.order.state
    found = _choose(row, instead=instead, at=at)
    if (found.bin_code, found.lot) == (row.bin_code, row.lot):
        return row
    if row.line.lot and row.line.lot != found.lot:
        raise LotWrong(wanted=row.line.lot, scanned=found.lot)
    _require_sellable(site, sku=row.sku, lot=found.lot, at=at)
    free = _get_free(site, sku=row.sku, place=found)
    if free <= 0 and found.bin_code != row.bin_code:
        raise NothingThere(bin=found.bin_code, sku=row.sku)
    if 0 < free < row.quantity:
        pick_parts.part_open(row, quantity=free)
    here = pick_parts.share(row, place=row.bin_code, quantity=row.quantity)
    there = replace(here, bin_code=found.bin_code, lot=found.lot)
    outbound_posting.post(
        row.order,
        step="change_lot",
        moves=[
            *rules.give_back(sku=row.sku, shares=[here]),
            *rules.reserve(sku=row.sku, shares=[there]),
        ],
        by=by,
        at=at,
        is_promise=free > 0,
    )
    if free <= 0:
        seen = Seen(
            site=site,
            bin_code=row.bin_code,
            sku=row.sku,
            lot=found.lot,
            reason=SpotCountReason.LOT_MIXUP,
            quantity_found=row.quantity,
            partner_number=row.order.number,
        )
        spot_count.record(seen=seen, by=by, at=at)
    said = f"{row.bin_code} {row.lot or '-'} > {found.bin_code} {found.lot or '-'}"
    _move(row, found)
    outbound_posting.TRAIL.note(
        row.order,
        step="change_lot",
        from_state=before,
        by=Trace(actor=by.actor, device=by.device, reason=said[:200]),
        at=at,
    )
    return row


def _choose(row: Pick, *, instead: Instead, at: datetime) -> Instead:
    """Return place and lot; where no lot is named, the first to expire of what lies there."""
    if instead.lot:
        return instead
    listed = giving.list_giving(
        row.order.site,
        row.sku,
        today=masterdata.get_business_date(row.order.site, at),
        lot=row.line.lot,
    )
    there = [it for it in listed if it.bin_code == instead.bin_code]
    shares = rules.choose_bins(giving=there, quantity=1)
    return Instead(bin_code=instead.bin_code, lot=shares[0].lot) if shares else instead


def _require_sellable(site: str, *, sku: str, lot: str, at: datetime) -> None:
    known = find_lot(site, sku=sku, code=lot) if lot else None
    today = masterdata.get_business_date(site, at)
    if known is not None and known.expires_on is not None and known.expires_on < today:
        raise LotExpired(sku=sku, lot=lot, expires_on=known.expires_on.isoformat())


def _get_free(site: str, *, sku: str, place: Instead) -> int:
    account = get_account(bin_code=place.bin_code, status=StockStatus.AVAILABLE, lot=place.lot)
    return ledger.get_quantity(book=f"wms:{site}", account=account, sku=sku)


def _move(row: Pick, found: Instead) -> None:
    if found.bin_code != row.bin_code:
        placed = masterdata.get_bin(row.order.site, found.bin_code)
        row.zone, row.path = placed.zone, giving.write_paths(row.order.site, [placed])[placed.code]
        # The picker stands there: that is how the bin was named.
        row.is_bin_scanned = True
    row.bin_code, row.lot = found.bin_code, found.lot
    row.save()
