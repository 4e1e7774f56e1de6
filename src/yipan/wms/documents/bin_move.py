"""Steps of a bin move (移库单): posted when it has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.wms import rules
from yipan.wms.models import BinMove
from yipan.wms.models.bin_move import BinMoveState as State
from yipan.wms.rules import Shifted

DOCUMENT_TYPE = "bin_move"


class SameBin(Refusal):
    """Goods were to be moved to where they are."""

    code = "bin_move.same_bin"
    status = 422


@transaction.atomic
def post(*, site: str, shifts: Sequence[Shifted], by: Trace, at: datetime) -> BinMove:
    """
    Book what was carried. A bin may go below zero: then its book was wrong before.

    :raises BinUnknown: if a bin is not one of the site's.
    :raises SameBin: if goods were to be moved to where they are.
    """
    told.require_few(shifts)
    told.require_plausible(((shift.sku, shift.quantity) for shift in shifts), minimum=1)
    told.require_known(sites=[site], skus={shift.sku for shift in shifts})
    _check_bins(site, shifts)
    move = BinMove.objects.create(
        number=numbers.give_number(
            prefix="BM", site=site, on=masterdata.get_business_date(site, at)
        ),
        site=site,
        device=by.device,
        lines=[asdict(shift) for shift in shifts],
        created_by=by.actor,
        created_at=at,
    )
    ledger.post_fact(
        book=f"wms:{site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{move.number}/post",
            occurred_at=at,
            moves=rules.post_bin_move(shifts=shifts),
            trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
            business_date=masterdata.get_business_date(site, at),
        ),
    )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=move.number,
            step="post",
            to_state=State.POSTED,
            actor=by.actor,
            device=by.device,
            at=at,
        )
    )
    return move


def _check_bins(site: str, shifts: Sequence[Shifted]) -> None:
    codes = {code for shift in shifts for code in (shift.from_bin, shift.to_bin)}
    missing = sorted(codes.difference(masterdata.find_bins(site, codes)))
    if missing:
        raise BinUnknown(site=site, bin=missing[0])
    for shift in shifts:
        if shift.from_bin == shift.to_bin:
            raise SameBin(bin=shift.from_bin, sku=shift.sku)
