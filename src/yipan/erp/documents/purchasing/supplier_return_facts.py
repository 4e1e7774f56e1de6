"""What sites tell of supplier returns: goods that left, booked as it comes, in whatever order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import F

from yipan.documents import told, trail
from yipan.documents.base import NUMBER_LENGTH_MAX
from yipan.erp.documents.purchasing import supplier_return
from yipan.erp.documents.transfers.transfer_legs import LegTold
from yipan.erp.models import (
    PurchaseOrderLine,
    SupplierReturn,
    SupplierReturnLine,
    SupplierReturnShipment,
)
from yipan.erp.models.supplier_return import STATES_LEAVING
from yipan.erp.models.supplier_return import ReturnShipmentState as ShipmentState
from yipan.erp.models.supplier_return import SupplierReturnState as State
from yipan.erp.rules import Warned, get_hub_number
from yipan.erp.rules import supplier_return as rules
from yipan.erp.rules.supplier_return import ReturnProgress
from yipan.erp.rules.transfer_order import SentLine
from yipan.exchange.subscriptions import Heard
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.pool import book

SHIPMENT_TYPE = "supplier_return_shipment"

_OUR_SERIES = re.compile(r"SR-\d{4}-\d{6}")


@transaction.atomic
def ship(
    *, leg: LegTold, lines: Sequence[SentLine], heard: Heard, at: datetime
) -> SupplierReturnShipment:
    """
    Book goods that left for their supplier, out of the status they stood in.

    A return nobody asked for, or more than was asked for, is a warning: the goods have left.

    :raises NumberReused: if the site used the number for another shipment before.
    """
    _check(leg, heard=heard, lines=lines)
    order = _lock_order(leg, at=at)
    facts = [{**asdict(line), "status": str(line.status)} for line in lines]
    known = SupplierReturnShipment.objects.filter(site=leg.site, site_number=leg.number).first()
    if known is not None and known.is_heard:
        if known.lines != facts:
            raise told.NumberReused(number=known.number, site=known.site)
        return known
    _warn(order, leg=leg, lines=lines)
    shipment = known or SupplierReturnShipment(site=leg.site, site_number=leg.number, order=order)
    _fill(shipment, leg=leg, heard=heard, at=at)
    shipment.lines = facts
    shipment.is_heard = True
    shipment.save()
    moves = rules.post_return_shipment(site=leg.site, lines=lines)
    if moves:
        book.post_fact(
            posting=FactPosting(
                origin=f"{SHIPMENT_TYPE}/{shipment.number}/post",
                occurred_at=leg.occurred_at,
                moves=moves,
                trace=Trace(
                    actor=shipment.created_by,
                    device=leg.device,
                    reason=order.reason,
                    source=heard.source,
                    sequence=heard.sequence,
                ),
            )
        )
    _note(shipment, leg, step="post")
    if shipment.state == ShipmentState.REVERSED:
        _post_reversal(shipment)
    _recount(order, leg, step="ship")
    return shipment


@transaction.atomic
def reverse_shipment(*, leg: LegTold, heard: Heard, at: datetime) -> SupplierReturnShipment:
    """
    Undo a shipment that did not leave after all (冲销).

    Heard before its shipment, it is kept until that is heard.
    """
    _check(leg, heard=heard, lines=())
    order = _lock_order(leg, at=at)
    shipment = SupplierReturnShipment.objects.filter(site=leg.site, site_number=leg.number).first()
    if shipment is None:
        shipment = SupplierReturnShipment(
            site=leg.site, site_number=leg.number, order=order, is_heard=False
        )
        _fill(shipment, leg=leg, heard=heard, at=at)
    elif shipment.state == ShipmentState.REVERSED:
        return shipment
    shipment.state = ShipmentState.REVERSED
    shipment.reversed_source = heard.source
    shipment.reversed_sequence = heard.sequence
    shipment.reversed_at = leg.occurred_at
    shipment.save()
    if shipment.is_heard:
        _post_reversal(shipment)
        _note(shipment, leg, step="reverse")
        _recount(order, leg, step="reverse")
    return shipment


def _check(leg: LegTold, *, heard: Heard, lines: Sequence[SentLine]) -> None:
    told.require_speaker(source=heard.source, site=leg.site)
    told.require_few(lines)
    told.require_plausible((line.sku, line.quantity) for line in lines)
    told.require_known(sites=[leg.site], skus={line.sku for line in lines})


def _lock_order(leg: LegTold, *, at: datetime) -> SupplierReturn:
    """Return the return, locked; one nobody asked for is written down as reported by the site."""
    name = (leg.transfer or leg.number)[:NUMBER_LENGTH_MAX]
    order = SupplierReturn.objects.select_for_update().filter(number=name).first()
    if order is not None:
        return order
    if _OUR_SERIES.fullmatch(name):
        name = f"X-{name}"
    supplier = masterdata.find_suppliers([leg.other_site]).get(leg.other_site)
    SupplierReturn.objects.get_or_create(
        number=name,
        defaults={
            "state": State.RELEASED,
            "site": leg.site,
            "supplier": supplier.code if supplier else "",
            "currency": supplier.currency if supplier else "CNY",
            "is_reported": True,
            "created_by": leg.actor or leg.site,
            "created_at": at,
            "warnings": [asdict(Warned(code=rules.RETURN_UNKNOWN))],
        },
    )
    return SupplierReturn.objects.select_for_update().get(number=name)


def _warn(order: SupplierReturn, *, leg: LegTold, lines: Sequence[SentLine]) -> None:
    if order.is_reported:
        return
    found = []
    if order.state not in STATES_LEAVING:
        found.append(Warned(code=rules.RETURN_NOT_RELEASED))
    if order.site != leg.site:
        found.append(Warned(code=rules.RETURN_OTHER_SITE))
    asked = {line.sku: line for line in order.lines.all()}
    for line in lines:
        known = asked.get(line.sku)
        if known is None:
            found.append(
                Warned(code=rules.RETURN_SKU_NOT_ASKED, sku=line.sku, quantity=line.quantity)
            )
        elif known.quantity_shipped + line.quantity > known.quantity:
            surplus = known.quantity_shipped + line.quantity - known.quantity
            found.append(Warned(code=rules.RETURN_MORE_THAN_ASKED, sku=line.sku, quantity=surplus))
    order.warnings = [*order.warnings, *(asdict(each) for each in found)]
    order.save(update_fields=["warnings"])


def _fill(shipment: SupplierReturnShipment, *, leg: LegTold, heard: Heard, at: datetime) -> None:
    shipment.number = get_hub_number(site=leg.site, number=leg.number)
    shipment.occurred_at = leg.occurred_at
    shipment.device = leg.device
    shipment.is_last = leg.is_last
    shipment.message_id = leg.message_id
    shipment.source, shipment.sequence = heard.source, heard.sequence
    shipment.created_by = leg.actor or heard.source
    shipment.created_at = at


def _post_reversal(shipment: SupplierReturnShipment) -> None:
    if not any(line["quantity"] for line in shipment.lines):
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


def _recount(order: SupplierReturn, leg: LegTold, *, step: str) -> None:
    """Sum up what left from all shipments that were heard, and set the state by it."""
    left: dict[str, SentLine] = {}
    shipments = list(order.shipments.filter(state=ShipmentState.POSTED, is_heard=True))
    for shipment in shipments:
        for line in shipment.lines:
            there = left.get(line["sku"])
            quantity = line["quantity"] + (there.quantity if there else 0)
            left[line["sku"]] = SentLine(sku=line["sku"], quantity=quantity, status=line["status"])
    _write_lines(order, left)
    before = order.state
    if before not in (State.CANCELED, State.DRAFT):
        order.state = rules.get_return_state(
            lines=[
                ReturnProgress(
                    sku=line.sku, quantity=line.quantity, quantity_shipped=line.quantity_shipped
                )
                for line in order.lines.all()
            ],
            is_last=order.state == State.CLOSED or any(each.is_last for each in shipments),
        )
        order.closed_at = None if order.state in STATES_LEAVING else leg.occurred_at
        order.save(update_fields=["state", "closed_at"])
    supplier_return.TRAIL.note(
        order,
        step=step,
        from_state=before,
        by=Trace(actor=leg.actor or leg.site, device=leg.device, reason=leg.number),
        at=leg.occurred_at,
        message_id=leg.message_id,
    )


def _write_lines(order: SupplierReturn, left: dict[str, SentLine]) -> None:
    """Write down how much of each line has left, here and on the purchase order."""
    known = {line.sku: line for line in order.lines.all()}
    last = max((line.line for line in known.values()), default=0)
    changed: dict[str, int] = {}
    for sku, line in known.items():
        quantity = left[sku].quantity if sku in left else 0
        changed[sku] = quantity - line.quantity_shipped
        line.quantity_shipped = quantity
        if order.is_reported:
            line.quantity = quantity
    SupplierReturnLine.objects.bulk_update(known.values(), ["quantity", "quantity_shipped"])
    for sku, sent in left.items():
        if sku in known:
            continue
        last += 1
        changed[sku] = sent.quantity
        SupplierReturnLine.objects.create(
            order=order,
            line=last,
            sku=sku,
            status=sent.status,
            quantity=sent.quantity if order.is_reported else 0,
            quantity_shipped=sent.quantity,
        )
    for sku, quantity in changed.items():
        if quantity and order.purchase_order_number:
            PurchaseOrderLine.objects.filter(
                order__number=order.purchase_order_number, sku=sku
            ).update(quantity_returned=F("quantity_returned") + quantity)


def _note(shipment: SupplierReturnShipment, leg: LegTold, *, step: str) -> None:
    trail.record(
        trail.Step(
            system="erp",
            sites=(shipment.site,),
            document_type=SHIPMENT_TYPE,
            number=shipment.number,
            step=step,
            to_state=shipment.state,
            actor=shipment.created_by,
            device=leg.device,
            at=leg.occurred_at,
            reason=shipment.order.number,
            message_id=leg.message_id,
        )
    )
