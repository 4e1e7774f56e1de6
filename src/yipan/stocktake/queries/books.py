"""What a site's own book says of counted keys, each at its own moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from yipan.ledger import moments, queries
from yipan.ledger.moments import Ask
from yipan.stocktake.models import CorrectionState, CountCorrection
from yipan.stocktake.rules import Compared, Dated, Key, Seen, compare, read_key

CHUNK = 1_000


def compare_keys(
    *, book: str, looks: Sequence[tuple[Key, Seen]], uncertainty: timedelta = timedelta(0)
) -> list[Compared]:
    """
    Compare what was seen with a site's own book as of each moment, in the order given.

    What an earlier count of the same key was corrected by counts from the moment of that count
    on, whenever it was posted: one difference is never found twice.
    """
    found: list[Compared] = []
    for start in range(0, len(looks), CHUNK):
        found += _compare(book=book, looks=looks[start : start + CHUNK], uncertainty=uncertainty)
    return found


def _compare(
    *, book: str, looks: Sequence[tuple[Key, Seen]], uncertainty: timedelta
) -> list[Compared]:
    asks = [
        Ask(
            sku=key.sku,
            root=f"on_hand/{key.place}/",
            since=seen.first_at - uncertainty,
            until=seen.last_at + uncertainty,
        )
        for key, seen in looks
    ]
    before: dict[int, int] = defaultdict(int)
    for state in moments.list_states(book=book, asks=asks):
        if read_key(state.account, sku=looks[state.ask][0].sku) == looks[state.ask][0]:
            before[state.ask] += state.quantity
    changes: dict[int, list[Dated]] = defaultdict(list)
    # Of a single moment nothing happens within it.
    spans = [number for number, ask in enumerate(asks) if ask.since < ask.until]
    for change in moments.list_changes(book=book, asks=[asks[number] for number in spans]):
        number = spans[change.ask]
        if read_key(change.account, sku=looks[number][0].sku) == looks[number][0]:
            changes[number].append(Dated(occurred_at=change.occurred_at, quantity=change.quantity))
    carried = _sum_carried(book=book, looks=looks)
    return [
        compare(
            seen=seen,
            book_before=before[number] + carried[number],
            changes=changes[number],
            uncertainty=uncertainty,
        )
        for number, (_, seen) in enumerate(looks)
    ]


def sum_places(*, book: str, wholes: Sequence[tuple[Key, datetime]]) -> list[int]:
    """Return what the book says of a SKU at a place, all lots of a status, each at its moment."""
    found: list[int] = []
    for start in range(0, len(wholes), CHUNK):
        part = wholes[start : start + CHUNK]
        sums = [0] * len(part)
        asks = [
            Ask(sku=key.sku, root=f"on_hand/{key.place}/", since=moment, until=moment)
            for key, moment in part
        ]
        for state in moments.list_states(book=book, asks=asks):
            key = read_key(state.account, sku=part[state.ask][0].sku)
            if key is not None and key.status == part[state.ask][0].status:
                sums[state.ask] += state.quantity
        found += sums
    return found


def _sum_carried(*, book: str, looks: Sequence[tuple[Key, Seen]]) -> list[int]:
    """Return what corrections of earlier counts add at each moment that were posted after it."""
    site = book.partition(":")[2]
    wanted = Q(site=site, state=CorrectionState.POSTED, sku__in={key.sku for key, _ in looks})
    rows = CountCorrection.objects.filter(wanted).values_list(
        "place", "sku", "lot", "status", "counted_at", "posted_at", "quantity"
    )
    by_key: dict[Key, list[tuple[datetime, datetime | None, int]]] = defaultdict(list)
    for place, sku, lot, status, counted_at, posted_at, quantity in rows:
        by_key[Key(place=place, sku=sku, lot=lot, status=status)].append(
            (counted_at, posted_at, quantity)
        )
    return [
        sum(
            quantity
            for counted_at, posted_at, quantity in by_key[key]
            if posted_at is not None and counted_at < seen.last_at < posted_at
        )
        for key, seen in looks
    ]


def list_expected(*, book: str, place: str, skus: Iterable[str] = ()) -> dict[Key, int]:
    """Return what the book says lies at a place now, as it is counted; `skus` narrows it."""
    wanted = frozenset(skus)
    held: dict[Key, int] = defaultdict(int)
    for row in queries.list_balances(book=book, prefix=f"on_hand/{place}/"):
        key = read_key(row.account, sku=row.sku)
        if key is not None and (not wanted or row.sku in wanted):
            held[key] += row.quantity
    return {key: quantity for key, quantity in sorted(held.items()) if quantity}


def list_on_hand(*, book: str) -> dict[Key, int]:
    """Return what the book says lies where, all over the site, as it is counted."""
    held: dict[Key, int] = defaultdict(int)
    for row in queries.list_balances(book=book, prefix="on_hand/"):
        key = read_key(row.account, sku=row.sku)
        if key is not None:
            held[key] += row.quantity
    return {key: quantity for key, quantity in held.items() if quantity}
