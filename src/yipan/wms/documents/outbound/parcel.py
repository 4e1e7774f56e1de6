"""
Steps of a parcel (包裹): open -> put in, take out -> close -> bind the carrier's label; or unpack.

Contents are picks: what is put into a parcel is a part of what was picked for its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from yipan.documents import numbers
from yipan.documents.states import lock_for
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import (
    outbound_order,
    outbound_posting,
    parcel_emptying,
    pick_parts,
)
from yipan.wms.models import OutboundOrder, Parcel, Pick
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.models.parcel import ParcelState as State
from yipan.wms.rules import outbound as rules
from yipan.wms.rules import sscc

DOCUMENT_TYPE = parcel_emptying.DOCUMENT_TYPE
SERIES = "SSCC"
WEIGHT_GRAMS_MAX = 2_000_000
TRACKING_LENGTH_MAX = 64

#: From which states may each step be taken?
STEPS = {
    "put": frozenset({State.OPEN}),
    "close": frozenset({State.OPEN}),
    "bind": frozenset({State.PACKED}),
    "stack": frozenset({State.PACKED}),
    "unpack": frozenset({State.OPEN, State.PACKED}),
}


class NothingToPack(Refusal):
    """Nothing picked of this order is left to pack."""

    code = "parcel.nothing_to_pack"


class NotInTote(Refusal):
    """That product was not picked for this order, or all of it is packed: put it aside."""

    code = "parcel.product_wrong"
    status = 422


class TooMuch(Refusal):
    """More than was picked of it: put the rest aside and report it as too much."""

    code = "parcel.too_much"
    status = 422


class TrackingUsed(Refusal):
    """That label of the carrier is on another parcel already."""

    code = "parcel.tracking_used"


class StackWrong(Refusal):
    """Only a closed parcel that is on no truck yet goes onto a pallet."""

    code = "parcel.stack_wrong"


class WeightNotPlausible(Refusal):
    """A weight is a whole number of grams, up to two tonnes."""

    code = "parcel.weight_not_plausible"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Putting:
    """So much of a SKU that goes into a parcel, and how that is known: `scan` or `bulk`."""

    sku: str
    quantity: int
    check_mode: str = "scan"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """What is known of a closed parcel: grams, and what it is made of."""

    weight_grams: int = 0
    material: str = ""


@transaction.atomic
def open_parcel(*, order_number: str, by: Trace, at: datetime) -> Parcel:
    """
    Take a new parcel for an order; the open one of this packer is taken up again.

    :raises NothingToPack: if nothing picked is left to pack.
    """
    order = _lock_order(order_number)
    known = order.parcels.filter(state=State.OPEN, created_by=by.actor).order_by("id").first()
    if known is not None:
        return known
    if not list_unpacked(order):
        raise NothingToPack(order=order.number)
    return _create(order.site, order=order, by=by, at=at)


@transaction.atomic
def open_pallet(*, site: str, by: Trace, at: datetime) -> Parcel:
    """Take a new pallet (托盘): parcels are stacked on it, and one scan loads them all."""
    pallet = _create(site, order=None, by=by, at=at)
    pallet.state = State.PACKED
    pallet.packed_by, pallet.packed_at = by.actor, at
    pallet.save()
    return pallet


@transaction.atomic
def put(*, number: str, putting: Putting) -> Parcel:
    """
    Put a quantity of a SKU into a parcel, out of what was picked.

    :raises NotInTote: if nothing of the SKU is left to pack.
    :raises TooMuch: if less is left than that.
    """
    parcel = _lock(number, step="put")
    assert parcel.order is not None
    todo = [it for it in list_unpacked(parcel.order) if it.sku == putting.sku]
    if not todo:
        raise NotInTote(order=parcel.order.number, sku=putting.sku)
    left = sum(it.quantity_picked for it in todo)
    if putting.quantity > left:
        raise TooMuch(sku=putting.sku, left=left, quantity=putting.quantity)
    _fill(parcel, todo, quantity=putting.quantity, check_mode=putting.check_mode)
    return parcel


@transaction.atomic
def take_out(*, number: str, sku: str) -> Parcel:
    """Take all of a SKU out of an open parcel again."""
    parcel = _lock(number, step="put")
    parcel.picks.filter(sku=sku).update(parcel=None, check_mode="")
    return parcel


@transaction.atomic
def close(*, number: str, closing: Closing, by: Trace, at: datetime, message_id: UUID) -> Parcel:
    """
    Close a parcel: its goods stand at the packing bin now. When nothing was put in by hand, all
    that is left of the order goes in, which is recorded as unchecked (bulk).

    :raises NothingToPack: if there is nothing.
    :raises WeightNotPlausible: if it cannot weigh that.
    """
    parcel = _lock(number, step="close")
    order = parcel.order
    assert order is not None
    if not 0 <= closing.weight_grams <= WEIGHT_GRAMS_MAX:
        raise WeightNotPlausible(weight_grams=closing.weight_grams)
    if not parcel.picks.exists():
        todo = list_unpacked(order)
        if not todo:
            raise NothingToPack(order=order.number)
        total = sum(it.quantity_picked for it in todo)
        _fill(parcel, todo, quantity=total, check_mode="bulk")
    parcel.state = State.PACKED
    parcel.weight_grams, parcel.material = closing.weight_grams, closing.material[:32]
    parcel.packed_by, parcel.packed_at, parcel.device = by.actor, at, by.device
    parcel.save()
    _stand(parcel, order, by=by, at=at)
    before = order.state
    outbound_posting.move_on(order)
    if order.state != before:
        outbound_posting.TRAIL.note(order, step="pack", from_state=before, by=by, at=at)
        outbound_posting.tell_progress(order, message_id=message_id, at=at)
    parcel_emptying.TRAIL.note(parcel, step="pack", from_state=State.OPEN, by=by, at=at)
    return parcel


@transaction.atomic
def bind(*, number: str, tracking: str, carrier: str, by: Trace, at: datetime) -> Parcel:
    """
    Bind the carrier's label to a closed parcel (绑定面单): from now on its scan means the parcel.

    :raises TrackingUsed: if the label is on another parcel.
    """
    parcel = _lock(number, step="bind")
    label = tracking.strip()[:TRACKING_LENGTH_MAX]
    carrier = carrier or parcel.carrier
    others = Parcel.objects.filter(site=parcel.site, tracking=label, carrier=carrier)
    if label and others.exclude(pk=parcel.pk).exclude(state=State.CANCELED).exists():
        raise TrackingUsed(tracking=label)
    parcel.tracking, parcel.carrier = label, carrier
    parcel.save(update_fields=["tracking", "carrier"])
    parcel_emptying.TRAIL.note(parcel, step="bind", from_state=parcel.state, by=by, at=at)
    return parcel


@transaction.atomic
def stack(*, pallet: str, parcel: str, by: Trace, at: datetime) -> Parcel:
    """
    Put a closed parcel onto a pallet (码托), or onto another one than before.

    :raises StackWrong: if the parcel is a pallet itself, or one of the two is on a truck.
    """
    under = _lock(pallet, step="stack")
    onto = _lock(parcel, step="stack")
    if not under.is_pallet or onto.is_pallet or under.load_id or onto.load_id:
        raise StackWrong(pallet=pallet, parcel=parcel)
    onto.pallet = under
    onto.save(update_fields=["pallet"])
    if not under.carrier:
        under.carrier = onto.carrier
        under.save(update_fields=["carrier"])
    parcel_emptying.TRAIL.note(onto, step="stack", from_state=onto.state, by=by, at=at)
    return onto


@transaction.atomic
def unpack(*, number: str, by: Trace, at: datetime) -> Parcel:
    """Open a parcel again: its goods stand where they are, picked and not packed (拆包)."""
    parcel = _lock(number, step="unpack")
    parcel_emptying.empty(parcel, by=by, at=at)
    if parcel.order is not None:
        before = parcel.order.state
        outbound_posting.move_on(parcel.order)
        if parcel.order.state != before:
            outbound_posting.TRAIL.note(
                parcel.order, step="unpack", from_state=before, by=by, at=at
            )
    return parcel


def list_unpacked(order: OutboundOrder) -> list[Pick]:
    """Return what is picked of an order and in no parcel, in the order of its lines."""
    picks = order.picks.filter(state=PickState.PICKED, parcel=None, quantity_picked__gt=0)
    return list(picks.select_related("line").order_by("line__line", "id"))


def _create(site: str, *, order: OutboundOrder | None, by: Trace, at: datetime) -> Parcel:
    day = masterdata.get_business_date(site, at)
    parcel = Parcel.objects.create(
        number=numbers.give_number(prefix="PC", site=site, on=day),
        site=site,
        is_pallet=order is None,
        order=order,
        sscc=sscc.make_sscc(
            prefix=settings.YIPAN_GS1_PREFIX,
            extension=settings.YIPAN_SSCC_EXTENSION,
            serial=numbers.give_serial(SERIES),
        ),
        place=outbound_order.get_packing_bin(site),
        carrier=order.carrier if order is not None else "",
        device=by.device,
        created_by=by.actor,
        created_at=at,
    )
    parcel_emptying.TRAIL.note(parcel, step="create", from_state="", by=by, at=at)
    return parcel


def _lock_order(number: str) -> OutboundOrder:
    steps = {"pack": frozenset(STATES_OPEN)}
    return lock_for("pack", model=OutboundOrder, number=number, steps=steps)


def _lock(number: str, *, step: str) -> Parcel:
    """Lock a parcel behind its order, as every step does, so that a cancel waits or is seen."""
    found = Parcel.objects.filter(number=number).values_list("order__number", flat=True)
    if not found:
        raise NotFound(kind="parcel", id=number)
    order = _lock_order(found[0]) if found[0] else None
    parcel = lock_for(step, model=Parcel, number=number, steps=STEPS)
    parcel.order = order
    return parcel


def _fill(parcel: Parcel, todo: list[Pick], *, quantity: int, check_mode: str) -> None:
    """Put so much out of some picks into a parcel; the last one may be parted for it."""
    for pick in todo:
        if quantity <= 0:
            return
        if pick.quantity_picked > quantity:
            pick_parts.part_picked(pick, quantity=quantity)
        quantity -= pick.quantity_picked
        pick.parcel, pick.check_mode = parcel, check_mode
        pick.save(update_fields=["parcel", "check_mode"])


def _stand(parcel: Parcel, order: OutboundOrder, *, by: Trace, at: datetime) -> None:
    """Carry what is in a parcel out of its totes to the bin the parcel stands in."""
    moves: list[Move] = []
    picks = list(parcel.picks.order_by("id"))
    for pick in picks:
        share = pick_parts.get_picked(pick)
        moves += rules.carry(sku=pick.sku, share=share, to_place=parcel.place)
        pick.place = parcel.place
    outbound_posting.post(order, step="pack", moves=moves, by=by, at=at)
    Pick.objects.bulk_update(picks, ["place"])
