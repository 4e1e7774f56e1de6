"""What packing finds wrong with a pick: too few pieces in the tote, or too many (复核差异)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move, Trace
from yipan.wms.documents.outbound import (
    move_task,
    outbound_order,
    outbound_posting,
    parcel,
    pick,
    pick_parts,
)
from yipan.wms.documents.outbound.move_task import Needed
from yipan.wms.documents.stock import spot_count
from yipan.wms.documents.stock.spot_count import Seen
from yipan.wms.models import OutboundOrder, Pick, SpotCount
from yipan.wms.models.move_task import MoveTaskKind
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.models.spot_count import SpotCountReason
from yipan.wms.rules import get_account
from yipan.wms.rules import outbound as rules

STEPS = {"check": frozenset(STATES_OPEN)}


class NotPicked(Refusal):
    """So much of that product was not picked for this order."""

    code = "parcel.not_picked"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How many pieces of a SKU are missing in the tote of an order, or are too many."""

    order: str
    sku: str
    quantity: int


@transaction.atomic
def short(*, difference: Difference, by: Trace, at: datetime, message_id: UUID) -> SpotCount:
    """
    Write down that pieces are missing in the tote: the picker took fewer than the pick says.

    In the book they lie in the bin they were to come from; it is counted, other bins are set
    aside, and what no bin has is told.

    :raises NotPicked: if that much is not unpacked.
    """
    order = lock_for("check", model=OutboundOrder, number=difference.order, steps=STEPS)
    one = _find(order, difference)
    if one.quantity_picked > difference.quantity:
        pick_parts.part_picked(one, quantity=difference.quantity)
    here = pick_parts.get_picked(one)
    moves = [
        *rules.carry(sku=one.sku, share=here, to_place=one.bin_code),
        *rules.give_back(sku=one.sku, shares=[replace(here, bin_code=one.bin_code)]),
    ]
    outbound_posting.post(order, step="unpick", moves=moves, by=by, at=at)
    one.quantity, one.quantity_picked, one.state = 0, 0, PickState.CANCELED
    one.save()
    count = _record(order, one, reason=SpotCountReason.SHORT_PICK, found=0, by=by, at=at)
    outbound_order.set_aside(order, by=by, at=at, without=[one.bin_code])
    missing = pick.give_up_missing(one)
    pick.tell_short(one, missing=missing, count=count, by=by, at=at, message_id=message_id)
    before = order.state
    outbound_posting.move_on(order)
    outbound_posting.TRAIL.note(
        order, step="short", from_state=before, by=by, at=at, message_id=message_id
    )
    return count


@transaction.atomic
def over(
    *,
    difference: Difference,
    by: Trace,
    at: datetime,
    message_id: UUID,  # noqa: ARG001 - nothing leaves, so nobody is told
) -> SpotCount:
    """
    Write down that the tote holds more than the pick says: the picker took too many.

    The surplus stands at the packing bin, free; a task says where to put it back, and the bin
    it came from is counted.

    :raises NotPicked: if nothing of the SKU was picked for the order.
    """
    order = lock_for("check", model=OutboundOrder, number=difference.order, steps=STEPS)
    found = order.picks.filter(sku=difference.sku, state=PickState.PICKED).order_by("-id").first()
    if found is None:
        raise NotPicked(order=order.number, sku=difference.sku)
    place = outbound_order.get_packing_bin(order.site)
    move = Move(
        sku=found.sku,
        from_account=get_account(
            bin_code=found.bin_code, status=StockStatus.AVAILABLE, lot=found.lot
        ),
        to_account=get_account(bin_code=place, status=StockStatus.AVAILABLE, lot=found.lot),
        quantity=difference.quantity,
    )
    outbound_posting.post(order, step="overpick", moves=[move], by=by, at=at)
    needed = Needed(
        kind=MoveTaskKind.PUT_BACK,
        sku=found.sku,
        lot=found.lot,
        quantity=difference.quantity,
        from_bin=place,
        to_bin=found.bin_code,
        order_number=order.number,
    )
    move_task.raise_tasks(order.site, [needed], by=by, at=at)
    outbound_posting.TRAIL.note(order, step="over", from_state=order.state, by=by, at=at)
    return _record(
        order, found, reason=SpotCountReason.OVER_PICK, found=difference.quantity, by=by, at=at
    )


def _find(order: OutboundOrder, difference: Difference) -> Pick:
    """Return the unpacked pick the missing pieces are of: the largest heap that covers them."""
    for one in sorted(parcel.list_unpacked(order), key=lambda it: -it.quantity_picked):
        if one.sku == difference.sku and one.quantity_picked >= difference.quantity:
            return one
    raise NotPicked(order=order.number, sku=difference.sku, quantity=difference.quantity)


def _record(
    order: OutboundOrder, one: Pick, *, reason: str, found: int, by: Trace, at: datetime
) -> SpotCount:
    seen = Seen(
        site=order.site,
        bin_code=one.bin_code,
        sku=one.sku,
        lot=one.lot,
        reason=reason,
        quantity_found=found,
        partner_number=order.number,
    )
    return spot_count.record(seen=seen, by=by, at=at)
