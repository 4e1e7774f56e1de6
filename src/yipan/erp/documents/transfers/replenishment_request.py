"""Steps of a store's request for goods (要货申请) in the hub: record -> order, or reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import told, trail
from yipan.documents.states import lock_for
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import ReplenishmentRequest, TransferOrder
from yipan.erp.models.replenishment_request import ReplenishmentState as State
from yipan.exchange import outbox
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.messages.erp_stores import ReplenishmentAnswered
from yipan.messages.pos import ReplenishmentRequested

DOCUMENT_TYPE = "replenishment_request"
TRAIL = trail.Trail[ReplenishmentRequest]("erp", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {
    "order": frozenset({State.SUBMITTED, State.REJECTED}),
    "reject": frozenset({State.SUBMITTED}),
}

#: So many requests become one transfer at most.
REQUESTS_PER_TRANSFER_MAX = 200


class NothingRequested(Refusal):
    """Choose at least one request, and not more than go onto one transfer."""

    code = "replenishment_request.nothing_chosen"
    status = 422


class SeveralStores(Refusal):
    """One transfer goes to one store: choose the requests of one."""

    code = "replenishment_request.several_stores"
    status = 422


@transaction.atomic
def record(*, message: ReplenishmentRequested, heard: Heard, at: datetime) -> ReplenishmentRequest:
    """
    Write down what a store asks for.

    :raises SiteMismatch: if the source does not speak for the store.
    :raises SkuUnknown: if the SKU is not master data yet; the request waits for it.
    :raises QuantityNotPlausible: if it asks for nothing, or for an absurd quantity.
    :raises NumberReused: if the store used the number for another request before.
    """
    told.require_speaker(source=heard.source, site=message.site)
    told.require_plausible([(message.sku, message.quantity)], minimum=1)
    told.require_known(sites=[message.site], skus={message.sku})
    if ReplenishmentRequest.objects.filter(number=message.request_number).exists():
        raise told.NumberReused(number=message.request_number, site=message.site)
    request = ReplenishmentRequest.objects.create(
        number=message.request_number,
        site=message.site,
        sku=message.sku,
        quantity=message.quantity,
        need_by=told.read_date(message.need_by) if message.need_by else None,
        note=message.note[:200],
        message_id=message.message_id,
        source=heard.source,
        sequence=heard.sequence,
        created_by=message.requested_by or heard.source,
        created_at=at,
    )
    by = Trace(actor=request.created_by)
    TRAIL.note(request, step="record", by=by, at=message.occurred_at, message_id=request.message_id)
    return request


@transaction.atomic
def order(
    *,
    quantities: Mapping[str, int],
    from_site: str,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> TransferOrder:
    """
    Turn requests of one store into a draft of a transfer, and tell the store.

    `quantities` maps the numbers of the requests to what is sent of each. The transfer goes the
    usual way: a second person approves it.

    :raises NothingRequested: if no request is chosen, or too many.
    :raises SeveralStores: if they are of several stores.
    :raises QuantityNotPlausible: if nothing would be sent of one.
    :raises WrongState: if one was ordered before.
    """
    if not 0 < len(quantities) <= REQUESTS_PER_TRANSFER_MAX:
        raise NothingRequested(requests=len(quantities))
    requests = [
        lock_for("order", model=ReplenishmentRequest, number=number, steps=STEPS)
        for number in sorted(quantities)
    ]
    sites = sorted({request.site for request in requests})
    if len(sites) > 1:
        raise SeveralStores(sites=sites)
    told.require_plausible(
        ((request.sku, quantities[request.number]) for request in requests), minimum=1
    )
    transfer = transfer_order.create(
        wanted=Transferred(
            from_site=from_site,
            to_site=sites[0],
            lines=_sum_lines(requests, quantities),
            due_on=min((each.need_by for each in requests if each.need_by), default=None),
            note=", ".join(request.number for request in requests)[:200],
        ),
        by=by,
        at=at,
    )
    for request in requests:
        before = request.state
        request.state = State.ORDERED
        request.quantity_ordered = quantities[request.number]
        request.transfer_number = transfer.number
        _decide(request, before=before, by=by, at=at, message_id=message_id)
    return transfer


@transaction.atomic
def reject(*, number: str, by: Trace, at: datetime, message_id: UUID) -> ReplenishmentRequest:
    """
    Send nothing of what a store asked for, and tell it why (`by.reason`).

    :raises WrongState: if it was decided before.
    """
    request = lock_for("reject", model=ReplenishmentRequest, number=number, steps=STEPS)
    request.state = State.REJECTED
    _decide(request, before=State.SUBMITTED, by=by, at=at, message_id=message_id)
    return request


def _sum_lines(
    requests: Sequence[ReplenishmentRequest], quantities: Mapping[str, int]
) -> tuple[TransferredLine, ...]:
    sums: dict[str, int] = {}
    for request in requests:
        sums[request.sku] = sums.get(request.sku, 0) + quantities[request.number]
    return tuple(TransferredLine(sku=sku, quantity=quantity) for sku, quantity in sums.items())


def _decide(
    request: ReplenishmentRequest, *, before: str, by: Trace, at: datetime, message_id: UUID
) -> None:
    request.decided_by = by.actor
    request.decided_at = at
    request.decision_note = by.reason
    request.save()
    source = f"erp:hub/orders:{request.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        ReplenishmentAnswered(
            message_id=uuid5(message_id, f"erp.replenishment_answered {request.number}"),
            occurred_at=at,
            request_number=request.number,
            site=request.site,
            decision=request.state,
            quantity=request.quantity_ordered,
            transfer_number=request.transfer_number,
            note=request.decision_note,
            decided_by=by.actor,
        ),
        source=source,
        sequence=sequence,
        correlation_id=request.number,
        causation_id=str(request.message_id),
    )
    step = "order" if request.state == State.ORDERED else "reject"
    TRAIL.note(request, step=step, from_state=before, by=by, at=at, message_id=request.message_id)
