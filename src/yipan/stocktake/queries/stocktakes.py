"""Reads of stocktakes: lists, progress, coverage and review."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Func, Max, Q, Sum

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.stocktake.models import (
    CountCorrection,
    CountResult,
    CountSheet,
    ResultState,
    SheetState,
    Stocktake,
)
from yipan.stocktake.models import StocktakeState as State
from yipan.stocktake.queries.results import Standing, list_standing

ROWS_MAX = 500
#: So long a count that was put right is watched for documents that arrive late.
WATCHED_FOR = timedelta(days=60)

OPEN_STATES = (
    State.PLANNED, State.COUNTING, State.RECOUNTING, State.EXPLAINED, State.SUBMITTED,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class StocktakeRow:
    """A stocktake as the list shows it. Quantities in smallest units, value in minor units."""

    number: str
    kind: str
    state: str
    system: str
    site: SiteRow
    scope: str
    note: str
    is_blind: bool
    is_double: bool
    due_on: date | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    posted_at: datetime | None
    posted_by: str
    sheets: int
    sheets_closed: int
    lines: int
    lines_off: int
    gain_minor: int
    loss_minor: int

    @property
    def percent(self) -> int:
        """Return the share of sheets that are counted, in whole percent."""
        return 100 * self.sheets_closed // self.sheets if self.sheets else 0

    @property
    def accuracy_percent(self) -> int | None:
        """Return the share of lines that agreed with the book; None when none is known."""
        return 100 * (self.lines - self.lines_off) // self.lines if self.lines else None


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """A sheet as the plan shows it."""

    number: str
    state: str
    place: str
    shelf: str
    round: int
    team: int
    assignee: str
    counter: str
    handed_in_by: str
    only: int
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewLine:
    """A result with what the books say now, and the documents about it."""

    id: int
    sku: SkuRow
    place: str
    lot: str
    status: str
    state: str
    round: int
    counters: tuple[str, ...]
    counted_at: datetime
    quantity: int
    quantity_book: int
    difference: int
    difference_then: int
    left: int
    value_minor: int
    is_uncertain: bool
    is_late: bool
    looks: tuple[dict[str, Any], ...]
    corrections: tuple[CountCorrection, ...]


def list_stocktakes(
    *,
    system: str,
    sites: Collection[str] | None,
    site: str = "",
    state: str = "",
    after: str = "",
    limit: int = 50,
) -> list[StocktakeRow]:
    """Return stocktakes, the newest first; `state` "open" means all that are not over."""
    assert 0 < limit <= ROWS_MAX
    query = Stocktake.objects.filter(system=system)
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    if state:
        query = query.filter(state__in=OPEN_STATES if state == "open" else [state])
    known = Stocktake.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return make_rows(list(query.order_by("-id")[:limit]))


def get_stocktake(number: str) -> StocktakeRow:
    """
    Return one stocktake.

    :raises NotFound: if there is none of this number.
    """
    found = Stocktake.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="stocktake", id=number)
    return make_rows([found])[0]


def make_rows(found: list[Stocktake]) -> list[StocktakeRow]:
    """Return stocktakes with their progress and what they found."""
    sheets = {
        row["stocktake"]: row
        for row in CountSheet.objects.filter(stocktake__in=found)
        .exclude(state=SheetState.DROPPED)
        .values("stocktake")
        .annotate(all=Count("id"), closed=Count("id", filter=Q(state=SheetState.CLOSED)))
    }
    results = {
        row["stocktake"]: row
        for row in CountResult.objects.filter(stocktake__in=found)
        .values("stocktake")
        .annotate(
            all=Count("id"),
            off=Count("id", filter=~Q(difference=0)),
            gain=Sum("value_minor", filter=Q(value_minor__gt=0)),
            loss=Sum(Func(F("value_minor"), function="abs"), filter=Q(value_minor__lt=0)),
        )
    }
    places = masterdata.find_sites({row.site for row in found})
    nothing: dict[str, Any] = {}
    return [
        StocktakeRow(
            number=row.number,
            kind=row.kind,
            state=row.state,
            system=row.system,
            site=places[row.site],
            scope=row.scope,
            note=row.note,
            is_blind=row.is_blind,
            is_double=row.is_double,
            due_on=row.due_on,
            created_by=row.created_by,
            created_at=row.created_at,
            started_at=row.started_at,
            posted_at=row.posted_at,
            posted_by=row.posted_by,
            sheets=sheets.get(row.pk, nothing).get("all", 0),
            sheets_closed=sheets.get(row.pk, nothing).get("closed", 0),
            lines=results.get(row.pk, nothing).get("all", 0),
            lines_off=results.get(row.pk, nothing).get("off", 0),
            gain_minor=results.get(row.pk, nothing).get("gain") or 0,
            loss_minor=results.get(row.pk, nothing).get("loss") or 0,
        )
        for row in found
    ]


def list_sheets(number: str) -> list[SheetRow]:
    """Return the sheets of a stocktake, those to be counted first."""
    rows = CountSheet.objects.filter(stocktake__number=number).exclude(state=SheetState.DROPPED)
    order = {SheetState.COUNTING: 0, SheetState.OPEN: 1, SheetState.CLOSED: 2}
    return [
        SheetRow(
            number=row.number,
            state=row.state,
            place=row.place,
            shelf=row.shelf,
            round=row.round,
            team=row.team,
            assignee=row.assignee,
            counter=row.counter,
            handed_in_by=row.handed_in_by,
            only=len(row.skus),
            closed_at=row.closed_at,
        )
        for row in sorted(
            rows, key=lambda it: (order[SheetState(it.state)], -it.round, it.place, it.shelf)
        )
    ]


def list_own_sheets(*, system: str, site: str, actor: str, limit: int = 50) -> list[CountSheet]:
    """Return what somebody may count now at a site: their own begun sheets first."""
    rows = CountSheet.objects.select_related("stocktake").filter(
        stocktake__system=system,
        stocktake__site=site,
        stocktake__state__in=[State.COUNTING, State.RECOUNTING],
        state__in=[SheetState.OPEN, SheetState.COUNTING],
        counter__in=["", actor],
        assignee__in=["", actor],
    )
    found = [
        row
        for row in rows.order_by("-state", "-round", "place", "shelf", "id")[:ROWS_MAX]
        if actor not in row.not_by
        and (row.taken_from != actor or actor in (row.assignee, row.counter))
    ]
    found.sort(key=lambda row: (row.counter != actor, row.assignee != actor, -row.round))
    return found[:limit]


def list_taken_back(*, system: str, site: str, actor: str, limit: int = 10) -> list[CountSheet]:
    """Return the sheets somebody had begun that were taken back from them, the last one first."""
    rows = CountSheet.objects.select_related("stocktake").filter(
        stocktake__system=system,
        stocktake__site=site,
        stocktake__state__in=[State.COUNTING, State.RECOUNTING],
        state__in=[SheetState.OPEN, SheetState.COUNTING],
        taken_from=actor,
    )
    return list(rows.exclude(counter=actor).order_by("-taken_at", "id")[:limit])


def list_review(number: str, *, book: str, only_off: bool = True) -> list[ReviewLine]:
    """Return the results of a stocktake as the books say now, the largest value first."""
    results = CountResult.objects.filter(stocktake__number=number).order_by("id")
    standing = list_standing(list(results[:20_000]), book=book)
    if only_off:
        standing = [
            each
            for each in standing
            if each.difference
            or each.result.difference
            or each.settled
            or each.result.state == ResultState.RECOUNT
        ]
    skus = masterdata.find_skus({each.key.sku for each in standing})
    rows = [_make_line(each, sku=skus[each.key.sku]) for each in standing]
    rows.sort(key=lambda row: (-abs(row.value_minor), row.place, row.sku.code))
    return rows[:ROWS_MAX]


def _make_line(each: Standing, *, sku: SkuRow) -> ReviewLine:
    result = each.result
    return ReviewLine(
        id=result.pk,
        sku=sku,
        place=result.place,
        lot=result.lot,
        status=result.status,
        state=result.state,
        round=result.round,
        counters=tuple(result.counters),
        counted_at=result.last_at,
        quantity=result.quantity,
        quantity_book=each.quantity_book,
        difference=each.difference,
        difference_then=result.difference,
        left=each.left,
        value_minor=each.difference * sku.price_minor,
        is_uncertain=result.is_uncertain,
        is_late=each.is_late,
        looks=tuple(result.looks),
        corrections=tuple(result.corrections.order_by("id")),
    )


def list_watched(
    system: str, *, sites: Iterable[str] | None, at: datetime
) -> dict[str, list[Stocktake]]:
    """Return the stocktakes that something was posted of not long ago, by site, by number."""
    query = Stocktake.objects.filter(
        system=system,
        posted_at__gte=at - WATCHED_FOR,
        results__corrections__isnull=False,
    )
    if sites is not None:
        query = query.filter(site__in=list(sites))
    watched: dict[str, list[Stocktake]] = {}
    for row in query.distinct().order_by("site", "number"):
        watched.setdefault(row.site, []).append(row)
    return watched


def get_counted_at(*, system: str, site: str) -> dict[tuple[str, str], datetime]:
    """Return place and SKU to when it was counted last."""
    rows = (
        CountResult.objects.filter(stocktake__system=system, stocktake__site=site)
        .values_list("place", "sku")
        .annotate(last=Max("last_at"))
    )
    return {(place, sku): last for place, sku, last in rows}


def get_errors(*, system: str, site: str, since: datetime) -> dict[tuple[str, str], int]:
    """Return place and SKU to how often a count was off since a moment."""
    rows = (
        CountResult.objects.filter(
            stocktake__system=system, stocktake__site=site, last_at__gte=since
        )
        .exclude(difference=0)
        .values_list("place", "sku")
        .annotate(count=Count("id"))
    )
    return {(place, sku): count for place, sku, count in rows}
