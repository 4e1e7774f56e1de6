"""Steps of a store's transfers (调入单, 调出单): open -> count, undo -> post; or cancel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told
from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.documents.states import lock_for
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.pos import TransferReceived, TransferredLine, TransferShipped
from yipan.pos import rules
from yipan.pos.documents import store_order
from yipan.pos.documents.facts import Fact, Taken, book_and_tell, note
from yipan.pos.documents.transfer_leaving import find_place, list_leaving
from yipan.pos.models import StoreOrder, StoreTransfer, TransferScan
from yipan.pos.models.store_order import STATES_OPEN, StoreOrderType
from yipan.pos.models.transfer import TransferState as State
from yipan.pos.models.transfer import TransferType
from yipan.pos.queries.counting import list_counted
from yipan.pos.rules import Moved

DOCUMENT_TYPE = "store_transfer"

#: From which states may each step be taken?
STEPS = {
    "count": frozenset({State.DRAFT}),
    "undo": frozenset({State.DRAFT}),
    "post": frozenset({State.DRAFT}),
    "cancel": frozenset({State.DRAFT}),
}
PREFIXES = {TransferType.RECEIPT: "TI", TransferType.SHIPMENT: "TS"}


class NothingCounted(Refusal):
    """Nothing was counted of this transfer: there is nothing to post or to take back."""

    code = "store_transfer.nothing_counted"


class CountBelowZero(Refusal):
    """The correction would leave less than nothing of a product."""

    code = "store_transfer.count_below_zero"


class OrderNotOpen(Refusal):
    """This order was moved, closed or canceled: nothing of it is to be sent any more."""

    code = "store_transfer.order_not_open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """One scan, or one keyed correction, which may be negative. Never zero."""

    sku: str
    quantity: int
    is_damaged: bool = False
    capture_mode: str = "scan"
    text: str = ""
    stamp: Stamp = NO_STAMP


@transaction.atomic
def open_transfer(
    *, site: str, order_number: str, place: str = "", by: Trace, at: datetime
) -> StoreTransfer:
    """
    Begin to count what came of an order, or what goes; received goods go to the backroom.

    `place` is where goods that go are taken from; empty, it is where they lie.

    :raises NotFound: if the store has no such order.
    :raises OrderNotOpen: if there is nothing to send of it any more. What came is counted.
    """
    order = StoreOrder.objects.filter(number=order_number, site=site).first()
    if order is None:
        raise NotFound(kind="store_order", id=order_number)
    is_inbound = order.order_type == StoreOrderType.INBOUND
    if not is_inbound and order.state not in STATES_OPEN:
        raise OrderNotOpen(number=order_number, state=order.state)
    transfer_type = TransferType.RECEIPT if is_inbound else TransferType.SHIPMENT
    assert not place or place in rules.PLACES, f"no such place: {place}"
    return StoreTransfer.objects.create(
        number=numbers.give_number(
            prefix=PREFIXES[transfer_type], site=site, on=masterdata.get_business_date(site, at)
        ),
        site=site,
        transfer_type=transfer_type,
        order=order,
        place=rules.BACKROOM if is_inbound else place,
        is_asked_taken=is_inbound,
        device=by.device,
        created_by=by.actor,
        created_at=at,
    )


@transaction.atomic
def count(*, number: str, counting: Counting, by: Trace, at: datetime) -> TransferScan:
    """
    Add a scan to a count.

    :raises SkuUnknown: if there is no such SKU.
    :raises CountBelowZero: if it takes back more than was counted.
    :raises QuantityNotPlausible: if the SKU's count would be larger than anybody handles.
    """
    return count_all(number=number, countings=[counting], by=by, at=at)[0]


@transaction.atomic
def count_all(
    *, number: str, countings: Sequence[Counting], by: Trace, at: datetime
) -> list[TransferScan]:
    """Add scans to a count in their order, all of them or none; each is refused as `count` is."""
    transfer = lock_for("count", model=StoreTransfer, number=number, steps=STEPS)
    skus = {counting.sku for counting in countings}
    told.require_known(sites=(), skus=skus)
    stands: Counter[tuple[str, bool]] = Counter()
    for scan in transfer.scans.filter(sku__in=skus, undone_at=None):
        stands[scan.sku, scan.is_damaged] += scan.quantity
    asked = {line.sku: line.quantity_open for line in store_order.list_asked(transfer.order)}
    position = transfer.scans.count()
    scans = []
    for counting in countings:
        before = stands[counting.sku, counting.is_damaged]
        if before + counting.quantity < 0:
            raise CountBelowZero(sku=counting.sku, counted=before, quantity=counting.quantity)
        told.require_plausible([(counting.sku, before + counting.quantity)])
        stands[counting.sku, counting.is_damaged] += counting.quantity
        position += 1
        proof = _prove(transfer, counting, before=before, asked=asked, by=by)
        scans.append(
            TransferScan(
                transfer=transfer,
                position=position,
                sku=counting.sku,
                is_damaged=counting.is_damaged,
                quantity=counting.quantity,
                at=at,
                **proof.make_columns(at=at),
            )
        )
    return TransferScan.objects.bulk_create(scans)


def _prove(
    transfer: StoreTransfer,
    counting: Counting,
    *,
    before: int,
    asked: Mapping[str, int],
    by: Trace,
) -> Evidence:
    """Return how the figure of a scan came about. Its own goods are no longer expected."""
    return Evidence(
        capture_mode=counting.capture_mode,
        barcode_scanned=counting.text,
        quantity_expected=asked[counting.sku] - before if counting.sku in asked else None,
        was_expected_shown=transfer.is_asked_taken,
        counterpart_document=transfer.order.number,
        package_id=transfer.carton,
        actor=by.actor,
        device=by.device,
        stamp=counting.stamp,
    )


@transaction.atomic
def correct(*, number: str, counted: Moved, by: Trace, at: datetime) -> bool:
    """Replace what stands counted of a SKU by what was keyed in. Return whether it differs."""
    transfer = lock_for("count", model=StoreTransfer, number=number, steps=STEPS)
    stands = {each.sku: each for each in list_counted(transfer)}.get(counted.sku)
    changes = (
        (counted.quantity - (stands.quantity if stands else 0), False),
        (counted.quantity_damaged - (stands.quantity_damaged if stands else 0), True),
    )
    for quantity, is_damaged in changes:
        if quantity:
            counting = Counting(
                sku=counted.sku, quantity=quantity, is_damaged=is_damaged, capture_mode="key"
            )
            count(number=number, counting=counting, by=by, at=at)
    return any(quantity for quantity, _ in changes)


@transaction.atomic
def choose_count_mode(*, number: str, is_asked_taken: bool) -> None:
    """Choose what the first scan of an ordered SKU means: all that is open, or one package."""
    transfer = lock_for("count", model=StoreTransfer, number=number, steps=STEPS)
    transfer.is_asked_taken = is_asked_taken
    transfer.save(update_fields=["is_asked_taken"])


@transaction.atomic
def undo(*, number: str, at: datetime) -> TransferScan:
    """
    Take the last scan back. It stays on record, with the moment it was undone.

    :raises NothingCounted: if there is none left.
    """
    transfer = lock_for("undo", model=StoreTransfer, number=number, steps=STEPS)
    last = transfer.scans.filter(undone_at=None).order_by("-position").first()
    if last is None:
        raise NothingCounted(number=number)
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    return last


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> StoreTransfer:
    """Give up a count that was not posted."""
    transfer = lock_for("cancel", model=StoreTransfer, number=number, steps=STEPS)
    transfer.state = State.CANCELED
    transfer.save(update_fields=["state"])
    note(
        transfer,
        Taken(step="cancel", from_state=State.DRAFT),
        document_type=DOCUMENT_TYPE,
        by=by,
        at=at,
    )
    return transfer


@transaction.atomic
def move_as_asked(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreTransfer:
    """
    Take all that is open of the order as moved, without counting, and post it: one tap.

    It is marked `bulk`: where it was wrong, these lines are looked at first.
    """
    transfer = lock_for("count", model=StoreTransfer, number=number, steps=STEPS)
    counted = {line.sku: line for line in list_counted(transfer)}
    taken = []
    for asked in store_order.list_asked(transfer.order):
        there = counted.get(asked.sku)
        missing = asked.quantity_open - (there.quantity + there.quantity_damaged if there else 0)
        if missing > 0:
            taken.append(Counting(sku=asked.sku, quantity=missing, capture_mode="bulk"))
    if taken:
        count_all(number=number, countings=taken, by=by, at=at)
    return post(number=number, is_last=True, by=by, at=at, message_id=message_id)


@transaction.atomic
def post(*, number: str, is_last: bool, by: Trace, at: datetime, message_id: UUID) -> StoreTransfer:
    """
    Book what was counted, and tell the hub (过账). `is_last`: nothing more of it will move.

    :raises NothingCounted: if nothing was counted, unless it closes a receipt.
    :raises WrongState: if it was posted or given up before.
    """
    transfer = lock_for("post", model=StoreTransfer, number=number, steps=STEPS)
    order = StoreOrder.objects.select_for_update().get(pk=transfer.order_id)
    asked = {line.sku: line for line in store_order.list_asked(order)}
    counted = [
        replace(line, status=asked[line.sku].status) if line.sku in asked else line
        for line in list_counted(transfer)
    ]
    is_receipt = transfer.transfer_type == TransferType.RECEIPT
    if not counted and not (is_last and is_receipt):
        raise NothingCounted(number=number)
    missing = rules.get_missing(asked=list(asked.values()), moved=counted)
    transfer.is_last = is_last or not missing
    transfer.state = State.POSTED
    transfer.posted_at = at
    transfer.posted_by = by.actor
    transfer.device = by.device or transfer.device
    transfer.message_id = message_id
    lines = tuple(
        TransferredLine(
            line=asked[line.sku].line if line.sku in asked else len(asked) + place,
            sku=line.sku,
            quantity=line.quantity,
            quantity_damaged=line.quantity_damaged,
            quantity_expected=asked[line.sku].quantity_open if line.sku in asked else None,
            capture_mode=line.capture_mode,
            status=line.status,
        )
        for place, line in enumerate(counted, start=1)
    )
    _book(transfer, order=order, lines=lines, moved=counted, by=by)
    store_order.move_on(order, moved=counted, is_last=is_last, by=by, at=at)
    return transfer


def _book(
    transfer: StoreTransfer,
    *,
    order: StoreOrder,
    lines: tuple[TransferredLine, ...],
    moved: Sequence[Moved],
    by: Trace,
) -> None:
    assert transfer.posted_at is not None
    at = transfer.posted_at
    is_receipt = transfer.transfer_type == TransferType.RECEIPT
    if is_receipt:
        moves = rules.post_transfer_receipt(lines=moved)
    else:
        leaving = list_leaving(transfer, moved)
        transfer.place = find_place(leaving)
        moves = rules.post_transfer_shipment(leaving=leaving, order_type=order.document_type)
    fact = Fact(
        site=transfer.site,
        origin=f"{DOCUMENT_TYPE}/{transfer.number}/post",
        moves=moves,
        at=at,
        by=by,
    )
    tell = _tell_received if is_receipt else _tell_shipped
    transfer.source, transfer.sequence = book_and_tell(fact, tell(transfer, order, lines))
    transfer.lines = [
        {
            "line": line.line,
            "sku": line.sku,
            "quantity": line.quantity,
            "quantity_damaged": line.quantity_damaged,
            "quantity_expected": line.quantity_expected,
            "capture_mode": line.capture_mode,
            "status": str(line.status),
        }
        for line in lines
    ]
    transfer.save()
    note(
        transfer,
        Taken(step="post", from_state=State.DRAFT, message_id=transfer.message_id),
        document_type=DOCUMENT_TYPE,
        by=by,
        at=at,
    )


def _tell_received(
    transfer: StoreTransfer, order: StoreOrder, lines: tuple[TransferredLine, ...]
) -> TransferReceived:
    assert transfer.message_id is not None
    assert transfer.posted_at is not None
    return TransferReceived(
        message_id=transfer.message_id,
        occurred_at=transfer.posted_at,
        receipt_number=transfer.number,
        inbound_order_number=order.number,
        transfer_number=order.document_number,
        site=transfer.site,
        lines=lines,
        received_by=transfer.posted_by,
        device=transfer.device,
        is_last=transfer.is_last,
    )


def _tell_shipped(
    transfer: StoreTransfer, order: StoreOrder, lines: tuple[TransferredLine, ...]
) -> TransferShipped:
    assert transfer.message_id is not None
    assert transfer.posted_at is not None
    return TransferShipped(
        message_id=transfer.message_id,
        occurred_at=transfer.posted_at,
        shipment_number=transfer.number,
        outbound_order_number=order.number,
        order_type=order.document_type,
        document_number=order.document_number,
        site=transfer.site,
        lines=lines,
        ship_to=order.other_site,
        carton=transfer.carton,
        shipped_by=transfer.posted_by,
        device=transfer.device,
        is_last=transfer.is_last,
    )
