"""Steps of a store's request for goods (要货申请): submit -> ordered or rejected by the hub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told
from yipan.documents.states import lock_for
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.erp_stores import ReplenishmentAnswered
from yipan.messages.pos import ReplenishmentRequested
from yipan.pos.documents.facts import Taken, ask_the_hub, note
from yipan.pos.models import StoreRequest
from yipan.pos.models.replenishment import StoreRequestState as State

DOCUMENT_TYPE = "store_request"

#: From which states may each step be taken? The hub may decide anew: a rejected request is
#: ordered after all.
STEPS = {"answer": frozenset({State.SUBMITTED, State.REJECTED})}


class AskedAlready(Refusal):
    """The store has asked for this product already, and waits for the hub."""

    code = "store_request.asked_already"


class AnswerUnknown(Refusal):
    """A request is ordered or rejected; the hub's answer is neither."""

    code = "store_request.answer_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """So much of a SKU, in its smallest unit, and until when it is needed."""

    site: str
    sku: str
    quantity: int
    need_by: date | None = None


@transaction.atomic
def submit(*, need: Need, by: Trace, at: datetime, message_id: UUID) -> StoreRequest:
    """
    Ask the hub for goods (要货). `by.reason` is the note.

    Repeating it with the same `message_id` returns the first one.

    :raises AskedAlready: if a request of this SKU is not answered yet.
    :raises SkuUnknown: if there is no such SKU.
    :raises QuantityNotPlausible: if it asks for nothing, or for more than anybody handles.
    """
    known = StoreRequest.objects.filter(message_id=message_id).first()
    if known is not None:
        return known
    told.require_plausible([(need.sku, need.quantity)], minimum=1)
    told.require_known(sites=[need.site], skus={need.sku})
    waiting = StoreRequest.objects.filter(site=need.site, sku=need.sku, state=State.SUBMITTED)
    if (first := waiting.first()) is not None:
        raise AskedAlready(number=first.number, sku=need.sku, quantity=first.quantity)
    request = StoreRequest.objects.create(
        number=numbers.give_number(
            prefix="RQ", site=need.site, on=masterdata.get_business_date(need.site, at)
        ),
        site=need.site,
        sku=need.sku,
        quantity=need.quantity,
        need_by=need.need_by,
        note=by.reason,
        device=by.device,
        message_id=message_id,
        created_by=by.actor,
        created_at=at,
    )
    message = ReplenishmentRequested(
        message_id=message_id,
        occurred_at=at,
        request_number=request.number,
        site=need.site,
        sku=need.sku,
        quantity=need.quantity,
        need_by=need.need_by.isoformat() if need.need_by else "",
        requested_by=by.actor,
        note=by.reason,
    )
    ask_the_hub(message, site=need.site, at=at)
    taken = Taken(step="submit", message_id=message_id)
    note(request, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    return request


@transaction.atomic
def take_answer(*, message: ReplenishmentAnswered, heard: Heard) -> StoreRequest:
    """
    Write down what the hub decided.

    :raises NotFound: if the request is not known here.
    :raises AnswerUnknown: if the decision is none.
    :raises WrongState: if it was ordered before.
    """
    if message.decision not in (State.ORDERED, State.REJECTED):
        raise AnswerUnknown(decision=message.decision[:32])
    number = message.request_number
    request = lock_for("answer", model=StoreRequest, number=number, steps=STEPS)
    told.require_speaker(source=f"pos:{request.site}", site=message.site)
    before = request.state
    request.state = State(message.decision)
    request.quantity_ordered = message.quantity
    request.transfer_number = message.transfer_number
    request.answer_note = message.note[:200]
    request.decided_by = message.decided_by or heard.source
    request.decided_at = message.occurred_at
    request.save()
    by = Trace(actor=request.decided_by, reason=request.answer_note)
    taken = Taken(step=message.decision, from_state=before, message_id=message.message_id)
    note(request, taken, document_type=DOCUMENT_TYPE, by=by, at=message.occurred_at)
    return request
