"""How far a transfer has come: counted anew from all that was heard, whatever the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Max

from yipan.documents import numbers, trail
from yipan.erp.documents import supply_telling
from yipan.erp.models import (
    TransferDifference,
    TransferDifferenceLine,
    TransferOrder,
    TransferOrderLine,
    TransferReceiptLine,
    TransferSettlement,
)
from yipan.erp.models.transfer_difference import TransferDifferenceState
from yipan.erp.models.transfer_order import TransferLegState
from yipan.erp.models.transfer_order import TransferOrderState as State
from yipan.erp.rules import transfer_order as rules
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.pool import book

DOCUMENT_TYPE = "transfer_order"
DIFFERENCE_TYPE = "transfer_difference"
TRAIL = trail.Trail[TransferDifference](
    "erp", DIFFERENCE_TYPE, lambda it: (it.order.from_site, it.order.to_site)
)


def recount(order: TransferOrder, *, by: Trace, at: datetime) -> None:
    """
    Count a transfer locked by the caller anew, and draw the consequences.

    These are: the quantities of its lines, its state, what came that nobody shipped, and the
    difference document of what did not come.
    """
    known = read_known(order)
    verdict = rules.judge(known)
    _write_lines(order, known)
    _post_excess(order, excess=verdict.excess, by=by, at=at)
    _follow_difference(order, missing=verdict.missing, by=by, at=at)
    order.state = verdict.state
    is_over = verdict.state in (State.RECEIVED, State.CLOSED)
    order.closed_at = (order.closed_at or at) if is_over else None
    order.save(update_fields=["state", "closed_at"])
    supply_telling.tell_transfer(order, by=by, at=at)


def is_sender_done(order: TransferOrder) -> bool:
    """Tell whether the sender has shipped all it will."""
    return rules.judge(read_known(order)).is_sender_done


def read_known(order: TransferOrder) -> rules.Known:
    """Return all that was heard of a transfer."""
    settlements = TransferSettlement.objects.filter(difference__order=order)
    settled = _add(settlements.values_list("sku", "quantity"))
    shipments = order.shipments.filter(state=TransferLegState.POSTED).order_by("place")
    receipts = order.receipts.filter(state=TransferLegState.POSTED).order_by("id")
    return rules.Known(
        ordered={
            line.sku: line.quantity_ordered for line in order.lines.all() if line.quantity_ordered
        },
        sent=[
            rules.Sent(
                place=each.place,
                at=each.occurred_at,
                is_last=each.is_last,
                quantities=_add((it.sku, it.quantity) for it in each.lines.all()),
            )
            for each in shipments.prefetch_related("lines")
        ],
        came=[
            rules.Came(
                place=rules.find_place(
                    transfer=order.number, inbound_number=each.inbound_order_number
                ),
                at=each.occurred_at,
                is_last=each.is_last,
                quantities=_add((it.sku, it.quantity) for it in each.lines.all()),
            )
            for each in receipts.prefetch_related("lines")
        ],
        is_shipping_closed=order.is_shipping_closed,
        settled=settled,
    )


def _add(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for sku, quantity in pairs:
        total[sku] += quantity
    return total


def _write_lines(order: TransferOrder, known: rules.Known) -> None:
    shipped: Counter[str] = Counter()
    came: Counter[str] = Counter()
    for sent in known.sent:
        shipped.update(sent.quantities)
    for each in known.came:
        came.update(each.quantities)
    conditions = _sum_conditions(order)
    lines = {line.sku: line for line in order.lines.all()}
    last = order.lines.aggregate(last=Max("line"))["last"] or 0
    for sku in sorted((shipped.keys() | came.keys()) - lines.keys()):
        last += 1
        lines[sku] = TransferOrderLine.objects.create(order=order, line=last, sku=sku)
    for sku, line in lines.items():
        line.quantity_shipped = shipped[sku]
        line.quantity_received = came[sku]
        line.quantity_damaged, line.quantity_blocked = conditions.get(sku, (0, 0))
        line.quantity_settled = known.settled.get(sku, 0)
    TransferOrderLine.objects.bulk_update(
        lines.values(),
        [
            "quantity_shipped",
            "quantity_received",
            "quantity_damaged",
            "quantity_blocked",
            "quantity_settled",
        ],
    )


def _sum_conditions(order: TransferOrder) -> dict[str, tuple[int, int]]:
    """Return, by SKU, how much came damaged and how much is blocked."""
    damaged: Counter[str] = Counter()
    blocked: Counter[str] = Counter()
    came = TransferReceiptLine.objects.filter(
        receipt__order=order, receipt__state=TransferLegState.POSTED
    )
    for line in came:
        damaged[line.sku] += line.quantity_damaged
        blocked[line.sku] += line.quantity_blocked
    return {sku: (damaged[sku], blocked[sku]) for sku in damaged}


def _post_excess(
    order: TransferOrder, *, excess: Mapping[str, int], by: Trace, at: datetime
) -> None:
    """Bring into transit what came beyond what was shipped; take back what no longer is beyond."""
    lines = {line.sku: line for line in order.lines.all()}
    changes = {
        sku: excess.get(sku, 0) - line.quantity_excess
        for sku, line in lines.items()
        if excess.get(sku, 0) != line.quantity_excess
    }
    moves = rules.post_transfer_excess(transfer=order.number, changes=changes)
    if not moves:
        return
    done = trail.count_steps(document_type=DOCUMENT_TYPE, number=order.number, step="excess")
    book.post_fact(
        posting=FactPosting(
            origin=get_excess_origin(order.number, place=done + 1),
            occurred_at=at,
            moves=moves,
            trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
        )
    )
    for sku, change in changes.items():
        lines[sku].quantity_excess += change
    TransferOrderLine.objects.bulk_update(lines.values(), ["quantity_excess"])
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="erp",
            sites=(order.from_site, order.to_site),
            number=order.number,
            step="excess",
            from_state=order.state,
            to_state=order.state,
            actor=by.actor,
            at=at,
        )
    )


def get_excess_origin(transfer: str, *, place: int) -> str:
    """Return the origin of the `place`-th posting of what came too much."""
    return f"{DOCUMENT_TYPE}/{transfer}/excess-{place}"


def _follow_difference(
    order: TransferOrder, *, missing: Mapping[str, int], by: Trace, at: datetime
) -> None:
    """Open, change or settle the difference document, so that it says what is missing now."""
    document = order.differences.filter(state=TransferDifferenceState.OPEN).first()
    if document is None:
        if not missing:
            return
        document = TransferDifference.objects.create(
            number=numbers.give_number(prefix="TD", on=masterdata.get_office_date(at)),
            order=order,
            created_by=by.actor,
            created_at=at,
        )
        TRAIL.note(document, step="create", from_state="", by=by, at=at)
    lines = {line.sku: line for line in document.lines.all()}
    for sku in sorted(missing.keys() | lines.keys()):
        line = lines.get(sku)
        if line is None:
            TransferDifferenceLine.objects.create(
                difference=document, sku=sku, quantity_missing=missing[sku]
            )
            continue
        open_now = line.quantity_missing - line.quantity_came - line.quantity_settled
        change = missing.get(sku, 0) - open_now
        line.quantity_missing += max(change, 0)
        line.quantity_came += max(-change, 0)
        line.save(update_fields=["quantity_missing", "quantity_came"])
    if not missing:
        document.state = TransferDifferenceState.SETTLED
        document.settled_at = at
        document.save(update_fields=["state", "settled_at"])
        TRAIL.note(document, step="close", from_state=TransferDifferenceState.OPEN, by=by, at=at)
