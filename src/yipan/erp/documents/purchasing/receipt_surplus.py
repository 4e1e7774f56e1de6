"""Steps of a receipt surplus (超收单): open -> propose -> approve, or reject the proposal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.states import OwnApproval, lock_for
from yipan.erp.documents.purchasing import purchase_change, supplier_return
from yipan.erp.documents.purchasing.supplier_return import Returned, ReturnedLine
from yipan.erp.documents.stock import adjustment
from yipan.erp.models import GoodsReceipt, PurchaseOrder, ReceiptSurplus
from yipan.erp.models.receipt_surplus import SurplusOutcome as Outcome
from yipan.erp.models.receipt_surplus import SurplusState as State
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import ReceivedLine

DOCUMENT_TYPE = "receipt_surplus"
TRAIL = trail.Trail[ReceiptSurplus]("erp", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {
    "propose": frozenset({State.OPEN, State.PROPOSED}),
    "approve": frozenset({State.PROPOSED}),
    "reject": frozenset({State.PROPOSED}),
}


class OutcomeUnknown(Refusal):
    """Surplus goods are kept, or returned to the supplier."""

    code = "receipt_surplus.outcome_unknown"
    status = 422


class SupplierMissing(Refusal):
    """Nobody knows which supplier the goods came from, so they cannot go back there."""

    code = "receipt_surplus.supplier_missing"


def open_for(receipt: GoodsReceipt, *, lines: Sequence[ReceivedLine], at: datetime) -> None:
    """Ask for a decision on each SKU of a receipt that was put aside as blocked."""
    if receipt.order_type != "purchase":
        return
    blocked: dict[str, tuple[int, bool]] = {}
    for line in lines:
        if line.quantity_blocked:
            quantity, is_ordered = blocked.get(line.sku, (0, False))
            blocked[line.sku] = (quantity + line.quantity_blocked, is_ordered or line.line > 0)
    if not blocked:
        return
    given = numbers.give_numbers(prefix="RS", on=masterdata.get_office_date(at), count=len(blocked))
    for number, (sku, (quantity, is_ordered)) in zip(given, blocked.items(), strict=True):
        surplus = ReceiptSurplus.objects.create(
            number=number,
            site=receipt.site,
            supplier=receipt.supplier,
            receipt_number=receipt.number,
            purchase_order_number=receipt.purchase_order_number,
            sku=sku,
            quantity=quantity,
            is_ordered=is_ordered,
            created_by=receipt.created_by,
            created_at=at,
        )
        by = Trace(actor=receipt.created_by, device=receipt.device, reason=receipt.number)
        TRAIL.note(surplus, step="create", from_state="", by=by, at=at)


def withdraw(receipt_number: str, *, step: trail.Step) -> None:
    """Ask for no decision any more on goods of a receipt that was undone: they never came."""
    waiting = ReceiptSurplus.objects.select_for_update().filter(
        receipt_number=receipt_number, state__in=[State.OPEN, State.PROPOSED]
    )
    for surplus in waiting.order_by("id"):
        before, surplus.state = surplus.state, State.CANCELED
        surplus.outcome = ""
        surplus.save(update_fields=["state", "outcome"])
        by = Trace(actor=step.actor, device=step.device, reason=step.reason)
        TRAIL.note(surplus, step="cancel", from_state=before, by=by, at=step.at)


@transaction.atomic
def propose(*, number: str, outcome: str, by: Trace, at: datetime) -> ReceiptSurplus:
    """
    Say what should become of the goods; another person decides.

    :raises OutcomeUnknown: if it is neither keeping nor returning.
    :raises SupplierMissing: if they should go back, and nobody knows where to.
    """
    surplus = lock_for("propose", model=ReceiptSurplus, number=number, steps=STEPS)
    if outcome not in Outcome.values:
        raise OutcomeUnknown(outcome=outcome[:32])
    if outcome == Outcome.RETURN and not surplus.supplier:
        raise SupplierMissing(number=number)
    before = surplus.state
    surplus.state = State.PROPOSED
    surplus.outcome = outcome
    surplus.reason = by.reason
    surplus.proposed_by, surplus.proposed_at = by.actor, at
    surplus.save()
    TRAIL.note(surplus, step="propose", from_state=before, by=by, at=at)
    return surplus


@transaction.atomic
def reject(*, number: str, by: Trace, at: datetime) -> ReceiptSurplus:
    """Do not follow a proposal; the goods stay blocked and wait for another one."""
    surplus = lock_for("reject", model=ReceiptSurplus, number=number, steps=STEPS)
    surplus.state = State.OPEN
    surplus.outcome, surplus.proposed_by, surplus.proposed_at = "", "", None
    surplus.save()
    TRAIL.note(surplus, step="reject", from_state=State.PROPOSED, by=by, at=at)
    return surplus


@transaction.atomic
def approve(
    *, number: str, roles: Sequence[str], by: Trace, at: datetime, message_id: UUID
) -> ReceiptSurplus:
    """
    Follow a proposal. Another person than who made it has to.

    Goods that are kept raise the order's line, and the site is ordered to make them available;
    goods that go back become a supplier return, approved and released. `roles` are those of who
    decides: the limits of adjustments count.

    :raises OwnApproval: if it is who proposed it.
    :raises AboveLimit: if the roles may not approve so much.
    """
    surplus = lock_for("approve", model=ReceiptSurplus, number=number, steps=STEPS)
    if surplus.proposed_by == by.actor:
        raise OwnApproval(number=number, created_by=surplus.proposed_by)
    surplus.decided_by, surplus.decided_at = by.actor, at
    proposer = Trace(actor=surplus.proposed_by, reason=surplus.reason or surplus.number)
    if surplus.outcome == Outcome.ACCEPT:
        surplus.state = State.KEPT
        _keep(surplus, roles=roles, proposer=proposer, by=by, at=at, message_id=message_id)
    else:
        surplus.state = State.RETURNED
        _give_back(surplus, proposer=proposer, by=by, at=at, message_id=message_id)
    surplus.save()
    TRAIL.note(surplus, step="approve", from_state=State.PROPOSED, by=by, at=at)
    return surplus


def _keep(
    surplus: ReceiptSurplus,
    *,
    roles: Sequence[str],
    proposer: Trace,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    if PurchaseOrder.objects.filter(number=surplus.purchase_order_number).exists():
        purchase_change.raise_line(
            number=surplus.purchase_order_number,
            sku=surplus.sku,
            quantity=surplus.quantity,
            by=Trace(actor=by.actor, device=by.device, reason=surplus.number),
            at=at,
            message_id=uuid5(message_id, "erp.inbound_changed"),
        )
    asked = adjustment.create(
        wanted=adjustment.Wanted(
            site=surplus.site,
            adjustment_type="status_change",
            reason=proposer.reason,
            lines=(
                AdjustedLine(
                    sku=surplus.sku,
                    quantity=surplus.quantity,
                    from_status=StockStatus.BLOCKED,
                    to_status=StockStatus.AVAILABLE,
                ),
            ),
        ),
        by=proposer,
        at=at,
    )
    adjustment.decide(
        number=asked.number,
        step="approve",
        roles=roles,
        by=by,
        at=at,
        message_id=uuid5(message_id, "erp.adjustment_ordered"),
    )
    surplus.adjustment_number = asked.number


def _give_back(
    surplus: ReceiptSurplus, *, proposer: Trace, by: Trace, at: datetime, message_id: UUID
) -> None:
    order = surplus.purchase_order_number
    is_of_supplier = PurchaseOrder.objects.filter(
        number=order, supplier=surplus.supplier, site=surplus.site
    ).exists()
    wanted = Returned(
        site=surplus.site,
        supplier=surplus.supplier,
        purchase_order_number=order if is_of_supplier else "",
        reason=proposer.reason,
        lines=(
            ReturnedLine(sku=surplus.sku, quantity=surplus.quantity, status=StockStatus.BLOCKED),
        ),
    )
    number = supplier_return.create(wanted=wanted, by=proposer, at=at).number
    supplier_return.approve(number=number, by=by, at=at)
    supplier_return.release(
        number=number, by=by, at=at, message_id=uuid5(message_id, "erp.outbound_released")
    )
    surplus.supplier_return_number = number
