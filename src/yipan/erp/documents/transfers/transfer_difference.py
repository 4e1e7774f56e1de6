"""Steps of a transfer difference (调拨差异单): assign an owner, settle what did not come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents.transfers import transfer_progress
from yipan.erp.models import TransferDifference, TransferOrder, TransferSettlement
from yipan.erp.models.transfer_difference import TransferDifferenceState as State
from yipan.erp.rules import transfer_order as rules
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import FactPosting, Trace
from yipan.pool import book

DOCUMENT_TYPE = transfer_progress.DIFFERENCE_TYPE

#: From which states may each step be taken?
STEPS = {
    "assign": frozenset({State.OPEN}),
    "settle": frozenset({State.OPEN}),
}


class MoreThanMissing(Refusal):
    """More would be settled of a SKU than is missing."""

    code = "transfer_difference.more_than_missing"
    status = 422


class NothingSettled(Refusal):
    """A settlement names at least one quantity, and an outcome for each."""

    code = "transfer_difference.nothing_settled"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class SettledLine:
    """A quantity of one SKU, and what became of it."""

    sku: str
    quantity: int
    outcome: str


@transaction.atomic
def assign(*, number: str, owner: str, by: Trace, at: datetime) -> TransferDifference:
    """Say who has to find out what became of the goods."""
    document = _lock("assign", number=number)
    document.owner = owner
    document.save(update_fields=["owner"])
    by = Trace(actor=by.actor, device=by.device, reason=owner)
    transfer_progress.TRAIL.note(document, step="assign", from_state=document.state, by=by, at=at)
    return document


@transaction.atomic
def settle(
    *, number: str, lines: Sequence[SettledLine], reference: str, by: Trace, at: datetime
) -> TransferDifference:
    """
    Settle quantities that did not come (处理差异): each goes from transit to who answers for it.

    The document is settled when nothing of it is left. `reference` is the other party's, such as
    the number of a claim.

    :raises MoreThanMissing: if more is settled of a SKU than is missing.
    :raises NothingSettled: if no quantity is named, or an outcome is none.
    """
    document = _lock("settle", number=number)
    order = document.order
    _check(document, lines)
    place = document.settlements.values("origin").distinct().count()
    for outcome in sorted({line.outcome for line in lines}):
        place += 1
        origin = get_origin(number, place=place)
        quantities = _sum(line for line in lines if line.outcome == outcome)
        book.post_fact(
            posting=FactPosting(
                origin=origin,
                occurred_at=at,
                moves=rules.post_transfer_settlement(
                    transfer=order.number, outcome=outcome, quantities=quantities
                ),
                trace=by,
            )
        )
        TransferSettlement.objects.bulk_create(
            TransferSettlement(
                difference=document,
                sku=sku,
                quantity=quantity,
                outcome=outcome,
                reference=reference,
                note=by.reason,
                settled_by=by.actor,
                settled_at=at,
                origin=origin,
            )
            for sku, quantity in quantities.items()
        )
    settled = _sum(lines)
    for line in document.lines.filter(sku__in=settled):
        line.quantity_settled += settled[line.sku]
        line.save(update_fields=["quantity_settled"])
    transfer_progress.TRAIL.note(document, step="settle", from_state=State.OPEN, by=by, at=at)
    transfer_progress.recount(order, by=by, at=at)
    document.refresh_from_db()
    return document


def get_origin(number: str, *, place: int) -> str:
    """Return the origin of the `place`-th posting of a difference."""
    return f"{DOCUMENT_TYPE}/{number}/settle-{place}"


def _lock(step: str, *, number: str) -> TransferDifference:
    """Lock the transfer first, as those who hear of it do, and then its difference."""
    order_id = (
        TransferDifference.objects.filter(number=number).values_list("order_id", flat=True).first()
    )
    if order_id is None:
        raise NotFound(kind=DOCUMENT_TYPE, id=number)
    order = TransferOrder.objects.select_for_update().get(id=order_id)
    document = lock_for(step, model=TransferDifference, number=number, steps=STEPS)
    document.order = order
    return document


def _check(document: TransferDifference, lines: Sequence[SettledLine]) -> None:
    if not lines or any(line.outcome not in rules.OUTCOME_ACCOUNTS for line in lines):
        raise NothingSettled(number=document.number)
    for line in lines:
        if line.quantity <= 0:
            raise QuantityNotPlausible(sku=line.sku, quantity=line.quantity)
    missing = {
        line.sku: line.quantity_missing - line.quantity_came - line.quantity_settled
        for line in document.lines.all()
    }
    for sku, quantity in _sum(lines).items():
        if quantity > missing.get(sku, 0):
            raise MoreThanMissing(sku=sku, asked=quantity, missing=missing.get(sku, 0))


def _sum(lines: Iterable[SettledLine]) -> dict[str, int]:
    total: dict[str, int] = {}
    for line in lines:
        total[line.sku] = total.get(line.sku, 0) + line.quantity
    return total
