"""Steps of a receipt (收货单): open -> count, undo -> post; or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import GoodsReceived, ReceivedLine
from yipan.wms import queries, rules
from yipan.wms.documents import inbound_order
from yipan.wms.models import InboundOrder, Receipt, ReceiptLine, ReceiptScan
from yipan.wms.models.receipt import CountMode
from yipan.wms.models.receipt import ReceiptState as State
from yipan.wms.rules import Counted

DOCUMENT_TYPE = "receipt"

#: From which states may each step be taken?
STEPS = {
    "count": frozenset({State.DRAFT}),
    "undo": frozenset({State.DRAFT}),
    "post": frozenset({State.DRAFT}),
    "cancel": frozenset({State.DRAFT}),
}


class NothingCounted(Refusal):
    """There is nothing to post, and nothing to take back."""

    code = "receipt.nothing_counted"


class CountBelowZero(Refusal):
    """The correction would leave less than nothing of a SKU."""

    code = "receipt.count_below_zero"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a receipt is for. Without an inbound order it is blind, of a supplier or of none."""

    site: str
    inbound_order_number: str = ""
    supplier: str = ""
    count_mode: str = CountMode.EXPECTED
    external_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """One scan, or one keyed correction, which may be negative. Never zero."""

    sku: str
    quantity: int
    is_damaged: bool = False
    capture_mode: str = "scan"
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What somebody says was really counted of a SKU."""

    sku: str
    quantity_sound: int
    quantity_damaged: int


@transaction.atomic
def open_receipt(*, opening: Opening, by: Trace, at: datetime) -> Receipt:
    """
    Begin to count a delivery.

    :raises NotFound: if the site has no such inbound order.
    """
    order = None
    if opening.inbound_order_number:
        order = InboundOrder.objects.filter(
            number=opening.inbound_order_number, site=opening.site
        ).first()
        if order is None:
            raise NotFound(kind="inbound_order", id=opening.inbound_order_number)
    supplier = order.supplier if order is not None else opening.supplier
    if supplier and order is None:
        masterdata.get_supplier(supplier)
    is_blind = order is None
    return Receipt.objects.create(
        number=numbers.give_number(
            prefix="GR", site=opening.site, on=masterdata.get_business_date(opening.site, at)
        ),
        site=opening.site,
        order=order,
        supplier=supplier,
        count_mode=CountMode.UNIT if is_blind else opening.count_mode,
        bin_code=queries.find_receiving_bin(opening.site),
        device=by.device,
        external_id=opening.external_id,
        created_by=by.actor,
        created_at=at,
    )


@transaction.atomic
def count(*, number: str, counting: Counting, by: Trace, at: datetime) -> ReceiptScan:
    """
    Add a scan to a count.

    :raises SkuUnknown: if there is no such SKU.
    :raises CountBelowZero: if it takes back more than was counted.
    :raises QuantityNotPlausible: if the SKU's count would be larger than anybody handles.
    """
    receipt = lock_for("count", model=Receipt, number=number, steps=STEPS)
    masterdata.get_sku(counting.sku)
    before = sum(
        scan.quantity
        for scan in receipt.scans.filter(
            sku=counting.sku, is_damaged=counting.is_damaged, undone_at=None
        )
    )
    if before + counting.quantity < 0:
        raise CountBelowZero(sku=counting.sku, counted=before, quantity=counting.quantity)
    told.require_plausible([(counting.sku, before + counting.quantity)])
    return ReceiptScan.objects.create(
        receipt=receipt,
        position=receipt.scans.count() + 1,
        sku=counting.sku,
        is_damaged=counting.is_damaged,
        quantity=counting.quantity,
        capture_mode=counting.capture_mode,
        text=counting.text,
        actor=by.actor,
        device=by.device,
        at=at,
    )


@transaction.atomic
def correct(*, number: str, correction: Correction, by: Trace, at: datetime) -> bool:
    """
    Replace what stands counted of a SKU by what somebody keyed in. Return whether it differs.

    The scans stay; the difference is written down as one more of them.

    :raises QuantityNotPlausible: if a quantity is larger than anybody handles.
    """
    receipt = lock_for("count", model=Receipt, number=number, steps=STEPS)
    stands = {each.sku: each for each in queries.list_counted(receipt)}.get(correction.sku)
    changes = (
        (correction.quantity_sound - (stands.quantity_sound if stands else 0), False),
        (correction.quantity_damaged - (stands.quantity_damaged if stands else 0), True),
    )
    for quantity, is_damaged in changes:
        if quantity:
            counting = Counting(
                sku=correction.sku, quantity=quantity, is_damaged=is_damaged, capture_mode="key"
            )
            count(number=number, counting=counting, by=by, at=at)
    return any(quantity for quantity, _ in changes)


@transaction.atomic
def choose_count_mode(*, number: str, count_mode: str) -> Receipt:
    """Choose what the first scan of an ordered SKU means: all that is expected, or one package."""
    receipt = lock_for("count", model=Receipt, number=number, steps=STEPS)
    receipt.count_mode = CountMode(count_mode)
    receipt.save(update_fields=["count_mode"])
    return receipt


@transaction.atomic
def undo(*, number: str, at: datetime) -> ReceiptScan:
    """
    Take the last scan back. It stays on record, with the moment it was undone.

    :raises NothingCounted: if there is none left.
    """
    receipt = lock_for("undo", model=Receipt, number=number, steps=STEPS)
    last = receipt.scans.filter(undone_at=None).order_by("-position").first()
    if last is None:
        raise NothingCounted(number=number)
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    return last


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Receipt:
    """Give up a count that was not posted."""
    receipt = lock_for("cancel", model=Receipt, number=number, steps=STEPS)
    receipt.state = State.CANCELED
    receipt.save(update_fields=["state"])
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=number,
            step="cancel",
            from_state=State.DRAFT,
            to_state=State.CANCELED,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
        )
    )
    return receipt


@transaction.atomic
def post(*, number: str, is_last: bool, by: Trace, at: datetime, message_id: UUID) -> Receipt:
    """
    Take the counted goods into the book, and tell the hub (过账).

    `is_last` says that nothing more will come of the order.

    :raises NothingCounted: if nothing was counted, unless it closes an order.
    :raises WrongState: if it was posted or canceled before.
    """
    receipt = lock_for("post", model=Receipt, number=number, steps=STEPS)
    counted = queries.list_counted(receipt)
    order = _lock_order(receipt)
    if not counted and not (is_last and order is not None):
        raise NothingCounted(number=number)
    if order is None:
        lines = rules.take_blind(counted=counted)
    else:
        lines = rules.decide_receipt(
            expected=inbound_order.list_expected(order),
            counted=counted,
            tolerance_percent=order.tolerance_percent,
        )
    receipt.is_last = is_last
    receipt.posted_by = by.actor
    receipt.device = by.device or receipt.device
    _book(receipt, order=order, lines=lines, at=at, message_id=message_id)
    return receipt


@transaction.atomic
def receive(
    *,
    opening: Opening,
    counted: Sequence[Counted],
    is_last: bool,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> Receipt:
    """
    Open, count and post in one step, as machines do.

    Repeating it with the same `external_id` returns the first receipt.
    """
    if opening.external_id:
        known = Receipt.objects.filter(site=opening.site, external_id=opening.external_id).first()
        if known is not None:
            return known
    told.require_few(counted)
    receipt = open_receipt(opening=opening, by=by, at=at)
    for each in counted:
        parts = ((each.quantity_sound, False), (each.quantity_damaged, True))
        for quantity, is_damaged in parts:
            if quantity:
                counting = Counting(
                    sku=each.sku,
                    quantity=quantity,
                    is_damaged=is_damaged,
                    capture_mode=each.capture_mode,
                )
                count(number=receipt.number, counting=counting, by=by, at=at)
    return post(number=receipt.number, is_last=is_last, by=by, at=at, message_id=message_id)


def _lock_order(receipt: Receipt) -> InboundOrder | None:
    if receipt.order_id is None:
        return None
    return InboundOrder.objects.select_for_update().get(pk=receipt.order_id)


def _book(
    receipt: Receipt,
    *,
    order: InboundOrder | None,
    lines: Sequence[ReceivedLine],
    at: datetime,
    message_id: UUID,
) -> None:
    source = f"wms:{receipt.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    receipt.state = State.POSTED
    receipt.posted_at = at
    receipt.message_id = message_id
    receipt.source = source
    receipt.sequence = sequence
    receipt.save()
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            line=line.line,
            sku=line.sku,
            quantity_sound=line.quantity_sound,
            quantity_damaged=line.quantity_damaged,
            quantity_blocked=line.quantity_blocked,
            quantity_expected=line.quantity_expected,
            capture_mode=line.capture_mode,
        )
        for line in lines
    )
    step = trail.Step(
        document_type=DOCUMENT_TYPE,
        number=receipt.number,
        step="post",
        from_state=State.DRAFT,
        to_state=State.POSTED,
        actor=receipt.posted_by,
        device=receipt.device,
        at=at,
        message_id=message_id,
    )
    trail.record(step)
    if order is not None:
        inbound_order.move_on(order, lines=lines, is_last=receipt.is_last, step=step)
    order_type = order.order_type if order else "purchase"
    _post_moves(receipt, order_type=order_type, lines=lines, at=at)
    _tell(receipt, order=order, lines=lines)


def _post_moves(
    receipt: Receipt, *, order_type: str, lines: Sequence[ReceivedLine], at: datetime
) -> None:
    moves = rules.post_receipt(bin_code=receipt.bin_code, lines=lines, order_type=order_type)
    if not moves:
        return
    ledger.post_fact(
        book=f"wms:{receipt.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{receipt.number}/post",
            occurred_at=at,
            moves=moves,
            trace=Trace(
                actor=receipt.posted_by,
                device=receipt.device,
                source=receipt.source,
                sequence=receipt.sequence,
            ),
            business_date=masterdata.get_business_date(receipt.site, at),
        ),
    )


def _tell(receipt: Receipt, *, order: InboundOrder | None, lines: Sequence[ReceivedLine]) -> None:
    assert receipt.posted_at is not None
    assert receipt.message_id is not None
    assert receipt.sequence is not None
    purchase_order_number = order.purchase_order_number if order else ""
    transfer_number = order.transfer_number if order else ""
    outbox.publish(
        GoodsReceived(
            message_id=receipt.message_id,
            occurred_at=receipt.posted_at,
            receipt_number=receipt.number,
            inbound_order_number=order.number if order else "",
            purchase_order_number=purchase_order_number,
            site=receipt.site,
            lines=tuple(lines),
            received_by=receipt.posted_by,
            device=receipt.device,
            is_last=receipt.is_last,
            supplier=receipt.supplier,
            order_type=order.order_type if order else "purchase",
            transfer_number=transfer_number,
        ),
        source=receipt.source,
        sequence=receipt.sequence,
        business_date=masterdata.get_business_date(receipt.site, receipt.posted_at),
        correlation_id=purchase_order_number or transfer_number or receipt.number,
    )
