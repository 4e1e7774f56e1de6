"""What sites tell of transfers (调出, 调入): booked as it comes, whatever order it comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from yipan.documents import told, trail
from yipan.documents.base import NUMBER_LENGTH_MAX
from yipan.erp.documents.transfers import (
    store_delivery_telling,
    transfer_legs,
    transfer_progress,
    transfer_telling,
)
from yipan.erp.documents.transfers.transfer_legs import LegTold
from yipan.erp.models import (
    TransferOrder,
    TransferReceipt,
    TransferReceiptLine,
    TransferShipment,
    TransferShipmentLine,
)
from yipan.erp.models.transfer_order import TransferLeg
from yipan.erp.models.transfer_order import TransferLegState as LegState
from yipan.erp.rules import transfer_order as rules
from yipan.erp.rules.transfer_order import CameLine, SentLine
from yipan.exchange.subscriptions import Heard
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.pool import book

SHIPMENT_TYPE = "transfer_shipment"
RECEIPT_TYPE = "transfer_receipt"


@transaction.atomic
def ship(
    *, leg: LegTold, lines: Sequence[SentLine], heard: Heard, at: datetime
) -> TransferShipment:
    """
    Book goods that left the sender into transit, and tell the receiver what to expect.

    A transfer nobody ordered, or one that was not released, is a warning.

    :raises NumberReused: if the site used the number for another shipment before.
    """
    transfer_legs.check(leg, heard=heard, lines=[(line.sku, line.quantity) for line in lines])
    order, is_new = transfer_legs.lock_order(leg, at=at)
    known = TransferShipment.objects.filter(site=leg.site, site_number=leg.number).first()
    if known is not None and known.is_heard:
        _require_same(known, told_lines=[(line.sku, line.quantity) for line in lines])
        return known
    warnings = transfer_legs.warn_of_shipment(order, leg=leg, lines=lines, is_new=is_new)
    transfer_legs.fill_order(order, from_site=leg.site, to_site=leg.other_site)
    shipment = _write_shipment(order, leg=leg, heard=heard, at=at, known=known)
    shipment.warnings = [asdict(each) for each in warnings]
    shipment.save()
    TransferShipmentLine.objects.bulk_create(
        TransferShipmentLine(
            shipment=shipment,
            line=line.line,
            sku=line.sku,
            quantity=line.quantity,
            status=line.status,
        )
        for line in lines
    )
    moves = rules.post_transfer_shipment(site=leg.site, transfer=order.number, lines=lines)
    if moves:
        book.post_fact(
            posting=_make_posting(shipment, kind=SHIPMENT_TYPE, heard=heard, moves=moves)
        )
    _note(order, shipment, kind=SHIPMENT_TYPE, step="post")
    if shipment.state == LegState.REVERSED:
        _post_reversal(shipment)
    elif moves:
        transfer_telling.tell_receiver(order, shipment, carrier=leg.carrier, at=at)
    _recount(order, shipment, step="ship", at=at)
    if shipment.state != LegState.REVERSED:
        left = _sum_skus((line.sku, line.quantity) for line in lines)
        store_delivery_telling.take_along(order, left, message_id=leg.message_id, at=at)
    return shipment


@transaction.atomic
def receive(
    *, leg: LegTold, lines: Sequence[CameLine], heard: Heard, at: datetime
) -> TransferReceipt:
    """
    Book goods that came at the receiver out of transit, though it may fall below zero by that.

    :raises NumberReused: if the site used the number for another receipt before.
    """
    pairs = [(line.sku, line.quantity_sound) for line in lines]
    pairs += [(line.sku, line.quantity_damaged) for line in lines]
    pairs += [(line.sku, line.quantity_blocked) for line in lines]
    pairs += [(line.sku, line.quantity_quarantine) for line in lines]
    transfer_legs.check(leg, heard=heard, lines=pairs)
    order, is_new = transfer_legs.lock_order(leg, at=at)
    known = TransferReceipt.objects.filter(site=leg.site, site_number=leg.number).first()
    if known is not None:
        _require_same(known, told_lines=[(line.sku, line.quantity) for line in lines])
        return known
    warnings = transfer_legs.warn_of_receipt(order, leg=leg, is_new=is_new)
    transfer_legs.fill_order(order, from_site=leg.other_site, to_site=leg.site)
    receipt = TransferReceipt.objects.create(
        inbound_order_number=leg.inbound_order_number[:NUMBER_LENGTH_MAX],
        **transfer_legs.make_leg(order, leg=leg, heard=heard, at=at),
        warnings=[asdict(each) for each in warnings],
    )
    TransferReceiptLine.objects.bulk_create(
        TransferReceiptLine(receipt=receipt, **asdict(line)) for line in lines
    )
    moves = rules.post_transfer_receipt(site=leg.site, transfer=order.number, lines=lines)
    if moves:
        book.post_fact(posting=_make_posting(receipt, kind=RECEIPT_TYPE, heard=heard, moves=moves))
    _note(order, receipt, kind=RECEIPT_TYPE, step="post")
    _recount(order, receipt, step="receive", at=at)
    store_delivery_telling.arrive(order, is_last=leg.is_last, message_id=leg.message_id, at=at)
    return receipt


@transaction.atomic
def reverse_shipment(*, leg: LegTold, heard: Heard, at: datetime) -> TransferShipment:
    """
    Undo a shipment that did not leave after all (冲销), and tell the receiver.

    Heard before its shipment, it is kept until that is heard.
    """
    transfer_legs.check(leg, heard=heard, lines=[])
    order, _ = transfer_legs.lock_order(leg, at=at)
    shipment = TransferShipment.objects.filter(site=leg.site, site_number=leg.number).first()
    if shipment is None:
        shipment = _write_shipment(order, leg=leg, heard=heard, at=at, known=None)
        shipment.is_heard = False
    elif shipment.state == LegState.REVERSED:
        return shipment
    shipment.state = LegState.REVERSED
    shipment.reversed_source = heard.source
    shipment.reversed_sequence = heard.sequence
    shipment.reversed_at = leg.occurred_at
    shipment.save()
    if not shipment.is_heard:
        return shipment
    _post_reversal(shipment)
    transfer_telling.tell_receiver_not(order, shipment, message_id=leg.message_id, at=at)
    _note(order, shipment, kind=SHIPMENT_TYPE, step="reverse")
    _recount(order, shipment, step="reverse", at=at)
    return shipment


def _write_shipment(
    order: TransferOrder,
    *,
    leg: LegTold,
    heard: Heard,
    at: datetime,
    known: TransferShipment | None,
) -> TransferShipment:
    """Return the shipment, not yet saved; one whose reversal came first takes that one's row."""
    shipment = known or TransferShipment(place=order.shipments.count() + 1)
    for name, value in transfer_legs.make_leg(order, leg=leg, heard=heard, at=at).items():
        setattr(shipment, name, value)
    shipment.is_heard = True
    shipment.inbound_order_number = rules.get_inbound_number(
        transfer=order.number, place=shipment.place
    )
    return shipment


def _make_posting(
    leg: TransferLeg, *, kind: str, heard: Heard, moves: Sequence[Move]
) -> FactPosting:
    return FactPosting(
        origin=f"{kind}/{leg.number}/post",
        occurred_at=leg.occurred_at,
        moves=moves,
        trace=Trace(
            actor=leg.created_by,
            device=leg.device,
            source=heard.source,
            sequence=heard.sequence,
        ),
    )


def _post_reversal(shipment: TransferShipment) -> None:
    if not shipment.lines.filter(quantity__gt=0).exists():
        return
    assert shipment.reversed_at is not None
    ledger.reverse(
        book=book.SITE_BOOK,
        origin=f"{SHIPMENT_TYPE}/{shipment.number}/post",
        reversal=f"{SHIPMENT_TYPE}/{shipment.number}/reverse",
        at=shipment.reversed_at,
        trace=Trace(
            actor=shipment.created_by,
            source=shipment.reversed_source,
            sequence=shipment.reversed_sequence,
        ),
    )


def _sum_skus(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for sku, quantity in lines:
        sums[sku] = sums.get(sku, 0) + quantity
    return sums


def _recount(order: TransferOrder, leg: TransferLeg, *, step: str, at: datetime) -> None:
    before = order.state
    by = Trace(actor=leg.created_by, device=leg.device)
    transfer_progress.recount(order, by=by, at=at)
    trail.record(
        trail.Step(
            document_type=transfer_progress.DOCUMENT_TYPE,
            system="erp",
            sites=(order.from_site, order.to_site),
            number=order.number,
            step=step,
            from_state=before,
            to_state=order.state,
            actor=leg.created_by,
            device=leg.device,
            at=leg.occurred_at,
            reason=leg.number,
            message_id=leg.message_id,
        )
    )


def _note(order: TransferOrder, leg: TransferLeg, *, kind: str, step: str) -> None:
    trail.record(
        trail.Step(
            document_type=kind,
            system="erp",
            sites=(order.from_site, order.to_site),
            number=leg.number,
            step=step,
            to_state=leg.state,
            actor=leg.created_by,
            device=leg.device,
            at=leg.occurred_at,
            reason=order.number,
            message_id=leg.message_id,
        )
    )


def _require_same(
    known: TransferShipment | TransferReceipt, *, told_lines: Iterable[tuple[str, int]]
) -> None:
    """A number may come again under another message id, but only with the same lines."""
    if isinstance(known, TransferShipment):
        booked = [(line.sku, line.quantity) for line in known.lines.order_by("id")]
    else:
        booked = [(line.sku, line.quantity) for line in known.lines.order_by("id")]
    if booked != list(told_lines):
        raise told.NumberReused(number=known.number, site=known.site)
