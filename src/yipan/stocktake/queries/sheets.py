"""Reads of sheets: what stands counted, what nobody saw, and whether a place is complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.stocktake.models import (
    CountLine,
    CountResult,
    CountScan,
    CountSheet,
    ResultState,
    SheetState,
)
from yipan.stocktake.queries.books import list_expected
from yipan.stocktake.rules import Key, Seen

#: One look at a key: how much, by whom, how.
SeenLine = tuple[Key, Seen, frozenset[str], str]

_OPEN = (SheetState.OPEN, SheetState.COUNTING)


@dataclass(frozen=True, kw_only=True, slots=True)
class CountingLine:
    """What stands counted of a key on an open sheet."""

    sku: SkuRow
    lot: str
    status: str
    quantity: int
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetTask:
    """A sheet as whoever counts it sees it: never with what the book says."""

    number: str
    stocktake: str
    kind: str
    system: str
    site: SiteRow
    state: str
    place: str
    shelf: str
    round: int
    assignee: str
    counter: str
    lines: tuple[CountingLine, ...]
    only: tuple[SkuRow, ...]
    last_scan_at: datetime | None

    @property
    def current(self) -> CountingLine | None:
        """Return what was scanned last."""
        return next((line for line in self.lines if line.is_current), None)

    @property
    def quantity(self) -> int:
        """Return all pieces counted so far."""
        return sum(line.quantity for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may count on."""
        return self.state in _OPEN


def get_sheet(number: str) -> CountSheet:
    """
    Return a sheet with its stocktake.

    :raises NotFound: if there is none of this number.
    """
    found = CountSheet.objects.select_related("stocktake").filter(number=number).first()
    if found is None:
        raise NotFound(kind="count_sheet", id=number)
    return found


def get_task(number: str) -> SheetTask:
    """
    Return a sheet as it is counted, the goods scanned last first.

    :raises NotFound: if there is none of this number.
    """
    row = get_sheet(number)
    scans = list(row.scans.filter(undone_at=None).order_by("position"))
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for scan in scans:
        sums[(scan.sku, scan.lot, scan.status)] += scan.quantity
    last = scans[-1] if scans else None
    skus = masterdata.find_skus({*(sku for sku, _, _ in sums), *row.skus})
    current = (last.sku, last.lot, last.status) if last else None
    ordered = sorted(sums, key=lambda key: key != current)
    return SheetTask(
        number=row.number,
        stocktake=row.stocktake.number,
        kind=row.stocktake.kind,
        system=row.stocktake.system,
        site=masterdata.get_site(row.stocktake.site),
        state=row.state,
        place=row.place,
        shelf=row.shelf,
        round=row.round,
        assignee=row.assignee,
        counter=row.counter,
        lines=tuple(
            CountingLine(
                sku=skus[sku],
                lot=lot,
                status=status,
                quantity=sums[(sku, lot, status)],
                is_current=(sku, lot, status) == current,
            )
            for sku, lot, status in ordered
        ),
        only=tuple(skus[sku] for sku in row.skus if sku in skus),
        last_scan_at=last.counted_at if last else None,
    )


def list_unseen(row: CountSheet, *, book: str) -> list[Key]:
    """
    Return what the book knows at a place, or an earlier round saw, and nobody has seen yet.

    Empty while other shelves of the place are still to be counted in the same round: it may
    lie there.
    """
    if has_open_siblings(row):
        return []
    if row.round > 1:
        wanted = {
            _read_result(result)
            for result in CountResult.objects.filter(
                stocktake=row.stocktake, place=row.place, state=ResultState.RECOUNT
            )
            if not row.skus or result.sku in row.skus
        }
    else:
        wanted = set(list_expected(book=book, place=row.place, skus=row.skus))
    return sorted(wanted - _list_seen_keys(row))


def _list_seen_keys(row: CountSheet) -> set[Key]:
    siblings = _list_siblings(row)
    closed = CountLine.objects.filter(sheet__in=siblings).values_list("sku", "lot", "status")
    scanned = CountScan.objects.filter(sheet=row, undone_at=None).values_list(
        "sku", "lot", "status"
    )
    return {
        Key(place=row.place, sku=sku, lot=lot, status=status)
        for sku, lot, status in [*closed, *scanned]
    }


def _list_siblings(row: CountSheet) -> list[CountSheet]:
    """Return the sheets of the same place, round and team, this one among them."""
    return list(
        CountSheet.objects.filter(
            stocktake=row.stocktake, place=row.place, round=row.round, team=row.team
        ).exclude(state=SheetState.DROPPED)
    )


def has_open_siblings(row: CountSheet) -> bool:
    """Tell whether other shelves of the place are still to be counted in the same round."""
    return any(other.state in _OPEN and other.pk != row.pk for other in _list_siblings(row))


def list_seen(row: CountSheet) -> list[SeenLine]:
    """Return what stands counted at the place of a sheet, in its round, by its team."""
    lines = CountLine.objects.filter(sheet__in=_list_siblings(row)).order_by("sheet_id", "line")
    return add_up(lines, place=row.place)


def add_up(lines: Iterable[CountLine], *, place: str) -> list[SeenLine]:
    """Return lines of one round and team as looks: what lies on several shelves is one."""
    same: dict[Key, list[CountLine]] = defaultdict(list)
    for line in lines:
        same[Key(place=place, sku=line.sku, lot=line.lot, status=line.status)].append(line)
    return [
        (
            key,
            Seen(
                quantity=sum(line.quantity for line in found),
                first_at=min(line.first_at for line in found),
                last_at=max(line.last_at for line in found),
            ),
            frozenset(line.counter for line in found),
            found[-1].capture_mode,
        )
        for key, found in same.items()
    ]


def _read_result(result: CountResult) -> Key:
    return Key(place=result.place, sku=result.sku, lot=result.lot, status=result.status)
