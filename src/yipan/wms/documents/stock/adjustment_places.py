"""From where the goods of an adjustment are taken: bin, status and lot as they lie there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.wms.documents.stock.adjustment import STEPS
from yipan.wms.models import Adjustment, AdjustmentLine
from yipan.wms.queries.adjustments import list_bins_of
from yipan.wms.rules.places import Place


class PlaceEmpty(Refusal):
    """Nothing of this product lies there in this status and lot; choose among what does."""

    code = "adjustment.place_empty"
    status = 422


@transaction.atomic
def set_bin(*, number: str, line: int, bin_code: str, at: datetime) -> AdjustmentLine:
    """
    Say that the goods of a line lie in another bin than the one proposed.

    Status and lot become those of what lies in that bin, the most of it where there are
    several and none of them is the line's; a bin of which the book knows nothing leaves them.

    :raises BinUnknown: if the site has no such bin.
    """
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    if not masterdata.find_bins(adjustment.site, [bin_code]):
        raise BinUnknown(site=adjustment.site, bin=bin_code)
    row = adjustment.lines.get(line=line)
    row.bin_code = bin_code
    lying = [
        place
        for place, _quantity in list_bins_of(adjustment.site, row.sku)
        if place.bin_code == bin_code
    ]
    here = (row.bin_code, row.from_status, row.lot)
    if lying and here not in {(it.bin_code, it.status, it.lot) for it in lying}:
        # What is to change its status cannot be in it already.
        other = [place for place in lying if place.status != adjustment.to_status]
        _take_from(row, (other or lying)[0])
    return _save(row, at=at)


@transaction.atomic
def set_place(*, number: str, line: int, status: str, lot: str, at: datetime) -> AdjustmentLine:
    """
    Say which of the goods in the bin of a line are meant, by status and lot.

    :raises PlaceEmpty: if nothing of the SKU lies in the bin like that.
    """
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    row = adjustment.lines.get(line=line)
    for place, _quantity in list_bins_of(adjustment.site, row.sku):
        if (place.bin_code, place.status, place.lot) == (row.bin_code, status, lot):
            _take_from(row, place)
            return _save(row, at=at)
    raise PlaceEmpty(sku=row.sku, bin=row.bin_code, status=status, lot=lot)


@transaction.atomic
def take_what_changes(*, number: str, at: datetime) -> None:
    """
    Propose other goods for lines whose goods have the wanted status already.

    Somebody puts goods back on sale: the sound ones cannot be meant. Where none of the SKU
    lie in another status the line stays, and posting says what is wrong.
    """
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    for row in adjustment.lines.filter(from_status=adjustment.to_status).order_by("line"):
        lying = [
            place
            for place, _quantity in list_bins_of(adjustment.site, row.sku)
            if place.status != adjustment.to_status
        ]
        if lying:
            here = [place for place in lying if place.bin_code == row.bin_code]
            _take_from(row, (here or lying)[0])
            _save(row, at=at)


def _take_from(row: AdjustmentLine, place: Place) -> None:
    row.bin_code, row.from_status, row.lot = place.bin_code, place.status, place.lot


def _save(row: AdjustmentLine, *, at: datetime) -> AdjustmentLine:
    row.recorded_at = at
    row.save(update_fields=["bin_code", "from_status", "lot", "recorded_at"])
    return row
