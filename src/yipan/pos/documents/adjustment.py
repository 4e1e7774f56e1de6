"""Steps of a store's adjustments (库存调整): post, or submit -> post when the hub agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, reversals, told
from yipan.documents.states import lock_for
from yipan.exchange.subscriptions import Heard
from yipan.foundation.limits import Measured, Purpose, get_percent
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import levels
from yipan.ledger.levels import Scope
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.limits import list_limits
from yipan.messages.adjusting import AdjustedLine
from yipan.messages.erp import AdjustmentDecided, AdjustmentOrdered
from yipan.messages.pos import AdjustmentPosted, AdjustmentSubmitted
from yipan.pos.documents import count_system
from yipan.pos.documents.adjustment_lines import find_places, read_lines, write_line
from yipan.pos.documents.facts import Fact, Taken, ask_the_hub, book_and_tell, note
from yipan.pos.models import StoreAdjustment
from yipan.pos.models.adjustment import StoreAdjustmentState as State
from yipan.pos.rules import adjustments as rules
from yipan.pos.rules.tickets import SHOP_FLOOR
from yipan.pos.rules.transfers import PLACES
from yipan.stocktake.documents.following import lock_settled

DOCUMENT_TYPE = "store_adjustment"

#: From which states may each step be taken?
STEPS = {
    "post": frozenset({State.SUBMITTED}),
    "reject": frozenset({State.SUBMITTED}),
    "reverse": frozenset({State.POSTED}),
}


class NothingAdjusted(Refusal):
    """An adjustment needs at least one line."""

    code = "store_adjustment.lines_missing"
    status = 422


class TypeUnknown(Refusal):
    """There is no adjustment of this type, or none between these statuses and places."""

    code = "store_adjustment.type_unknown"
    status = 422


class CostCenterMissing(Refusal):
    """Goods used inside the company are used by somebody: say which cost center."""

    code = "store_adjustment.cost_center_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustedGoods:
    """So much of a SKU, in its smallest unit, taken from a place and a status."""

    sku: str
    quantity: int
    place: str = SHOP_FLOOR
    from_status: str = StockStatus.AVAILABLE
    to_status: str = ""
    capture_mode: str = "scan"
    quantity_counted: int | None = None
    quantity_book: int | None = None
    counted_at: str = ""
    cause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """
    That an adjustment puts counts right: who counted, and whether the hub is asked.

    `must_ask`: whatever the limits say; `may_not_ask`: it takes back what was posted wrongly.
    """

    counted_by: tuple[str, ...] = ()
    must_ask: bool = False
    may_not_ask: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody says happened. `roles` are theirs: the limits of those count."""

    site: str
    adjustment_type: str
    goods: Sequence[AdjustedGoods]
    roles: tuple[str, ...] = ()
    cost_center: str = ""
    counts: Counts = Counts()


@transaction.atomic
def post(*, wanted: Wanted, by: Trace, at: datetime, message_id: UUID) -> StoreAdjustment:
    """
    Book what happened to goods, or ask the hub first when it is worth more than the limit.

    Repeating it with the same `message_id` returns the first one.

    :raises NothingAdjusted: if there are no lines.
    :raises TypeUnknown: if there is no such type, or not between these statuses and places.
    :raises CostCenterMissing: if own use names no cost center.
    :raises SkuUnknown: if a SKU is not master data.
    """
    known = StoreAdjustment.objects.filter(message_id=message_id).first()
    if known is not None:
        return known
    _check(wanted)
    lines = [_make_line(place, each, wanted) for place, each in enumerate(wanted.goods, start=1)]
    adjustment = _make(wanted, lines=lines, by=by, at=at)
    adjustment.message_id = message_id
    adjustment.number = numbers.give_number(
        prefix="AD", site=wanted.site, on=masterdata.get_business_date(wanted.site, at)
    )
    verdict = rules.may_post(
        roles=wanted.roles,
        measured=_measure(adjustment, lines),
        limits=list_limits(Purpose.POST, site=wanted.site),
    )
    counts = wanted.counts
    if not counts.must_ask and (verdict.is_allowed or counts.may_not_ask):
        _book(adjustment, from_state="", by=by, at=at)
    else:
        _submit(adjustment, counted_by=counts.counted_by, by=by, at=at)
    return adjustment


@transaction.atomic
def decide(*, message: AdjustmentDecided, heard: Heard) -> StoreAdjustment:
    """
    Post what the hub agreed to; what it rejects, or wants counted again, stays unposted.

    :raises NotFound: if the adjustment is not known here.
    :raises WrongState: if it was decided before.
    """
    step = "post" if message.decision == "approve" else "reject"
    number = message.adjustment_number
    adjustment = lock_for(step, model=StoreAdjustment, number=number, steps=STEPS)
    lock_settled(site=adjustment.site, document=number)
    told.require_speaker(source=f"pos:{adjustment.site}", site=message.site)
    adjustment.decided_by = message.decided_by or heard.source
    adjustment.decision_note = message.note[:200]
    by = Trace(actor=adjustment.decided_by, reason=adjustment.decision_note)
    if step == "post":
        _book(adjustment, from_state=State.SUBMITTED, by=by, at=message.occurred_at)
        _follow(adjustment, "posted", by=by, message=message)
        return adjustment
    adjustment.state = State.REJECTED
    adjustment.save(update_fields=["state", "decided_by", "decision_note"])
    taken = Taken(step="reject", from_state=State.SUBMITTED, message_id=message.message_id)
    note(adjustment, taken, document_type=DOCUMENT_TYPE, by=by, at=message.occurred_at)
    outcome = "recount" if message.decision == "recount" else "rejected"
    _follow(adjustment, outcome, by=by, message=message)
    return adjustment


def _follow(
    adjustment: StoreAdjustment, outcome: str, *, by: Trace, message: AdjustmentDecided
) -> None:
    count_system.follow_adjustment(
        adjustment,
        outcome=outcome,
        by=by,
        at=message.occurred_at,
        message_id=message.message_id,
    )


@transaction.atomic
def post_ordered(*, message: AdjustmentOrdered, heard: Heard, at: datetime) -> StoreAdjustment:
    """
    Post what the hub ordered, under its number, from where the goods lie, and report it.

    :raises NumberReused: if the number stands for another adjustment already.
    :raises TypeUnknown: if there is no such type.
    """
    if StoreAdjustment.objects.filter(number=message.adjustment_number).exists():
        raise told.NumberReused(number=message.adjustment_number, site=message.site)
    wanted = Wanted(
        site=message.site,
        adjustment_type=message.adjustment_type,
        goods=[
            AdjustedGoods(
                sku=line.sku,
                quantity=quantity,
                place=place,
                from_status=line.from_status,
                to_status=line.to_status,
                capture_mode="key",
            )
            for line, place, quantity in find_places(message)
        ],
        cost_center=message.cost_center,
    )
    _check(wanted)
    lines = [_make_line(place, each, wanted) for place, each in enumerate(wanted.goods, start=1)]
    by = Trace(actor=message.ordered_by or heard.source, reason=message.reason[:200])
    adjustment = _make(wanted, lines=lines, by=by, at=at)
    adjustment.number = message.adjustment_number
    adjustment.ordered_by = by.actor
    adjustment.message_id = uuid5(message.message_id, "pos.adjustment_posted")
    _book(adjustment, from_state="", by=by, at=at)
    return adjustment


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreAdjustment:
    """
    Undo a posted adjustment, and tell the hub under the number `<number>-R`.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it is not posted, or was reversed before.
    """
    adjustment = lock_for("reverse", model=StoreAdjustment, number=number, steps=STEPS)
    lock_settled(site=adjustment.site, document=number)
    message = AdjustmentPosted(
        message_id=message_id,
        occurred_at=at,
        adjustment_number=f"{number}-R",
        version=adjustment.version,
        site=adjustment.site,
        adjustment_type=adjustment.adjustment_type,
        lines=read_lines(adjustment),
        reason=by.reason,
        cost_center=adjustment.cost_center,
        posted_by=by.actor,
        device=by.device,
        reverses=number,
    )
    reversals.undo_and_tell(
        message, book=f"pos:{adjustment.site}", document_type=DOCUMENT_TYPE, number=number, by=by
    )
    adjustment.state = State.REVERSED
    adjustment.save(update_fields=["state"])
    taken = Taken(step="reverse", from_state=State.POSTED, message_id=message_id)
    note(adjustment, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    count_system.follow_adjustment(
        adjustment, outcome="reversed", by=by, at=at, message_id=message_id
    )
    return adjustment


def _check(wanted: Wanted) -> None:
    if not wanted.goods:
        raise NothingAdjusted(site=wanted.site)
    told.require_few(wanted.goods)
    told.require_plausible(((each.sku, each.quantity) for each in wanted.goods), minimum=1)
    told.require_known(sites=[wanted.site], skus={each.sku for each in wanted.goods})
    if wanted.adjustment_type not in rules.TYPES:
        raise TypeUnknown(adjustment_type=wanted.adjustment_type)
    for each in wanted.goods:
        _check_goods(each, adjustment_type=wanted.adjustment_type)
    if wanted.adjustment_type in rules.NEEDS_COST_CENTER and not wanted.cost_center.strip():
        raise CostCenterMissing(adjustment_type=wanted.adjustment_type)


def _check_goods(each: AdjustedGoods, *, adjustment_type: str) -> None:
    statuses = {*StockStatus}
    is_known = each.from_status in statuses and each.place in (*PLACES, rules.DISPLAY)
    if adjustment_type == "status_change":
        is_known &= each.to_status in statuses and each.to_status != each.from_status
    if not is_known:
        raise TypeUnknown(
            adjustment_type=adjustment_type,
            place=each.place,
            from_status=each.from_status,
            to_status=each.to_status,
        )


def _make_line(place: int, each: AdjustedGoods, wanted: Wanted) -> AdjustedLine:
    is_display = wanted.adjustment_type == "display_issue"
    return AdjustedLine(
        line=place,
        sku=each.sku,
        quantity=each.quantity,
        from_status=each.from_status,
        to_status=StockStatus.BLOCKED if is_display else each.to_status,
        place=each.place,
        capture_mode=each.capture_mode,
        quantity_counted=each.quantity_counted,
        quantity_book=each.quantity_book,
        counted_at=each.counted_at,
        cause=each.cause,
    )


def _make(
    wanted: Wanted, *, lines: Sequence[AdjustedLine], by: Trace, at: datetime
) -> StoreAdjustment:
    skus = masterdata.find_skus({line.sku for line in lines})
    priced = [
        rules.Priced(sku=line.sku, quantity=line.quantity, price_minor=skus[line.sku].price_minor)
        for line in lines
    ]
    return StoreAdjustment(
        site=wanted.site,
        adjustment_type=wanted.adjustment_type,
        reason=by.reason,
        cost_center=wanted.cost_center.strip()[:48],
        lines=[write_line(line) for line in lines],
        value_minor=rules.get_value(priced),
        currency=skus[lines[0].sku].currency,
        device=by.device,
        created_by=by.actor,
        created_at=at,
    )


def _measure(adjustment: StoreAdjustment, lines: Sequence[AdjustedLine]) -> Measured:
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    scope = Scope(book=f"pos:{adjustment.site}", skus=frozenset(quantities))
    held: dict[str, int] = {}
    for row in levels.list_levels(scope, limit=levels.ROWS_MAX):
        held[row.sku] = held.get(row.sku, 0) + row.on_hand
    return Measured(
        adjustment_type=adjustment.adjustment_type,
        site=adjustment.site,
        site_type="store",
        quantity=sum(quantities.values()),
        value_minor=adjustment.value_minor,
        percent=get_percent(adjusted=quantities, book=held),
    )


def _submit(
    adjustment: StoreAdjustment, *, counted_by: tuple[str, ...], by: Trace, at: datetime
) -> None:
    adjustment.state = State.SUBMITTED
    adjustment.save()
    message_id = uuid5(adjustment.message_id, "pos.adjustment_submitted")
    message = AdjustmentSubmitted(
        message_id=message_id,
        occurred_at=at,
        adjustment_number=adjustment.number,
        version=adjustment.version,
        site=adjustment.site,
        adjustment_type=adjustment.adjustment_type,
        lines=read_lines(adjustment),
        reason=adjustment.reason,
        cost_center=adjustment.cost_center,
        submitted_by=by.actor,
        device=by.device,
        counted_by=counted_by,
    )
    ask_the_hub(message, site=adjustment.site, at=at)
    taken = Taken(step="submit", message_id=message_id)
    note(adjustment, taken, document_type=DOCUMENT_TYPE, by=by, at=at)


def _book(adjustment: StoreAdjustment, *, from_state: str, by: Trace, at: datetime) -> None:
    lines = read_lines(adjustment)
    fact = Fact(
        site=adjustment.site,
        origin=f"{DOCUMENT_TYPE}/{adjustment.number}/post",
        moves=rules.post_adjustment(adjustment_type=adjustment.adjustment_type, lines=lines),
        at=at,
        by=by,
    )
    message = AdjustmentPosted(
        message_id=adjustment.message_id,
        occurred_at=at,
        adjustment_number=adjustment.number,
        version=adjustment.version,
        site=adjustment.site,
        adjustment_type=adjustment.adjustment_type,
        lines=lines,
        reason=adjustment.reason,
        cost_center=adjustment.cost_center,
        posted_by=adjustment.created_by,
        approved_by=adjustment.decided_by,
        device=adjustment.device,
    )
    adjustment.source, adjustment.sequence = book_and_tell(fact, message)
    adjustment.state = State.POSTED
    adjustment.posted_at = at
    adjustment.save()
    taken = Taken(step="post", from_state=from_state, message_id=adjustment.message_id)
    note(adjustment, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
