"""Steps of a customer's order at a store: release -> accept, or reject; cancel (门店履约单)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import told
from yipan.documents.states import lock_for
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.messages.oms import FulfillmentCanceled, FulfillmentReleased
from yipan.messages.pos_orders import FulfillmentAccepted, FulfillmentRejected
from yipan.pos.documents import fulfillment_telling as telling
from yipan.pos.documents.facts import Taken, note
from yipan.pos.models import StoreFulfillment
from yipan.pos.models.fulfillment import FulfillmentMethod
from yipan.pos.models.fulfillment import FulfillmentState as State
from yipan.pos.rules import fulfillment as rules

DOCUMENT_TYPE = "store_fulfillment"

#: From which states may each step be taken? A cancellation is never refused: what left keeps
#: its state, and the answer says that it came too late.
STEPS = {
    "accept": frozenset({State.ASKED}),
    "reject": frozenset({State.ASKED, State.ACCEPTED}),
    "cancel": frozenset(State.values),
}

#: Nothing was carried yet; goods wait somewhere; goods are with the customer.
UNTOUCHED = frozenset({State.ASKED, State.ACCEPTED})
WAITING = frozenset({State.PICKED, State.STAGED, State.EXPIRED})
GONE = frozenset({State.SHIPPED, State.HANDED_OVER})

#: So many overdue orders are swept in one go.
SWEPT_MAX = 500


class MethodUnknown(Refusal):
    """An order is shipped, picked up, or shipped to another store; this one is none of them."""

    code = "store_fulfillment.method_unknown"
    status = 422


class LinesMissing(Refusal):
    """An order of a customer needs at least one line."""

    code = "store_fulfillment.lines_missing"
    status = 422


class AcceptTimeOver(Refusal):
    """The time to accept this order is over; it is sourced elsewhere."""

    code = "store_fulfillment.accept_time_over"


class ReasonUnknown(Refusal):
    """Say why the store cannot do it; another reason needs a note."""

    code = "store_fulfillment.reason_unknown"
    status = 422


class CameTooLate(Refusal):
    """The goods are with the customer: it is too late to cancel."""

    code = "store_fulfillment.too_late"


@transaction.atomic
def release(*, message: FulfillmentReleased, heard: Heard, at: datetime) -> StoreFulfillment:
    """
    Write down an order of a customer the store should fulfill.

    :raises MethodUnknown: if it is none of the ways a store fulfills.
    :raises LinesMissing: if it names no goods.
    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    :raises DateUnreadable: if a time is not written with its offset.
    :raises NumberReused: if the number stands for another order already.
    """
    if message.method not in FulfillmentMethod.values:
        raise MethodUnknown(method=message.method[:32])
    if not message.lines:
        raise LinesMissing(number=message.fulfillment_number)
    told.require_few(message.lines)
    told.require_plausible(((line.sku, line.quantity) for line in message.lines), minimum=1)
    told.require_known(sites=[message.site], skus={line.sku for line in message.lines})
    if StoreFulfillment.objects.filter(number=message.fulfillment_number).exists():
        raise told.NumberReused(number=message.fulfillment_number, site=message.site)
    order = _make(message)
    order.created_by = heard.source
    order.created_at = at
    order.save()
    _note(
        order,
        Taken(step="release", message_id=message.message_id),
        by=Trace(actor=heard.source),
        at=at,
    )
    return order


@transaction.atomic
def accept(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreFulfillment:
    """
    Take an order on (接单), and tell the orders' system.

    :raises AcceptTimeOver: if it was to be accepted earlier.
    :raises WrongState: if somebody accepted or rejected it before.
    """
    order = lock_for("accept", model=StoreFulfillment, number=number, steps=STEPS)
    if order.accept_until is not None and at > order.accept_until:
        raise AcceptTimeOver(number=number, accept_until=order.accept_until.isoformat())
    order.state = State.ACCEPTED
    order.accepted_by = by.actor
    order.accepted_at = at
    order.save(update_fields=["state", "accepted_by", "accepted_at"])
    message = FulfillmentAccepted(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=number,
        order_number=order.order_number,
        site=order.site,
        accepted_by=by.actor,
        device=by.device,
    )
    telling.say(message, order=order, at=at)
    taken = Taken(step="accept", from_state=State.ASKED, message_id=message_id)
    _note(order, taken, by=by, at=at)
    return order


@transaction.atomic
def reject(
    *, number: str, reason: str, by: Trace, at: datetime, message_id: UUID
) -> StoreFulfillment:
    """
    Give an order back (拒单): it is sourced elsewhere. `by.reason` is the note.

    :raises ReasonUnknown: if the reason is none, or another one without a note.
    :raises WrongState: if goods were picked already, or it is settled.
    """
    if reason not in rules.REJECT_REASONS or (reason == "other" and not by.reason.strip()):
        raise ReasonUnknown(reason=reason[:32])
    return _reject(number=number, reason=reason, by=by, at=at, message_id=message_id)


@transaction.atomic
def cancel(*, message: FulfillmentCanceled, heard: Heard) -> StoreFulfillment:
    """
    Fulfill an order no more. What was picked has to be put back; what left stays with the customer.

    :raises NotFound: if the order is not known here.
    """
    number = message.fulfillment_number
    order = lock_for("cancel", model=StoreFulfillment, number=number, steps=STEPS)
    before, at = order.state, message.occurred_at
    if before in UNTOUCHED | WAITING:
        order.state = State.CANCELED
        order.is_to_put_back = before in WAITING
        order.closed_at = None if order.is_to_put_back else at
        order.save(update_fields=["state", "is_to_put_back", "closed_at"])
    answer_id = uuid5(message.message_id, "pos.fulfillment_progressed")
    code = CameTooLate.code if before in GONE else ""
    answer = telling.make_progress(order, message_id=answer_id, at=at, code=code)
    telling.say(answer, order=order, at=at)
    taken = Taken(step="cancel", from_state=before, message_id=message.message_id)
    _note(order, taken, by=Trace(actor=heard.source, reason=message.reason[:200]), at=at)
    return order


def reject_overdue(*, at: datetime) -> int:
    """Give back the orders nobody accepted in time. Return how many."""
    overdue = StoreFulfillment.objects.filter(state=State.ASKED, accept_until__lt=at)
    numbers = list(overdue.order_by("id").values_list("number", flat=True)[:SWEPT_MAX])
    return sum(_reject_overdue(number, at=at) for number in numbers)


@transaction.atomic
def _reject_overdue(number: str, *, at: datetime) -> bool:
    """Return whether it was still there to be rejected."""
    order = StoreFulfillment.objects.select_for_update().get(number=number)
    if order.state != State.ASKED:
        return False
    message_id = uuid5(order.message_id, "pos.fulfillment_rejected")
    _reject(number=number, reason=rules.TOO_LATE, by=Trace(), at=at, message_id=message_id)
    return True


def _reject(
    *, number: str, reason: str, by: Trace, at: datetime, message_id: UUID
) -> StoreFulfillment:
    order = lock_for("reject", model=StoreFulfillment, number=number, steps=STEPS)
    before = order.state
    order.state = State.REJECTED
    order.reject_reason = reason
    order.closed_at = at
    order.save(update_fields=["state", "reject_reason", "closed_at"])
    message = FulfillmentRejected(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=number,
        order_number=order.order_number,
        site=order.site,
        reason=reason,
        note=by.reason,
        rejected_by=by.actor,
        device=by.device,
    )
    telling.say(message, order=order, at=at)
    _note(order, Taken(step="reject", from_state=before, message_id=message_id), by=by, at=at)
    return order


def _make(message: FulfillmentReleased) -> StoreFulfillment:
    return StoreFulfillment(
        number=message.fulfillment_number,
        site=message.site,
        method=message.method,
        order_number=message.order_number,
        reservation=message.reservation,
        customer_name=message.customer_name[:96],
        ship_to_name=message.ship_to_name[:96],
        address=message.address[:300],
        carrier=message.carrier[:48],
        service=message.service[:48],
        priority=message.priority,
        may_be_partial=message.may_be_partial,
        note=message.note[:200],
        pickup_code_hash=message.pickup_code_hash[:64],
        accept_until=_read_moment(message.accept_until),
        due_at=_read_moment(message.due_at),
        collect_until=_read_moment(message.collect_until),
        place=rules.get_waiting_place(message.method),
        message_id=message.message_id,
        lines=[
            {
                "line": line.line,
                "sku": line.sku,
                "quantity": line.quantity,
                "quantity_picked": 0,
                "quantity_short": 0,
                "from_place": "",
                "capture_mode": "",
            }
            for line in message.lines
        ],
    )


def _read_moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = told.read_moment(text)
    if moment is None:
        raise told.DateUnreadable(date=text[:32])
    return moment


def _note(order: StoreFulfillment, taken: Taken, *, by: Trace, at: datetime) -> None:
    note(order, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
