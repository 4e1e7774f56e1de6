"""Steps of a customer return (销售退货单): claim -> refund by a ticket; or release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.states import lock_for
from yipan.erp.documents.sales import order_return_telling
from yipan.erp.documents.sales.order_return_telling import TicketTold
from yipan.erp.models import CustomerReturn, ReturnedGoods
from yipan.erp.models.customer_return import CustomerReturnState as State
from yipan.erp.queries.returnable import get_receipt
from yipan.erp.rules.customer_return import get_refund
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.till import TicketLine

DOCUMENT_TYPE = "customer_return"
TRAIL = trail.Trail[CustomerReturn]("erp", DOCUMENT_TYPE, lambda it: (it.site, it.original_site))

#: From which states may each step be taken?
STEPS = {"release": frozenset({State.CLAIMED})}


class LinesMissing(Refusal):
    """A return names each product once, and at least one."""

    code = "customer_return.lines_missing"
    status = 422


class NotReturnable(Refusal):
    """So many of this product were not sold on the receipt, or came back already."""

    code = "customer_return.not_returnable"


class ReturnIdReused(Refusal):
    """This return was asked for before, with other goods."""

    code = "customer_return.return_id_reused"


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtBack:
    """So much of a SKU, in its smallest unit, and in which condition it is."""

    sku: str
    quantity: int
    disposition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a store is about to take back. `return_id` is made by the store, once."""

    return_id: UUID
    site: str
    original_number: str
    lines: Sequence[BroughtBack]
    original_site: str = ""


@transaction.atomic
def claim(*, wanted: Claim, by: Trace, at: datetime) -> CustomerReturn:
    """
    Claim goods of a receipt for a refund, wherever they were sold (退货占用).

    Until the ticket that takes them comes, nobody else can claim them: a receipt is refunded
    once, in whichever store it is shown. Repeating it with the same `return_id` returns the first.

    :raises NotFound: if nothing was sold under that number.
    :raises LinesMissing: if no product is named, or one twice.
    :raises NotReturnable: if less may be brought back.
    :raises ReturnIdReused: if the id stands for other goods.
    """
    told.require_plausible(((line.sku, line.quantity) for line in wanted.lines), minimum=1)
    if not wanted.lines or len({line.sku for line in wanted.lines}) < len(wanted.lines):
        raise LinesMissing(number=wanted.original_number)
    receipt = get_receipt(wanted.original_number, site=wanted.original_site, is_locked=True)
    known = CustomerReturn.objects.filter(return_id=wanted.return_id).first()
    if known is not None:
        return _require_same(known, wanted)
    returnable = {line.sku: line for line in receipt.lines}
    lines = []
    for line in wanted.lines:
        there = returnable.get(line.sku)
        if there is None or line.quantity > there.quantity:
            raise NotReturnable(
                sku=line.sku, asked=line.quantity, returnable=there.quantity if there else 0
            )
        lines.append(
            {
                "sku": line.sku,
                "quantity": line.quantity,
                "disposition": line.disposition,
                "refund_minor": get_refund(there, quantity=line.quantity),
            }
        )
    claimed = CustomerReturn.objects.create(
        number=numbers.give_number(
            prefix="CR", site=wanted.site, on=masterdata.get_business_date(wanted.site, at)
        ),
        return_id=wanted.return_id,
        site=wanted.site,
        original_number=wanted.original_number,
        original_site=receipt.site,
        lines=lines,
        refund_minor=sum(line["refund_minor"] for line in lines),
        currency=receipt.currency,
        created_by=by.actor,
        created_at=at,
    )
    TRAIL.note(claimed, step="claim", from_state="", by=by, at=at)
    return claimed


@transaction.atomic
def release(*, number: str, by: Trace, at: datetime) -> CustomerReturn:
    """
    Give a claim up: the customer keeps the goods after all.

    :raises WrongState: if the refund was paid, or it was given up before.
    """
    claimed = lock_for("release", model=CustomerReturn, number=number, steps=STEPS)
    claimed.state = State.RELEASED
    claimed.settled_at = at
    claimed.save(update_fields=["state", "settled_at"])
    TRAIL.note(claimed, step="release", from_state=State.CLAIMED, by=by, at=at)
    return claimed


@transaction.atomic
def take_tickets(*, tickets: Sequence[TicketTold], at: datetime) -> None:
    """
    Note what came back by tickets just booked, and settle the claims they pay.

    A fact: what came back without a claim, or beyond what was sold, is noted as well.
    """
    rows = [
        ReturnedGoods(
            original_number=original,
            site=ticket.site,
            sku=sku,
            quantity=quantity,
            issue_number=ticket.number,
        )
        for ticket in tickets
        for (original, sku), quantity in _sum_returned(ticket.lines).items()
    ]
    if not rows:
        return
    ReturnedGoods.objects.bulk_create(rows, ignore_conflicts=True)
    order_return_telling.tell(tickets, at=at)
    named = {ticket.number: ticket.return_id for ticket in tickets}
    for original, site, number in sorted(
        {(row.original_number, row.site, row.issue_number) for row in rows}
    ):
        _settle(original, site=site, ticket_number=number, return_id=named[number], at=at)


def _settle(original: str, *, site: str, ticket_number: str, return_id: str, at: datetime) -> None:
    open_claims = CustomerReturn.objects.select_for_update().filter(
        original_number=original, site=site, state=State.CLAIMED
    )
    if return_id:
        open_claims = open_claims.filter(return_id=return_id)
    claimed = open_claims.order_by("id").first()
    if claimed is None:
        return
    claimed.state = State.REFUNDED
    claimed.ticket_number = ticket_number
    claimed.settled_at = at
    claimed.save(update_fields=["state", "ticket_number", "settled_at"])
    TRAIL.note(claimed, step="refund", from_state=State.CLAIMED, by=Trace(), at=at)


def _sum_returned(lines: Sequence[TicketLine]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.quantity < 0 and line.original_ticket:
            key = (line.original_ticket, line.sku)
            sums[key] = sums.get(key, 0) - line.quantity
    return sums


def _require_same(known: CustomerReturn, wanted: Claim) -> CustomerReturn:
    before = {(line["sku"], line["quantity"]) for line in known.lines}
    if before != {(line.sku, line.quantity) for line in wanted.lines} or (
        known.original_number != wanted.original_number
    ):
        raise ReturnIdReused(return_id=str(wanted.return_id), number=known.number)
    return known
