"""Steps of a goods receipt (收货单): record and post, in one step, as a warehouse tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told, trail
from yipan.erp import rules
from yipan.erp.documents.purchasing import (
    arrival_notice,
    purchase_progress,
    purchase_telling,
    receipt_surplus,
)
from yipan.erp.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder
from yipan.erp.models.goods_receipt import GoodsReceiptState as State
from yipan.erp.rules import Warned
from yipan.exchange import outbox
from yipan.exchange.subscriptions import Heard
from yipan.ledger.moves import FactPosting, Trace
from yipan.messages.erp import GoodsReceiptPosted
from yipan.messages.wms import GoodsReceived, ReceivedLine
from yipan.pool import book

DOCUMENT_TYPE = "goods_receipt"

#: The stream in which the hub tells of what it booked.
SOURCE = "erp:hub/stock"


@transaction.atomic
def record_and_post(
    *, message: GoodsReceived, heard: Heard, at: datetime, message_id: UUID
) -> GoodsReceipt:
    """
    Book a receipt a warehouse tells of, and move its purchase order on.

    Goods that came are a fact: an order that is unknown, closed or already full is a
    warning on the receipt, never a refusal. The same receipt told again under another
    message changes nothing.

    :raises SiteMismatch: if the source does not speak for the site.
    :raises SkuUnknown: if a SKU is not master data yet; the message waits for it.
    :raises QuantityNotPlausible: if a quantity is negative, or absurd.
    :raises NumberReused: if the site used the number for another receipt before.
    """
    _check(message, source=heard.source)
    known = GoodsReceipt.objects.filter(
        site=message.site, site_number=message.receipt_number
    ).first()
    if known is not None:
        _require_same(known, message)
        return known
    number = rules.get_hub_number(site=message.site, number=message.receipt_number)
    step = trail.Step(
        document_type=DOCUMENT_TYPE,
        system="erp",
        sites=(message.site,),
        number=number,
        step="post",
        to_state=State.POSTED,
        at=message.occurred_at,
        actor=message.received_by or heard.source,
        device=message.device,
        message_id=message.message_id,
    )
    supplier, warnings = _move_order_on(message, step=step)
    receipt = _write(
        message,
        heard=heard,
        values={
            "number": number,
            "created_by": step.actor,
            "created_at": at,
            "posted_at": at,
            "supplier": message.supplier or supplier,
            "warnings": [asdict(warned) for warned in warnings],
        },
    )
    _post(receipt, message=message, heard=heard)
    receipt_surplus.open_for(receipt, lines=message.lines, at=at)
    _tell_supply(message, step=step)
    trail.record(step)
    _tell(receipt, at=at, message_id=message_id)
    return receipt


def _check(message: GoodsReceived, *, source: str) -> None:
    told.require_speaker(source=source, site=message.site)
    told.require_few(message.lines)
    for line in message.lines:
        parts = (
            line.quantity_sound,
            line.quantity_damaged,
            line.quantity_blocked,
            line.quantity_quarantine,
        )
        told.require_plausible((line.sku, part) for part in parts)
    told.require_known(sites=[message.site], skus={line.sku for line in message.lines})


def _move_order_on(message: GoodsReceived, *, step: trail.Step) -> tuple[str, list[Warned]]:
    """Return the supplier of the order, and what a person should know."""
    if not message.purchase_order_number:
        return "", []
    order = (
        PurchaseOrder.objects.select_for_update()
        .filter(number=message.purchase_order_number, site=message.site)
        .first()
    )
    if order is None:
        return "", [Warned(code=rules.ORDER_UNKNOWN)]
    warnings = []
    if order.state not in purchase_progress.STATES_RECEIVING:
        warnings.append(Warned(code=rules.ORDER_NOT_OPEN))
    progress = rules.receive_lines(
        progress=purchase_progress.list_progress(order), lines=message.lines
    )
    warnings += rules.find_receipt_warnings(
        progress=progress, lines=message.lines, tolerance_percent=order.tolerance_percent
    )
    purchase_progress.move_on(order, progress=progress, is_last=message.is_last, step=step)
    arrival_notice.receive(order=order.number, lines=message.lines, step=step)
    return order.supplier, warnings


def _tell_supply(message: GoodsReceived, *, step: trail.Step) -> None:
    """Tell what is still to come of the order, once what came lies on hand."""
    order = PurchaseOrder.objects.filter(
        number=message.purchase_order_number, site=message.site
    ).first()
    if order is not None:
        by = Trace(actor=step.actor, device=step.device, reason=step.number)
        purchase_telling.tell_supply(order, by=by, at=step.at, cause=message.message_id)


def _write(message: GoodsReceived, *, heard: Heard, values: dict[str, object]) -> GoodsReceipt:
    receipt = GoodsReceipt.objects.create(
        site=message.site,
        site_number=message.receipt_number,
        order_type=message.order_type,
        purchase_order_number=message.purchase_order_number,
        inbound_order_number=message.inbound_order_number,
        received_at=message.occurred_at,
        received_by=message.received_by,
        device=message.device,
        is_last=message.is_last,
        message_id=message.message_id,
        source=heard.source,
        sequence=heard.sequence,
        **values,
    )
    GoodsReceiptLine.objects.bulk_create(
        GoodsReceiptLine(
            receipt=receipt,
            line=line.line,
            sku=line.sku,
            quantity_sound=line.quantity_sound,
            quantity_damaged=line.quantity_damaged,
            quantity_blocked=line.quantity_blocked,
            quantity_quarantine=line.quantity_quarantine,
            lot=line.lot,
            expires_on=line.expires_on,
            quantity_expected=line.quantity_expected,
            capture_mode=line.capture_mode,
        )
        for line in message.lines
    )
    return receipt


def _post(receipt: GoodsReceipt, *, message: GoodsReceived, heard: Heard) -> None:
    moves = rules.post_goods_receipt(
        site=receipt.site, lines=message.lines, order_type=message.order_type
    )
    if not moves:
        return
    book.post_fact(
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{receipt.number}/post",
            occurred_at=message.occurred_at,
            moves=moves,
            trace=Trace(
                actor=receipt.created_by,
                device=receipt.device,
                source=heard.source,
                sequence=heard.sequence,
            ),
        )
    )


def _tell(receipt: GoodsReceipt, *, at: datetime, message_id: UUID) -> None:
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(
        GoodsReceiptPosted(
            message_id=message_id,
            occurred_at=at,
            receipt_number=receipt.number,
            purchase_order_number=receipt.purchase_order_number,
            site=receipt.site,
        ),
        source=SOURCE,
        sequence=sequence,
        correlation_id=receipt.purchase_order_number or receipt.number,
        causation_id=str(receipt.message_id),
    )


def _require_same(known: GoodsReceipt, message: GoodsReceived) -> None:
    """A number may come again under another message id, but only with the same lines."""
    if _list_facts(known.lines.order_by("id")) != _list_facts(message.lines):
        raise told.NumberReused(number=known.number, site=known.site)


def _list_facts(
    lines: Iterable[ReceivedLine] | Iterable[GoodsReceiptLine],
) -> list[tuple[str, int, int, int, int]]:
    return [
        (
            line.sku,
            line.quantity_sound,
            line.quantity_damaged,
            line.quantity_blocked,
            line.quantity_quarantine,
        )
        for line in lines
    ]
