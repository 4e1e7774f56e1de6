"""Steps of a store's differences (差异): open, with a count -> counted -> settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.ledger import levels
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message
from yipan.messages.pos_orders import DifferenceClosed, DifferenceOpened
from yipan.pos.documents import adjustment
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.pos.documents.facts import Taken, note
from yipan.pos.models import StoreCount, StoreDifference
from yipan.pos.models.difference import DifferenceState as State
from yipan.pos.models.difference import DifferenceType

DOCUMENT_TYPE = "store_difference"

#: From which states may each step be taken?
STEPS = {"settle": frozenset({State.COUNTED})}

#: A SKU and a place of the store.
Key = tuple[str, str]


class CountMissing(Refusal):
    """Nobody has counted yet: count first, then settle."""

    code = "store_difference.count_missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """What work showed: a SKU at a place whose book is wrong, and the document it was."""

    difference_type: str
    sku: str
    place: str
    partner_number: str
    quantity_seen: int | None = None


@transaction.atomic(savepoint=False)
def open_many(*, site: str, doubts: Sequence[Doubt], by: Trace, at: datetime) -> Mapping[Key, str]:
    """
    Open differences, each with a count somebody has to make, and tell the hub.

    Where one of the same kind stands open already, it stays the only one. Return SKU and
    place to the number of the count, of the old ones as of the new.
    """
    doubts = list({(each.sku, each.place): each for each in doubts}.values())
    if not doubts:
        return {}
    known = _find_open(site, doubts)
    new = [each for each in doubts if (each.difference_type, each.sku, each.place) not in known]
    books = _read_books(site, doubts)
    counts = _open_counts(site, doubts, books=books, by=by, at=at)
    if new:
        _open_new(site, new, counts=counts, books=books, by=by, at=at)
    return {key: count.number for key, count in counts.items()}


@transaction.atomic
def take_count(count: StoreCount, *, by: Trace, at: datetime) -> None:
    """
    Write what was counted into the difference of its SKU and place; open one if there is none.

    Where the count agrees with the book of that moment, there is nothing to correct. Several
    doubts about one thing are one difference from here on: what a count finds is corrected once.
    """
    rows = list(
        StoreDifference.objects.select_for_update()
        .filter(site=count.site, sku=count.sku, place=count.place)
        .exclude(state=State.CLOSED)
        .order_by("id")
    )
    is_agreed = count.quantity_counted == count.quantity_book_then
    if not rows:
        if not is_agreed:
            _open_counted(count, by=by, at=at)
        return
    for row in rows:
        before = row.state
        row.state, row.count = State.COUNTED, count
        row.quantity_seen = count.quantity_counted
        row.save(update_fields=["state", "count", "quantity_seen"])
        taken = Taken(step="count", from_state=before)
        note(row, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    for row in rows if is_agreed else rows[1:]:
        _close(row, outcome="explained", by=by, at=at)


@transaction.atomic
def settle(
    *, number: str, by: Trace, roles: Sequence[str], at: datetime, message_id: UUID
) -> StoreDifference:
    """
    Settle a difference: what the count found more or less becomes an adjustment.

    The adjustment moves what count and book differed by at the moment of the count, whatever
    was sold since. Above the limits of `roles` it waits for the hub; the difference is closed all
    the same, and names it.

    :raises CountMissing: if nobody has counted yet.
    :raises WrongState: if it was settled before.
    """
    row = StoreDifference.objects.filter(number=number, state=State.OPEN).first()
    if row is not None:
        raise CountMissing(number=number)
    row = lock_for("settle", model=StoreDifference, number=number, steps=STEPS)
    count = row.count
    assert count is not None, "what was counted has a count"
    assert count.quantity_counted is not None
    assert count.quantity_book_then is not None
    variance = count.quantity_counted - count.quantity_book_then
    if variance:
        goods = AdjustedGoods(
            sku=row.sku, quantity=abs(variance), place=row.place, capture_mode="key"
        )
        posted = adjustment.post(
            wanted=Wanted(
                site=row.site,
                adjustment_type="count_gain" if variance > 0 else "count_loss",
                goods=[goods],
                roles=tuple(roles),
            ),
            by=Trace(actor=by.actor, device=by.device, reason=by.reason or number),
            at=at,
            message_id=message_id,
        )
        row.adjustment_number = posted.number
    _close(row, outcome="counted", by=by, at=at)
    return row


def _find_open(site: str, doubts: Sequence[Doubt]) -> set[tuple[str, str, str]]:
    rows = StoreDifference.objects.filter(site=site, sku__in={each.sku for each in doubts})
    return set(rows.exclude(state=State.CLOSED).values_list("difference_type", "sku", "place"))


def _open_counts(
    site: str, doubts: Sequence[Doubt], *, books: Mapping[Key, int], by: Trace, at: datetime
) -> dict[Key, StoreCount]:
    """Return the open count of each SKU and place, made where there is none."""
    wanted = {(each.sku, each.place) for each in doubts}
    open_rows = StoreCount.objects.filter(
        site=site, state="open", sku__in={each.sku for each in doubts}
    )
    counts = {key: row for row in open_rows if (key := (row.sku, row.place)) in wanted}
    missing = [each for each in doubts if (each.sku, each.place) not in counts]
    if not missing:
        return counts
    given = numbers.give_numbers(
        prefix="CT",
        site=site,
        on=masterdata.get_business_date(site, at),
        count=len(missing),
    )
    rows = [
        StoreCount(
            number=number,
            site=site,
            reason=each.difference_type
            if each.difference_type in ("negative_book", "short_pick")
            else "looked",
            place=each.place,
            sku=each.sku,
            quantity_book=books.get((each.sku, each.place), 0),
            partner_number=each.partner_number,
            device=by.device,
            created_by=by.actor,
            created_at=at,
        )
        for number, each in zip(given, missing, strict=True)
    ]
    StoreCount.objects.bulk_create(rows)
    _note_many("store_count", [(row.number, row.state) for row in rows], site=site, by=by, at=at)
    return counts | {(row.sku, row.place): row for row in rows}


def _open_new(
    site: str,
    doubts: Sequence[Doubt],
    *,
    counts: Mapping[Key, StoreCount],
    books: Mapping[Key, int],
    by: Trace,
    at: datetime,
) -> None:
    given = numbers.give_numbers(
        prefix="DF", site=site, on=masterdata.get_business_date(site, at), count=len(doubts)
    )
    rows = [
        StoreDifference(
            number=number,
            site=site,
            difference_type=each.difference_type,
            sku=each.sku,
            place=each.place,
            quantity_book=books.get((each.sku, each.place), 0),
            quantity_seen=each.quantity_seen,
            partner_number=each.partner_number,
            count=counts[each.sku, each.place],
            message_id=make_id(),
            created_by=by.actor,
            created_at=at,
        )
        for number, each in zip(given, doubts, strict=True)
    ]
    StoreDifference.objects.bulk_create(rows)
    _note_many(DOCUMENT_TYPE, [(row.number, row.state) for row in rows], site=site, by=by, at=at)
    _tell(site, [_make_opened(row, at=at) for row in rows], at=at)


def _open_counted(count: StoreCount, *, by: Trace, at: datetime) -> None:
    assert count.quantity_book_then is not None
    row = StoreDifference.objects.create(
        number=numbers.give_number(
            prefix="DF", site=count.site, on=masterdata.get_business_date(count.site, at)
        ),
        site=count.site,
        state=State.COUNTED,
        difference_type=DifferenceType.COUNT,
        sku=count.sku,
        place=count.place,
        quantity_book=count.quantity_book_then,
        quantity_seen=count.quantity_counted,
        partner_number=count.number,
        count=count,
        message_id=make_id(),
        created_by=by.actor,
        created_at=at,
    )
    _note_many(DOCUMENT_TYPE, [(row.number, row.state)], site=row.site, by=by, at=at)
    _tell(row.site, [_make_opened(row, at=at)], at=at)


def _read_books(site: str, doubts: Sequence[Doubt]) -> dict[Key, int]:
    keys = {(each.sku, each.place) for each in doubts}
    found = levels.find_levels(book=f"pos:{site}", keys=keys)
    return {key: level.available for key, level in found.items()}


def _close(row: StoreDifference, *, outcome: str, by: Trace, at: datetime) -> None:
    row.state = State.CLOSED
    row.outcome = outcome
    row.note = by.reason
    row.closed_by = by.actor
    row.closed_at = at
    row.save()
    message_id = uuid5(row.message_id, "pos.difference_closed")
    message = DifferenceClosed(
        message_id=message_id,
        occurred_at=at,
        difference_number=row.number,
        site=row.site,
        outcome=outcome,
        note=row.note,
        closed_by=by.actor,
    )
    _tell(row.site, [message], at=at)
    taken = Taken(step="settle", from_state=State.COUNTED, message_id=message_id)
    note(row, taken, document_type=DOCUMENT_TYPE, by=by, at=at)


def _make_opened(row: StoreDifference, *, at: datetime) -> DifferenceOpened:
    assert row.count is not None
    return DifferenceOpened(
        message_id=row.message_id,
        occurred_at=at,
        difference_number=row.number,
        site=row.site,
        difference_type=row.difference_type,
        sku=row.sku,
        quantity_book=row.quantity_book,
        quantity_seen=row.quantity_seen,
        place=row.place,
        partner_number=row.partner_number,
        count_task=row.count.number,
    )


def _tell(site: str, messages: Sequence[Message], *, at: datetime) -> None:
    """
    Tell the hub, in the stream of tasks: it moves no stock, and must hold up none.

    Its numbers are the last a verb takes, behind those of orders and of stock, so that no two
    verbs wait in a circle.
    """
    source = f"pos:{site}/tasks"
    sequences = outbox.reserve_numbers(source, len(messages))
    business_date = masterdata.get_business_date(site, at)
    outbox.publish_many(
        [
            Outgoing(
                message=message,
                source=source,
                sequence=sequence,
                business_date=business_date,
                correlation_id=message.get_subject(),
            )
            for message, sequence in zip(messages, sequences, strict=True)
        ]
    )


def _note_many(
    document_type: str, rows: Sequence[tuple[str, str]], *, site: str, by: Trace, at: datetime
) -> None:
    trail.record_many(
        [
            trail.Step(
                document_type=document_type,
                system="pos",
                sites=(site,),
                number=number,
                step="open",
                to_state=state,
                actor=by.actor,
                device=by.device,
                at=at,
                reason=by.reason,
            )
            for number, state in rows
        ]
    )
