"""Reads of results: what differs now, what of it is settled, and what came late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yipan.ledger.late import WATCHES_MAX, Watch, find_late
from yipan.stocktake.models import (
    CORRECTION_ACTIVE,
    CorrectionState,
    CountCorrection,
    CountResult,
    Stocktake,
)
from yipan.stocktake.queries.books import compare_keys
from yipan.stocktake.rules import Key, Seen

#: Where gains come from and losses go to, in the book of every site system.
DIFFERENCE = "stocktake_difference"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """
    A result as the books say now.

    `difference` is counted minus book as of the moment, as known now; `settled` what documents
    posted or asked for say of it; `posted` the part of it that is posted.
    """

    result: CountResult
    key: Key
    quantity_book: int
    difference: int
    settled: int
    posted: int
    was_refused: bool

    @property
    def left(self) -> int:
        """Return what is still to be settled."""
        return self.difference - self.settled

    @property
    def is_late(self) -> bool:
        """Tell whether something was written down later for an earlier moment."""
        return self.difference != self.result.difference


def read_key_of(result: CountResult) -> Key:
    """Return the key of a result."""
    return Key(place=result.place, sku=result.sku, lot=result.lot, status=result.status)


def list_standing(results: Sequence[CountResult], *, book: str) -> list[Standing]:
    """Return results as the books say now, in the order given."""
    compared = compare_keys(
        book=book,
        looks=[
            (
                read_key_of(row),
                # The moment that counts is the last one: what is uncertain was looked at again.
                Seen(quantity=row.quantity, first_at=row.last_at, last_at=row.last_at),
            )
            for row in results
        ],
    )
    corrections = _group(
        CountCorrection.objects.filter(result__in=[row.pk for row in results]).order_by("id")
    )
    return [
        Standing(
            result=row,
            key=read_key_of(row),
            quantity_book=found.book,
            difference=found.difference,
            settled=sum(
                each.quantity for each in corrections[row.pk] if each.state in CORRECTION_ACTIVE
            ),
            posted=sum(
                each.quantity
                for each in corrections[row.pk]
                if each.state == CorrectionState.POSTED
            ),
            was_refused=any(
                each.state in (CorrectionState.REJECTED, CorrectionState.REVERSED)
                for each in corrections[row.pk]
            ),
        )
        for row, found in zip(results, compared, strict=True)
    ]


def _group(corrections: Iterable[CountCorrection]) -> dict[int | None, list[CountCorrection]]:
    grouped: dict[int | None, list[CountCorrection]] = defaultdict(list)
    for each in corrections:
        grouped[each.result_id].append(each)
    return grouped


def list_touched(watched: Sequence[Stocktake], *, book: str) -> list[str]:
    """
    Return which stocktakes of a site something was written down of since they were looked at.

    That is a movement of before a count that was put right, or one that puts a count right.
    """
    numbers = {each.pk: each for each in watched}
    touched = {each.number for each in watched if each.looked_at is None}
    rows = CountResult.objects.filter(
        stocktake__in=[each.pk for each in watched if each.looked_at is not None],
        corrections__state=CorrectionState.POSTED,
    )
    found = sorted(set(rows.values_list("stocktake", "sku", "last_at")))
    for start in range(0, len(found), WATCHES_MAX):
        part = found[start : start + WATCHES_MAX]
        watches = []
        for stocktake, sku, last_at in part:
            since = numbers[stocktake].looked_at
            assert since is not None
            watches.append(Watch(sku=sku, as_of=last_at, since=since))
        for place in find_late(book=book, outside=DIFFERENCE, watches=watches):
            touched.add(numbers[part[place][0]].number)
    return sorted(touched)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A count whose difference is another one by now than what a document asks for, signed."""

    key: Key
    asked: int
    now: int


def list_moved(*, book: str, document: str) -> list[Moved]:
    """
    Return the counts a document of a site waits to put right, that differ otherwise by now.

    Something of before their moment arrived since. None, where the site counts elsewhere.
    """
    rows = list(
        CountCorrection.objects.select_related("result")
        .filter(
            site=book.partition(":")[2],
            document=document,
            state=CorrectionState.SUBMITTED,
            result__isnull=False,
        )
        .order_by("id")
    )
    standing = list_standing([row.result for row in rows if row.result is not None], book=book)
    return [
        Moved(key=each.key, asked=row.quantity, now=row.quantity + each.left)
        for row, each in zip(rows, standing, strict=True)
        if each.left
    ]
