"""How an order leaves a store: hand over, ship; or expire, put back (自提交付, 门店发货)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers
from yipan.documents.states import lock_for
from yipan.foundation.handover import is_code
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message
from yipan.messages.pos_orders import (
    GoodsShipped,
    PutBackLine,
    StorePickupExpired,
    StorePickupHandedOver,
    StorePickupReturned,
)
from yipan.messages.wms import Parcel, ShippedLine
from yipan.pos.documents import adjustment
from yipan.pos.documents import fulfillment_telling as telling
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.pos.documents.facts import Fact, Taken, book_and_tell, note
from yipan.pos.documents.fulfillment import DOCUMENT_TYPE, SWEPT_MAX
from yipan.pos.documents.fulfillment_picking import NotForPickup
from yipan.pos.models import StoreFulfillment
from yipan.pos.models.fulfillment import FulfillmentState as State
from yipan.pos.rules import fulfillment as rules

#: From which states may each step be taken? A customer who comes late still gets the goods.
STEPS = {
    "hand_over": frozenset({State.PICKED, State.STAGED, State.EXPIRED}),
    "ship": frozenset({State.PICKED}),
    "expire": frozenset({State.STAGED}),
    "put_back": frozenset({State.STAGED, State.EXPIRED, State.CANCELED}),
}

PARCELS_MAX = 100

#: What may become of goods that are put back.
PUT_BACK_STATUSES = (StockStatus.AVAILABLE, StockStatus.QUARANTINE, StockStatus.DAMAGED)


class CodeWrong(Refusal):
    """This is not the code of this order. Look at the customer's message again."""

    code = "store_fulfillment.code_wrong"
    status = 422


class NotForShipping(Refusal):
    """This order is collected: it leaves over the counter."""

    code = "store_fulfillment.not_for_shipping"


class ParcelsMissing(Refusal):
    """Goods are shipped in at least one parcel."""

    code = "store_fulfillment.parcels_missing"
    status = 422


class NothingToPutBack(Refusal):
    """Nothing of this order waits to be put back."""

    code = "store_fulfillment.nothing_to_put_back"


class PutBackUnknown(Refusal):
    """Goods that are put back are sound, looked at first, or damaged."""

    code = "store_fulfillment.put_back_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """How the customer is known: by the code, or because a manager says so, with a reason."""

    code: str = ""
    is_manager: bool = False


@transaction.atomic
def hand_over(
    *, number: str, proof: Proof, by: Trace, at: datetime, message_id: UUID
) -> StoreFulfillment:
    """
    Give the goods to their customer (交付): a fact, booked and told.

    :raises NotForPickup: if the order is shipped.
    :raises CodeWrong: if the code is another one, and no manager vouches with a reason.
    :raises WrongState: if the goods are not there, or were handed over before.
    """
    order = lock_for("hand_over", model=StoreFulfillment, number=number, steps=STEPS)
    if order.place != rules.PICKUP_SHELF:
        raise NotForPickup(number=number)
    order.proof = _read_proof(order, proof, by=by)
    before = order.state
    order.shipment_number = numbers.give_number(
        prefix="HO", site=order.site, on=masterdata.get_business_date(order.site, at)
    )
    message = StorePickupHandedOver(
        message_id=message_id,
        occurred_at=at,
        shipment_number=order.shipment_number,
        fulfillment_number=number,
        order_number=order.order_number,
        site=order.site,
        lines=_list_leaving(order),
        reservation=order.reservation,
        proof=order.proof,
        handed_over_by=by.actor,
        device=by.device,
    )
    order.state = State.HANDED_OVER
    _leave(order, message, step="hand_over", before=before, by=by, at=at)
    return order


@transaction.atomic
def ship(
    *, number: str, parcels: Sequence[Parcel], by: Trace, at: datetime, message_id: UUID
) -> StoreFulfillment:
    """
    Give packed goods to the carrier (门店发货): a fact, booked and told.

    :raises NotForShipping: if the order is collected.
    :raises ParcelsMissing: if there is no parcel, or more than anybody sends.
    :raises WrongState: if it is not picked, or left before.
    """
    order = lock_for("ship", model=StoreFulfillment, number=number, steps=STEPS)
    if order.place != rules.PACKING:
        raise NotForShipping(number=number)
    if not 0 < len(parcels) <= PARCELS_MAX:
        raise ParcelsMissing(number=number)
    order.parcels = [
        {
            "sscc": parcel.sscc,
            "carrier": parcel.carrier,
            "tracking": parcel.tracking,
            "weight_grams": parcel.weight_grams,
        }
        for parcel in parcels
    ]
    order.shipment_number = numbers.give_number(
        prefix="SF", site=order.site, on=masterdata.get_business_date(order.site, at)
    )
    message = GoodsShipped(
        message_id=message_id,
        occurred_at=at,
        shipment_number=order.shipment_number,
        outbound_order_number=number,
        order_type="fulfillment",
        document_number=order.order_number,
        site=order.site,
        lines=_list_leaving(order),
        ship_to=order.ship_to_name,
        parcels=tuple(parcels),
        shipped_by=by.actor,
        device=by.device,
        is_last=True,
        order_number=order.order_number,
        reservation=order.reservation,
    )
    order.state = State.SHIPPED
    _leave(order, message, step="ship", before=State.PICKED, by=by, at=at)
    return order


def expire_due(*, at: datetime) -> int:
    """Give up waiting for customers whose time is over. Return how many."""
    due = StoreFulfillment.objects.filter(state=State.STAGED, collect_until__lt=at)
    numbers_due = list(due.order_by("id").values_list("number", flat=True)[:SWEPT_MAX])
    return sum(_expire(number, at=at) for number in numbers_due)


@transaction.atomic
def _expire(number: str, *, at: datetime) -> bool:
    """Return whether the goods were still waiting."""
    order = StoreFulfillment.objects.select_for_update().get(number=number)
    if order.state not in STEPS["expire"]:
        return False
    order.state = State.EXPIRED
    order.save(update_fields=["state"])
    message_id = uuid5(order.message_id, "pos.store_pickup_expired")
    message = StorePickupExpired(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=number,
        order_number=order.order_number,
        site=order.site,
        lines=telling.list_progress(order),
    )
    telling.say(message, order=order, at=at)
    taken = Taken(step="expire", from_state=State.STAGED, message_id=message_id)
    note(order, taken, document_type=DOCUMENT_TYPE, by=Trace(), at=at)
    return True


@transaction.atomic
def put_back(
    *, number: str, statuses: Mapping[str, str], by: Trace, at: datetime, message_id: UUID
) -> StoreFulfillment:
    """
    Carry goods nobody takes back to the floor (放回): free again, or damaged, or to be looked at.

    `statuses` maps SKUs to what they are now; who is not named is sound. What is not sound
    becomes a change of status, which the hub follows.

    :raises NothingToPutBack: if nothing of it waits.
    :raises PutBackUnknown: if a status is none goods are put back in.
    :raises WrongState: if the goods left, or nobody has given them up.
    """
    order = lock_for("put_back", model=StoreFulfillment, number=number, steps=STEPS)
    before = order.state
    if before == State.CANCELED and not order.is_to_put_back:
        raise NothingToPutBack(number=number)
    if not set(statuses.values()) <= set(PUT_BACK_STATUSES):
        raise PutBackUnknown(number=number)
    picked = telling.list_picked(order)
    order.state = State.PUT_BACK
    order.is_to_put_back = False
    order.closed_at = at
    order.save(update_fields=["state", "is_to_put_back", "closed_at"])
    reason = {State.EXPIRED: "expired", State.CANCELED: "canceled"}.get(State(before), "refused")
    message = StorePickupReturned(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=number,
        order_number=order.order_number,
        site=order.site,
        lines=tuple(
            PutBackLine(
                line=line["line"],
                sku=line["sku"],
                quantity=line["quantity_picked"],
                to_status=statuses.get(line["sku"], StockStatus.AVAILABLE),
            )
            for line in order.lines
            if line["quantity_picked"]
        ),
        reason=reason,
        put_back_by=by.actor,
    )
    telling.say(message, order=order, at=at)
    ledger.post_fact(
        book=f"pos:{order.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{number}/put_back",
            occurred_at=at,
            moves=rules.post_put_back(lines=picked, place=order.place),
            trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
            business_date=masterdata.get_business_date(order.site, at),
        ),
    )
    _change_status(order, statuses, by=by, at=at, message_id=message_id)
    taken = Taken(step="put_back", from_state=before, message_id=message_id)
    note(order, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    return order


def _change_status(
    order: StoreFulfillment,
    statuses: Mapping[str, str],
    *,
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    for status in PUT_BACK_STATUSES[1:]:
        goods = [
            AdjustedGoods(sku=line.sku, quantity=line.quantity, to_status=status)
            for line in telling.list_picked(order)
            if statuses.get(line.sku) == status
        ]
        if goods:
            adjustment.post(
                wanted=Wanted(site=order.site, adjustment_type="status_change", goods=goods),
                by=Trace(actor=by.actor, device=by.device, reason=by.reason or order.number),
                at=at,
                message_id=uuid5(message_id, f"pos.adjustment_posted {status}"),
            )


def _read_proof(order: StoreFulfillment, proof: Proof, *, by: Trace) -> str:
    if is_code(number=order.number, code=proof.code, code_hash=order.pickup_code_hash):
        return "code"
    if proof.is_manager and by.reason.strip():
        return "manager"
    raise CodeWrong(number=order.number)


def _list_leaving(order: StoreFulfillment) -> tuple[ShippedLine, ...]:
    status = StockStatus.RESERVED if order.reservation else StockStatus.AVAILABLE
    return tuple(
        ShippedLine(
            line=line["line"],
            sku=line["sku"],
            quantity=line["quantity_picked"],
            capture_mode=line["capture_mode"] or "scan",
            status=status,
        )
        for line in order.lines
        if line["quantity_picked"]
    )


def _leave(
    order: StoreFulfillment, message: Message, *, step: str, before: str, by: Trace, at: datetime
) -> None:
    fact = Fact(
        site=order.site,
        origin=f"{DOCUMENT_TYPE}/{order.number}/{step}",
        moves=rules.post_leaving(lines=telling.list_picked(order), place=order.place),
        at=at,
        by=by,
    )
    order.source, order.sequence = book_and_tell(fact, message)
    order.told_id = message.message_id
    order.left_by = by.actor
    order.left_at = order.closed_at = at
    order.save()
    taken = Taken(step=step, from_state=before, message_id=message.message_id)
    note(order, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
