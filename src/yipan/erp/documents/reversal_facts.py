"""What sites undid (冲销): the hub undoes it in the site book, at what it was valued at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import models, transaction

from yipan.documents import reversals, told, trail
from yipan.erp import rules
from yipan.erp.documents import (
    arrival_notice,
    goods_receipt,
    purchase_progress,
    purchase_telling,
    receipt_surplus,
    stock_opening,
)
from yipan.erp.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine, StockOpening
from yipan.erp.models.goods_receipt import GoodsReceiptState
from yipan.erp.models.purchase_order import PurchaseOrderState
from yipan.erp.models.stock_opening import StockOpeningState
from yipan.exchange import outbox
from yipan.exchange.subscriptions import Heard
from yipan.ledger import posting as ledger
from yipan.ledger import queries as ledger_queries
from yipan.ledger.moves import Trace
from yipan.messages.erp import GoodsReceiptReversed
from yipan.messages.wms import ReceivedLine
from yipan.pool.book import SITE_BOOK

M = TypeVar("M", bound=models.Model)


class Reversed(Protocol):
    """What all messages of reversals tell."""

    @property
    def message_id(self) -> UUID:
        """Return the id of the message."""

    @property
    def occurred_at(self) -> datetime:
        """Return when it was undone."""

    @property
    def site(self) -> str:
        """Return the site whose document it is."""

    @property
    def correction_reason(self) -> str:
        """Return `did_not_occur` or `incorrect_data`."""

    @property
    def reason(self) -> str:
        """Return the words of whoever undid it."""

    @property
    def reversed_by(self) -> str:
        """Return who that was."""

    @property
    def device(self) -> str:
        """Return on which device."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """A document of a site that it undid: its own number, and who did it, when and why."""

    number: str
    site: str
    occurred_at: datetime
    message_id: UUID
    by: Trace

    @classmethod
    def of(cls, message: Reversed, *, number: str, heard: Heard) -> Undone:
        """
        Return what a message tells, once it is known that its source speaks for the site.

        :raises SiteMismatch: if it does not.
        """
        told.require_speaker(source=heard.source, site=message.site)
        words = message.reason
        if message.correction_reason in reversals.CAUSES and words.strip():
            words = reversals.write_reason(cause=message.correction_reason, words=words)
        return cls(
            number=number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            by=Trace(
                actor=message.reversed_by or heard.source,
                device=message.device,
                reason=words[:200],
                source=heard.source,
                sequence=heard.sequence,
            ),
        )


@transaction.atomic
def reverse_receipt(*, undone: Undone, message_id: UUID) -> GoodsReceipt:
    """
    Undo a goods receipt: out of the site book, and open again on its purchase order.

    `message_id` is that of what the hub tells. A repeat changes nothing.

    :raises OriginalUnknown: if the receipt was not told; the message waits for it.
    """
    receipt = _lock(GoodsReceipt, undone)
    if receipt.state == GoodsReceiptState.REVERSED:
        return receipt
    post_opposite(undone, document_type=goods_receipt.DOCUMENT_TYPE, number=receipt.number)
    receipt.state = GoodsReceiptState.REVERSED
    receipt.save(update_fields=["state"])
    step = make_step(undone, document_type=goods_receipt.DOCUMENT_TYPE, number=receipt.number)
    trail.record(step)
    _take_back(receipt, step=step)
    receipt_surplus.withdraw(receipt.number, step=step)
    [sequence] = outbox.reserve_numbers(goods_receipt.SOURCE)
    outbox.publish(
        GoodsReceiptReversed(
            message_id=message_id,
            occurred_at=undone.occurred_at,
            receipt_number=receipt.number,
            purchase_order_number=receipt.purchase_order_number,
            site=receipt.site,
            correction_reason=reversals.split_reason(undone.by.reason)[0],
        ),
        source=goods_receipt.SOURCE,
        sequence=sequence,
        correlation_id=receipt.purchase_order_number or receipt.number,
        causation_id=str(undone.message_id),
    )
    return receipt


@transaction.atomic
def reverse_opening(*, undone: Undone) -> StockOpening:
    """
    Undo what a site's book began with. A repeat changes nothing.

    :raises OriginalUnknown: if the opening was not told; the message waits for it.
    """
    opening = _lock(StockOpening, undone)
    if opening.state == StockOpeningState.REVERSED:
        return opening
    post_opposite(undone, document_type=stock_opening.DOCUMENT_TYPE, number=opening.number)
    opening.state = StockOpeningState.REVERSED
    opening.save(update_fields=["state"])
    trail.record(
        make_step(undone, document_type=stock_opening.DOCUMENT_TYPE, number=opening.number)
    )
    return opening


def make_step(undone: Undone, *, document_type: str, number: str) -> trail.Step:
    """Return the step of a document that was undone, as its trail keeps it."""
    return trail.Step(
        system="erp",
        sites=(undone.site,),
        document_type=document_type,
        number=number,
        step="reverse",
        from_state="posted",
        to_state="reversed",
        actor=undone.by.actor,
        device=undone.by.device,
        at=undone.occurred_at,
        reason=undone.by.reason,
        message_id=undone.message_id,
    )


def post_opposite(undone: Undone, *, document_type: str, number: str) -> None:
    """Post the opposite of what a document posted in the site book, if it moved anything."""
    origin = f"{document_type}/{number}/post"
    if ledger_queries.find_posting(book=SITE_BOOK, origin=origin) is None:
        return
    ledger.reverse(
        book=SITE_BOOK,
        origin=origin,
        reversal=f"{document_type}/{number}/reverse",
        at=undone.occurred_at,
        trace=undone.by,
    )


def _lock(model: type[M], undone: Undone) -> M:
    found = (
        model._default_manager.select_for_update()
        .filter(site=undone.site, site_number=undone.number)
        .first()
    )
    if found is None:
        raise reversals.OriginalUnknown(site=undone.site, number=undone.number)
    return found


def _take_back(receipt: GoodsReceipt, *, step: trail.Step) -> None:
    """Expect again, on its purchase order, what a receipt that was undone had brought."""
    order = (
        PurchaseOrder.objects.select_for_update()
        .filter(number=receipt.purchase_order_number, site=receipt.site)
        .first()
    )
    if order is None:
        return
    progress = rules.take_back_lines(
        progress=purchase_progress.list_progress(order), lines=_list_lines(receipt)
    )
    by_sku = {line.sku: line for line in order.lines.all()}
    for after in progress:
        line = by_sku[after.sku]
        line.quantity_received = after.quantity_received
        line.quantity_damaged = after.quantity_damaged
        line.quantity_blocked = after.quantity_blocked
        line.is_closed = after.is_closed
    PurchaseOrderLine.objects.bulk_update(
        by_sku.values(),
        ["quantity_received", "quantity_damaged", "quantity_blocked", "is_closed"],
    )
    before = order.state
    if _is_to_reopen(order, receipt):
        order.state = PurchaseOrderState(rules.get_reopened_state(progress=progress))
        order.closed_at = None
        order.save(update_fields=["state", "closed_at"])
    trail.record(
        replace(
            step,
            document_type=purchase_progress.DOCUMENT_TYPE,
            number=order.number,
            from_state=before,
            to_state=order.state,
        )
    )
    arrival_notice.take_back(order=order.number, lines=_list_lines(receipt), step=step)
    by = Trace(actor=step.actor, device=step.device, reason=step.reason)
    assert step.message_id is not None
    purchase_telling.tell_supply(order, by=by, at=step.at, cause=step.message_id)


def _is_to_reopen(order: PurchaseOrder, receipt: GoodsReceipt) -> bool:
    """Tell whether goods are expected again: not where a person gave the order up."""
    if order.state in (PurchaseOrderState.PARTLY_RECEIVED, PurchaseOrderState.RECEIVED):
        return True
    return (
        order.state == PurchaseOrderState.CLOSED_SHORT
        and receipt.is_last
        and not trail.count_steps(
            document_type=purchase_progress.DOCUMENT_TYPE,
            number=order.number,
            step="close_short",
        )
    )


def _list_lines(receipt: GoodsReceipt) -> list[ReceivedLine]:
    return [
        ReceivedLine(
            line=line.line,
            sku=line.sku,
            quantity_sound=line.quantity_sound,
            quantity_damaged=line.quantity_damaged,
            quantity_blocked=line.quantity_blocked,
            quantity_quarantine=line.quantity_quarantine,
        )
        for line in receipt.lines.all()
    ]
