"""Steps of an inspection (质检单): opened by a receipt, or by somebody -> pass, hold or reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F

from yipan.documents import numbers, told, trail
from yipan.documents.evidence import Evidence
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.messages.wms import ReceivedLine
from yipan.wms import rules
from yipan.wms.documents.inbound import inspection_posting
from yipan.wms.documents.stock import lot
from yipan.wms.documents.stock.lot import Named
from yipan.wms.models import GoodsRule, Inspection, Receipt
from yipan.wms.models.inspection import InspectionReason
from yipan.wms.models.inspection import InspectionState as State
from yipan.wms.queries.goods_rules import find_goods_rule
from yipan.wms.queries.lots import find_lot

DOCUMENT_TYPE = inspection_posting.DOCUMENT_TYPE
TRAIL = trail.Trail[Inspection]("wms", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {
    "hold": frozenset({State.OPEN}),
    "decide": frozenset({State.OPEN, State.HELD}),
    "cancel": frozenset(State.values),
}


class LotMissing(Refusal):
    """Name the lot or the date first: goods that are told apart by it cannot be sold without."""

    code = "inspection.lot_missing"
    status = 422


class PartsWrong(Refusal):
    """What passed and what is rejected must add up to what waits."""

    code = "inspection.parts_wrong"
    status = 422


class StillExpired(Refusal):
    """These goods may no longer be sold: their date is over, or too near. Reject them."""

    code = "inspection.expired"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    What somebody says of goods in quarantine: so many may be sold, so many not.

    Rejected goods are blocked, or damaged when `is_damaged`. `lot` and `expires_on` name goods
    that were received without.
    """

    quantity_passed: int
    quantity_rejected: int
    is_damaged: bool = False
    lot: str = ""
    expires_on: date | None = None
    note: str = ""


def judge_lot(site: str, line: ReceivedLine, *, today: date, minimum_days: int = 0) -> str:
    """
    Return why goods of a line may not be sold for what is known of their lot; empty when they may.

    Goods that are told apart by lot or date, and came without, are `lot_unknown`.
    """
    sku = masterdata.get_sku(line.sku)
    known = find_lot(site, sku=line.sku, code=line.lot) if line.lot else None
    dates = [date.fromisoformat(line.expires_on)] if line.expires_on else []
    dates += [known.expires_on] if known is not None and known.expires_on is not None else []
    expires_on = min(dates, default=None)
    if sku.is_lot_tracked and not line.lot:
        return "lot_unknown"
    if sku.is_expiry_tracked and expires_on is None:
        return "lot_unknown"
    return rules.judge_life(expires_on=expires_on, today=today, minimum_days=minimum_days)


def sample(receipt: Receipt, *, lines: Sequence[ReceivedLine], today: date) -> list[ReceivedLine]:
    """
    Return the lines of a receipt with what is not free taken out: too old, unnamed, or a sample.

    The rules count the lines they have seen, so that a sampling rate holds over many receipts.
    """
    judged = []
    for line in lines:
        rule = find_goods_rule(receipt.site, sku=line.sku, supplier=receipt.supplier)
        days = rule.minimum_life_days if rule else 0
        note = judge_lot(receipt.site, line, today=today, minimum_days=days)
        if rule is not None and rule.sampling_percent and line.quantity_sound:
            GoodsRule.objects.filter(pk=rule.pk).update(lines_seen=F("lines_seen") + 1)
            rule.refresh_from_db(fields=["lines_seen"])
            is_sample = rules.is_sampled(
                lines_before=rule.lines_seen - 1, percent=rule.sampling_percent
            )
            note = note or ("inspection" if is_sample else "")
        judged.append(rules.withhold(line, note=note))
    return judged


def open_for(receipt: Receipt, *, lines: Sequence[ReceivedLine], at: datetime) -> None:
    """Open an inspection for all goods of a receipt that wait in quarantine."""
    is_return = receipt.order_type == "customer_return"
    for line in lines:
        if line.quantity_quarantine:
            reason = line.note or (InspectionReason.RETURN if is_return else "inspection")
            _open(
                receipt.site,
                goods=Goods(
                    sku=line.sku,
                    lot=line.lot,
                    bin_code=receipt.bin_code,
                    quantity=line.quantity_quarantine,
                    supplier=receipt.supplier,
                ),
                reason=reason,
                evidence=Evidence(
                    capture_mode=line.capture_mode,
                    quantity_expected=line.quantity_quarantine,
                    counterpart_document=receipt.number,
                    counterpart_line=line.line or None,
                    package_id=line.package_id,
                    actor=receipt.posted_by,
                    device=receipt.device,
                ),
                at=at,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """A quantity of one SKU and lot in a bin, and who delivered it, where that is known."""

    sku: str
    lot: str
    bin_code: str
    quantity: int
    supplier: str = ""


@transaction.atomic
def stop(
    *, site: str, goods: Goods, by: Trace, at: datetime, message_id: UUID, document: str = ""
) -> Inspection:
    """
    Take sound goods out of sale because somebody doubts them (冻结待检), and tell the hub.

    `document` is what brought them, where another document stops them.

    :raises QuantityNotPlausible: if it is nothing, or more than anybody handles.
    :raises BinUnknown: if the bin is not one of the site's.
    """
    told.require_plausible([(goods.sku, goods.quantity)], minimum=1)
    told.require_known(sites=[site], skus=[goods.sku])
    if not masterdata.find_bins(site, [goods.bin_code]):
        raise BinUnknown(site=site, bin=goods.bin_code)
    opened = _open(
        site,
        goods=goods,
        reason=InspectionReason.QUALITY_HOLD,
        evidence=Evidence(
            quantity_entered=goods.quantity,
            counterpart_document=document,
            actor=by.actor,
            device=by.device,
        ),
        at=at,
        note=by.reason,
    )
    inspection_posting.stop(opened, by=by, at=at, message_id=message_id)
    return opened


@transaction.atomic
def hold(*, number: str, by: Trace, at: datetime) -> Inspection:
    """Leave goods where they wait: somebody else has to look. The book does not change."""
    inspection = lock_for("hold", model=Inspection, number=number, steps=STEPS)
    inspection.state = State.HELD
    inspection.verdict_note = by.reason[:200]
    inspection.save(update_fields=["state", "verdict_note"])
    TRAIL.note(inspection, step="hold", from_state=State.OPEN, by=by, at=at)
    return inspection


@transaction.atomic
def decide(
    *, number: str, verdict: Verdict, by: Trace, at: datetime, message_id: UUID
) -> Inspection:
    """
    Let goods pass, or reject them, and tell the hub.

    :raises PartsWrong: if passed and rejected do not add up to what waits.
    :raises LotMissing: if goods pass that are told apart by a lot nobody named.
    :raises StillExpired: if goods pass that may no longer be sold.
    """
    inspection = lock_for("decide", model=Inspection, number=number, steps=STEPS)
    parts = (verdict.quantity_passed, verdict.quantity_rejected)
    if min(parts) < 0 or sum(parts) != inspection.quantity:
        raise PartsWrong(number=number, quantity=inspection.quantity)
    code = rules.get_lot_code(lot=verdict.lot.strip(), expires_on=verdict.expires_on)
    named = inspection.lot or code
    if code and not inspection.lot:
        lot.register(
            site=inspection.site,
            named=[Named(sku=inspection.sku, code=code, expires_on=verdict.expires_on)],
            document=number,
            supplier=inspection.supplier,
            at=at,
        )
    if verdict.quantity_passed:
        _require_sellable(inspection, named=named, at=at)
    before = inspection.state
    inspection.quantity_passed, inspection.quantity_rejected = parts
    inspection.state = State.PASSED if verdict.quantity_passed else State.REJECTED
    inspection.decided_by, inspection.decided_at = by.actor, at
    inspection.verdict_note = verdict.note[:200]
    inspection_posting.decide(
        inspection,
        verdict=inspection_posting.Parts(
            passed=verdict.quantity_passed,
            rejected=verdict.quantity_rejected,
            rejected_status=StockStatus.DAMAGED if verdict.is_damaged else StockStatus.BLOCKED,
            to_lot=named,
        ),
        by=replace(by, reason=verdict.note[:200]),
        at=at,
        message_id=message_id,
    )
    inspection.lot = named
    inspection.save()
    step = "pass" if verdict.quantity_passed else "reject"
    TRAIL.note(inspection, step=step, from_state=before, by=by, at=at, message_id=message_id)
    return inspection


def take_back(receipt_number: str, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """
    Cancel the inspections a receipt opened that is reversed; verdicts are undone, and told.

    The ids of what is told follow from `message_id`, so that a repeat says the same.
    """
    opened = Inspection.objects.select_for_update().filter(counterpart_document=receipt_number)
    for row in opened.exclude(state=State.CANCELED).order_by("id"):
        before = row.state
        if before in (State.PASSED, State.REJECTED):
            undone = uuid5(message_id, f"inspection {row.number}")
            inspection_posting.undo(row, by=by, at=at, message_id=undone)
        row.state = State.CANCELED
        row.save(update_fields=["state"])
        TRAIL.note(row, step="cancel", from_state=before, by=by, at=at)


def _require_sellable(inspection: Inspection, *, named: str, at: datetime) -> None:
    sku = masterdata.get_sku(inspection.sku)
    today = masterdata.get_business_date(inspection.site, at)
    known = find_lot(inspection.site, sku=sku.code, code=named) if named else None
    expires_on = known.expires_on if known else None
    if (sku.is_lot_tracked and not named) or (sku.is_expiry_tracked and expires_on is None):
        raise LotMissing(number=inspection.number, sku=sku.code)
    if rules.judge_life(expires_on=expires_on, today=today, minimum_days=0):
        raise StillExpired(number=inspection.number, lot=named)


def _open(
    site: str,
    *,
    goods: Goods,
    reason: str,
    evidence: Evidence,
    at: datetime,
    note: str = "",
) -> Inspection:
    inspection = Inspection.objects.create(
        number=numbers.give_number(
            prefix="QC", site=site, on=masterdata.get_business_date(site, at)
        ),
        site=site,
        reason=reason,
        sku=goods.sku,
        lot=goods.lot,
        bin_code=goods.bin_code,
        quantity=goods.quantity,
        supplier=goods.supplier,
        created_by=evidence.actor,
        created_at=at,
        **evidence.make_columns(at=at),
    )
    by = Trace(actor=evidence.actor, device=evidence.device, reason=note)
    TRAIL.note(inspection, step="create", from_state="", by=by, at=at)
    return inspection
