"""Steps of a receipt (收货单): open -> count, undo -> post; or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for
from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms import queries, rules
from yipan.wms.documents.inbound import cross_dock, receipt_posting
from yipan.wms.documents.stock.counting import (
    DISPOSITIONS,
    Correction,
    CountBelowZero,
    Counting,
    DispositionMissing,
    NothingCounted,
    Opening,
    SerialDoubled,
)
from yipan.wms.models import InboundOrder, Receipt, ReceiptScan
from yipan.wms.models.receipt import CountMode
from yipan.wms.models.receipt import ReceiptState as State
from yipan.wms.rules import Counted

__all__ = [
    "CUSTOMER_RETURN",
    "DISPOSITIONS",
    "DOCUMENT_TYPE",
    "Correction",
    "CountBelowZero",
    "Counting",
    "DispositionMissing",
    "NothingCounted",
    "Opening",
    "SerialDoubled",
    "cancel",
    "choose_count_mode",
    "correct",
    "count",
    "name_lot",
    "open_receipt",
    "post",
    "receive",
    "undo",
]

DOCUMENT_TYPE = receipt_posting.DOCUMENT_TYPE
CUSTOMER_RETURN = receipt_posting.CUSTOMER_RETURN

#: From which states may each step be taken?
STEPS = {
    "count": frozenset({State.DRAFT}),
    "undo": frozenset({State.DRAFT}),
    "post": frozenset({State.DRAFT}),
    "cancel": frozenset({State.DRAFT}),
}


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
    order_type = order.order_type if order is not None else opening.order_type
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
        bin_code=queries.find_receiving_bin(opening.site, is_return=order_type == CUSTOMER_RETURN),
        order_type=order_type,
        partner_document=opening.partner_document[:64],
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
    :raises SerialDoubled: if the piece was scanned already.
    :raises DispositionMissing: if goods came back and nobody said what becomes of them.
    """
    receipt = lock_for("count", model=Receipt, number=number, steps=STEPS)
    masterdata.get_sku(counting.sku)
    if receipt.order_type == CUSTOMER_RETURN and counting.disposition not in DISPOSITIONS:
        raise DispositionMissing(sku=counting.sku)
    standing = receipt.scans.filter(sku=counting.sku, undone_at=None)
    if counting.serial and standing.filter(serial=counting.serial).exists():
        raise SerialDoubled(sku=counting.sku, serial=counting.serial)
    before = sum(
        scan.quantity
        for scan in standing.filter(
            lot=counting.lot_code,
            is_damaged=counting.is_damaged,
            is_wrong=counting.is_wrong,
            disposition=counting.disposition,
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
        is_wrong=counting.is_wrong,
        disposition=counting.disposition,
        quantity=counting.quantity,
        lot=counting.lot_code,
        expires_on=counting.expires_on,
        serial=counting.serial,
        package_id=counting.package_id[:32],
        pack_size=counting.pack_size,
        was_expected_shown=counting.was_expected_shown,
        capture_mode=counting.capture_mode,
        text=counting.text[:200],
        actor=by.actor,
        device=by.device,
        at=at,
        device_sequence=counting.stamp.device_sequence,
        occurred_at=counting.stamp.occurred_at,
        sent_at=counting.stamp.sent_at,
    )


@transaction.atomic
def name_lot(
    *, number: str, sku: str, lot: str, expires_on: date | None, by: Trace, at: datetime
) -> int:
    """
    Say of which lot the goods of a SKU are that were counted without one. Return how many.

    A later scan of the same goods without a lot is another heap, until it is named too.

    :raises NothingCounted: if nothing of the SKU stands without a lot.
    """
    receipt = lock_for("count", model=Receipt, number=number, steps=STEPS)
    code = rules.get_lot_code(lot=lot.strip(), expires_on=expires_on)
    unnamed = receipt.scans.filter(sku=sku, lot="", undone_at=None)
    total = sum(scan.quantity for scan in unnamed)
    if not total or not code:
        raise NothingCounted(number=number, sku=sku)
    unnamed.update(lot=code[:48], expires_on=expires_on)
    trail.record(
        trail.Step(
            system="wms",
            sites=(receipt.site,),
            document_type=DOCUMENT_TYPE,
            number=number,
            step="name_lot",
            from_state=State.DRAFT,
            to_state=State.DRAFT,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=f"{sku} {code}"[:200],
        )
    )
    return total


@transaction.atomic
def correct(*, number: str, correction: Correction, by: Trace, at: datetime) -> bool:
    """
    Replace what stands counted of a SKU by what somebody keyed in. Return whether it differs.

    The scans stay; the difference is written down as one more of them.

    :raises QuantityNotPlausible: if a quantity is larger than anybody handles.
    """
    receipt = lock_for("count", model=Receipt, number=number, steps=STEPS)
    counted = {(each.sku, each.lot): each for each in queries.list_counted(receipt)}
    nothing = Counted(sku=correction.sku, quantity_sound=0, quantity_damaged=0)
    stands = counted.get((correction.sku, correction.lot), nothing)
    base = Counting(
        sku=correction.sku,
        quantity=0,
        lot=correction.lot,
        expires_on=stands.expires_on,
        capture_mode="key",
    )
    changes = [
        replace(base, quantity=correction.quantity_sound - stands.quantity_sound),
        replace(
            base, quantity=correction.quantity_damaged - stands.quantity_damaged, is_damaged=True
        ),
    ]
    if correction.quantity_wrong is not None:
        wrong = correction.quantity_wrong - stands.quantity_wrong
        changes.append(replace(base, quantity=wrong, is_wrong=True))
    for counting in changes:
        if counting.quantity:
            count(number=number, counting=counting, by=by, at=at)
    return any(counting.quantity for counting in changes)


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
            system="wms",
            sites=(receipt.site,),
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
    lines = receipt_posting.decide(
        receipt,
        order=order,
        counted=counted,
        today=masterdata.get_business_date(receipt.site, at),
    )
    receipt.is_last = is_last
    receipt.posted_by = by.actor
    receipt.device = by.device or receipt.device
    receipt_posting.book(receipt, order=order, lines=lines, at=at, message_id=message_id)
    cross_dock.offer(
        site=receipt.site,
        bin_code=receipt.bin_code,
        skus={line.sku for line in lines if line.quantity_sound},
        by=by,
        at=at,
    )
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
    known = find_repeat(Receipt, external_id=opening.external_id, within={"site": opening.site})
    if known is not None:
        return known
    told.require_few(counted)
    receipt = open_receipt(opening=opening, by=by, at=at)
    is_return = receipt.order_type == CUSTOMER_RETURN
    for each in counted:
        base = Counting(
            sku=each.sku,
            quantity=0,
            capture_mode=each.capture_mode,
            lot=each.lot,
            expires_on=each.expires_on,
            package_id=each.package_id,
        )
        parts = [
            replace(base, quantity=each.quantity_sound, disposition="sellable" * is_return),
            replace(
                base,
                quantity=each.quantity_damaged,
                is_damaged=True,
                disposition="scrap" * is_return,
            ),
            replace(base, quantity=each.quantity_wrong, is_wrong=True),
            replace(base, quantity=each.quantity_inspect, disposition="inspect"),
        ]
        serials = list(each.serials)
        for counting in parts:
            rest = counting.quantity
            # A serial is one piece: its scan counts one, as a scanner's would.
            while rest and serials:
                one = replace(counting, quantity=1, serial=serials.pop(0))
                count(number=receipt.number, counting=one, by=by, at=at)
                rest -= 1
            if rest:
                whole = replace(counting, quantity=rest)
                count(number=receipt.number, counting=whole, by=by, at=at)
    return post(number=receipt.number, is_last=is_last, by=by, at=at, message_id=message_id)


def _lock_order(receipt: Receipt) -> InboundOrder | None:
    if receipt.order_id is None:
        return None
    return InboundOrder.objects.select_for_update().get(pk=receipt.order_id)
