"""Steps of a store's count (抽盘): opened by a doubt or by looking -> counted, blind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.pos_orders import CountedLine, CountRecorded
from yipan.pos import rules
from yipan.pos.documents import difference
from yipan.pos.documents.facts import Taken, note
from yipan.pos.models import StoreCount
from yipan.pos.models.store_count import StoreCountState as State
from yipan.pos.rules.adjustments import DISPLAY

DOCUMENT_TYPE = "store_count"

#: From which states may each step be taken?
STEPS = {"count": frozenset({State.OPEN})}

#: Where somebody may look. On display goods are blocked, elsewhere free ones are counted.
STATUSES = {
    rules.SHOP_FLOOR: StockStatus.AVAILABLE,
    rules.BACKROOM: StockStatus.AVAILABLE,
    DISPLAY: StockStatus.BLOCKED,
}


class CountPlaceUnknown(Refusal):
    """Goods are counted on the shop floor, in the backroom or on display."""

    code = "store_count.place_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What somebody sees of a SKU at a place, in its smallest unit."""

    site: str
    sku: str
    quantity: int
    place: str = rules.SHOP_FLOOR


@transaction.atomic
def look(*, seen: Seen, by: Trace, at: datetime, message_id: UUID) -> StoreCount:
    """
    Write down what somebody sees of a SKU at a place: a count nobody had asked for.

    A count that stands open of it is this one. Repeating it with the same `message_id` returns
    the first.

    :raises CountPlaceUnknown: if there is no such place.
    :raises SkuUnknown: if there is no such SKU.
    :raises QuantityNotPlausible: if the quantity is negative, or larger than anybody handles.
    """
    known = StoreCount.objects.filter(message_id=message_id).first()
    if known is not None:
        return known
    if seen.place not in STATUSES:
        raise CountPlaceUnknown(place=seen.place[:24])
    told.require_known(sites=[seen.site], skus={seen.sku})
    count = StoreCount.objects.filter(
        site=seen.site, sku=seen.sku, place=seen.place, state=State.OPEN
    ).first()
    if count is None:
        count = StoreCount.objects.create(
            number=numbers.give_number(
                prefix="CT", site=seen.site, on=masterdata.get_business_date(seen.site, at)
            ),
            site=seen.site,
            reason="looked",
            place=seen.place,
            sku=seen.sku,
            quantity_book=_read_book(seen.site, sku=seen.sku, place=seen.place),
            device=by.device,
            created_by=by.actor,
            created_at=at,
        )
        note(count, Taken(step="open"), document_type=DOCUMENT_TYPE, by=by, at=at)
    return record(number=count.number, quantity=seen.quantity, by=by, at=at, message_id=message_id)


@transaction.atomic
def record(*, number: str, quantity: int, by: Trace, at: datetime, message_id: UUID) -> StoreCount:
    """
    Write down what was counted, beside what the book says at this moment, and tell the hub.

    It moves no book. A difference that waits for it knows more now; one that nobody knew of
    is opened.

    :raises QuantityNotPlausible: if the quantity is negative, or larger than anybody handles.
    :raises WrongState: if it was counted before. Look again: that is another count.
    """
    count = lock_for("count", model=StoreCount, number=number, steps=STEPS)
    told.require_plausible([(count.sku, quantity)])
    source = f"pos:{count.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    count.state = State.COUNTED
    count.quantity_counted = quantity
    # The stream of stock is locked from here on: what the book says is as of this number.
    count.quantity_book_then = _read_book(count.site, sku=count.sku, place=count.place)
    count.counted_by = by.actor
    count.counted_at = at
    count.device = by.device
    count.message_id = message_id
    count.save()
    outbox.publish(
        _make_recorded(count, sequence=sequence),
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(count.site, at),
        correlation_id=count.number,
    )
    taken = Taken(step="count", from_state=State.OPEN, message_id=message_id)
    note(count, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    difference.take_count(count, by=by, at=at)
    return count


def _read_book(site: str, *, sku: str, place: str) -> int:
    account = rules.get_account(place=place, status=STATUSES[place])
    return ledger.get_quantity(book=f"pos:{site}", account=account, sku=sku)


def _make_recorded(count: StoreCount, *, sequence: int) -> CountRecorded:
    assert count.message_id is not None
    assert count.counted_at is not None
    assert count.quantity_counted is not None
    assert count.quantity_book_then is not None
    return CountRecorded(
        message_id=count.message_id,
        occurred_at=count.counted_at,
        count_number=count.number,
        site=count.site,
        count_type="spot_count",
        lines=(
            CountedLine(
                line=1,
                sku=count.sku,
                quantity_counted=count.quantity_counted,
                quantity_book=count.quantity_book_then,
                counted_at=count.counted_at.isoformat(),
                place=count.place,
                status=STATUSES[count.place],
                counter=count.counted_by,
            ),
        ),
        as_of_sequence=sequence - 1,
        reason=count.reason,
        partner_number=count.partner_number,
    )
