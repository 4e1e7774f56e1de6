"""
Documents made of approved proposals: a draft of a purchase order, or a released transfer.

The machine proposed, a person approved: that is the second person of a transfer, which is
released at once. A purchase order binds money, so it waits as a draft for those who may buy.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import uuid5

from django.db import transaction

from yipan.documents import told
from yipan.erp.documents import planned_telling
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import PurchaseOrder, TransferOrder
from yipan.erp.models.transfer_order import TransferOrderState
from yipan.ledger.moves import Trace
from yipan.messages.planning import PurchaseApproved, TransferApproved

#: Who writes what the plan proposed; who approved it stands beside it.
AUTHOR: Final = Trace(actor="planning")


@transaction.atomic
def buy(*, message: PurchaseApproved, at: datetime) -> PurchaseOrder:
    """
    Write the draft of a purchase order, and tell planning its number. Safe to repeat.

    :raises NotFound: if there is no such supplier.
    :raises SiteReceivesNothing: if the site is no warehouse.
    """
    order = purchase_order.create(
        ordered=Ordered(
            site=message.site,
            supplier=message.supplier,
            expected_on=_read_day(message.expected_on),
            note=message.note,
            external_id=f"{planned_telling.PREFIX}{message.approval_number}",
            lines=tuple(
                OrderedLine(sku=line.sku, quantity=line.quantity) for line in message.lines
            ),
        ),
        by=Trace(actor=message.approved_by or AUTHOR.actor, reason=message.note),
        at=at,
    )
    planned_telling.tell_made(
        approval=message.approval_number,
        document_type=purchase_order.DOCUMENT_TYPE,
        number=order.number,
        proposals=[line.proposal for line in message.lines],
        at=at,
        cause=message.message_id,
    )
    return order


@transaction.atomic
def move(*, message: TransferApproved, at: datetime) -> TransferOrder:
    """
    Write, approve and release a transfer, and tell planning its number. Safe to repeat.

    :raises SiteToItself: if sender and receiver are one.
    :raises SkuUnknown: if a SKU is not master data.
    """
    order = transfer_order.create(
        wanted=Transferred(
            from_site=message.from_site,
            to_site=message.to_site,
            due_on=_read_day(message.due_on),
            note=message.note,
            external_id=f"{planned_telling.PREFIX}{message.approval_number}",
            lines=tuple(
                TransferredLine(sku=line.sku, quantity=line.quantity) for line in message.lines
            ),
        ),
        by=AUTHOR,
        at=at,
    )
    if order.state == TransferOrderState.DRAFT:
        by = Trace(actor=message.approved_by or "planner", reason=message.reason)
        transfer_order.approve(number=order.number, by=by, at=at)
        order = transfer_order.release(
            number=order.number,
            by=by,
            at=at,
            message_id=uuid5(message.message_id, "erp.outbound_released"),
        )
    planned_telling.tell_made(
        approval=message.approval_number,
        document_type=transfer_order.DOCUMENT_TYPE,
        number=order.number,
        proposals=[line.proposal for line in message.lines],
        at=at,
        cause=message.message_id,
    )
    return order


def _read_day(text: str) -> date | None:
    return told.read_date(text) if text else None
