"""Steps of an adjustment (库存调整单): submit -> approve, reject or recount -> post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.states import lock_for, require_second_person
from yipan.erp.models import Adjustment, AdjustmentLine
from yipan.erp.models.adjustment import AdjustmentState as State
from yipan.erp.rules import adjustment as rules
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.exchange import outbox
from yipan.foundation import limits
from yipan.foundation.limits import Measured, Purpose, Verdict, get_percent
from yipan.foundation.refusals import Refusal
from yipan.ledger import levels
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.limits import list_limits
from yipan.messages.base import Message
from yipan.messages.erp import AdjustmentDecided, AdjustmentOrdered, OrderedAdjustmentLine
from yipan.pool.book import SITE_BOOK

DOCUMENT_TYPE = "adjustment"
TRAIL = trail.Trail[Adjustment]("erp", DOCUMENT_TYPE, lambda it: (it.site,))
LINES_PER_ADJUSTMENT_MAX = 1_000
QUANTITY_ADJUSTED_MAX = 9_999_999

#: From which states may each step be taken?
STEPS = {
    "approve": frozenset({State.SUBMITTED, State.DRAFT}),
    "reject": frozenset({State.SUBMITTED}),
    "recount": frozenset({State.SUBMITTED}),
    "cancel": frozenset({State.DRAFT}),
}

#: Step of a decision to the state it leads to.
DECIDED = {"approve": State.APPROVED, "reject": State.REJECTED, "recount": State.RECOUNT}


class AboveLimit(Refusal):
    """The adjustment is larger than your role may approve; somebody with a higher limit has to."""

    code = "adjustment.above_limit"
    status = 403


class OwnCount(Refusal):
    """Whoever counted may not decide about what the count found: four eyes."""

    code = "adjustment.own_count"


class LinesMissing(Refusal):
    """An adjustment needs at least one line, and not more than the maximum."""

    code = "adjustment.lines_missing"
    status = 422


class TypeUnknown(Refusal):
    """There is no adjustment of this type."""

    code = "adjustment.type_unknown"
    status = 422


class StatusMissing(Refusal):
    """A change of status says into which other status goods go."""

    code = "adjustment.status_missing"
    status = 422


class ReasonMissing(Refusal):
    """An adjustment is never ordered or refused without a reason."""

    code = "adjustment.reason_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the hub wants a site to post."""

    site: str
    adjustment_type: str
    lines: tuple[AdjustedLine, ...]
    reason: str
    cost_center: str = ""


@transaction.atomic
def create(*, wanted: Wanted, by: Trace, at: datetime) -> Adjustment:
    """
    Write down what a site should post. Another person has to approve it before it is ordered.

    :raises LinesMissing: if there are no lines, or too many.
    :raises ReasonMissing: if it says no reason.
    """
    _check(wanted)
    number = numbers.give_number(prefix="AD", on=masterdata.get_office_date(at))
    quantity, value = measure(wanted.lines)
    adjustment = Adjustment.objects.create(
        number=number,
        site=wanted.site,
        site_number=number,
        adjustment_type=wanted.adjustment_type,
        reason=wanted.reason.strip(),
        cost_center=wanted.cost_center,
        is_ordered=True,
        quantity=quantity,
        value_minor=value,
        submitted_at=at,
        created_by=by.actor,
        created_at=at,
    )
    write_lines(adjustment, wanted.lines)
    TRAIL.note(adjustment, step="create", from_state="", by=by, at=at)
    return adjustment


@transaction.atomic
def decide(
    *,
    number: str,
    step: str,
    roles: Sequence[str],
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> Adjustment:
    """
    Approve (审核), reject (驳回) or have counted again (复盘) what a site submitted, and tell it.

    What the hub raised itself is ordered from the site when it is approved. `roles` are those
    of who decides: their limits count.

    :raises OwnApproval: if it is who submitted it.
    :raises OwnCount: if it is who counted.
    :raises AboveLimit: if none of the roles may approve so much.
    :raises ReasonMissing: if it is rejected or to be counted again without a reason.
    """
    assert step in DECIDED
    adjustment = lock_for(step, model=Adjustment, number=number, steps=STEPS)
    require_second_person(adjustment, actor=by.actor)
    if by.actor in adjustment.counted_by:
        raise OwnCount(number=number, counted_by=adjustment.counted_by)
    if step == "approve":
        _require_limit(adjustment, roles)
    elif not by.reason:
        raise ReasonMissing(number=number)
    before = adjustment.state
    adjustment.state = DECIDED[step]
    adjustment.decided_by = by.actor
    adjustment.decided_at = at
    adjustment.decision_note = by.reason
    adjustment.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    _tell(adjustment, _make_message(adjustment, step=step, at=at, message_id=message_id))
    TRAIL.note(adjustment, step=step, from_state=before, by=by, at=at, message_id=message_id)
    return adjustment


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Adjustment:
    """Give up what the hub raised, before anybody approved it."""
    adjustment = lock_for("cancel", model=Adjustment, number=number, steps=STEPS)
    adjustment.state = State.CANCELED
    adjustment.save(update_fields=["state"])
    TRAIL.note(adjustment, step="cancel", from_state=State.DRAFT, by=by, at=at)
    return adjustment


def judge(adjustment: Adjustment, roles: Sequence[str]) -> Verdict:
    """Tell whether the limits of the roles reach so far, and if not, which of them bite."""
    return limits.judge(
        roles=roles,
        measured=_measure(adjustment),
        limits=list_limits(Purpose.APPROVE, site=adjustment.site),
    )


def _measure(adjustment: Adjustment) -> Measured:
    """Return how large an adjustment is: its value at cost, its part of the site book now."""
    quantities: dict[str, int] = {}
    for line in adjustment.lines.all():
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    held = levels.find_levels(book=SITE_BOOK, keys=[(sku, adjustment.site) for sku in quantities])
    return Measured(
        adjustment_type=adjustment.adjustment_type,
        site=adjustment.site,
        site_type=masterdata.get_site(adjustment.site).site_type,
        quantity=adjustment.quantity,
        value_minor=adjustment.value_minor,
        percent=get_percent(
            adjusted=quantities, book={sku: row.on_hand for (sku, _), row in held.items()}
        ),
    )


def measure(lines: Sequence[AdjustedLine]) -> tuple[int, int]:
    """Return how much is adjusted, and what it costs in minor units."""
    skus = masterdata.find_skus({line.sku for line in lines})
    quantity = sum(line.quantity for line in lines)
    return quantity, sum(line.quantity * skus[line.sku].cost_minor for line in lines)


def write_lines(adjustment: Adjustment, lines: Sequence[AdjustedLine]) -> None:
    """Replace the lines of an adjustment."""
    adjustment.lines.all().delete()
    AdjustmentLine.objects.bulk_create(
        AdjustmentLine(
            adjustment=adjustment,
            line=line.line or place,
            sku=line.sku,
            quantity=line.quantity,
            from_status=line.from_status,
            to_status=line.to_status or "",
            place=line.place[:48],
            quantity_counted=line.quantity_counted,
            quantity_book=line.quantity_book,
            cause=line.cause[:48],
        )
        for place, line in enumerate(lines, start=1)
    )


def _check(wanted: Wanted) -> None:
    masterdata.get_site(wanted.site)
    if wanted.adjustment_type not in rules.TYPES:
        raise TypeUnknown(type=wanted.adjustment_type)
    if not 0 < len(wanted.lines) <= LINES_PER_ADJUSTMENT_MAX:
        raise LinesMissing(lines=len(wanted.lines), maximum=LINES_PER_ADJUSTMENT_MAX)
    if not wanted.reason.strip():
        raise ReasonMissing(type=wanted.adjustment_type)
    told.require_known(sites=[], skus={line.sku for line in wanted.lines})
    told.require_plausible(((line.sku, line.quantity) for line in wanted.lines), minimum=1)
    for line in wanted.lines:
        if wanted.adjustment_type in rules.INSIDE and line.to_status in (None, line.from_status):
            raise StatusMissing(sku=line.sku)


def _require_limit(adjustment: Adjustment, roles: Sequence[str]) -> None:
    verdict = judge(adjustment, roles)
    if not verdict.is_allowed:
        raise AboveLimit(
            number=adjustment.number,
            quantity=adjustment.quantity,
            value_minor=adjustment.value_minor,
            limits=[
                {
                    "number": bite.limit.number,
                    "role": bite.limit.role,
                    "measure": str(bite.measure),
                    "maximum": bite.maximum,
                    "actual": bite.actual,
                }
                for bite in verdict.bites
            ],
        )


def _make_message(adjustment: Adjustment, *, step: str, at: datetime, message_id: UUID) -> Message:
    if adjustment.is_ordered:
        return _make_order(adjustment, at=at, message_id=message_id)
    return AdjustmentDecided(
        message_id=message_id,
        occurred_at=at,
        adjustment_number=adjustment.site_number,
        site=adjustment.site,
        version=adjustment.version,
        decision=step,
        decided_by=adjustment.decided_by,
        note=adjustment.decision_note,
    )


def _make_order(adjustment: Adjustment, *, at: datetime, message_id: UUID) -> AdjustmentOrdered:
    return AdjustmentOrdered(
        message_id=message_id,
        occurred_at=at,
        adjustment_number=adjustment.site_number,
        site=adjustment.site,
        adjustment_type=adjustment.adjustment_type,
        lines=tuple(
            OrderedAdjustmentLine(
                line=line.line,
                sku=line.sku,
                quantity=line.quantity,
                from_status=line.from_status,
                to_status=line.to_status,
            )
            for line in adjustment.lines.order_by("line")
        ),
        reason=adjustment.reason,
        cost_center=adjustment.cost_center,
        ordered_by=adjustment.created_by,
    )


def _tell(adjustment: Adjustment, message: Message) -> None:
    source = f"erp:hub/orders:{adjustment.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=adjustment.number)
