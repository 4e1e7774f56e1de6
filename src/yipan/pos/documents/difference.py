"""Steps of a store's differences (差异): open, with a count -> counted -> settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
#: A site, a SKU and a place of it.
PlaceKey = tuple[str, str, str]


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
    #: What the book says, where whoever doubts has read it.
    quantity_book: int | None = None


@transaction.atomic(savepoint=False)
def open_many(*, site: str, doubts: Sequence[Doubt], by: Trace, at: datetime) -> Mapping[Key, str]:
    """
    Open differences of a store, as `open_everywhere` does.

    Return SKU and place to the number of the count, of the old ones as of the new.
    """
    counts = open_everywhere(doubts={site: doubts}, by={site: by}, at=at)
    return {(sku, place): number for (_, sku, place), number in counts.items()}


@transaction.atomic(savepoint=False)
def open_everywhere(
    *, doubts: Mapping[str, Sequence[Doubt]], by: Mapping[str, Trace], at: datetime
) -> Mapping[PlaceKey, str]:
    """
    Open differences, each with a count somebody has to make, and tell the hub, by site.

    Where one of the same kind stands open already, it stays the only one. Return site, SKU and
    place to the number of the count, of the old ones as of the new. A few statements do it all,
    of however many sites they are.
    """
    wanted = {
        (site, each.sku, each.place): each for site in sorted(doubts) for each in doubts[site]
    }
    if not wanted:
        return {}
    known = _find_open(wanted)
    new = {key: each for key, each in wanted.items() if (*key, each.difference_type) not in known}
    opening = _Opening(
        books=_read_books(wanted),
        days=_find_days({site for site, _, _ in wanted}, at),
        by=by,
        at=at,
    )
    counts = _open_counts(wanted, opening)
    if new:
        _open_new(new, opening, counts=counts)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opening:
    """What opening differences needs to know: books by key, business days and who by site."""

    books: Mapping[PlaceKey, int]
    days: Mapping[str, date]
    by: Mapping[str, Trace]
    at: datetime

    def give_numbers(self, prefix: str, keys: Iterable[PlaceKey]) -> dict[PlaceKey, str]:
        """Return a number for each key, of the series of its site, in the order of the keys."""
        by_site: dict[str, list[PlaceKey]] = {}
        for key in keys:
            by_site.setdefault(key[0], []).append(key)
        given = numbers.give_numbers_of_sites(
            prefix=prefix,
            counts={site: (self.days[site], len(same)) for site, same in by_site.items()},
        )
        return {
            key: number
            for site, same in by_site.items()
            for key, number in zip(same, given[site], strict=True)
        }


def _find_open(wanted: Collection[PlaceKey]) -> set[tuple[str, str, str, str]]:
    rows = StoreDifference.objects.filter(
        site__in={site for site, _, _ in wanted}, sku__in={sku for _, sku, _ in wanted}
    )
    open_rows = rows.exclude(state=State.CLOSED)
    return set(open_rows.values_list("site", "sku", "place", "difference_type"))


def _find_days(sites: Collection[str], at: datetime) -> dict[str, date]:
    found = masterdata.find_sites(sites)
    return {code: masterdata.compute_business_date(site, at) for code, site in found.items()}


def _open_counts(wanted: Mapping[PlaceKey, Doubt], opening: _Opening) -> dict[PlaceKey, StoreCount]:
    """Return the open count of each site, SKU and place, made where there is none."""
    open_rows = StoreCount.objects.filter(
        site__in={site for site, _, _ in wanted},
        sku__in={sku for _, sku, _ in wanted},
        state="open",
    )
    counts = {key: row for row in open_rows if (key := (row.site, row.sku, row.place)) in wanted}
    missing = {key: each for key, each in wanted.items() if key not in counts}
    if not missing:
        return counts
    given = opening.give_numbers("CT", missing)
    rows = {
        key: StoreCount(
            number=given[key],
            site=key[0],
            reason=each.difference_type
            if each.difference_type in ("negative_book", "short_pick")
            else "looked",
            place=each.place,
            sku=each.sku,
            quantity_book=opening.books.get(key, 0),
            partner_number=each.partner_number,
            device=opening.by[key[0]].device,
            created_by=opening.by[key[0]].actor,
            created_at=opening.at,
        )
        for key, each in missing.items()
    }
    StoreCount.objects.bulk_create(rows.values())
    _note_many("store_count", rows.values(), by=opening.by, at=opening.at)
    return counts | rows


def _open_new(
    new: Mapping[PlaceKey, Doubt], opening: _Opening, *, counts: Mapping[PlaceKey, StoreCount]
) -> None:
    given = opening.give_numbers("DF", new)
    rows = [
        StoreDifference(
            number=given[key],
            site=key[0],
            difference_type=each.difference_type,
            sku=each.sku,
            place=each.place,
            quantity_book=opening.books.get(key, 0),
            quantity_seen=each.quantity_seen,
            partner_number=each.partner_number,
            count=counts[key],
            message_id=make_id(),
            created_by=opening.by[key[0]].actor,
            created_at=opening.at,
        )
        for key, each in new.items()
    ]
    StoreDifference.objects.bulk_create(rows)
    _note_many(DOCUMENT_TYPE, rows, by=opening.by, at=opening.at)
    _tell([_make_opened(row, at=opening.at) for row in rows], days=opening.days)


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
    _note_many(DOCUMENT_TYPE, [row], by={row.site: by}, at=at)
    _tell([_make_opened(row, at=at)], days=_find_days([row.site], at))


def _read_books(wanted: Mapping[PlaceKey, Doubt]) -> dict[PlaceKey, int]:
    books = {
        key: each.quantity_book for key, each in wanted.items() if each.quantity_book is not None
    }
    unread: dict[str, set[Key]] = {}
    for site, sku, place in wanted.keys() - books.keys():
        unread.setdefault(site, set()).add((sku, place))
    for site, keys in unread.items():
        found = levels.find_levels(book=f"pos:{site}", keys=keys)
        books |= {(site, *key): level.available for key, level in found.items()}
    return books


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
    _tell([message], days=_find_days([row.site], at))
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


def _tell(
    messages: Sequence[DifferenceOpened | DifferenceClosed], *, days: Mapping[str, date]
) -> None:
    """
    Tell the hub, in the streams of tasks: they move no stock, and must hold up none.

    Their numbers are the last a verb takes, behind those of orders and of stock, so that no two
    verbs wait in a circle.
    """
    counts = Counter(f"pos:{message.site}/tasks" for message in messages)
    sequences = {source: iter(given) for source, given in outbox.reserve_numbers_of(counts).items()}
    outbox.publish_many(
        [
            Outgoing(
                message=message,
                source=f"pos:{message.site}/tasks",
                sequence=next(sequences[f"pos:{message.site}/tasks"]),
                business_date=days[message.site],
                correlation_id=message.get_subject(),
            )
            for message in messages
        ]
    )


def _note_many(
    document_type: str,
    rows: Iterable[StoreCount | StoreDifference],
    *,
    by: Mapping[str, Trace],
    at: datetime,
) -> None:
    trail.record_many(
        [
            trail.Step(
                document_type=document_type,
                system="pos",
                sites=(row.site,),
                number=row.number,
                step="open",
                to_state=row.state,
                actor=by[row.site].actor,
                device=by[row.site].device,
                at=at,
                reason=by[row.site].reason,
            )
            for row in rows
        ]
    )
