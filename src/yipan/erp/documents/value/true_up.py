"""True-up (暂估调整单): what goods that left at a provisional cost really cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from yipan.documents import trail
from yipan.documents.numbers import give_numbers
from yipan.erp.documents.value.value_telling import make_message_id, tell
from yipan.erp.models import TrueUp
from yipan.erp.rules.costing import Paid
from yipan.ledger import values
from yipan.ledger.value_rows import ValueEntry, ValueEntryRow, ValueKind
from yipan.messages.erp import TrueUpPosted

DOCUMENT_TYPE = "true_up"
PREFIX = "TU"
ACTOR = "system"


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidBy:
    """A debt that goods paid: `by` is the entry of the goods, `origin` its posting."""

    paid: Paid
    sku: str
    by: ValueEntry
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Owed:
    """The entry of goods that left at a provisional cost, and its posting."""

    entry: ValueEntry
    origin: str


def post(
    paid: Sequence[PaidBy],
    *,
    earlier: Iterable[ValueEntry],
    origins: Mapping[int, str],
    at: datetime,
) -> list[ValueEntry]:
    """
    Write one document per posting that brought a cost. Return its value entries.

    `earlier` are entries of the same run, not written yet, among which may be the debts;
    `origins` maps the movements of the run to the origins of their postings.
    """
    if not paid:
        return []
    owed = _find_owed(paid, earlier, origins)
    groups = [
        list(group)
        for _, group in groupby(
            sorted(paid, key=lambda it: (it.by.accounting_date.year, it.by.pool)),
            key=lambda it: (it.by.accounting_date.year, it.by.pool, it.by.event_id),
        )
    ]
    numbers = _give_numbers([group[0].by.accounting_date for group in groups])
    documents = [
        _make(group, number=number, owed=owed, at=at)
        for group, number in zip(groups, numbers, strict=True)
    ]
    TrueUp.objects.bulk_create(documents)
    trail.record_many([_make_step(document) for document in documents])
    tell([_make_message(document) for document in documents])
    return [
        _make_entry(it, owed[it.sku, it.paid.key].entry, number=document.number)
        for group, document in zip(groups, documents, strict=True)
        for it in group
    ]


def _find_owed(
    paid: Sequence[PaidBy], earlier: Iterable[ValueEntry], origins: Mapping[int, str]
) -> dict[tuple[str, int], _Owed]:
    keys = {(it.sku, it.paid.key) for it in paid}
    found = {
        (entry.sku, entry.movement_id): _Owed(entry=entry, origin=origins[entry.movement_id])
        for entry in earlier
        if entry.movement_id is not None and entry.side == 0
    }
    written: list[ValueEntryRow] = values.list_entries_of_movements(keys - found.keys())
    for row in written:
        if row.entry.side == 0 and row.entry.movement_id is not None:
            found[row.entry.sku, row.entry.movement_id] = _Owed(entry=row.entry, origin=row.origin)
    return found


def _give_numbers(days: Sequence[date]) -> list[str]:
    """Return a number for each document, in order; days of one year lie together."""
    numbers: list[str] = []
    for _, group in groupby(days, key=lambda day: day.year):
        same_year = list(group)
        numbers += give_numbers(prefix=PREFIX, on=same_year[0], count=len(same_year))
    return numbers


def _make(
    group: Sequence[PaidBy], *, number: str, owed: dict[tuple[str, int], _Owed], at: datetime
) -> TrueUp:
    first = group[0]
    return TrueUp(
        number=number,
        created_by=ACTOR,
        created_at=at,
        entity=first.by.pool,
        origin=first.origin,
        accounting_date=first.by.accounting_date,
        amount_minor=sum(it.paid.true_up for it in group),
        lines=[
            {
                "sku": it.sku,
                "site": owed[it.sku, it.paid.key].entry.place,
                "cause": owed[it.sku, it.paid.key].entry.cause,
                "origin": owed[it.sku, it.paid.key].origin,
                "quantity": it.paid.quantity,
                "provisional_minor": it.paid.provisional,
                "actual_minor": it.paid.actual,
            }
            for it in group
        ],
    )


def _make_entry(it: PaidBy, debt: ValueEntry, *, number: str) -> ValueEntry:
    return ValueEntry(
        sku=it.sku,
        pool=it.by.pool,
        place=debt.place,
        kind=ValueKind.TRUE_UP,
        cause=debt.cause,
        quantity=0,
        amount=it.paid.true_up,
        occurred_at=it.by.occurred_at,
        business_date=it.by.business_date,
        accounting_date=it.by.accounting_date,
        event_id=it.by.event_id,
        document=f"{DOCUMENT_TYPE}/{number}",
    )


def _make_message(document: TrueUp) -> TrueUpPosted:
    return TrueUpPosted(
        message_id=make_message_id("post", number=document.number, at=document.created_at),
        occurred_at=document.created_at,
        true_up_number=document.number,
        entity=document.entity,
        amount_minor=document.amount_minor,
        accounting_date=document.accounting_date.isoformat(),
    )


def _make_step(document: TrueUp) -> trail.Step:
    return trail.Step(
        document_type=DOCUMENT_TYPE,
        system="erp",
        number=document.number,
        step="post",
        to_state=document.state,
        at=document.created_at,
        actor=ACTOR,
    )
