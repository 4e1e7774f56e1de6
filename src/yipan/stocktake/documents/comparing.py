"""Weighing a place that is counted: what stands, what another person looks at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import (
    CountLine,
    CountResult,
    CountSheet,
    ResultState,
    SheetState,
    Stocktake,
)
from yipan.stocktake.models import StocktakeState as State
from yipan.stocktake.queries import sheets
from yipan.stocktake.queries.books import compare_keys
from yipan.stocktake.queries.tolerances import list_tolerances
from yipan.stocktake.rules import (
    Compared,
    Key,
    Look,
    Seen,
    Size,
    Tolerance,
    Verdict,
    find_tolerance,
    judge,
)

#: What names a result, and what weighing it anew writes.
KEY_COLUMNS: Final = ("stocktake", "place", "sku", "lot", "status")
WEIGHED_COLUMNS: Final = (
    "state",
    "round",
    "quantity",
    "first_at",
    "last_at",
    "quantity_book",
    "difference",
    "value_minor",
    "is_uncertain",
    "counters",
    "capture_mode",
    "looks",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Round:
    """What one team saw at a place in one round, and when its sheets were closed."""

    number: int
    team: int
    closed_at: datetime
    counters: frozenset[str]
    handed_in_by: frozenset[str]
    seen: dict[Key, tuple[Seen, frozenset[str], str]]


def weigh_place(stocktake: Stocktake, *, place: str, system: System, roles: Sequence[str]) -> None:
    """
    Say of every key of a place whether its count stands, and make the sheet for those to be
    looked at again. Nothing happens while sheets of the place are open.
    """
    rows = list(
        stocktake.sheets.filter(place=place).exclude(state=SheetState.DROPPED).order_by("id")
    )
    if any(row.state != SheetState.CLOSED for row in rows):
        return
    rounds = _read_rounds(rows, place=place)
    results = _weigh(stocktake, rounds=rounds, system=system, roles=roles)
    again = [each for each in results if each.state == ResultState.RECOUNT]
    if again:
        last = max(each.number for each in rounds)
        plans.add_sheet(
            stocktake,
            plans.Planned(place=place, skus=[each.sku for each in again]),
            round_number=last + 1,
            not_by=sorted({who for each in rounds for who in each.counters | each.handed_in_by}),
        )


def move_on(stocktake: Stocktake, *, by: Trace, at: datetime) -> None:
    """Say how far a stocktake is, after a sheet was closed or given up."""
    waiting = stocktake.sheets.exclude(state__in=[SheetState.CLOSED, SheetState.DROPPED])
    if not waiting.exists():
        after = State.EXPLAINED
    elif not waiting.filter(round=1).exists():
        after = State.RECOUNTING
    else:
        after = State.COUNTING
    if after == stocktake.state:
        return
    before, stocktake.state = stocktake.state, after
    if after == State.EXPLAINED:
        stocktake.explained_at = at
    stocktake.save(update_fields=["state", "explained_at"])
    step = {State.EXPLAINED: "explain", State.RECOUNTING: "recount"}.get(after, "count")
    plans.note(stocktake, step=step, from_state=before, by=by, at=at)


def _read_rounds(rows: Sequence[CountSheet], *, place: str) -> list[_Round]:
    groups: dict[tuple[int, int], list[CountSheet]] = defaultdict(list)
    for row in rows:
        groups[(row.round, row.team)].append(row)
    lines: dict[int, list[CountLine]] = defaultdict(list)
    for line in CountLine.objects.filter(sheet__in=rows).order_by("sheet_id", "line"):
        lines[line.sheet_id].append(line)
    return [
        _Round(
            number=number,
            team=team,
            closed_at=max(row.closed_at for row in same if row.closed_at),
            counters=frozenset(row.counter for row in same),
            handed_in_by=frozenset(row.handed_in_by for row in same if row.handed_in_by),
            seen={
                key: (seen, counters, mode)
                for key, seen, counters, mode in sheets.add_up(
                    [line for row in same for line in lines[row.pk]], place=place
                )
            },
        )
        for (number, team), same in sorted(groups.items())
    ]


def _weigh(
    stocktake: Stocktake, *, rounds: Sequence[_Round], system: System, roles: Sequence[str]
) -> list[CountResult]:
    """Write what each key is; return the results."""
    first = [each for each in rounds if each.number == 1]
    keys = sorted({key for each in rounds for key in each.seen})
    # What only one of two teams saw, the other saw none of.
    looks: list[tuple[_Round, Key, Seen, frozenset[str], str]] = []
    for key in keys:
        for each in rounds:
            if key in each.seen:
                seen, counters, mode = each.seen[key]
                looks.append((each, key, seen, counters, mode))
            elif each in first and any(key in other.seen for other in first):
                none = Seen(quantity=0, first_at=each.closed_at, last_at=each.closed_at)
                looks.append((each, key, none, each.counters, "bulk"))
    compared = compare_keys(
        book=system.get_book(stocktake.site),
        looks=[(key, seen) for _, key, seen, _, _ in looks],
        uncertainty=timedelta(seconds=stocktake.uncertainty_seconds),
    )
    skus = masterdata.find_skus({key.sku for key in keys})
    tolerances = list_tolerances(system.name, site=stocktake.site)
    by_key: dict[Key, list[tuple[Look, Compared, Seen, str]]] = defaultdict(list)
    for (each, key, seen, counters, mode), found in zip(looks, compared, strict=True):
        look = Look(
            round=each.number,
            team=each.team,
            size=Size(
                difference=found.difference,
                book=found.book,
                price_minor=skus[key.sku].price_minor,
            ),
            counters=counters,
            is_uncertain=found.is_uncertain,
            handed_in_by=each.handed_in_by,
        )
        by_key[key].append((look, found, seen, mode))
    results = [
        _make_result(
            stocktake,
            key=key,
            found=found,
            verdict=judge(
                [look for look, _, _, _ in found],
                tolerance=_find(tolerances, skus[key.sku], site=stocktake.site, roles=roles),
                is_double=stocktake.is_double,
            ),
            price_minor=skus[key.sku].price_minor,
        )
        for key, found in by_key.items()
    ]
    # A stocktake has thousands of keys: what was weighed before is overwritten in one statement.
    return CountResult.objects.bulk_create(
        results, update_conflicts=True, unique_fields=KEY_COLUMNS, update_fields=WEIGHED_COLUMNS
    )


def _find(
    tolerances: Iterable[Tolerance], sku: SkuRow, *, site: str, roles: Sequence[str]
) -> Tolerance | None:
    return find_tolerance(
        tolerances, purpose="recount", site=site, category=sku.category, roles=roles
    )


def _make_result(
    stocktake: Stocktake,
    *,
    key: Key,
    found: Sequence[tuple[Look, Compared, Seen, str]],
    verdict: Verdict,
    price_minor: int,
) -> CountResult:
    look, compared, seen, mode = found[-1]
    return CountResult(
        stocktake=stocktake,
        place=key.place,
        sku=key.sku,
        lot=key.lot,
        status=key.status,
        state=ResultState(verdict),
        round=look.round,
        quantity=seen.quantity,
        first_at=seen.first_at,
        last_at=seen.last_at,
        quantity_book=compared.book,
        difference=compared.difference,
        value_minor=compared.difference * price_minor,
        is_uncertain=compared.is_uncertain,
        counters=sorted({who for each, _, _, _ in found for who in each.counters}),
        capture_mode=mode,
        looks=[
            {
                "round": each.round,
                "team": each.team,
                "quantity": what.quantity,
                "difference": each.size.difference,
                "by": sorted(each.counters),
                "handed_in_by": sorted(each.handed_in_by),
            }
            for each, _, what, _ in found
        ],
    )
