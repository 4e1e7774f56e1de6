"""What stands on count sheets of paper and in files to fill in: lines in the order one walks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from yipan.documents import told
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.stocktake.models import CountResult, CountSheet, ResultState, SheetState, Stocktake
from yipan.stocktake.queries.books import list_expected
from yipan.stocktake.rules import Key

#: A table holds as many lines as an upload takes; a paper what is set while somebody waits.
LISTED_MAX: Final = 5_000
PRINTED_MAX: Final = 2_000

#: Returns places of a site in the order one walks.
Walk = Callable[[str, Collection[str]], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperLine:
    """
    A line to be counted; without `sku` a place of which nothing is known.

    `quantity_book` is in smallest units, and for those alone who do not count blind.
    """

    place: str
    shelf: str
    assignee: str
    sku: SkuRow | None = None
    lot: str = ""
    status: str = "available"
    quantity_book: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """
    What one person or team takes along: sheets of one round, and their lines.

    `not_by` are people who looked before and may not look again.
    """

    sheets: tuple[str, ...]
    round: int
    team: int
    assignee: str
    not_by: tuple[str, ...]
    lines: tuple[PaperLine, ...]


def list_papers(
    number: str, *, book: str, walk: Walk, sheet: str = "", lines_max: int = LISTED_MAX
) -> list[Paper]:
    """
    Return what is still to be counted of a stocktake, one paper for each round, team and person.

    `sheet` narrows it to one. Lines follow the walk, then SKU, lot and status. Of a shelf the
    book knows nothing: it has lines only where the plan names products.

    :raises NotFound: if the stocktake has no such sheet that is still to be counted.
    :raises TooManyLines: if there are more than `lines_max`.
    """
    stocktake = Stocktake.objects.get(number=number)
    rows = stocktake.sheets.filter(state__in=[SheetState.OPEN, SheetState.COUNTING])
    found = list(rows.filter(number=sheet) if sheet else rows)
    if sheet and not found:
        raise NotFound(kind="count_sheet", id=sheet)
    steps = walk(stocktake.site, {row.place for row in found})
    way = {place: step for step, place in enumerate(steps)}
    found.sort(key=lambda row: (way[row.place], row.shelf, row.pk))
    keys = {row.pk: _list_keys(row, book=book) for row in found}
    lines = sum(max(1, len(same)) for same in keys.values())
    if lines > lines_max:
        raise told.TooManyLines(lines=lines, maximum=lines_max)
    skus = masterdata.find_skus({key.sku for same in keys.values() for key in same})
    groups: dict[tuple[int, int, str], list[CountSheet]] = defaultdict(list)
    for row in found:
        groups[row.round, row.team, row.counter or row.assignee].append(row)
    return [
        Paper(
            sheets=tuple(row.number for row in same),
            round=round_number,
            team=team,
            assignee=person,
            not_by=tuple(sorted({name for row in same for name in row.not_by})),
            lines=tuple(
                line for row in same for line in _write_lines(row, keys=keys[row.pk], skus=skus)
            ),
        )
        for (round_number, team, person), same in sorted(groups.items())
    ]


def _list_keys(row: CountSheet, *, book: str) -> dict[Key, int]:
    """Return what a sheet is about, to what the book says of it now."""
    if row.round > 1:
        wanted = CountResult.objects.filter(
            stocktake_id=row.stocktake_id, place=row.place, state=ResultState.RECOUNT
        )
        held = list_expected(book=book, place=row.place)
        again = [
            Key(place=each.place, sku=each.sku, lot=each.lot, status=each.status)
            for each in wanted
            if not row.skus or each.sku in row.skus
        ]
        return {key: held.get(key, 0) for key in sorted(again)}
    if row.shelf:
        return {Key(place=row.place, sku=sku): 0 for sku in sorted(row.skus)}
    held = list_expected(book=book, place=row.place, skus=row.skus)
    missing = set(row.skus) - {key.sku for key in held}
    return dict(sorted((held | {Key(place=row.place, sku=sku): 0 for sku in missing}).items()))


def _write_lines(
    row: CountSheet, *, keys: dict[Key, int], skus: dict[str, SkuRow]
) -> list[PaperLine]:
    person = row.counter or row.assignee
    return [
        PaperLine(
            place=row.place,
            shelf=row.shelf,
            assignee=person,
            sku=skus[key.sku],
            lot=key.lot,
            status=key.status,
            quantity_book=quantity,
        )
        for key, quantity in keys.items()
        if key.sku in skus
    ] or [PaperLine(place=row.place, shelf=row.shelf, assignee=person)]
