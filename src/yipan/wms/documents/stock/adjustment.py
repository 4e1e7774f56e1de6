"""Steps of an adjustment (库存调整单): open -> add, choose -> post, or submit -> decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.documents.states import lock_for
from yipan.foundation.limits import Purpose
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.limits import list_limits
from yipan.masterdata.refusals import BinUnknown
from yipan.stocktake.documents.following import lock_settled
from yipan.wms.documents.stock import adjustment_posting, count_system
from yipan.wms.models import Adjustment, AdjustmentLine
from yipan.wms.models.adjustment import AdjustmentState as State
from yipan.wms.models.adjustment import AdjustmentType
from yipan.wms.rules import adjustment as rules

DOCUMENT_TYPE = adjustment_posting.DOCUMENT_TYPE
TRAIL = trail.Trail[Adjustment]("wms", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {
    "edit": frozenset({State.DRAFT, State.RECOUNT}),
    "post": frozenset({State.DRAFT, State.RECOUNT}),
    "cancel": frozenset({State.DRAFT, State.RECOUNT}),
    "decide": frozenset(State.values),
    "reverse": frozenset({State.POSTED}),
}

#: What the hub decides to the state that follows from it, where nothing is posted.
DECISIONS = {"reject": State.REJECTED, "recount": State.RECOUNT}


class NothingAdjusted(Refusal):
    """There is no line to post."""

    code = "adjustment.lines_missing"
    status = 422


class TypeMissing(Refusal):
    """Choose why the stock changes."""

    code = "adjustment.type_missing"
    status = 422


class StatusMissing(Refusal):
    """A change of status has to say which status the goods get, and it must be another one."""

    code = "adjustment.status_missing"
    status = 422


class CostCenterMissing(Refusal):
    """Goods used inside the company are used by somebody: say which cost center."""

    code = "adjustment.cost_center_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Why stock changes, and what a change of status leads to."""

    adjustment_type: str
    to_status: str = ""
    reason: str = ""
    cost_center: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """A quantity of one SKU in a bin; what was counted and what the book said, where known."""

    sku: str
    bin_code: str
    quantity: int
    from_status: str = "available"
    lot: str = ""
    cause: str = ""
    capture_mode: str = "key"
    quantity_counted: int | None = None
    quantity_book: int | None = None
    counted_at: datetime | None = None
    text: str = ""
    pack_size: int | None = None
    stamp: Stamp = NO_STAMP


@transaction.atomic
def open_draft(
    *, site: str, by: Trace, at: datetime, external_id: str = "", number: str = ""
) -> Adjustment:
    """Begin an adjustment, under the next number of the site or the one the hub gave it."""
    return Adjustment.objects.create(
        number=number
        or numbers.give_number(prefix="AD", site=site, on=masterdata.get_business_date(site, at)),
        site=site,
        is_ordered=bool(number),
        device=by.device,
        external_id=external_id,
        created_by=by.actor,
        created_at=at,
    )


@transaction.atomic
def add(*, number: str, added: Added, by: Trace, at: datetime) -> AdjustmentLine:
    """
    Add a quantity; a second scan of the same SKU in the same bin adds to its line.

    :raises BinUnknown: if the site has no such bin.
    """
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    told.require_known(sites=[adjustment.site], skus=[added.sku])
    if not masterdata.find_bins(adjustment.site, [added.bin_code]):
        raise BinUnknown(site=adjustment.site, bin=added.bin_code)
    same = adjustment.lines.filter(
        sku=added.sku, bin_code=added.bin_code, from_status=added.from_status, lot=added.lot
    ).first()
    line = same or AdjustmentLine(
        adjustment=adjustment,
        line=adjustment.lines.count() + 1,
        sku=added.sku,
        bin_code=added.bin_code,
        quantity=0,
        from_status=StockStatus(added.from_status),
        lot=added.lot,
    )
    line.quantity += added.quantity
    told.require_plausible([(added.sku, line.quantity)])
    line.quantity_counted, line.quantity_book = added.quantity_counted, added.quantity_book
    line.counted_at = added.counted_at or at
    line.cause = added.cause
    evidence = Evidence(
        capture_mode=added.capture_mode,
        quantity_entered=added.quantity,
        units_per_pack=added.pack_size,
        barcode_scanned=added.text,
        quantity_expected=added.quantity_book,
        actor=by.actor,
        device=by.device,
        stamp=added.stamp,
    )
    for name, value in evidence.make_columns(at=at).items():
        setattr(line, name, value)
    line.save()
    return line


@transaction.atomic
def set_quantity(*, number: str, line: int, quantity: int, at: datetime) -> AdjustmentLine:
    """Replace the quantity of a line by what somebody keyed in."""
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    row = adjustment.lines.get(line=line)
    told.require_plausible([(row.sku, quantity)])
    row.quantity, row.capture_mode, row.recorded_at = quantity, "key", at
    row.save()
    return row


@transaction.atomic
def choose(*, number: str, kind: Kind) -> Adjustment:
    """
    Say why the stock changes.

    :raises StatusMissing: if a change of status leads to none.
    """
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    adjustment.adjustment_type = AdjustmentType(kind.adjustment_type)
    adjustment.to_status = ""
    if kind.adjustment_type == AdjustmentType.STATUS_CHANGE:
        if kind.to_status not in {*rules.STATUSES_OUT_OF_SALE, StockStatus.AVAILABLE}:
            raise StatusMissing(number=number)
        adjustment.to_status = kind.to_status
    adjustment.reason, adjustment.cost_center = kind.reason[:200], kind.cost_center[:48]
    adjustment.save()
    return adjustment


@transaction.atomic
def describe(*, number: str, reason: str, cost_center: str) -> Adjustment:
    """Say in words why, and who uses the goods; a cost center only where they are used."""
    adjustment = lock_for("edit", model=Adjustment, number=number, steps=STEPS)
    is_used = adjustment.adjustment_type in rules.NEEDS_COST_CENTER
    adjustment.reason = reason.strip()[:200]
    adjustment.cost_center = cost_center.strip()[:48] if is_used else ""
    adjustment.save(update_fields=["reason", "cost_center"])
    return adjustment


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Adjustment:
    """Give up an adjustment that was not posted."""
    adjustment = lock_for("cancel", model=Adjustment, number=number, steps=STEPS)
    before, adjustment.state = adjustment.state, State.CANCELED
    adjustment.save(update_fields=["state"])
    TRAIL.note(adjustment, step="cancel", from_state=before, by=by, at=at)
    return adjustment


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """
    That an adjustment puts counts right: who counted, and whether the hub is asked.

    `must_ask`: whatever the limits say; `may_not_ask`: it takes back what was posted wrongly.
    """

    counted_by: tuple[str, ...] = ()
    must_ask: bool = False
    may_not_ask: bool = False


@transaction.atomic
def post(
    *,
    number: str,
    by: Trace,
    at: datetime,
    message_id: UUID,
    roles: Sequence[str] = (),
    counts: Counts | None = None,
) -> Adjustment:
    """
    Post an adjustment within the site's limits, or ask the hub when it is beyond them.

    `roles` are those of who posts: their limits count, and those of everybody. `counts` says
    that it puts counts right, and may ask where the limits would not.

    :raises NothingAdjusted: if it has no lines.
    :raises TypeMissing: if nobody said why the stock changes.
    :raises CostCenterMissing: if goods are used, and nobody said by whom. What the hub orders
        is posted as ordered.
    """
    adjustment = lock_for("post", model=Adjustment, number=number, steps=STEPS)
    lines = list(adjustment.lines.filter(quantity__gt=0).order_by("line"))
    if not adjustment.adjustment_type:
        raise TypeMissing(number=number)
    if not lines:
        raise NothingAdjusted(number=number)
    if any(line.from_status == adjustment.to_status for line in lines):
        raise StatusMissing(number=number)
    is_used = adjustment.adjustment_type in rules.NEEDS_COST_CENTER
    if is_used and not adjustment.is_ordered and not adjustment.cost_center:
        raise CostCenterMissing(number=number)
    verdict = rules.may_post(
        to_status=adjustment.to_status,
        roles=roles,
        measured=adjustment_posting.measure(adjustment, lines),
        limits=list_limits(Purpose.POST, site=adjustment.site),
    )
    before = adjustment.state
    counts = counts or Counts()
    asks = counts.must_ask or not (verdict.is_allowed or counts.may_not_ask)
    if asks and not adjustment.is_ordered:
        adjustment.state = State.SUBMITTED
        adjustment.version += before == State.RECOUNT
        adjustment.save()
        adjustment_posting.tell_submitted(
            adjustment,
            lines=lines,
            counted_by=counts.counted_by,
            by=by,
            at=at,
            message_id=message_id,
        )
        TRAIL.note(
            adjustment, step="submit", from_state=before, by=by, at=at, message_id=message_id
        )
    else:
        adjustment_posting.book(adjustment, lines=lines, by=by, at=at, message_id=message_id)
        TRAIL.note(adjustment, step="post", from_state=before, by=by, at=at, message_id=message_id)
    return adjustment


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the hub decided of one version of an adjustment."""

    version: int
    decision: str
    decided_by: str
    note: str = ""


@transaction.atomic
def decide(
    *, number: str, decision: Decision, by: Trace, at: datetime, message_id: UUID
) -> Adjustment:
    """
    Do what the hub decided: post, drop, or count again.

    A decision about another version, or one that comes again, changes nothing.

    :raises NotFound: if there is no such adjustment.
    """
    adjustment = lock_for("decide", model=Adjustment, number=number, steps=STEPS)
    if adjustment.state != State.SUBMITTED or adjustment.version != decision.version:
        return adjustment
    lock_settled(site=adjustment.site, document=number)
    adjustment.decided_by = decision.decided_by[:160]
    adjustment.decision_note = decision.note[:200]
    step = {"approve": "approve", "reject": "reject"}.get(decision.decision, "recount")
    if step == "approve":
        adjustment_posting.book(
            adjustment,
            lines=list(adjustment.lines.filter(quantity__gt=0).order_by("line")),
            by=Trace(actor=adjustment.created_by, device=adjustment.device, reason=by.reason),
            at=at,
            message_id=uuid5(message_id, "wms.adjustment_posted"),
        )
    else:
        adjustment.state = DECISIONS[step]
        adjustment.save()
    decider = Trace(actor=decision.decided_by or by.actor, reason=decision.note)
    TRAIL.note(
        adjustment,
        step=step,
        from_state=State.SUBMITTED,
        by=decider,
        at=at,
        message_id=message_id,
    )
    count_system.follow_adjustment(adjustment, by=decider, at=at, message_id=message_id)
    return adjustment


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> Adjustment:
    """
    Undo a posted adjustment (冲销), and tell the hub.

    :raises WrongState: if it is not posted, or was reversed before.
    """
    adjustment = lock_for("reverse", model=Adjustment, number=number, steps=STEPS)
    lock_settled(site=adjustment.site, document=number)
    adjustment_posting.reverse(adjustment, by=by, at=at, message_id=message_id)
    TRAIL.note(
        adjustment,
        step="reverse",
        from_state=State.POSTED,
        by=by,
        at=at,
        message_id=message_id,
    )
    count_system.follow_adjustment(adjustment, by=by, at=at, message_id=message_id)
    return adjustment


@transaction.atomic
def create_and_post(
    *,
    opening: Adjustment,
    kind: Kind,
    lines: Sequence[Added],
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> Adjustment:
    """Add all lines to a draft and post it in one step, as machines and the hub do."""
    told.require_few(lines)
    for each in lines:
        add(number=opening.number, added=each, by=by, at=at)
    choose(number=opening.number, kind=kind)
    return post(number=opening.number, by=by, at=at, message_id=message_id)
