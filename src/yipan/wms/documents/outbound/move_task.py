"""Steps of a move task (移库任务): raise -> claim -> finish; or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.evidence import Evidence
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.wms.documents.outbound import outbound_posting, pick_parts
from yipan.wms.documents.stock import bin_move
from yipan.wms.models import MoveTask, OutboundOrder, Pick
from yipan.wms.models.move_task import MoveTaskKind
from yipan.wms.models.move_task import MoveTaskState as State
from yipan.wms.models.outbound_order import PickState
from yipan.wms.queries import giving
from yipan.wms.rules import Shifted
from yipan.wms.rules import outbound as rules

DOCUMENT_TYPE = "move_task"
TRAIL = trail.Trail[MoveTask]("wms", DOCUMENT_TYPE, lambda it: (it.site,))

#: After this time a task somebody began and left is anybody's again.
CLAIM = timedelta(minutes=15)

#: From which states may each step be taken?
STEPS = {"finish": frozenset({State.OPEN}), "cancel": frozenset({State.OPEN})}


class TaskTaken(Refusal):
    """A colleague is on that task: take another one."""

    code = "move_task.taken"


class NothingThere(Refusal):
    """The book says that nothing free lies there any more: the task is of no use."""

    code = "move_task.nothing_there"


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """Goods that should be carried; an empty `to_bin` is proposed when somebody takes them."""

    kind: str
    sku: str
    quantity: int
    from_bin: str
    to_bin: str = ""
    lot: str = ""
    priority: int = 0
    order_number: str = ""
    pick: Pick | None = None


def raise_tasks(site: str, needed: Sequence[Needed], *, by: Trace, at: datetime) -> list[MoveTask]:
    """Write down what should be carried, one task each."""
    if not needed:
        return []
    given = numbers.give_numbers(
        prefix="MT", site=site, on=masterdata.get_business_date(site, at), count=len(needed)
    )
    bins = masterdata.find_bins(site, {it.from_bin for it in needed})
    tasks = MoveTask.objects.bulk_create(
        MoveTask(
            number=number,
            site=site,
            kind=MoveTaskKind(it.kind),
            sku=it.sku,
            lot=it.lot,
            quantity=it.quantity,
            from_bin=it.from_bin,
            to_bin=it.to_bin,
            zone=bins[it.from_bin].zone if it.from_bin in bins else "",
            priority=it.priority,
            order_number=it.order_number,
            pick=it.pick,
            created_by=by.actor,
            created_at=at,
        )
        for number, it in zip(given, needed, strict=True)
    )
    for task in tasks:
        TRAIL.note(task, step="create", from_state="", by=by, at=at)
    return tasks


def put_back(order: OutboundOrder, picks: Sequence[Pick], *, by: Trace, at: datetime) -> None:
    """
    Raise tasks for picked goods nobody wants any more: back to the bins they came from (返架).

    What was to be carried from the dock for the order is not any more.
    """
    waiting = MoveTask.objects.filter(pick__order=order, state=State.OPEN)
    waiting.update(state=State.CANCELED)
    totals: dict[tuple[str, str, str, str], int] = {}
    for pick in picks:
        if pick.quantity_picked and pick.place != pick.bin_code:
            key = (pick.sku, pick.lot, pick.place, pick.bin_code)
            totals[key] = totals.get(key, 0) + pick.quantity_picked
    needed = [
        Needed(
            kind=MoveTaskKind.PUT_BACK,
            sku=sku,
            lot=lot,
            quantity=quantity,
            from_bin=place,
            to_bin=bin_code,
            order_number=order.number,
        )
        for (sku, lot, place, bin_code), quantity in totals.items()
    ]
    raise_tasks(order.site, needed, by=by, at=at)


@transaction.atomic
def claim(*, number: str, by: Trace, at: datetime) -> MoveTask:
    """
    Take a task for oneself.

    :raises TaskTaken: if a colleague has it.
    """
    task = lock_for("finish", model=MoveTask, number=number, steps=STEPS)
    is_others = task.claimed_by not in {"", by.actor}
    if is_others and task.claimed_at is not None and task.claimed_at > at - CLAIM:
        raise TaskTaken(task=number, by=task.claimed_by)
    task.claimed_by, task.claimed_at = by.actor, at
    task.save(update_fields=["claimed_by", "claimed_at"])
    return task


@transaction.atomic
def finish(
    *, number: str, to_bin: str, by: Trace, at: datetime, quantity: int | None = None
) -> MoveTask:
    """
    Book what was carried; another bin than the one asked for is written down as it is.

    Of a replenishment, picks that wait at the old bin follow their goods to the new one. Less
    than asked is carried when less is free; the task is over all the same.

    :raises BinUnknown: if the site has no such bin.
    :raises NothingThere: if nothing of it is left there.
    """
    # Behind its order, as a cancel of that comes by the order, too.
    mine = OutboundOrder.objects.filter(picks__move_tasks__number=number)
    list(OutboundOrder.objects.select_for_update().filter(pk__in=mine.values("pk")))
    task = lock_for("finish", model=MoveTask, number=number, steps=STEPS)
    if quantity is not None:
        told.require_plausible([(task.sku, quantity)], minimum=1)
    if not masterdata.find_bins(task.site, [to_bin]):
        raise BinUnknown(site=task.site, bin=to_bin)
    wanted = task.quantity if quantity is None else quantity
    if task.pick_id is not None:
        task.quantity_moved = _carry_pick(task, to_bin=to_bin, by=by, at=at)
    else:
        task.quantity_moved = _carry(task, to_bin=to_bin, quantity=wanted, by=by, at=at)
    if not task.quantity_moved:
        raise NothingThere(task=number, sku=task.sku, bin=task.from_bin)
    task.state = State.MOVED
    task.moved_by, task.moved_at, task.moved_to = by.actor, at, to_bin
    task.device = by.device
    task.save()
    TRAIL.note(task, step="move", from_state=State.OPEN, by=by, at=at)
    return task


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> MoveTask:
    """Drop a task; what it was raised for may raise it again."""
    task = lock_for("cancel", model=MoveTask, number=number, steps=STEPS)
    task.state = State.CANCELED
    task.save(update_fields=["state"])
    TRAIL.note(task, step="cancel", from_state=State.OPEN, by=by, at=at)
    return task


def _carry(task: MoveTask, *, to_bin: str, quantity: int, by: Trace, at: datetime) -> int:
    """Carry free goods, and with a replenishment those set aside there; return how many."""
    if to_bin == task.from_bin:
        return 0
    along = 0
    if task.kind == MoveTaskKind.REPLENISH:
        along = _carry_waiting_picks(task, to_bin=to_bin, quantity=quantity, by=by, at=at)
    free = giving.get_free(task.site, sku=task.sku, place=task.from_bin, lot=task.lot)
    rest = min(quantity - along, free)
    if rest > 0:
        shift = Shifted(
            sku=task.sku, from_bin=task.from_bin, to_bin=to_bin, quantity=rest, lot=task.lot
        )
        reason = Trace(actor=by.actor, device=by.device, reason=f"{task.kind}:{task.number}")
        move = bin_move.post(site=task.site, shifts=[shift], by=reason, at=at)
        task.bin_move_number = move.number
    return along + max(0, rest)


def _carry_waiting_picks(
    task: MoveTask, *, to_bin: str, quantity: int, by: Trace, at: datetime
) -> int:
    """Let whole picks that nobody walks to yet follow their goods; return how many pieces."""
    [target] = masterdata.find_bins(task.site, [to_bin]).values()
    path = giving.write_paths(task.site, [target])[to_bin]
    waiting = Pick.objects.filter(
        order__site=task.site,
        sku=task.sku,
        lot=task.lot,
        bin_code=task.from_bin,
        state=PickState.OPEN,
        is_bin_scanned=False,
        claimed_by="",
    )
    orders = {
        row.pk: row
        for row in OutboundOrder.objects.select_for_update()
        .filter(pk__in=waiting.values("order"))
        .order_by("pk")
    }
    carried = 0
    for pick in waiting.order_by("-order__priority", "order__due_on", "id"):
        if pick.order_id not in orders or carried + pick.quantity > quantity:
            continue
        share = pick_parts.share(pick, place=pick.bin_code, quantity=pick.quantity)
        moves = rules.carry(sku=pick.sku, share=share, to_place=to_bin)
        outbound_posting.post(orders[pick.order_id], step="replenish", moves=moves, by=by, at=at)
        pick.bin_code, pick.zone = to_bin, target.zone
        pick.path = path
        pick.save(update_fields=["bin_code", "zone", "path"])
        carried += pick.quantity
    return carried


def _carry_pick(task: MoveTask, *, to_bin: str, by: Trace, at: datetime) -> int:
    """Carry goods set aside at the dock straight to where they leave from: picked by that."""
    assert task.pick_id is not None
    order_id = Pick.objects.values_list("order_id", flat=True).get(pk=task.pick_id)
    order = OutboundOrder.objects.select_for_update().get(pk=order_id)
    pick = Pick.objects.get(pk=task.pick_id)
    if pick.state != PickState.OPEN:
        return 0
    share = pick_parts.share(pick, place=pick.bin_code, quantity=pick.quantity)
    moves = rules.carry(sku=pick.sku, share=share, to_place=to_bin)
    outbound_posting.post(order, step="pick", moves=moves, by=by, at=at)
    pick.state, pick.quantity_picked, pick.place = PickState.PICKED, pick.quantity, to_bin
    pick.picked_by, pick.picked_at, pick.sequence = by.actor, at, order.postings_count
    evidence = Evidence(
        capture_mode="bulk",
        quantity_entered=pick.quantity,
        quantity_expected=pick.quantity,
        was_expected_shown=True,
        counterpart_document=pick.counterpart_document,
        counterpart_line=pick.counterpart_line,
        actor=by.actor,
        device=by.device,
    )
    for name, value in evidence.make_columns(at=at).items():
        setattr(pick, name, value)
    pick.save()
    outbound_posting.move_on(order)
    return pick.quantity
