"""Steps of a bin move (移库单) and a put-away (上架单): posted when it has happened; reversed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.evidence import NO_EVIDENCE, Evidence
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.masterdata.rows import BinRow
from yipan.wms import rules
from yipan.wms.models import BinMove, BinMoveLine, Package
from yipan.wms.models.bin_move import BinMoveState as State
from yipan.wms.models.bin_move import BinMoveType
from yipan.wms.rules import Shifted

DOCUMENT_TYPE = "bin_move"
TRAIL = trail.Trail[BinMove]("wms", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {"reverse": frozenset({State.POSTED})}


class SameBin(Refusal):
    """Goods were to be moved to where they are."""

    code = "bin_move.same_bin"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    What is known of a move beside the goods: what was proposed, what spoke against it, and how
    the quantities came about.
    """

    proposed_bin: str = ""
    objection: str = ""
    evidence: Evidence = NO_EVIDENCE


@transaction.atomic
def post(
    *, site: str, shifts: Sequence[Shifted], by: Trace, at: datetime, told_of: Told | None = None
) -> BinMove:
    """
    Book what was carried. A bin may go below zero: then its book was wrong before.

    Goods that leave a receiving bin are put away; everything else is a move.

    :raises BinUnknown: if a bin is not one of the site's.
    :raises SameBin: if goods were to be moved to where they are.
    """
    told.require_few(shifts)
    told.require_plausible(((shift.sku, shift.quantity) for shift in shifts), minimum=1)
    told.require_known(sites=[site], skus={shift.sku for shift in shifts})
    bins = _find_bins(site, shifts)
    move = BinMove.objects.create(
        number=numbers.give_number(
            prefix="BM", site=site, on=masterdata.get_business_date(site, at)
        ),
        site=site,
        move_type=_get_type(bins, shifts),
        device=by.device,
        created_by=by.actor,
        created_at=at,
    )
    _write_lines(move, shifts, told_of=told_of or Told(), by=by, at=at)
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
    TRAIL.note(move, step="post", from_state="", by=by, at=at)
    return move


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime) -> BinMove:
    """
    Take a move back (冲销): the goods were put into the wrong bin, or never carried.

    :raises WrongState: if it was reversed before.
    """
    move = lock_for("reverse", model=BinMove, number=number, steps=STEPS)
    ledger.reverse(
        book=f"wms:{move.site}",
        origin=f"{DOCUMENT_TYPE}/{number}/post",
        reversal=f"{DOCUMENT_TYPE}/{number}/reverse",
        at=at,
        trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
    )
    for line in move.lines.exclude(package_id=""):
        moved = Package.objects.filter(
            site=move.site, sscc=line.package_id, bin_code=line.to_bin, state="received"
        )
        moved.update(bin_code=line.from_bin)
    move.state = State.REVERSED
    move.reversed_by, move.reversed_at = by.actor, at
    move.save(update_fields=["state", "reversed_by", "reversed_at"])
    TRAIL.note(move, step="reverse", from_state=State.POSTED, by=by, at=at)
    return move


def _find_bins(site: str, shifts: Sequence[Shifted]) -> dict[str, BinRow]:
    codes = {code for shift in shifts for code in (shift.from_bin, shift.to_bin)}
    bins = masterdata.find_bins(site, codes)
    # A tote, and the hands of a picker, are places goods are put back from, and no bins.
    carried = {shift.from_bin for shift in shifts if rules.is_carried(shift.from_bin)}
    missing = sorted(codes.difference(bins, carried))
    if missing:
        raise BinUnknown(site=site, bin=missing[0])
    for shift in shifts:
        if shift.from_bin == shift.to_bin:
            raise SameBin(bin=shift.from_bin, sku=shift.sku)
    return bins


def _get_type(bins: Mapping[str, BinRow], shifts: Sequence[Shifted]) -> str:
    is_from_dock = all(
        it.from_bin in bins and bins[it.from_bin].zone_type == "receiving" for it in shifts
    )
    is_to_dock = any(bins[it.to_bin].zone_type == "receiving" for it in shifts)
    return BinMoveType.PUTAWAY if is_from_dock and not is_to_dock else BinMoveType.MOVE


def _write_lines(
    move: BinMove, shifts: Sequence[Shifted], *, told_of: Told, by: Trace, at: datetime
) -> None:
    evidence = replace(told_of.evidence, actor=by.actor, device=by.device)
    columns = evidence.make_columns(at=at)
    BinMoveLine.objects.bulk_create(
        BinMoveLine(
            move=move,
            line=line,
            sku=shift.sku,
            lot=shift.lot,
            from_bin=shift.from_bin,
            to_bin=shift.to_bin,
            proposed_bin=told_of.proposed_bin,
            objection=told_of.objection,
            status=shift.status,
            quantity=shift.quantity,
            **columns,
        )
        for line, shift in enumerate(shifts, start=1)
    )
