"""Steps of a pick (拣货): claim -> scan bin -> take, short or skip; undo, drop, zero check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.exchange import outbox
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.messages.wms import PickShorted
from yipan.wms.documents.outbound import outbound_order, outbound_posting, pick_parts
from yipan.wms.documents.stock import spot_count
from yipan.wms.documents.stock.spot_count import Seen
from yipan.wms.models import OutboundOrder, Pick, SpotCount
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.models.spot_count import SpotCountReason
from yipan.wms.rules import PICKING_PLACE
from yipan.wms.rules import outbound as rules


class PickTaken(Refusal):
    """That was picked already, or is not wanted any more."""

    code = "pick.taken"


class BinWrong(Refusal):
    """That is another bin: go to the one on the screen."""

    code = "pick.bin_wrong"
    status = 422


class ProductWrong(Refusal):
    """That is another product: take the one on the screen."""

    code = "pick.product_wrong"
    status = 422


class BinNotScanned(Refusal):
    """Scan the bin first, then the product."""

    code = "pick.bin_not_scanned"
    status = 422


class TooMuch(Refusal):
    """More than is wanted here: leave the rest in the bin."""

    code = "pick.too_much"
    status = 422


class NothingPicked(Refusal):
    """There is no pick of yours to take back."""

    code = "pick.nothing_picked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """What a picker took: how much, how that is known, and into what."""

    quantity: int
    capture_mode: str = "scan"
    tote: str = ""
    text: str = ""
    pack_size: int | None = None
    serials: tuple[str, ...] = ()
    stamp: Stamp = NO_STAMP


@transaction.atomic
def scan_bin(*, pick_id: int, bin_code: str, by: Trace, at: datetime) -> Pick:
    """
    Note that the picker stands before the bin.

    :raises BinWrong: if it is another one.
    """
    pick = _lock(pick_id)
    if pick.bin_code != bin_code:
        raise BinWrong(scanned=bin_code, expected=pick.bin_code)
    pick.is_bin_scanned = True
    pick.bin_scanned_at = at
    pick.claimed_by, pick.claimed_at = by.actor, at
    pick.save()
    return pick


@transaction.atomic
def scan_product(*, pick_id: int, by: Trace, at: datetime) -> Pick:
    """Note that the picker holds the product, and now has to say into which tote it goes."""
    pick = _lock(pick_id)
    pick.is_product_scanned = True
    pick.claimed_by, pick.claimed_at = by.actor, at
    pick.save(update_fields=["is_product_scanned", "claimed_by", "claimed_at"])
    return pick


@transaction.atomic
def take(*, pick_id: int, taking: Taking, by: Trace, at: datetime) -> Pick:
    """
    Take all that is wanted of a pick out of the bin.

    :raises PickTaken: if it was picked or canceled a moment ago.
    :raises TooMuch: if it is more than is wanted.
    """
    return take_locked(_lock(pick_id), taking=taking, by=by, at=at)


def take_locked(pick: Pick, *, taking: Taking, by: Trace, at: datetime) -> Pick:
    """
    Take all that is wanted of an open pick the caller has locked (`lock_open`).

    :raises TooMuch: if it is more than is wanted.
    """
    told.require_plausible([(pick.sku, taking.quantity)], minimum=1)
    if taking.quantity > pick.quantity:
        raise TooMuch(taken=taking.quantity, wanted=pick.quantity)
    if taking.quantity < pick.quantity:
        pick_parts.part_open(pick, quantity=taking.quantity)
    _take(pick, taking=taking, by=by, at=at)
    pick.is_empty_asked = _count_in_book(pick) == 0
    pick.save()
    before = pick.order.state
    outbound_posting.move_on(pick.order)
    outbound_posting.tell_if_moved(pick.order, before=before, cause=f"pick {pick.pk}", at=at)
    return pick


@transaction.atomic
def short(*, pick_id: int, taking: Taking, by: Trace, at: datetime, message_id: UUID) -> SpotCount:
    """
    Take what was found, which is less than wanted (缺拣); look for the rest in other bins.

    In one transaction: evidence, a count of the bin, other bins where there are some, and a
    message about what is missing for good.

    :raises TooMuch: if it is not less than wanted.
    """
    pick = _lock(pick_id)
    order, wanted = pick.order, pick.quantity
    if not 0 <= taking.quantity < wanted:
        raise TooMuch(taken=taking.quantity, wanted=wanted)
    rest = wanted - taking.quantity
    outbound_posting.post(
        order,
        step="short",
        moves=rules.give_back(
            sku=pick.sku, shares=[pick_parts.share(pick, place=pick.bin_code, quantity=rest)]
        ),
        by=by,
        at=at,
    )
    _take(pick, taking=taking, by=by, at=at)
    pick.save()
    seen = _see(pick, reason=SpotCountReason.SHORT_PICK, quantity_found=0)
    count = spot_count.record(seen=seen, by=by, at=at)
    outbound_order.set_aside(order, by=by, at=at, without=[pick.bin_code])
    missing = give_up_missing(pick)
    tell_short(pick, missing=missing, count=count, by=by, at=at, message_id=message_id)
    before = order.state
    outbound_posting.move_on(order)
    outbound_posting.TRAIL.note(
        order, step="short", from_state=before, by=by, at=at, message_id=message_id
    )
    return count


@transaction.atomic
def skip(*, pick_id: int) -> Pick:
    """Put a pick at the end of the route."""
    pick = _lock(pick_id)
    pick.skips += 1
    pick.is_bin_scanned = pick.is_product_scanned = False
    pick.claimed_by, pick.claimed_at = "", None
    pick.save()
    return pick


@transaction.atomic
def undo(*, pick_ids: list[int], by: Trace, at: datetime) -> Pick:
    """
    Put the last own pick among some back into its bin.

    :raises NothingPicked: if there is none that has not been shipped.
    """
    last = (
        Pick.objects.filter(
            pk__in=pick_ids,
            state=PickState.PICKED,
            picked_by=by.actor,
            quantity_picked__gt=0,
            parcel=None,
        )
        .order_by("-recorded_at", "-id")
        .first()
    )
    if last is None:
        raise NothingPicked(picks=len(pick_ids))
    pick = _lock(last.pk, state=PickState.PICKED)
    outbound_posting.post(
        pick.order,
        step="undo",
        moves=rules.carry(sku=pick.sku, share=pick_parts.get_picked(pick), to_place=pick.bin_code),
        by=by,
        at=at,
    )
    pick.state = PickState.OPEN
    pick.serials = []
    pick.quantity, pick.quantity_picked = pick.quantity_picked, 0
    pick.attempt += 1
    pick.is_bin_scanned = pick.is_product_scanned = False
    pick.is_empty_asked = False
    pick.place = ""
    pick.save()
    outbound_posting.move_on(pick.order)
    return pick


@transaction.atomic
def drop(*, pick_ids: list[int], bin_code: str, by: Trace, at: datetime) -> int:
    """Put down what was picked in a packing bin. Return how many pieces."""
    total = 0
    picks = Pick.objects.filter(pk__in=pick_ids, state=PickState.PICKED, parcel=None)
    for pick_id in picks.order_by("order_id", "id").values_list("id", flat=True):
        pick = _lock(pick_id, state=PickState.PICKED)
        moves = rules.carry(sku=pick.sku, share=pick_parts.get_picked(pick), to_place=bin_code)
        outbound_posting.post(pick.order, step="drop", moves=moves, by=by, at=at)
        total += pick.quantity_picked if moves else 0
        pick.place = bin_code
        pick.save()
    return total


@transaction.atomic
def answer_empty(
    *, pick_id: int, quantity_left: int, by: Trace, at: datetime, message_id: UUID
) -> SpotCount:
    """
    Note what a picker saw in a bin the book calls empty (零库存核对): nothing, or some.

    Both are observations the hub is told of, and compares with the book of this moment.
    """
    pick = Pick.objects.select_for_update(of=("self",)).select_related("order").get(pk=pick_id)
    told.require_plausible([(pick.sku, quantity_left)])
    pick.is_empty_asked = False
    pick.save(update_fields=["is_empty_asked"])
    seen = _see(pick, reason=SpotCountReason.ZERO_CHECK, quantity_found=quantity_left)
    count = spot_count.record(seen=seen, by=by, at=at, is_settled=quantity_left == 0)
    spot_count.tell(count, by=by, at=at, message_id=message_id)
    return count


def _lock(pick_id: int, *, state: str = PickState.OPEN) -> Pick:
    """Lock a pick by its order, as every step does, so that a cancel waits or is seen."""
    order = OutboundOrder.objects.select_for_update(of=("self",)).filter(picks=pick_id).first()
    if order is None:
        raise NotFound(kind="pick", id=str(pick_id))
    pick = Pick.objects.get(pk=pick_id)
    if pick.state != state or order.state not in STATES_OPEN:
        raise PickTaken(order=order.number, bin=pick.bin_code)
    pick.order = order
    return pick


def _see(pick: Pick, *, reason: str, quantity_found: int) -> Seen:
    return Seen(
        site=pick.order.site,
        bin_code=pick.bin_code,
        sku=pick.sku,
        lot=pick.lot,
        reason=reason,
        quantity_found=quantity_found,
        partner_number=pick.order.number,
    )


def lock_open(pick_id: int) -> Pick:
    """
    Lock an open pick by its order, for another step of it.

    :raises PickTaken: if it was picked or canceled a moment ago.
    """
    return _lock(pick_id)


def _take(pick: Pick, *, taking: Taking, by: Trace, at: datetime) -> None:
    place = taking.tote or PICKING_PLACE
    outbound_posting.post(
        pick.order,
        step="pick",
        moves=rules.carry(
            sku=pick.sku,
            share=pick_parts.share(pick, place=pick.bin_code, quantity=taking.quantity),
            to_place=place,
        ),
        by=by,
        at=at,
    )
    pick.state = PickState.PICKED
    pick.quantity_picked = taking.quantity
    pick.place = place
    pick.serials = list(taking.serials)
    pick.picked_by, pick.picked_at = by.actor, at
    pick.sequence = pick.order.postings_count
    evidence = Evidence(
        capture_mode=taking.capture_mode,
        quantity_entered=taking.quantity,
        units_per_pack=taking.pack_size,
        barcode_scanned=taking.text,
        quantity_expected=pick.quantity,
        was_expected_shown=True,
        counterpart_document=pick.counterpart_document,
        counterpart_line=pick.counterpart_line,
        package_id=taking.tote,
        actor=by.actor,
        device=by.device,
        stamp=taking.stamp,
    )
    for name, value in evidence.make_columns(at=at).items():
        setattr(pick, name, value)


def _count_in_book(pick: Pick) -> int:
    rows = ledger.list_balances(
        book=f"wms:{pick.order.site}", sku=pick.sku, prefix=f"on_hand/{pick.bin_code}/"
    )
    return sum(row.quantity for row in rows)


def give_up_missing(pick: Pick) -> int:
    """Write down what of a pick's line no bin has; return it."""
    line = pick.line
    covered = sum(
        it.quantity if it.state == PickState.OPEN else it.quantity_picked
        for it in line.picks.exclude(state=PickState.CANCELED)
    )
    missing = max(0, line.quantity_ordered - line.quantity_missing - covered)
    line.quantity_missing += missing
    line.save(update_fields=["quantity_missing"])
    return missing


def tell_short(
    pick: Pick,
    *,
    missing: int,
    count: SpotCount,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    """Tell that less was found than wanted, and what no bin has."""
    source = f"wms:{pick.order.site}/orders"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        PickShorted(
            message_id=message_id,
            occurred_at=at,
            outbound_order_number=pick.order.number,
            document_number=pick.order.document_number,
            site=pick.order.site,
            line=pick.line.line,
            sku=pick.sku,
            quantity_found=pick.quantity_picked,
            quantity_missing=missing,
            place=pick.bin_code,
            reason=by.reason,
            count_task=count.number,
            picked_by=by.actor,
        ),
        source=source,
        sequence=sequence,
        correlation_id=pick.order.document_number or pick.order.number,
    )
